//! Changes that organisations ask for by themselves. That one is made is written in the transaction that makes it, so that under one
//! key nothing is done twice, on whichever replica and whenever a process ends.

use chrono::{DateTime, Duration, Utc};
use entity::{organisation, requested_change};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::domain::{ChangeState, NewChange, RequestedChange};

use super::{Error, Result, Store};

/// How long a change is remembered.
const REMEMBERED: Duration = Duration::days(7);

/// How many of one organisation are remembered at the most: the oldest are forgotten.
const MOST_REMEMBERED: u64 = 5_000;

impl Store {
    /// Keeps a change that is asked for, or finds the one that its organisation asked for under the same key before. Changes of long
    /// ago are forgotten.
    ///
    /// # Errors
    /// When the organisation is unknown or ended, or the database fails.
    pub async fn begin_requested(&self, new: &NewChange) -> Result<Option<RequestedChange>> {
        let organisation = self.active_organisation_id(&new.organisation).await?;
        if let Some(known) = self.requested_under(&new.organisation, organisation, new.key.as_deref()).await? {
            return Ok(Some(known));
        }
        let transaction = self.begin_change().await?;
        requested_change::Entity::delete_many()
            .filter(requested_change::Column::ChangedAt.lt(new.at - REMEMBERED))
            .exec(&transaction)
            .await?;
        let oldest = requested_change::Entity::find()
            .select_only()
            .column(requested_change::Column::ChangedAt)
            .filter(requested_change::Column::OrganisationId.eq(organisation))
            .order_by_desc(requested_change::Column::ChangedAt)
            .offset(MOST_REMEMBERED)
            .limit(1)
            .into_tuple::<DateTime<Utc>>()
            .one(&transaction)
            .await?;
        if let Some(oldest) = oldest {
            requested_change::Entity::delete_many()
                .filter(requested_change::Column::OrganisationId.eq(organisation))
                .filter(requested_change::Column::ChangedAt.lte(oldest))
                .exec(&transaction)
                .await?;
        }
        let row = requested_change::ActiveModel {
            id: Set(new.id.clone()),
            organisation_id: Set(organisation),
            client: Set(new.client.clone()),
            operation: Set(new.operation.clone()),
            key: Set(new.key.clone()),
            digest: Set(hex::encode(new.digest)),
            state: Set(requested_change::State::Begun),
            progress: Set(0),
            progress_of: Set(0),
            report: Set(None),
            receipt: Set(None),
            subject: Set(None),
            begun_at: Set(new.at),
            changed_at: Set(new.at),
        };
        let inserted = requested_change::Entity::insert(row).exec_without_returning(&transaction).await;
        match inserted.map_err(Error::from) {
            Ok(_) => {
                transaction.commit().await?;
                Ok(None)
            }
            // Another replica was asked the same at the same moment.
            Err(Error::LostRace(cause)) => {
                transaction.rollback().await?;
                let known = self.requested_under(&new.organisation, organisation, new.key.as_deref()).await?;
                known.map(Some).ok_or(Error::LostRace(cause))
            }
            Err(other) => Err(other),
        }
    }

    async fn requested_under(
        &self,
        code: &str,
        organisation: i64,
        key: Option<&str>,
    ) -> Result<Option<RequestedChange>> {
        let Some(key) = key else { return Ok(None) };
        let found = requested_change::Entity::find()
            .filter(requested_change::Column::OrganisationId.eq(organisation))
            .filter(requested_change::Column::Key.eq(key))
            .one(&self.changes)
            .await?;
        Ok(found.map(|row| requested(row, code.to_owned())))
    }

    /// A change that was asked for, as it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requested_change(&self, id: &str) -> Result<Option<RequestedChange>> {
        let found = requested_change::Entity::find_by_id(id).find_both_related(organisation::Entity);
        let found = self.reaching(async { Ok(found.one(&self.database).await?) }).await?;
        Ok(found.map(|(row, organisation)| requested(row, organisation.code)))
    }

    /// Takes up a change whose process seems to have ended. `false` where somebody else did, or it came on since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_up_requested(&self, known: &RequestedChange, at: DateTime<Utc>) -> Result<bool> {
        let transaction = self.begin_change().await?;
        let taken = requested_change::Entity::update_many()
            .col_expr(requested_change::Column::ChangedAt, Expr::value(at))
            .filter(requested_change::Column::Id.eq(known.id.as_str()))
            .filter(requested_change::Column::State.eq(requested_change::State::Begun))
            .filter(requested_change::Column::ChangedAt.eq(known.changed_at))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(taken.rows_affected == 1)
    }

    /// Writes how far a change has come, and what was found in what was sent where that is known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_requested(
        &self,
        id: &str,
        (progress, of): (i64, i64),
        report: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let transaction = self.begin_change().await?;
        let mut note = requested_change::Entity::update_many()
            .col_expr(requested_change::Column::Progress, Expr::value(progress))
            .col_expr(requested_change::Column::ProgressOf, Expr::value(of))
            .col_expr(requested_change::Column::ChangedAt, Expr::value(at));
        if let Some(report) = report {
            note = note.col_expr(requested_change::Column::Report, Expr::value(report));
        }
        note.filter(requested_change::Column::Id.eq(id)).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes that a change came to an end that changed nothing, or that it is made where nothing was left to do. Its key is free
    /// again where it was not made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_requested(
        &self,
        id: &str,
        state: ChangeState,
        (subject, receipt): (Option<String>, Option<String>),
        at: DateTime<Utc>,
    ) -> Result<()> {
        let transaction = self.begin_change().await?;
        let mut end = requested_change::Entity::update_many()
            .col_expr(requested_change::Column::State, Expr::value(requested_change::State::from(state)))
            .col_expr(requested_change::Column::Subject, Expr::value(subject))
            .col_expr(requested_change::Column::Receipt, Expr::value(receipt))
            .col_expr(requested_change::Column::ChangedAt, Expr::value(at));
        if state != ChangeState::Done {
            end = end.col_expr(requested_change::Column::Key, Expr::value(None::<String>));
        }
        end.filter(requested_change::Column::Id.eq(id))
            .filter(requested_change::Column::State.eq(requested_change::State::Begun))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn requested(row: requested_change::Model, organisation: String) -> RequestedChange {
    RequestedChange {
        id: row.id,
        organisation,
        operation: row.operation,
        digest: row.digest,
        state: row.state.into(),
        progress: (row.progress, row.progress_of),
        report: row.report,
        receipt: row.receipt,
        subject: row.subject,
        begun_at: row.begun_at,
        changed_at: row.changed_at,
    }
}
