//! The chains of the audit: appended to, read, summed up and cut.

use chrono::{DateTime, Utc};
use entity::{
    audit_chain,
    audit_entry::{self, Column, Kind},
    audit_group,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{ExprTrait, PostgresQueryBuilder},
};

use crate::domain::{AuditChain, AuditCut, AuditEntry, AuditGroup, AuditHead, AuditLink, AuditSum};

use super::{CHARGE_PATIENCE, Result, Store};

/// How many groups are read at once: each has some hundreds of entries at the most.
const GROUPS: u64 = 32;

/// How long an append on PostgreSQL may take.
const APPEND_LIMITS: &str = "SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '2s'";

impl Store {
    /// Appends a group to a chain; to one that begins, with the heads of others that it bears witness of.
    ///
    /// # Errors
    /// When the database fails: whether it stands is then told by [`audit_head`](Self::audit_head).
    pub async fn append_audit(&self, group: &AuditGroup, begins: Option<&[AuditHead]>) -> Result<()> {
        let inserted = || audit_group::Entity::insert(row_of_group(group));
        self.reaching(async {
            if begins.is_none() && self.database.get_database_backend() == DbBackend::Postgres {
                // With the values in it the statement goes out with its limits in one message, and is one transaction.
                let row = inserted().into_query().to_string(PostgresQueryBuilder);
                self.database.execute_unprepared(&format!("{APPEND_LIMITS}; {row}")).await?;
                return Ok(());
            }
            self.intact()?;
            if let (None, Some(file)) = (begins, &self.file) {
                let statement = || inserted().build(DbBackend::Sqlite);
                file.execute_at_once(&self.changes, statement, CHARGE_PATIENCE).await?;
                return self.intact();
            }
            let transaction = self.begin_charging().await?;
            if let Some(heads) = begins {
                let chain = audit_chain::ActiveModel {
                    chain: Set(group.chain.clone()),
                    started_at: Set(group.from),
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
            inserted().exec_without_returning(&transaction).await?;
            transaction.commit().await?;
            self.intact()
        })
        .await
    }

    /// The end of a chain; none where it has no entry.
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
        let of_entries = audit_entry::Entity::find().select_only().column(Column::Chain).distinct();
        let of_groups = audit_group::Entity::find().select_only().column(audit_group::Column::Chain).distinct();
        let mut names: Vec<String> = of_entries.into_tuple().all(&self.database).await?;
        names.extend(of_groups.into_tuple::<String>().all(&self.database).await?);
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// The next links of a chain that have entries after one of them, in their order: at most so many, or some groups.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_links(&self, chain: &str, after: i64, most: u64) -> Result<Vec<AuditLink>> {
        let entries = audit_entry::Entity::find()
            .filter(Column::Chain.eq(chain))
            .filter(Column::Number.gt(after))
            .order_by_asc(Column::Number)
            .limit(most);
        let groups = audit_group::Entity::find()
            .filter(audit_group::Column::Chain.eq(chain))
            .filter(audit_group::Column::Last.gt(after))
            .order_by_asc(audit_group::Column::Last)
            .limit(Ord::min(GROUPS, most));
        // A chain has either.
        let entries = entries.all(&self.database).await?.into_iter();
        let mut links: Vec<AuditLink> = entries.map(|row| AuditLink::Entry(Box::new(entry(row)))).collect();
        links.extend(groups.all(&self.database).await?.into_iter().map(group).map(AuditLink::Group));
        links.sort_by_key(|link| link.places().1);
        Ok(links)
    }

    /// The next groups with entries from a time on, none of them begun after another, that follow one of them in the order of
    /// chains and places.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_groups(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        after: &AuditHead,
    ) -> Result<Vec<AuditGroup>> {
        let (chain, place) = (audit_group::Column::Chain, audit_group::Column::Last);
        let groups = audit_group::Entity::find()
            .filter(audit_group::Column::AskedUntil.gte(since))
            .filter(audit_group::Column::AskedFrom.lte(until))
            .filter(chain.gt(&*after.chain).or(chain.eq(&*after.chain).and(place.gt(after.number))))
            .order_by_asc(chain)
            .order_by_asc(place)
            .limit(GROUPS);
        let groups = self.reaching(async { Ok(groups.all(&self.database).await?) }).await?;
        Ok(groups.into_iter().map(group).collect())
    }

    /// The questions that entries in no group tell of since a time, each with how often, at most so many.
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

