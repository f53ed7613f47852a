//! The chains of the audit: appended to, read, summed up and cut.

use chrono::{DateTime, Utc};
use entity::{
    audit_chain,
    audit_entry::{self, Column, Kind},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
    Value,
    sea_query::{ExprTrait, PostgresQueryBuilder},
};

use crate::domain::{AuditChain, AuditCut, AuditEntry, AuditHead, AuditSum};

use super::{CHARGE_PATIENCE, Result, Store};

/// The columns of an entry, in the order in which [`values`] has them.
const COLUMNS: [&str; 15] = [
    "chain",
    "number",
    "kind",
    "asked_at",
    "organisation",
    "client",
    "purpose",
    "tier",
    "dataset",
    "question",
    "release",
    "cells",
    "tabulations",
    "times",
    "hash",
];

/// The most entries of one statement on SQLite: their values stay below the 32,766 that it binds.
const MOST: usize = 2_048;

/// How long an append on PostgreSQL may take.
const APPEND_LIMITS: &str = "SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '2s'";

impl Store {
    /// Appends entries to a chain, all or none; to one that begins, with the heads of others that it bears witness of.
    ///
    /// # Errors
    /// When the database fails: whether they stand is then told by [`audit_head`](Self::audit_head).
    pub async fn append_audit(&self, entries: &[AuditEntry], begins: Option<&[AuditHead]>) -> Result<()> {
        self.reaching(async {
            if begins.is_none() && self.database.get_database_backend() == DbBackend::Postgres {
                // With the values in it the statement goes out with its limits in one message, and is one transaction.
                let rows = entries.iter().map(row);
                let rows = audit_entry::Entity::insert_many(rows).into_query().to_string(PostgresQueryBuilder);
                self.database.execute_unprepared(&format!("{APPEND_LIMITS}; {rows}")).await?;
                return Ok(());
            }
            self.intact()?;
            if let (None, Some(file), 1..=MOST) = (begins, &self.file, entries.len()) {
                file.execute_at_once(&self.changes, || insert(entries), CHARGE_PATIENCE).await?;
                return self.intact();
            }
            let transaction = self.begin_charging().await?;
            if let (Some(heads), Some(first)) = (begins, entries.first()) {
                let chain = audit_chain::ActiveModel {
                    chain: Set(first.chain.clone()),
                    started_at: Set(first.at),
                    witnessed: Set(0),
                    cut: Set(0),
                    cut_hash: Set(String::new()),
                    cut_seal: Set(String::new()),
                };
                audit_chain::Entity::insert(chain).exec_without_returning(&transaction).await?;
                for head in heads {
                    let witnessed = audit_chain::ActiveModel {
                        chain: Set(head.chain.clone()),
                        witnessed: Set(head.number),
                        ..Default::default()
                    };
                    witnessed.update(&transaction).await?;
                }
            }
            for some in entries.chunks(MOST) {
                audit_entry::Entity::insert_many(some.iter().map(row)).exec_without_returning(&transaction).await?;
            }
            transaction.commit().await?;
            self.intact()
        })
        .await
    }

