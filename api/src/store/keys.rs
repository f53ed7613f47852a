//! The keys that tokens are signed with, sealed as they come.

use chrono::{DateTime, TimeDelta, Utc};
use entity::signing_key::{self, Column};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryOrder,
};

use crate::domain::{ChangeKind, KeptKey, RecordedChange};

use super::{Error, Result, Store};

/// The advisory lock of keys on PostgreSQL: two that rotate at once would leave three.
const KEY_LOCK: i64 = 0x6265_6e63_686d_6b07;

/// How many keys hold at a time: the one that signs, and the one before it.
const AT_A_TIME: usize = 2;

impl Store {
    /// Every key that there ever was, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signing_keys(&self) -> Result<Vec<KeptKey>> {
        self.trying(newest_first(&self.database)).await
    }

    /// Keeps the first keys, unless there are some.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_first_signing_keys(&self, keys: &[KeptKey]) -> Result<()> {
        let transaction = self.begin_changing_keys().await?;
        if signing_key::Entity::find().count(&transaction).await? == 0 {
            signing_key::Entity::insert_many(keys.iter().map(row)).exec_without_returning(&transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn begin_changing_keys(&self) -> Result<DatabaseTransaction> {
        let transaction = self.begin_change().await?;
        self.lock(&transaction, KEY_LOCK).await?;
        Ok(transaction)
    }

    /// Keeps a key that signs from now on.
    ///
    /// # Errors
    /// When two hold already, or the database fails.
    pub async fn add_signing_key(&self, key: &KeptKey) -> Result<()> {
        let transaction = self.begin_changing_keys().await?;
        let there = newest_first(&transaction).await?;
        let holding: Vec<&KeptKey> = there.iter().filter(|other| other.holds(key.made_at)).collect();
        if let Some(oldest) = holding.last().filter(|_| holding.len() >= AT_A_TIME) {
            return Err(Error::TwoKeys(oldest.id.clone()));
        }
        // The newest one signs, also where a clock went back.
        let after = there.first().map_or(key.made_at, |newest| newest.made_at + TimeDelta::microseconds(1));
        row(&KeptKey { made_at: key.made_at.max(after), ..key.clone() }).insert(&transaction).await?;
        self.record(&transaction, &RecordedChange::new(ChangeKind::KeyRotated, &key.id), None).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends a key and destroys its secret half.
    ///
    /// # Errors
    /// When it does not hold, or is the one that signs, or the database fails.
    pub async fn retire_signing_key(&self, id: &str, at: DateTime<Utc>) -> Result<()> {
        let transaction = self.begin_changing_keys().await?;
        let there = newest_first(&transaction).await?;
        let mut holding = there.iter().filter(|key| key.retired_at.is_none());
        let Some(position) = holding.position(|key| key.id == id) else {
            return Err(Error::UnknownKey(id.to_owned()));
        };
        if position == 0 {
            return Err(Error::SigningKey(id.to_owned()));
        }
        let retired = signing_key::ActiveModel {
            kid: Set(id.to_owned()),
            sealed: Set(None),
            retired_at: Set(Some(at)),
            ..Default::default()
        };
        retired.update(&transaction).await?;
        self.record(&transaction, &RecordedChange::new(ChangeKind::KeyRetired, id), None).await?;
        Ok(transaction.commit().await?)
    }
}

async fn newest_first(connection: &impl ConnectionTrait) -> Result<Vec<KeptKey>> {
    let keys = signing_key::Entity::find().order_by_desc(Column::MadeAt).order_by_asc(Column::Kid).all(connection);
    Ok(keys
        .await?
        .into_iter()
        .map(|row| KeptKey {
            id: row.kid,
            public: row.public_key,
            sealed: row.sealed,
            made_at: row.made_at,
            verifies_until: row.verifies_until,
            retired_at: row.retired_at,
        })
        .collect())
}

fn row(key: &KeptKey) -> signing_key::ActiveModel {
    signing_key::ActiveModel {
        kid: Set(key.id.clone()),
        public_key: Set(key.public.clone()),
        sealed: Set(key.sealed.clone()),
        made_at: Set(key.made_at),
        verifies_until: Set(key.verifies_until),
        retired_at: Set(key.retired_at),
    }
}
