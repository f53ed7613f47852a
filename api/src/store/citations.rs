//! Short citations, and what each of them stands for.

use entity::kept_citation::{self, Column};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::{Error, Result, Store};

impl Store {
    /// Keeps what a short citation stands for, unless it is kept already.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn keep_citation(&self, short: &str, citation: &str) -> Result<()> {
        if self.kept_citation(short).await?.is_some() {
            return Ok(());
        }
        let row = kept_citation::ActiveModel { short: Set(short.to_owned()), citation: Set(citation.to_owned()) };
        let leave = OnConflict::column(Column::Short).do_nothing().to_owned();
        let transaction = self.begin_charging().await?;
        kept_citation::Entity::insert(row).on_conflict(leave).exec_without_returning(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// What a short citation stands for, where it is kept.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn kept_citation(&self, short: &str) -> Result<Option<String>> {
        let found = async { Ok::<_, Error>(kept_citation::Entity::find_by_id(short).one(&self.database).await?) };
        Ok(self.trying(found).await?.map(|kept| kept.citation))
    }
}
