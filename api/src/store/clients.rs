//! Clients, what they show themselves with, and the assertions that they used up.

use std::collections::HashMap;

use chrono::{DateTime, NaiveTime, Utc};
use entity::{api_client, client_credential, organisation, revocation, used_assertion};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    sea_query::OnConflict,
};

use crate::domain::{ChangeKind, Client, Credential, NewClient, NewCredential, RecordedChange, Revocation};

use super::{Error, Result, Store};

/// The advisory lock of clients on PostgreSQL: two that rotate at once would leave three.
const CLIENT_LOCK: i64 = 0x6265_6e63_686d_6b08;

/// How many credentials of a client hold at a time: the newest, and the one before it for a while.
const AT_A_TIME: usize = 2;

impl Store {
    /// A client; none where there was never one with that identifier. A question of a request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn client(&self, id: &str) -> Result<Option<Client>> {
        self.reaching(find(&self.database, id)).await
    }

    /// Every client that there ever was, those of one organisation where it is named; in order of organisation and making.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clients(&self, organisation: Option<&str>) -> Result<Vec<Client>> {
        let mut query = api_client::Entity::find().find_both_related(organisation::Entity);
        if let Some(code) = organisation {
            query = query.filter(organisation::Column::Code.eq(code));
        }
        let query = query
            .order_by_asc(api_client::Column::OrganisationId)
            .order_by_asc(api_client::Column::MadeAt)
            .order_by_asc(api_client::Column::ClientId);
        let rows = query.all(&self.database).await?;
        let mut credentials: HashMap<String, Vec<client_credential::Model>> = HashMap::new();
        for credential in newest_first().all(&self.database).await? {
            credentials.entry(credential.client_id.clone()).or_default().push(credential);
        }
        Ok(rows
            .into_iter()
            .map(|(row, organisation)| {
                let credentials = credentials.remove(&row.client_id).unwrap_or_default();
                client(row, organisation, credentials)
            })
            .collect())
    }

    /// Keeps a client with its first credential.
    ///
    /// # Errors
    /// When its organisation is unknown or ended, its name no line of text, or the database fails.
    pub async fn add_client(&self, new: &NewClient) -> Result<()> {
        if new.name.chars().any(char::is_control) {
            return Err(Error::Invalid(format!(
                "expected the name of a client on one line, found `{}`",
                new.name.escape_debug()
            )));
        }
        let organisation = self.active_organisation_id(&new.organisation).await?;
        let transaction = self.begin_change().await?;
        let row = api_client::ActiveModel {
            client_id: Set(new.id.clone()),
            organisation_id: Set(organisation),
            name: Set(new.name.clone()),
            scopes: Set(new.scopes.clone()),
            made_at: Set(new.credential.made_at),
            revoked_at: Set(None),
        };
        api_client::Entity::insert(row).exec_without_returning(&transaction).await?;
        insert_credential(&transaction, &new.id, &new.credential).await?;
        let change = RecordedChange::new(ChangeKind::ClientAdded, &new.id)
            .detail(format!("of {} with a {}: {}", new.organisation, new.credential.kind, new.scopes))
            .concerning([new.organisation.as_str()]);
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps another credential of a client. Those before it hold until `ends_at`, or as long as they would have, whichever is
    /// sooner. Where there is a `revocation`, it is kept with it.
    ///
    /// # Errors
    /// When there is no such client or it was revoked, when two hold already and go on, or the database fails.
    pub async fn add_credential(
        &self,
        id: &str,
        new: &NewCredential,
        ends_at: DateTime<Utc>,
        taken_back: Option<&Revocation>,
    ) -> Result<()> {
        let transaction = self.begin_changing_clients().await?;
        let client = holding(&transaction, id).await?;
        let before: Vec<&Credential> = client.holding(new.made_at).collect();
        if before.len() >= AT_A_TIME && ends_at > new.made_at {
            return Err(Error::TwoCredentials(id.to_owned()));
        }
        for credential in before.iter().filter(|credential| credential.ends_at.is_none_or(|at| ends_at < at)) {
            let ended = client_credential::ActiveModel {
                id: Set(credential.id),
                ends_at: Set(Some(ends_at)),
                ..Default::default()
            };
            ended.update(&transaction).await?;
        }
        insert_credential(&transaction, id, new).await?;
        if let Some(taken_back) = taken_back {
            insert_revocation(&transaction, taken_back).await?;
        }
        let others = if before.is_empty() { String::new() } else { format!(", those before hold until {ends_at:.0}") };
        let at_once = if taken_back.is_some() { ", and its tokens were taken back" } else { "" };
        let change = RecordedChange::new(ChangeKind::ClientRotated, id)
            .detail(format!("another {}{others}{at_once}", new.kind))
            .concerning([client.organisation.as_str()]);
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends a client for good, and takes back what was signed for it.
    ///
    /// # Errors
    /// When there is no such client or it was revoked before, or the database fails.
    pub async fn revoke_client(&self, id: &str, at: DateTime<Utc>, taken_back: &Revocation) -> Result<()> {
        let transaction = self.begin_changing_clients().await?;
        let client = holding(&transaction, id).await?;
        let revoked =
            api_client::ActiveModel { client_id: Set(id.to_owned()), revoked_at: Set(Some(at)), ..Default::default() };
        revoked.update(&transaction).await?;
        insert_revocation(&transaction, taken_back).await?;
        let change = RecordedChange::new(ChangeKind::ClientRevoked, id).concerning([client.organisation]);
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Uses an assertion of a client up. `false` where it was used before, on whichever replica. Those that nobody takes any more
    /// are forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_assertion(
        &self,
        client: &str,
        jti: &str,
        ends_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let row = used_assertion::ActiveModel {
            client_id: Set(client.to_owned()),
            jti: Set(jti.to_owned()),
            ends_at: Set(ends_at),
        };
        let key = [used_assertion::Column::ClientId, used_assertion::Column::Jti];
        let once = OnConflict::columns(key).do_nothing().to_owned();
        self.reaching(async {
            let transaction = self.begin_charging().await?;
            let inserted =
                used_assertion::Entity::insert(row).on_conflict(once).exec_without_returning(&transaction).await?;
            used_assertion::Entity::delete_many()
                .filter(used_assertion::Column::ClientId.eq(client))
                .filter(used_assertion::Column::EndsAt.lt(now))
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
            Ok(inserted == 1)
        })
        .await
    }

    async fn begin_changing_clients(&self) -> Result<DatabaseTransaction> {
        let transaction = self.begin_change().await?;
        self.lock(&transaction, CLIENT_LOCK).await?;
        Ok(transaction)
    }
}

fn newest_first() -> sea_orm::Select<client_credential::Entity> {
    client_credential::Entity::find().order_by_desc(client_credential::Column::Id)
}

async fn find(connection: &impl ConnectionTrait, id: &str) -> Result<Option<Client>> {
    let found = api_client::Entity::find_by_id(id).find_both_related(organisation::Entity).one(connection).await?;
    let Some((row, organisation)) = found else { return Ok(None) };
    let credentials = newest_first().filter(client_credential::Column::ClientId.eq(id)).all(connection).await?;
    Ok(Some(client(row, organisation, credentials)))
}

/// A client that was not revoked.
async fn holding(connection: &impl ConnectionTrait, id: &str) -> Result<Client> {
    let client = find(connection, id).await?.ok_or_else(|| Error::UnknownClient(id.to_owned()))?;
    if client.revoked_at.is_some() {
        return Err(Error::RevokedClient(id.to_owned()));
    }
    Ok(client)
}

fn client(row: api_client::Model, of: organisation::Model, credentials: Vec<client_credential::Model>) -> Client {
    let credentials = credentials.into_iter().map(|row| Credential {
        id: row.id,
        kind: row.kind.into(),
        verifier: row.verifier,
        made_at: row.made_at,
        ends_at: row.ends_at,
    });
    // With its organisation every client ends.
    let ended = of.ended_on.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    Client {
        id: row.client_id,
        organisation: of.code,
        name: row.name,
        scopes: row.scopes,
        made_at: row.made_at,
        revoked_at: row.revoked_at.or(ended),
        credentials: credentials.collect(),
    }
}

async fn insert_credential(transaction: &DatabaseTransaction, client: &str, new: &NewCredential) -> Result<()> {
    let row = client_credential::ActiveModel {
        id: NotSet,
        client_id: Set(client.to_owned()),
        kind: Set(new.kind.into()),
        verifier: Set(new.verifier.clone()),
        made_at: Set(new.made_at),
        ends_at: Set(None),
    };
    client_credential::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

async fn insert_revocation(transaction: &DatabaseTransaction, taken_back: &Revocation) -> Result<()> {
    let row = revocation::ActiveModel {
        id: NotSet,
        kind: Set(taken_back.what.into()),
        subject: Set(taken_back.subject.clone()),
        revoked_at: Set(taken_back.at),
    };
    revocation::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}