    /// How far each chain may be cut when entries before a time are dropped: its last link before the first one with a later entry.
    /// The last link of a chain always stays.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_past(&self, before: DateTime<Utc>) -> Result<Vec<AuditHead>> {
        let mut past = Vec::new();
        for AuditChain { chain, .. } in self.audit_chains().await? {
            let Some(end) = head(&self.database, &chain).await? else { continue };
            let entries = || audit_entry::Entity::find().filter(Column::Chain.eq(&*chain));
            let groups = || audit_group::Entity::find().filter(audit_group::Column::Chain.eq(&*chain));
            let later = entries().filter(Column::AskedAt.gte(before)).order_by_asc(Column::Number);
            let later = later.one(&self.database).await?.map(|row| row.number);
            let later_group = groups()
                .filter(audit_group::Column::AskedUntil.gte(before))
                .order_by_asc(audit_group::Column::Last)
                .one(&self.database)
                .await?
                .map(|row| row.last);
            let stays = later.into_iter().chain(later_group).min().unwrap_or(end.number);
            let last = entries().filter(Column::Number.lt(stays)).order_by_desc(Column::Number);
            let last_group =
                groups().filter(audit_group::Column::Last.lt(stays)).order_by_desc(audit_group::Column::Last);
            let last = last.one(&self.database).await?.map(|row| head_of(row.chain, row.number, row.hash));
            let last_group = last_group.one(&self.database).await?.map(|row| head_of(row.chain, row.last, row.hash));
            past.extend(last.into_iter().chain(last_group).max_by_key(|head| head.number));
        }
        Ok(past)
    }

    /// Drops the entries of a chain up to one of them, and keeps what shows that. Returns how many it dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cut_audit(&self, chain: &str, cut: &AuditCut) -> Result<u64> {
        let transaction = self.begin_change().await?;
        let before = audit_chain::Entity::find_by_id(chain).one(&transaction).await?.map_or(0, |row| row.cut);
        // Another process may have dropped more meanwhile.
        if before >= cut.number {
            return Ok(0);
        }
        let kept = audit_chain::ActiveModel {
            chain: Set(chain.to_owned()),
            cut: Set(cut.number),
            cut_hash: Set(cut.hash.clone()),
            cut_seal: Set(cut.seal.clone()),
            ..Default::default()
        };
        kept.update(&transaction).await?;
        audit_entry::Entity::delete_many()
            .filter(Column::Chain.eq(chain))
            .filter(Column::Number.lte(cut.number))
            .exec(&transaction)
            .await?;
        audit_group::Entity::delete_many()
            .filter(audit_group::Column::Chain.eq(chain))
            .filter(audit_group::Column::Last.lte(cut.number))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok((cut.number - before).unsigned_abs())
    }
}

fn head_of(chain: String, number: i64, hash: String) -> AuditHead {
    AuditHead { chain, number, hash }
}

/// The end of a chain; none where it has no entry.
pub(super) async fn head(connection: &impl ConnectionTrait, chain: &str) -> Result<Option<AuditHead>> {
    let last = audit_group::Entity::find()
        .filter(audit_group::Column::Chain.eq(chain))
        .order_by_desc(audit_group::Column::Last);
    if let Some(row) = last.one(connection).await? {
        return Ok(Some(head_of(row.chain, row.last, row.hash)));
    }
    let last = audit_entry::Entity::find().filter(Column::Chain.eq(chain)).order_by_desc(Column::Number);
    Ok(last.one(connection).await?.map(|row| head_of(row.chain, row.number, row.hash)))
}

fn row_of_group(group: &AuditGroup) -> audit_group::ActiveModel {
    audit_group::ActiveModel {
        chain: Set(group.chain.clone()),
        last: Set(group.last),
        first: Set(group.first),
        asked_from: Set(group.from),
        asked_until: Set(group.until),
        lines: Set(group.lines.clone()),
        hash: Set(group.hash.clone()),
    }
}

fn group(row: audit_group::Model) -> AuditGroup {
    AuditGroup {
        chain: row.chain,
        first: row.first,
        last: row.last,
        from: row.asked_from,
        until: row.asked_until,
        lines: row.lines,
        hash: row.hash,
    }
}
/// The row of an entry of the chain of changes.
pub(super) fn row_of_change(entry: &AuditEntry) -> audit_entry::ActiveModel {
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
        change: Set(entry.change.clone()),
        object: Set(entry.object.clone()),
        detail: Set(entry.detail.clone()),
        concerns: Set(entry.concerns.clone()),
        hash: Set(entry.hash.clone()),
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
