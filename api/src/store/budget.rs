//! The ledger of the budget: read, settled and written in one transaction that no other debit runs beside.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use disclosure::{POOL_TABULATIONS, Tier};
use entity::budget_entry;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryResult, Value};

use crate::domain::{Bill, BudgetLine, Charge, Ledger, Verdict};

use super::{Error, Result, Store};

/// The advisory lock of debits on PostgreSQL. One for all organisations, because they share the pool.
const BUDGET_LOCK: i64 = 0x6265_6e63_686d_6b06;

/// Entries of one statement: 8 columns each stay below the 32,766 values SQLite binds.
const CHUNK: usize = 2_000;

impl Store {
    /// Grants the parts of a bill that an organisation's budget at a tier and the pool of all organisations allow, and
    /// charges what is new of them. What was charged before is granted without a new entry.
    ///
    /// # Errors
    /// When the database fails: then nothing is charged, and nothing may be answered.
    pub async fn debit(&self, organisation: i64, tier: Tier, bill: &Bill, at: DateTime<Utc>) -> Result<Vec<Verdict>> {
        // Entries are only ever added: what is held stays held and what is used up stays used up, so that a bill that adds
        // no entry is settled without waiting for anybody.
        let settlement = self.ledger(&self.database, organisation, tier, bill).await?.settle(bill);
        if settlement.entries.is_empty() {
            return Ok(settlement.verdicts);
        }
        let transaction = self.begin_alone(BUDGET_LOCK).await?;
        let settlement = self.ledger(&transaction, organisation, tier, bill).await?.settle(bill);
        for chunk in settlement.entries.chunks(CHUNK) {
            let rows = chunk.iter().map(|entry| {
                let charge = &bill.charges[entry.charge];
                budget_entry::ActiveModel {
                    organisation_id: Set(organisation),
                    tier: Set(tier.to_string()),
                    measure: Set(charge.measure.to_string()),
                    period: Set(charge.period.to_string()),
                    tabulation: Set(charge.tabulation.to_string()),
                    cost: Set(tier.rules().cost()),
                    pooled: Set(entry.pooled),
                    charged_at: Set(at),
                }
            });
            budget_entry::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
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

    /// What an organisation has used, newest period first; about one measure or one period where they are given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn budget(
        &self,
        organisation: i64,
        measure: Option<&str>,
        period: Option<&str>,
        first: u32,
    ) -> Result<Vec<BudgetLine>> {
        let mut values: Vec<Value> = vec![organisation.into()];
        let mut conditions = String::from("organisation_id = ?");
        for (column, wanted) in [("measure", measure), ("period", period)] {
            if let Some(wanted) = wanted {
                conditions.push_str(&format!(" AND {column} = ?"));
                values.push(wanted.into());
            }
        }
        let sql = format!(
            "SELECT tier, measure, period, CAST(COUNT(*) AS BIGINT), SUM(cost) FROM budget_entry WHERE {conditions} \
             GROUP BY tier, measure, period ORDER BY period DESC, tier, measure LIMIT {first}"
        );
        let rows = self.database.query_all_raw(self.statement(&sql, values)).await?;
        rows.iter()
            .map(|row| {
                let tier: String = row.try_get_by_index(0)?;
                let used: i64 = row.try_get_by_index(3)?;
                Ok(BudgetLine {
                    tier: tier.parse().map_err(|_| Error::Corrupt(format!("the tier `{tier}`")))?,
                    measure: row.try_get_by_index(1)?,
                    period: row.try_get_by_index(2)?,
                    used: u32::try_from(used).unwrap_or(u32::MAX),
                    cost: row.try_get_by_index(4)?,
                })
            })
            .collect()
    }

    /// What is held already, as far as a bill needs it: three questions, however many charges there are.
    async fn ledger(
        &self,
        connection: &impl ConnectionTrait,
        organisation: i64,
        tier: Tier,
        bill: &Bill,
    ) -> Result<Ledger> {
        let mut ledger = Ledger::new(tier.rules().new_tabulations.unwrap_or(u32::MAX), POOL_TABULATIONS);
        let measures = each_once(bill, |charge| &charge.measure);
        let periods = each_once(bill, |charge| &charge.period);
        let about = format!("measure IN ({}) AND period IN ({})", marks(&measures), marks(&periods));
        let about_values = || measures.iter().chain(&periods).map(|text| Value::from(*text));

        let sql = format!(
            "SELECT measure, period, tabulation FROM budget_entry WHERE organisation_id = ? AND tier = ? AND {about}"
        );
        let values = [organisation.into(), tier.as_str().into()].into_iter().chain(about_values()).collect();
        for row in connection.query_all_raw(self.statement(&sql, values)).await? {
            ledger.hold(&charge(&row)?);
        }

        // The size of the pool is read before what is in it: what comes in between can then only be known too well.
        let sql = format!(
            "SELECT measure, period, CAST(COUNT(*) AS BIGINT) FROM budget_entry WHERE {about} AND pooled \
             GROUP BY measure, period"
        );
        for row in connection.query_all_raw(self.statement(&sql, about_values().collect())).await? {
            let size: i64 = row.try_get_by_index(2)?;
            ledger.size_pool(text(&row, 0)?, text(&row, 1)?, usize::try_from(size).unwrap_or(usize::MAX));
        }

        let tabulations = each_once(bill, |charge| &charge.tabulation);
        let sql = format!(
            "SELECT measure, period, tabulation FROM budget_entry WHERE {about} AND pooled AND tabulation IN ({})",
            marks(&tabulations)
        );
        let values = about_values().chain(tabulations.iter().map(|text| Value::from(*text))).collect();
        for row in connection.query_all_raw(self.statement(&sql, values)).await? {
            ledger.know(&charge(&row)?);
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

/// A `?` for each text.
fn marks(texts: &[&str]) -> String {
    vec!["?"; texts.len()].join(", ")
}

fn text(row: &QueryResult, column: usize) -> Result<Arc<str>> {
    Ok(row.try_get_by_index::<String>(column)?.into())
}

/// The measure, period and tabulation of a row.
fn charge(row: &QueryResult) -> Result<Charge> {
    Ok(Charge { measure: text(row, 0)?, period: text(row, 1)?, tabulation: text(row, 2)? })
}
