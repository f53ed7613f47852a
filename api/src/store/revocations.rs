//! What was taken back of what was signed.

use chrono::{DateTime, Utc};
use entity::{
    api_client, organisation,
    revocation::{self, Column},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::{ChangeKind, RecordedChange, Revocation, Revoked};

use super::{Result, Store};

/// What changes when something is taken back: how many there are, and the newest key. The number alone would not do, since
/// old ones are dropped; nor would the key, since keys may become visible out of order.
pub type Revision = (i64, i64);

impl Store {
    /// What changes when something is taken back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revocations_revision(&self) -> Result<Revision> {
        let revision = revocation::Entity::find()
            .select_only()
            .column_as(Column::Id.count(), "number")
            .column_as(Column::Id.max(), "newest")
            .into_tuple::<(i64, Option<i64>)>();
        let found = self.trying(async { Ok(revision.one(&self.database).await?) }).await?;
        Ok(found.map(|(number, newest)| (number, newest.unwrap_or_default())).unwrap_or_default())
    }

    /// Everything that was taken back, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revocations(&self) -> Result<Vec<Revocation>> {
        let rows = revocation::Entity::find().order_by_asc(Column::Id).all(&self.database).await?;
        Ok(rows
            .into_iter()
            .map(|row| Revocation { what: row.kind.into(), subject: row.subject, at: row.revoked_at })
            .collect())
    }

    /// Takes something back, and drops what was taken back before `expired`: nothing signed until then holds any longer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke(&self, revocation: &Revocation, expired: DateTime<Utc>) -> Result<()> {
        let transaction = self.begin_change().await?;
        take_back(&transaction, revocation, expired).await?;
        let (what, concerns) = match revocation.what {
            Revoked::Token => ("a token", None),
            Revoked::Organisation => ("every token of the organisation", Some(revocation.subject.clone())),
            Revoked::Client => ("every token of the client", client_of(&transaction, &revocation.subject).await?),
        };
        let change =
            RecordedChange::new(ChangeKind::TokensRevoked, &revocation.subject).detail(what).concerning(concerns);
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }
}

/// Takes something back in a transaction, as [`Store::revoke`] does.
pub(super) async fn take_back(
    transaction: &impl ConnectionTrait,
    revocation: &Revocation,
    expired: DateTime<Utc>,
) -> Result<()> {
    let row = revocation::ActiveModel {
        id: NotSet,
        kind: Set(revocation.what.into()),
        subject: Set(revocation.subject.clone()),
        revoked_at: Set(revocation.at),
    };
    revocation::Entity::insert(row).exec_without_returning(transaction).await?;
    revocation::Entity::delete_many().filter(Column::RevokedAt.lt(expired)).exec(transaction).await?;
    Ok(())
}

/// The code of the organisation of a client, where it is one of the service's own.
async fn client_of(connection: &impl ConnectionTrait, client: &str) -> Result<Option<String>> {
    let found = api_client::Entity::find_by_id(client).find_both_related(organisation::Entity).one(connection).await?;
    Ok(found.map(|(_, organisation)| organisation.code))
}