    /// The last entry of a chain; none where it has none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_head(&self, chain: &str) -> Result<Option<AuditHead>> {
        self.reaching(head(&self.database, chain)).await
    }

    /// The heads of chains that went on since another one bore witness of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_heads(&self) -> Result<Vec<AuditHead>> {
        let mut heads = Vec::new();
        for chain in audit_chain::Entity::find().order_by_asc(audit_chain::Column::Chain).all(&self.database).await? {
            let head = head(&self.database, &chain.chain).await?;
            heads.extend(head.filter(|head| head.number > Ord::max(chain.witnessed, chain.cut)));
        }
        Ok(heads)
    }

    /// Every chain, in the order in which they began.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_chains(&self) -> Result<Vec<AuditChain>> {
        let chains = audit_chain::Entity::find()
            .order_by_asc(audit_chain::Column::StartedAt)
            .order_by_asc(audit_chain::Column::Chain);
        let chain = |row: audit_chain::Model| AuditChain {
            chain: row.chain,
            cut: AuditCut { number: row.cut, hash: row.cut_hash, seal: row.cut_seal },
        };
        Ok(chains.all(&self.database).await?.into_iter().map(chain).collect())
    }

    /// The chains that entries name; more than there are where somebody took a chain away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_named_chains(&self) -> Result<Vec<String>> {
        let names =
            audit_entry::Entity::find().select_only().column(Column::Chain).distinct().order_by_asc(Column::Chain);
        Ok(names.into_tuple::<String>().all(&self.database).await?)
    }

    /// The next entries of a chain after one of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_page(&self, chain: &str, after: i64, most: u64) -> Result<Vec<AuditEntry>> {
        let page = audit_entry::Entity::find()
            .filter(Column::Chain.eq(chain))
            .filter(Column::Number.gt(after))
            .order_by_asc(Column::Number)
            .limit(most);
        Ok(page.all(&self.database).await?.into_iter().map(entry).collect())
    }

    /// The questions that were answered since a time, each with how often, at most so many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_sums(&self, since: DateTime<Utc>, most: u64) -> Result<Vec<AuditSum>> {
        type Sum = (String, String, String, String, String, i64, i64, DateTime<Utc>, DateTime<Utc>);
        let by = [Column::Organisation, Column::Purpose, Column::Tier, Column::Dataset, Column::Question];
        let whole = |column: sea_orm::sea_query::Expr| column.cast_as("bigint");
        let mut query = audit_entry::Entity::find()
            .select_only()
            .columns(by)
            .column_as(Column::Tabulations.max(), "tabulations")
            .column_as(whole(Column::Times.sum()), "times")
            .column_as(Column::AskedAt.min(), "first")
            .column_as(Column::AskedAt.max(), "last")
            .filter(Column::Kind.is_in([Kind::Question, Kind::Repeat]))
            .filter(Column::AskedAt.gte(since))
            .limit(most);
        for column in by {
            query = query.group_by(column).order_by_asc(column);
        }
        let query = query.into_tuple::<Sum>();
        let sums = self.reaching(async { Ok(query.all(&self.database).await?) }).await?;
        let sum = |(organisation, purpose, tier, dataset, question, tabulations, times, first, last)| AuditSum {
            organisation,
            purpose,
            tier,
            dataset,
            question,
            tabulations,
            times,
            first,
            last,
        };
        Ok(sums.into_iter().map(sum).collect())
    }

    /// How far each chain may be cut when entries before a time are dropped: its last entry before the first later one. The last
    /// entry of a chain always stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_past(&self, before: DateTime<Utc>) -> Result<Vec<AuditHead>> {
        let mut past = Vec::new();
        for chain in self.audit_chains().await? {
            let of_chain = || audit_entry::Entity::find().filter(Column::Chain.eq(&*chain.chain));
            let later = of_chain().filter(Column::AskedAt.gte(before)).order_by_asc(Column::Number).one(&self.database);
            let stays = match later.await? {
                Some(later) => Some(later.number),
                None => head(&self.database, &chain.chain).await?.map(|head| head.number),
            };
            let Some(stays) = stays else { continue };
            let last = of_chain().filter(Column::Number.lt(stays)).order_by_desc(Column::Number).one(&self.database);
            past.extend(last.await?.map(|row| AuditHead { chain: row.chain, number: row.number, hash: row.hash }));
        }
        Ok(past)
    }

    /// Drops the entries of a chain up to one of them, and keeps what shows that. Returns how many it dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cut_audit(&self, chain: &str, cut: &AuditCut) -> Result<u64> {
        let transaction = self.begin_change().await?;
        let kept = audit_chain::ActiveModel {
            chain: Set(chain.to_owned()),
            cut: Set(cut.number),
            cut_hash: Set(cut.hash.clone()),
            cut_seal: Set(cut.seal.clone()),
            ..Default::default()
        };
        kept.update(&transaction).await?;
        let past = audit_entry::Entity::delete_many()
            .filter(Column::Chain.eq(chain))
            .filter(Column::Number.lte(cut.number))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(past.rows_affected)
    }
}

