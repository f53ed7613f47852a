//! The ledger of the budget: read, settled and written in one transaction that no other debit runs beside.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use disclosure::{POOL_TABULATIONS, Tier};
use entity::budget_entry::{self, Column};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::domain::{Bill, BudgetLine, Charge, Ledger, Verdict};

use super::{
    Result, Store,
    words::{stored_tier, tier},
};

/// The advisory lock of debits on PostgreSQL. One for all organisations, because they share the pool.
const BUDGET_LOCK: i64 = 0x6265_6e63_686d_6b06;

/// Entries of one statement: 6 columns each stay below the 32,766 values SQLite binds.
const CHUNK: usize = 2_000;

impl Store {
    /// Grants the parts of a bill that an organisation's budget at a tier and the pool of all organisations allow, and
    /// charges what is new of them. What anybody opened before is granted without a new entry.
    ///
    /// # Errors
    /// When the database fails: then nothing is charged, and nothing may be answered.
    pub async fn debit(&self, organisation: i64, tier: Tier, bill: &Bill, at: DateTime<Utc>) -> Result<Vec<Verdict>> {
        self.intact()?;
        // Entries are only ever added: what is open stays open and what is used up stays used up, so that a bill that adds
        // no entry is settled without waiting for anybody.
        let settlement = self.ledger(&self.database, organisation, tier, bill).await?.settle(bill);
        if settlement.entries.is_empty() {
            return Ok(settlement.verdicts);
        }
        let transaction = self.begin_alone(BUDGET_LOCK).await?;
        let settlement = self.ledger(&transaction, organisation, tier, bill).await?.settle(bill);
        for chunk in settlement.entries.chunks(CHUNK) {
            let rows = chunk.iter().map(|&position| {
                let charge = &bill.charges[position];
                budget_entry::ActiveModel {
                    measure: Set(charge.measure.to_string()),
                    tabulation: Set(charge.tabulation.to_string()),
                    organisation_id: Set(organisation),
                    tier: Set(stored_tier(tier)),
                    cost: Set(tier.rules().cost()),
                    charged_at: Set(at),
                }
            });
            budget_entry::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        self.intact()?;
        Ok(settlement.verdicts)
    }

    /// What [`debit`](Self::debit) would grant now, and how many new entries it would make; nothing is charged.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quote(&self, organisation: i64, tier: Tier, bill: &Bill) -> Result<(Vec<Verdict>, usize)> {
        let settlement = self.ledger(&self.database, organisation, tier, bill).await?.settle(bill);
        Ok((settlement.verdicts, settlement.entries.len()))
    }

    /// What an organisation has used, by measure; about one measure where it is given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn budget(&self, organisation: i64, measure: Option<&str>, first: u32) -> Result<Vec<BudgetLine>> {
        let lines = budget_entry::Entity::find()
            .select_only()
            .columns([Column::Tier, Column::Measure])
            .column_as(Column::Tabulation.count(), "used")
            .column_as(Column::Cost.sum(), "cost")
            .filter(Column::OrganisationId.eq(organisation))
            .apply_if(measure, |query, measure| query.filter(Column::Measure.eq(measure)))
            .group_by(Column::Tier)
            .group_by(Column::Measure)
            .order_by_asc(Column::Tier)
            .order_by_asc(Column::Measure)
            .limit(u64::from(first))
            .into_tuple::<(entity::Tier, String, i64, f64)>()
            .all(&self.database)
            .await?;
        let line = |(stored, measure, used, cost)| BudgetLine {
            tier: tier(stored),
            measure,
            used: u32::try_from(used).unwrap_or(u32::MAX),
            cost,
        };
        Ok(lines.into_iter().map(line).collect())
    }

    /// What is open already, as far as a bill needs it: three questions, however many charges there are.
    async fn ledger(
        &self,
        connection: &impl ConnectionTrait,
        organisation: i64,
        tier: Tier,
        bill: &Bill,
    ) -> Result<Ledger> {
        let mut ledger = Ledger::new(tier.rules().new_tabulations.unwrap_or(u32::MAX), POOL_TABULATIONS);
        let measures = each_once(bill, |charge| &charge.measure);
        let about = budget_entry::Entity::find().select_only().filter(Column::Measure.is_in(measures.iter().copied()));

        // How many there are is read before which: what comes in between can then only be known too well.
        let counted = about.clone().column(Column::Measure).column_as(Column::Tabulation.count(), "opened");
        let counted = counted.group_by(Column::Measure);
        let own = counted
            .clone()
            .filter(Column::OrganisationId.eq(organisation))
            .into_tuple::<(String, i64)>()
            .all(connection)
            .await?;
        let own: HashMap<String, i64> = own.into_iter().collect();
        for (measure, all) in counted.into_tuple::<(String, i64)>().all(connection).await? {
            let size = |opened: i64| usize::try_from(opened).unwrap_or(usize::MAX);
            let own = own.get(&measure).copied().unwrap_or_default();
            ledger.set_opened(measure.into(), size(own), size(all));
        }

        let tabulations = each_once(bill, |charge| &charge.tabulation);
        let open = about.columns([Column::Measure, Column::Tabulation]).filter(Column::Tabulation.is_in(tabulations));
        for (measure, tabulation) in open.into_tuple::<(String, String)>().all(connection).await? {
            ledger.add_open(&Charge { measure: measure.into(), tabulation: tabulation.into() });
        }
        Ok(ledger)
    }
}

/// One text of every charge, each once.
fn each_once(bill: &Bill, text: impl Fn(&Charge) -> &Arc<str>) -> Vec<&str> {
    let mut texts: Vec<&str> = bill.charges.iter().map(|charge| &**text(charge)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
