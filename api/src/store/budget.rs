//! The ledger of the budget: read, settled, and entered in one statement that stands only where nobody was quicker.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use disclosure::{POOL_TABULATIONS, Tier};
use entity::budget_entry::{self, Column};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::PostgresQueryBuilder,
};

use crate::domain::{Bill, BudgetLine, Charge, Ledger, Settlement, Verdict};

use super::{
    Error, Result, Store, connect,
    words::{stored_tier, tier},
};

/// Entries of one statement on SQLite: 7 columns each stay below the 32,766 values that it binds.
const CHUNK: usize = 2_000;

/// How often entries are settled anew because somebody was quicker. Each time somebody else used up some of a pool, so it ends
/// much sooner.
const ATTEMPTS: usize = 1_000;

/// How long an entry on PostgreSQL waits for another that is not committed. They stand in the statement's own transaction, so
/// that they hold behind a PgBouncer too.
const ENTRY_LIMITS: &str = "SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '2s'";

/// What an organisation is to be charged.
#[derive(Debug, Clone)]
pub struct Debit {
    /// The organisation.
    pub organisation: i64,
    /// The tier of the answer.
    pub tier: Tier,
    /// What it costs.
    pub bill: Bill,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was opened about one measure.
#[derive(Debug, Default)]
struct Account {
    /// The last place that is taken.
    last: i32,
    /// How many each organisation opened.
    opened: HashMap<i64, usize>,
    open: HashSet<Arc<str>>,
}

/// The accounts of some measures.
#[derive(Debug, Default)]
struct Accounts(HashMap<Arc<str>, Account>);

impl Store {
    /// Settles bills in order, each after those before it, and makes all entries that are new, or none.
    ///
    /// Entries are only ever added, and each has a place of its own in the account of its measure. So nobody need be kept from
    /// entering meanwhile: whoever settled by an account that somebody else added to finds the place taken, and settles anew.
    /// No lock outlives a statement, so a process that is stopped keeps none.
    ///
    /// # Errors
    /// When the database fails: then nothing may be answered.
    pub(super) async fn debit(&self, debits: &[Debit]) -> Result<Vec<Vec<Verdict>>> {
        for _ in 0..ATTEMPTS {
            // A connection that was lost shows when it is used: then another is made. Had the entries been made all the same,
            // they are found.
            let settled = async {
                for _ in 0..connect::MOST {
                    match self.settle(debits).await {
                        Err(Error::Away(Some(_))) => {}
                        settled => return settled,
                    }
                }
                self.settle(debits).await
            };
            match self.reaching(settled).await {
                Err(Error::LostRace(_)) => {}
                settled => return settled,
            }
        }
        Err(Error::Away(None))
    }

    async fn settle(&self, debits: &[Debit]) -> Result<Vec<Vec<Verdict>>> {
        self.intact()?;
        // What is open stays open and what is used up stays used up, so that a bill that adds no entry waits for nobody.
        let (verdicts, entries) = self.accounts(&self.database, debits).await?.settle(debits);
        if entries.is_empty() {
            return Ok(verdicts);
        }
        if self.database.get_database_backend() == DbBackend::Postgres {
            // With the values in it the statement goes out with its limits in one message, and is one transaction.
            let entry = budget_entry::Entity::insert_many(entries).into_query().to_string(PostgresQueryBuilder);
            self.database.execute_unprepared(&format!("{ENTRY_LIMITS}; {entry}")).await?;
            return Ok(verdicts);
        }
        let transaction = self.begin_charging().await?;
        let (verdicts, entries) = self.accounts(&transaction, debits).await?.settle(debits);
        for chunk in entries.chunks(CHUNK) {
            let chunk = chunk.iter().cloned();
            budget_entry::Entity::insert_many(chunk).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        self.intact()?;
        Ok(verdicts)
    }

    /// What a bill would be granted now, and how many new entries it would make; nothing is charged.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quote(&self, organisation: i64, tier: Tier, bill: &Bill) -> Result<(Vec<Verdict>, usize)> {
        let debit = Debit { organisation, tier, bill: bill.clone(), at: DateTime::UNIX_EPOCH };
        let debits = std::slice::from_ref(&debit);
        let accounts = self.reaching(self.accounts(&self.database, debits)).await?;
        let Settlement { verdicts, entries } = accounts.verdicts(&debit);
        Ok((verdicts, entries.len()))
    }

