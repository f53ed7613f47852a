//! Issuers other than the service itself, and the clients that they vouch for.

use chrono::{DateTime, NaiveTime, Utc};
use entity::{issuer, issuer_client, organisation};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
};

use crate::domain::{ChangeKind, Issuer, IssuerChange, IssuerClient, IssuerRules, RecordedChange};

use super::{Error, Result, Store};

/// The advisory lock of issuers on PostgreSQL: two that are set up at once could take the same tokens.
const ISSUER_LOCK: i64 = 0x6265_6e63_686d_6b09;

impl Store {
    /// Every issuer that holds, in the order of making.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holding_issuers(&self) -> Result<Vec<Issuer>> {
        self.trying(async {
            let rows = issuer::Entity::find().filter(issuer::Column::EndedAt.is_null());
            let rows = rows.order_by_asc(issuer::Column::Id).all(&self.database).await?;
            Ok(rows.into_iter().map(issuer).collect())
        })
        .await
    }

    /// Every issuer that there ever was, in the order of making.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issuers(&self) -> Result<Vec<Issuer>> {
        let rows = issuer::Entity::find().order_by_asc(issuer::Column::Id).all(&self.database).await?;
        Ok(rows.into_iter().map(issuer).collect())
    }

    /// The clients that were not let out again, of every issuer, in the order of letting in. Those of an organisation that ended
    /// ended with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issuer_clients(&self) -> Result<Vec<IssuerClient>> {
        self.trying(async {
            let rows = issuer_client::Entity::find()
                .find_both_related(organisation::Entity)
                .filter(issuer_client::Column::EndedAt.is_null())
                .order_by_asc(issuer_client::Column::Id)
                .all(&self.database)
                .await?;
            Ok(rows.into_iter().map(|(row, of)| client(row, of)).collect())
        })
        .await
    }

    /// Sets an issuer up. Returns its key.
    ///
    /// # Errors
    /// When one that holds has the same name or takes the same tokens, or the database fails.
    pub async fn add_issuer(&self, name: &str, rules: &IssuerRules, at: DateTime<Utc>) -> Result<i64> {
        let transaction = self.begin_changing_issuers().await?;
        check_apart(&transaction, None, name, rules).await?;
        let row = issuer::ActiveModel {
            id: NotSet,
            name: Set(name.to_owned()),
            made_at: Set(at),
            ended_at: Set(None),
            ..active(rules)
        };
        let inserted = issuer::Entity::insert(row).exec(&transaction).await?.last_insert_id;
        let change = RecordedChange::new(ChangeKind::IssuerAdded, name).detail(in_words(rules));
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(inserted)
    }

    /// Changes how tokens of an issuer are read. `check` looks at the rules as they will be.
    ///
    /// # Errors
    /// When none that holds has that name, it would take the tokens of another, `check` refuses, or the database fails.
    pub async fn change_issuer(
        &self,
        name: &str,
        change: &IssuerChange,
        check: impl FnOnce(&IssuerRules) -> std::result::Result<(), String>,
    ) -> Result<()> {
        let transaction = self.begin_changing_issuers().await?;
        let found = holding(&transaction, name).await?;
        let rules = found.rules.changed(change);
        check(&rules).map_err(Error::Invalid)?;
        check_apart(&transaction, Some(found.id), name, &rules).await?;
        issuer::ActiveModel { id: Set(found.id), ..active(&rules) }.update(&transaction).await?;
        let change = RecordedChange::new(ChangeKind::IssuerChanged, name).detail(in_words(&rules));
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends an issuer: no token of it is taken any more.
    ///
    /// # Errors
    /// When none that holds has that name, or the database fails.
    pub async fn end_issuer(&self, name: &str, at: DateTime<Utc>) -> Result<()> {
        let transaction = self.begin_changing_issuers().await?;
        let found = holding(&transaction, name).await?;
        let row = issuer::ActiveModel { id: Set(found.id), ended_at: Set(Some(at)), ..Default::default() };
        row.update(&transaction).await?;
        let mut vouched = Vec::new();
        for (_, organisation) in issuer_client::Entity::find()
            .find_both_related(organisation::Entity)
            .filter(issuer_client::Column::IssuerId.eq(found.id))
            .filter(issuer_client::Column::EndedAt.is_null())
            .all(&transaction)
            .await?
        {
            vouched.push(organisation.code);
        }
        let change = RecordedChange::new(ChangeKind::IssuerEnded, name).concerning(vouched);
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets a client of an issuer in. One that is in already is in under the new terms.
    ///
    /// # Errors
    /// When no issuer that holds has that name, the organisation is unknown or ended, or the database fails.
    pub async fn let_in(
        &self,
        name: &str,
        client: &str,
        organisation: &str,
        scopes: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let code = organisation;
        let organisation = self.active_organisation_id(code).await?;
        let transaction = self.begin_changing_issuers().await?;
        let found = holding(&transaction, name).await?;
        end_client(&transaction, found.id, client, at).await?;
        let row = issuer_client::ActiveModel {
            id: NotSet,
            issuer_id: Set(found.id),
            client: Set(client.to_owned()),
            organisation_id: Set(organisation),
            scopes: Set(scopes.to_owned()),
            made_at: Set(at),
            ended_at: Set(None),
        };
        issuer_client::Entity::insert(row).exec_without_returning(&transaction).await?;
        let change = RecordedChange::new(ChangeKind::IssuerClientAdmitted, format!("{name}/{client}"))
            .detail(format!("for {code}: {scopes}"))
            .concerning([code]);
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Lets a client of an issuer out again.
    ///
    /// # Errors
    /// When no issuer that holds has that name, or the client is not in, or the database fails.
    pub async fn let_out(&self, name: &str, client: &str, at: DateTime<Utc>) -> Result<()> {
        let transaction = self.begin_changing_issuers().await?;
        let found = holding(&transaction, name).await?;
        let of = issuer_client::Entity::find()
            .find_both_related(organisation::Entity)
            .filter(issuer_client::Column::IssuerId.eq(found.id))
            .filter(issuer_client::Column::Client.eq(client))
            .filter(issuer_client::Column::EndedAt.is_null())
            .one(&transaction)
            .await?;
        if end_client(&transaction, found.id, client, at).await? == 0 {
            return Err(Error::UnknownIssuerClient(client.to_owned(), name.to_owned()));
        }
        let change = RecordedChange::new(ChangeKind::IssuerClientRemoved, format!("{name}/{client}"))
            .concerning(of.map(|(_, organisation)| organisation.code));
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    async fn begin_changing_issuers(&self) -> Result<DatabaseTransaction> {
        let transaction = self.begin_change().await?;
        self.lock(&transaction, ISSUER_LOCK).await?;
        Ok(transaction)
    }
}

/// An issuer that holds.
async fn holding(connection: &impl ConnectionTrait, name: &str) -> Result<Issuer> {
    let found = issuer::Entity::find().filter(issuer::Column::Name.eq(name)).filter(issuer::Column::EndedAt.is_null());
    found.one(connection).await?.map(issuer).ok_or_else(|| Error::UnknownIssuer(name.to_owned()))
}

/// Refuses a name that another issuer has, and tokens that another one takes.
async fn check_apart(
    connection: &impl ConnectionTrait,
    own: Option<i64>,
    name: &str,
    rules: &IssuerRules,
) -> Result<()> {
    let others = issuer::Entity::find().filter(issuer::Column::EndedAt.is_null()).all(connection).await?;
    for other in others.into_iter().filter(|other| Some(other.id) != own).map(issuer) {
        if other.name == name {
            return Err(Error::IssuerTaken(name.to_owned()));
        }
        if let Some(value) = other.rules.accepted.iter().find(|value| rules.accepted.contains(value)) {
            return Err(Error::Invalid(format!(
                "expected values of `iss` that no other issuer has, found `{value}`, which is of `{}`",
                other.name
            )));
        }
    }
    Ok(())
}

async fn end_client(transaction: &DatabaseTransaction, issuer: i64, client: &str, at: DateTime<Utc>) -> Result<u64> {
    let ended = issuer_client::Entity::update_many()
        .set(issuer_client::ActiveModel { ended_at: Set(Some(at)), ..Default::default() })
        .filter(issuer_client::Column::IssuerId.eq(issuer))
        .filter(issuer_client::Column::Client.eq(client))
        .filter(issuer_client::Column::EndedAt.is_null());
    Ok(ended.exec(transaction).await?.rows_affected)
}

/// How tokens are read, in a few words.
fn in_words(rules: &IssuerRules) -> String {
    format!(
        "iss {}; aud {}; keys by {}; client in {}; rights in {}; {}",
        rules.accepted.join(" "),
        rules.audiences.join(" "),
        rules.discovery,
        rules.client_claim,
        rules.rights_claim,
        rules.algorithms.join(" ")
    )
}

/// The columns that tell how tokens are read.
fn active(rules: &IssuerRules) -> issuer::ActiveModel {
    issuer::ActiveModel {
        accepted: Set(rules.accepted.join(" ")),
        audiences: Set(rules.audiences.join(" ")),
        discovery: Set(rules.discovery.clone()),
        client_claim: Set(rules.client_claim.clone()),
        rights_claim: Set(rules.rights_claim.clone()),
        prefix: Set(rules.prefix.clone()),
        algorithms: Set(rules.algorithms.join(" ")),
        public_only: Set(rules.public_only),
        ..Default::default()
    }
}

fn issuer(row: issuer::Model) -> Issuer {
    let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    Issuer {
        id: row.id,
        name: row.name,
        rules: IssuerRules {
            accepted: words(&row.accepted),
            audiences: words(&row.audiences),
            discovery: row.discovery,
            client_claim: row.client_claim,
            rights_claim: row.rights_claim,
            prefix: row.prefix,
            algorithms: words(&row.algorithms),
            public_only: row.public_only,
        },
        made_at: row.made_at,
        ended_at: row.ended_at,
    }
}

fn client(row: issuer_client::Model, of: organisation::Model) -> IssuerClient {
    let ended = of.ended_on.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    IssuerClient {
        issuer: row.issuer_id,
        client: row.client,
        organisation: of.code,
        scopes: row.scopes,
        made_at: row.made_at,
        ended_at: row.ended_at.or(ended),
    }
}