/// Inserts entries into a SQLite file, all or none. The statement is of a few lengths only, so that it stays prepared: rows that
/// are left over have the number 0, which no entry has, and are passed over.
fn insert(entries: &[AuditEntry]) -> Statement {
    let rows = entries.len().next_power_of_two();
    let mut bound: Vec<Value> = Vec::with_capacity(rows * COLUMNS.len());
    bound.extend(entries.iter().flat_map(values));
    bound.resize(rows * COLUMNS.len(), 0_i64.into());
    let row = format!("({})", ["?"; COLUMNS.len()].join(","));
    let columns = COLUMNS.join(",");
    let sql = format!(
        "INSERT INTO audit_entry ({columns}) SELECT * FROM (VALUES {}) WHERE column2 > 0",
        vec![row; rows].join(",")
    );
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, bound)
}

fn values(entry: &AuditEntry) -> [Value; COLUMNS.len()] {
    [
        entry.chain.clone().into(),
        entry.number.into(),
        entry.kind.as_str().into(),
        entry.at.into(),
        entry.organisation.clone().into(),
        entry.client.clone().into(),
        entry.purpose.clone().into(),
        entry.tier.clone().into(),
        entry.dataset.clone().into(),
        entry.question.clone().into(),
        entry.release.into(),
        entry.cells.into(),
        entry.tabulations.into(),
        entry.times.into(),
        entry.hash.clone().into(),
    ]
}

pub(super) async fn head(connection: &impl ConnectionTrait, chain: &str) -> Result<Option<AuditHead>> {
    let last = audit_entry::Entity::find().filter(Column::Chain.eq(chain)).order_by_desc(Column::Number);
    let last = last.one(connection).await?;
    Ok(last.map(|row| AuditHead { chain: row.chain, number: row.number, hash: row.hash }))
}

fn row(entry: &AuditEntry) -> audit_entry::ActiveModel {
    audit_entry::ActiveModel {
        chain: Set(entry.chain.clone()),
        number: Set(entry.number),
        kind: Set(entry.kind.into()),
        asked_at: Set(entry.at),
        organisation: Set(entry.organisation.clone()),
        client: Set(entry.client.clone()),
        purpose: Set(entry.purpose.clone()),
        tier: Set(entry.tier.clone()),
        dataset: Set(entry.dataset.clone()),
        question: Set(entry.question.clone()),
        release: Set(entry.release),
        cells: Set(entry.cells),
        tabulations: Set(entry.tabulations),
        times: Set(entry.times),
        hash: Set(entry.hash.clone()),
        // Empty, as the database leaves them.
        change: NotSet,
        object: NotSet,
        detail: NotSet,
        concerns: NotSet,
    }
}

/// The row of an entry of the chain of changes.
pub(super) fn row_of_change(entry: &AuditEntry) -> audit_entry::ActiveModel {
    audit_entry::ActiveModel {
        change: Set(entry.change.clone()),
        object: Set(entry.object.clone()),
        detail: Set(entry.detail.clone()),
        concerns: Set(entry.concerns.clone()),
        ..row(entry)
    }
}

fn entry(row: audit_entry::Model) -> AuditEntry {
    AuditEntry {
        chain: row.chain,
        number: row.number,
        kind: row.kind.into(),
        at: row.asked_at,
        organisation: row.organisation,
        client: row.client,
        purpose: row.purpose,
        tier: row.tier,
        dataset: row.dataset,
        question: row.question,
        release: row.release,
        cells: row.cells,
        tabulations: row.tabulations,
        times: row.times,
        change: row.change,
        object: row.object,
        detail: row.detail,
        concerns: row.concerns,
        hash: row.hash,
    }
}