    /// What an organisation has used, by measure; about one measure where it is given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn budget(&self, organisation: i64, measure: Option<&str>, first: u32) -> Result<Vec<BudgetLine>> {
        // No measure has this character, and PostgreSQL takes no text with it.
        if measure.is_some_and(|measure| measure.contains('\0')) {
            return Ok(Vec::new());
        }
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
            .into_tuple::<(entity::Tier, String, i64, f64)>();
        let lines = self.reaching(async { Ok(lines.all(&self.database).await?) }).await?;
        let line = |(stored, measure, used, cost)| BudgetLine {
            tier: tier(stored),
            measure,
            used: u32::try_from(used).unwrap_or(u32::MAX),
            cost,
        };
        Ok(lines.into_iter().map(line).collect())
    }

    /// What is open already about the measures of bills: one question, so one state of the database.
    async fn accounts(&self, connection: &impl ConnectionTrait, debits: &[Debit]) -> Result<Accounts> {
        let charges = debits.iter().flat_map(|debit| &debit.bill.charges);
        let mut measures: Vec<&str> = charges.map(|charge| &*charge.measure).collect();
        measures.sort_unstable();
        measures.dedup();
        // Of a few lengths only, so that the statement is prepared a few times only.
        if let Some(&last) = measures.last() {
            measures.resize(measures.len().next_power_of_two(), last);
        }
        let opened = budget_entry::Entity::find()
            .select_only()
            .columns([Column::Measure, Column::Place, Column::OrganisationId, Column::Tabulation])
            .filter(Column::Measure.is_in(measures))
            .into_tuple::<(String, i32, i64, String)>()
            .all(connection)
            .await?;
        let mut accounts = Accounts::default();
        for (measure, place, organisation, tabulation) in opened {
            accounts.enter(measure.into(), place, organisation, tabulation.into());
        }
        Ok(accounts)
    }
}

impl Accounts {
    fn enter(&mut self, measure: Arc<str>, place: i32, organisation: i64, tabulation: Arc<str>) {
        let account = self.0.entry(measure).or_default();
        account.last = account.last.max(place);
        *account.opened.entry(organisation).or_default() += 1;
        account.open.insert(tabulation);
    }

    /// What one bill is granted.
    fn verdicts(&self, debit: &Debit) -> Settlement {
        let mut ledger = Ledger::new(debit.tier.rules().new_tabulations.unwrap_or(u32::MAX), POOL_TABULATIONS);
        for Charge { measure, tabulation } in &debit.bill.charges {
            let Some(account) = self.0.get(measure) else { continue };
            let own = account.opened.get(&debit.organisation).copied().unwrap_or_default();
            ledger.set_opened(measure.clone(), own, account.open.len());
            if account.open.contains(tabulation) {
                ledger.add_open(&Charge { measure: measure.clone(), tabulation: tabulation.clone() });
            }
        }
        ledger.settle(&debit.bill)
    }

    /// What each bill is granted after those before it, and the entries to make, in the order of their keys: so of two
    /// statements that need the same places one waits for the other, and never each for the other.
    fn settle(mut self, debits: &[Debit]) -> (Vec<Vec<Verdict>>, Vec<budget_entry::ActiveModel>) {
        let mut made = Vec::new();
        let verdicts = debits.iter().map(|debit| {
            let Settlement { verdicts, entries } = self.verdicts(debit);
            for position in entries {
                let Charge { measure, tabulation } = &debit.bill.charges[position];
                let place = self.0.get(measure).map_or(0, |account| account.last) + 1;
                self.enter(measure.clone(), place, debit.organisation, tabulation.clone());
                made.push((measure, place, debit, tabulation));
            }
            verdicts
        });
        let verdicts = verdicts.collect();
        made.sort_unstable_by_key(|(measure, place, ..)| (*measure, *place));
        let rows = made.into_iter().map(|(measure, place, debit, tabulation)| budget_entry::ActiveModel {
            measure: Set(measure.to_string()),
            place: Set(place),
            tabulation: Set(tabulation.to_string()),
            organisation_id: Set(debit.organisation),
            tier: Set(stored_tier(debit.tier)),
            cost: Set(debit.tier.rules().cost()),
            charged_at: Set(debit.at),
        });
        (verdicts, rows.collect())
    }
}
