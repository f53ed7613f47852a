//! Questions that organisations keep under names of theirs.

use chrono::{DateTime, Utc};
use entity::saved_question::{self, Column};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};

use crate::domain::SavedQuestion;

use super::{Error, Result, Store};

impl Store {
    /// Keeps a question of an organisation, in place of the one of the same name. False where the organisation has `most` others.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn save_question(&self, organisation: i64, question: &SavedQuestion, most: u64) -> Result<bool> {
        let transaction = self.begin_charging().await?;
        let others = saved_question::Entity::find()
            .filter(Column::OrganisationId.eq(organisation))
            .filter(Column::Name.ne(&question.name));
        if others.count(&transaction).await? >= most {
            return Ok(false);
        }
        let newest = question.newest.map(i32::try_from).transpose();
        let row = saved_question::ActiveModel {
            organisation_id: Set(organisation),
            name: Set(question.name.clone()),
            citation: Set(question.citation.clone()),
            newest: Set(newest.map_err(|error| Error::Invalid(error.to_string()))?),
            saved_at: Set(question.saved_at),
        };
        let replace = OnConflict::columns([Column::OrganisationId, Column::Name])
            .update_columns([Column::Citation, Column::Newest, Column::SavedAt])
            .to_owned();
        saved_question::Entity::insert(row).on_conflict(replace).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The question that an organisation keeps under a name.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn saved_question(&self, organisation: i64, name: &str) -> Result<Option<SavedQuestion>> {
        let found = saved_question::Entity::find_by_id((organisation, name.to_owned()));
        let found = async { Ok::<_, Error>(found.one(&self.database).await?) };
        self.trying(found).await?.map(domain).transpose()
    }

    /// The questions that an organisation keeps, by name.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn saved_questions(&self, organisation: i64) -> Result<Vec<SavedQuestion>> {
        let found = saved_question::Entity::find().filter(Column::OrganisationId.eq(organisation));
        let found = async { Ok::<_, Error>(found.order_by_asc(Column::Name).all(&self.database).await?) };
        self.trying(found).await?.into_iter().map(domain).collect()
    }

    /// Forgets a question of an organisation. False where there is none of that name.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn forget_question(&self, organisation: i64, name: &str) -> Result<bool> {
        let transaction = self.begin_charging().await?;
        let gone = saved_question::Entity::delete_by_id((organisation, name.to_owned())).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected > 0)
    }
}

fn domain(row: saved_question::Model) -> Result<SavedQuestion> {
    let newest = row.newest.map(u32::try_from).transpose();
    let newest = newest.map_err(|error| Error::Corrupt(format!("saved question `{}`: {error}", row.name)))?;
    let saved_at: DateTime<Utc> = row.saved_at;
    Ok(SavedQuestion { name: row.name, citation: row.citation, newest, saved_at })
}
