//! Taking back: a result, or a count of destinations, is superseded by a row that says nothing. So a withdrawal is numbered and
//! published as a correction is, and releases before it keep what they showed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::release;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::{ChangeKind, Editions, Publishable, RecordedChange, TakenBack, Withdrawal};

use super::{
    Error, Result, Store, destinations::cohort_year, receipt::NewSubmission, releases::number,
    submit::known_institutions,
};

/// Rows of one statement. Few, because a SQLite file is locked meanwhile.
const CHUNK: usize = 250;

/// A table whose rows can be taken back.
#[derive(Clone, Copy)]
struct Table {
    name: &'static str,
    period: &'static str,
    /// The columns of a row that takes back, beside its key, its submission, what it supersedes and that it does.
    copied: &'static str,
    /// What it says in place of those that say something.
    blank: &'static str,
}

const RESULTS: Table = Table {
    name: "result",
    period: "t.period",
    copied: "institution_id, framework_id, period, completed_on, terms_version, local_authority_id, hub_id, phase, type, \
             disadvantage, size, setting",
    blank: "",
};

const COUNTS: Table = Table {
    name: "destination_count",
    period: "CAST(t.cohort_year AS TEXT)",
    copied: "institution_id, cohort_year, stage, category, local_authority_id, hub_id",
    blank: "students, ",
};

/// One row that is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    id: i64,
    institution: i64,
    supersedes: Option<i64>,
    period: Publishable,
}

/// What is taken back, of both tables.
#[derive(PartialEq, Eq)]
struct Rows([Vec<Row>; 2]);

impl Store {
    /// What a withdrawal takes back, by period: what its organisation handed in, and what holds.
    ///
    /// # Errors
    /// When the organisation is unknown, or the database fails.
    pub async fn to_take_back(&self, withdrawal: &Withdrawal) -> Result<Vec<TakenBack>> {
        let organisation = self.provider(withdrawal).await?;
        let (last_result, last_count) = self.accepted().await?;
        let rows = rows(&self.database, withdrawal, organisation, [last_result, last_count]).await?;
        self.comes_of(&rows).await
    }

    /// Takes back what [`to_take_back`](Self::to_take_back) tells, as a submission of its own: all of it or nothing. Returns the
    /// number of that submission; `None` where there was nothing to take back.
    ///
    /// # Errors
    /// When the organisation is unknown, something of it was corrected or taken back at the same moment, or the database fails.
    pub async fn withdraw(
        &self,
        withdrawal: &Withdrawal,
        why: Option<String>,
        at: DateTime<Utc>,
    ) -> Result<Option<(i64, Vec<TakenBack>)>> {
        let organisation = self.provider(withdrawal).await?;
        let (last_result, last_count) = self.accepted().await?;
        let found = rows(&self.database, withdrawal, organisation, [last_result, last_count]).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let told = self.comes_of(&found).await?;
        let new = NewSubmission {
            organisation: withdrawal.organisation.clone(),
            checksum: found.checksum(),
            before: None,
            received_at: at,
            rows: found.0.iter().map(|rows| rows.len() as u64).sum(),
            why,
        };
        let mut intake = self.receive(&new).await?;
        let stored = async {
            if rows(&intake.reading().await?, withdrawal, organisation, [i64::MAX; 2]).await? != found {
                return Err(Error::ChangedMeanwhile);
            }
            for (table, rows) in [RESULTS, COUNTS].into_iter().zip(&found.0) {
                let mut next = last(&intake.reading().await?, table).await? + 1;
                for chunk in rows.chunks(CHUNK) {
                    let statement = table.take_back(chunk, next, intake.submission);
                    intake.writing().await?.execute_unprepared(&statement).await?;
                    next += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
                }
            }
            Ok(())
        };
        let stored = stored.await;
        let number = intake.submission;
        let taken: Vec<String> = told.iter().map(|taken| format!("{} of {}", taken.records, taken.period)).collect();
        let change = RecordedChange::new(ChangeKind::SubmissionWithdrawn, number.to_string()).detail(taken.join(", "));
        intake.end(stored, change, Some(json(&told))).await?;
        Ok(Some((number, told)))
    }

    async fn provider(&self, withdrawal: &Withdrawal) -> Result<i64> {
        let code = &withdrawal.organisation;
        self.organisation_id(code).await?.ok_or_else(|| Error::UnknownOrganisation(code.clone()))
    }

    /// What comes of taking rows back, by period.
    async fn comes_of(&self, rows: &Rows) -> Result<Vec<TakenBack>> {
        let editions = self.editions().await?;
        let mut last = HashMap::new();
        for row in release::Entity::find().all(&self.database).await? {
            last.insert(number(row.number)?, [row.last_result, row.last_destination]);
        }
        let mut told = Vec::new();
        for (place, (table, rows)) in [RESULTS, COUNTS].into_iter().zip(&rows.0).enumerate() {
            let newest = |period| newest_edition(&editions, period).map_or(0, |release| last[&release][place]);
            let mut of_period: BTreeMap<Publishable, (u64, BTreeSet<i64>, u64)> = BTreeMap::new();
            for (row, is_shown) in rows.iter().zip(shown(&self.database, table, rows, newest).await?) {
                let (records, institutions, shown) = of_period.entry(row.period).or_default();
                *records += 1;
                institutions.insert(row.institution);
                *shown += u64::from(is_shown);
            }
            told.extend(of_period.into_iter().map(|(period, (records, institutions, shown))| TakenBack {
                period,
                records,
                institutions: institutions.len() as u64,
                shown,
                next: editions.next(period).ok(),
            }));
        }
        Ok(told)
    }
}

