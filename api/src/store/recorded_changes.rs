//! Changes as rows of the audit, written in the transaction that makes them: one chain for all processes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{
    audit_chain,
    audit_entry::{self, Column, Kind},
    organisation, requested_change,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LikeExpr, OnConflict},
};
use zeroize::Zeroizing;

use crate::domain::{AuditEntry, AuditKind, ChangeAuthor, ChangeEntry, ChangeKind, RecordedChange};

use super::{
    Error, Result, Store,
    audit::{head, row_of_change},
};

/// The advisory lock of the chain of changes on PostgreSQL. Taken last in a transaction, so that nobody waits for another in turn.
const CHAIN_LOCK: i64 = 0x6265_6e63_686d_6b0a;

/// The name of the chain of changes.
const CHAIN: &str = "changes";

/// On whose behalf a store makes changes: what their rows are hashed under, and when they are made.
pub struct Recorder {
    /// The key of the audit.
    pub key: Zeroizing<[u8; 32]>,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// The change that an organisation asked for; none where the operator makes it by command.
    pub requested: Option<String>,
}

impl Store {
    /// The same store, whose changes are recorded.
    #[must_use]
    pub fn recording(&self, recorder: Recorder) -> Self {
        Self { recorder: Some(Arc::new(recorder)), ..self.clone() }
    }

    /// Records a change in the transaction that makes it, as its last step, and marks it as made where somebody asked for it by
    /// itself. Without its row no change is made.
    ///
    /// # Errors
    /// When another process made it meanwhile, the store records nothing, or the database fails.
    pub(super) async fn record(
        &self,
        transaction: &DatabaseTransaction,
        change: &RecordedChange,
        receipt: Option<String>,
    ) -> Result<()> {
        let recorder = self.recorder.as_deref().ok_or(Error::Unrecorded)?;
        let by = match &recorder.requested {
            None => ChangeAuthor::operator(),
            Some(requested) => {
                mark(transaction, requested, &change.object, receipt).await?;
                author(transaction, requested).await?
            }
        };
        self.lock(transaction, CHAIN_LOCK).await?;
        let entry = AuditEntry::of_change(change, &by, recorder.at);
        let (mut number, mut before, mut entries) = if let Some(head) = head(transaction, CHAIN).await? {
            (head.number, head.hash, vec![entry])
        } else {
            let chain = audit_chain::ActiveModel {
                chain: Set(CHAIN.to_owned()),
                started_at: Set(recorder.at),
                witnessed: Set(0),
                cut: Set(0),
                cut_hash: Set(String::new()),
                cut_seal: Set(String::new()),
            };
            let once = OnConflict::column(audit_chain::Column::Chain).do_nothing().to_owned();
            audit_chain::Entity::insert(chain).on_conflict(once).exec_without_returning(transaction).await?;
            (0, String::new(), vec![AuditEntry::bare(AuditKind::Start, recorder.at, String::new()), entry])
        };
        for entry in &mut entries {
            number += 1;
            (entry.chain, entry.number) = (CHAIN.to_owned(), number);
            entry.hash = entry.link(&recorder.key, &before);
            before.clone_from(&entry.hash);
        }
        let rows = entries.iter().map(row_of_change);
        audit_entry::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        Ok(())
    }

    /// The changes since a time that an organisation made or that concern it, releases and those of everybody among them; the newest
    /// first, at most so many that come before one of them. Also how many there are in all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recorded_changes(
        &self,
        organisation: &str,
        since: DateTime<Utc>,
        before: Option<i64>,
        most: u64,
    ) -> Result<(Vec<ChangeEntry>, u64)> {
        let named = format!("%\n{}\n%", organisation.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let its_own = Condition::any()
            .add(Column::Organisation.eq(organisation))
            .add(Column::Concerns.like(LikeExpr::new(named).escape('\\')))
            .add(Column::Change.eq(ChangeKind::ReleasePublished.as_str()));
        let all = audit_entry::Entity::find()
            .filter(Column::Chain.eq(CHAIN))
            .filter(Column::Kind.eq(Kind::Change))
            .filter(Column::AskedAt.gte(since))
            .filter(its_own);
        let mut page = all.clone().order_by_desc(Column::Number).limit(most);
        if let Some(before) = before {
            page = page.filter(Column::Number.lt(before));
        }
        self.reaching(async {
            let total = all.count(&self.database).await?;
            Ok((page.all(&self.database).await?.into_iter().map(change).collect(), total))
        })
        .await
    }
}

/// Marks a change that was asked for as made.
async fn mark(
    transaction: &impl ConnectionTrait,
    requested: &str,
    subject: &str,
    receipt: Option<String>,
) -> Result<()> {
    let marked = requested_change::Entity::update_many()
        .col_expr(requested_change::Column::State, Expr::value(requested_change::State::Done))
        .col_expr(requested_change::Column::Subject, Expr::value(subject))
        .col_expr(requested_change::Column::Receipt, Expr::value(receipt))
        .filter(requested_change::Column::Id.eq(requested))
        .filter(requested_change::Column::State.eq(requested_change::State::Begun))
        .exec(transaction)
        .await?;
    if marked.rows_affected == 1 { Ok(()) } else { Err(Error::ChangeMade) }
}

/// Who asked for a change.
async fn author(transaction: &impl ConnectionTrait, requested: &str) -> Result<ChangeAuthor> {
    let found = requested_change::Entity::find_by_id(requested).find_both_related(organisation::Entity);
    let (change, organisation) = found.one(transaction).await?.ok_or(Error::ChangeMade)?;
    Ok(ChangeAuthor { organisation: organisation.code, client: change.client })
}

fn change(row: audit_entry::Model) -> ChangeEntry {
    ChangeEntry {
        number: row.number,
        at: row.asked_at,
        by: ChangeAuthor { organisation: row.organisation, client: row.client },
        change: row.change,
        object: row.object,
        detail: row.detail,
    }
}