/// What was taken back, as it is kept with a change that an organisation asked for.
fn json(told: &[TakenBack]) -> String {
    let one = |taken: &TakenBack| {
        json!({"period": taken.period.to_string(), "records": taken.records, "institutions": taken.institutions,
            "shown": taken.shown, "next": taken.next.map(|next| next.to_string())})
    };
    told.iter().map(one).collect::<Value>().to_string()
}

fn newest_edition(editions: &Editions, period: Publishable) -> Option<u32> {
    editions.of_period(period).last().map(|published| published.release)
}

/// Of each row, whether the newest edition of its period shows it or what it corrects.
async fn shown(
    connection: &impl ConnectionTrait,
    table: Table,
    rows: &[Row],
    newest: impl Fn(Publishable) -> i64,
) -> Result<Vec<bool>> {
    let mut shown: Vec<bool> = rows.iter().map(|row| row.id <= newest(row.period)).collect();
    // What a late one corrects, step by step.
    let mut open: HashMap<i64, usize> = HashMap::new();
    open.extend(
        rows.iter()
            .enumerate()
            .filter(|&(place, _)| !shown[place])
            .filter_map(|(place, row)| Some((row.supersedes?, place))),
    );
    while !open.is_empty() {
        let ids: Vec<i64> = open.keys().copied().collect();
        for chunk in ids.chunks(CHUNK) {
            let sql = format!("SELECT id, supersedes, withdrawn FROM {} WHERE id IN ({})", table.name, listed(chunk));
            for row in connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await? {
                let id: i64 = row.try_get_by_index(0)?;
                let Some(place) = open.remove(&id) else { continue };
                if id <= newest(rows[place].period) {
                    shown[place] = !row.try_get_by_index::<bool>(2)?;
                } else if let Some(before) = row.try_get_by_index::<Option<i64>>(1)? {
                    open.insert(before, place);
                }
            }
        }
    }
    Ok(shown)
}

/// What a withdrawal takes back, up to the last rows that are accepted.
async fn rows(
    connection: &impl ConnectionTrait,
    withdrawal: &Withdrawal,
    organisation: i64,
    last: [i64; 2],
) -> Result<Rows> {
    let mut institutions: BTreeSet<i64> = BTreeSet::new();
    if !withdrawal.institutions.is_empty() {
        let known = known_institutions(connection).await?;
        institutions.extend(withdrawal.institutions.iter().filter_map(|institution| known.get(institution)));
    }
    let mut found = Rows(Default::default());
    for ((table, last), rows) in [RESULTS, COUNTS].into_iter().zip(last).zip(&mut found.0) {
        let Table { name, period, .. } = table;
        let submission = withdrawal.submission.map_or_else(String::new, |number| format!(" AND s.id = {number}"));
        let sql = format!(
            "SELECT t.id, t.institution_id, t.supersedes, {period} FROM {name} t JOIN submission s ON s.id = t.submission_id \
             WHERE s.organisation_id = {organisation}{submission} AND t.id <= {last} AND NOT t.withdrawn \
             AND NOT EXISTS (SELECT 1 FROM {name} n WHERE n.supersedes = t.id AND n.id <= {last}) ORDER BY t.id"
        );
        for row in connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await? {
            let period: String = row.try_get_by_index(3)?;
            let corrupt = || Error::Corrupt(format!("the period `{period}`"));
            let period = if name == RESULTS.name {
                Publishable::Term(period.parse().map_err(|_| corrupt())?)
            } else {
                Publishable::Cohorts(cohort_year(period.parse().map_err(|_| corrupt())?)?)
            };
            let institution = row.try_get_by_index(1)?;
            let of_period = withdrawal.periods.is_empty() || withdrawal.periods.contains(&period);
            let of_institution = withdrawal.institutions.is_empty() || institutions.contains(&institution);
            if of_period && of_institution {
                let (id, supersedes) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
                rows.push(Row { id, institution, supersedes, period });
            }
        }
    }
    Ok(found)
}

impl Rows {
    fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    fn checksum(&self) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(b"exchange/withdrawal/v1");
        for rows in &self.0 {
            hash.update((rows.len() as u64).to_be_bytes());
            rows.iter().for_each(|row| hash.update(row.id.to_be_bytes()));
        }
        hash.finalize().into()
    }
}

impl Table {
    /// The statement that takes rows back, `next` being the first key that is free.
    fn take_back(self, rows: &[Row], next: i64, submission: i64) -> String {
        let Self { name, copied, blank, .. } = self;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let zero = if blank.is_empty() { "" } else { "0, " };
        format!(
            "INSERT INTO {name} (id, {copied}, {blank}submission_id, supersedes, withdrawn) \
             SELECT {} + ROW_NUMBER() OVER (ORDER BY id), {copied}, {zero}{submission}, id, TRUE FROM {name} WHERE id IN ({})",
            next - 1,
            listed(&ids)
        )
    }
}

async fn last(connection: &impl ConnectionTrait, table: Table) -> Result<i64> {
    let sql = format!("SELECT COALESCE(MAX(id), 0) FROM {}", table.name);
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default())
}

fn listed(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
