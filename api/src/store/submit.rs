//! Storing a submission: one transaction, all of it or nothing.

use std::{
    collections::HashMap,
    fmt::{self, Write},
};

use chrono::{DateTime, Utc};
use entity::{institution, result, submission};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use crate::domain::{Attributes, Pseudonym, Record};

use super::{Error, Result, Store};

/// Rows of one statement: 15 columns of a result stay below the 32,766 values SQLite binds.
const CHUNK: usize = 2_000;

/// Scores of one statement, written as whole numbers into its text.
const SCORE_CHUNK: usize = 16_000;

/// What is handed in, beside the records.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// The code of the organisation that hands in.
    pub organisation: String,
    /// SHA-256 of what was handed in: the same again changes nothing.
    pub checksum: [u8; 32],
    /// When it came in, UTC.
    pub received_at: DateTime<Utc>,
    /// Rows read.
    pub rows: u64,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The organisation handed in the same before: nothing was changed.
    AlreadyReceived {
        /// The number of that submission.
        submission: i64,
        /// When it came in.
        received_at: DateTime<Utc>,
    },
    /// It is stored.
    Accepted {
        /// Its number.
        submission: i64,
        /// Results stored, corrections among them.
        results: usize,
        /// Scores stored.
        scores: usize,
        /// Results that correct an earlier one.
        corrected: usize,
        /// Results that were there already, word for word, and were not stored again.
        unchanged: usize,
    },
    /// Counts of destinations are stored.
    CountsAccepted {
        /// The number of the submission.
        submission: i64,
        /// Counts stored, corrections among them.
        counts: usize,
        /// Counts that correct an earlier one.
        corrected: usize,
        /// Counts that were there already and were not stored again.
        unchanged: usize,
    },
}

/// Whether a submission is new.
pub(super) enum Received {
    /// It is, and has this key.
    New(i64),
    /// The organisation handed in the same before.
    Before(Receipt),
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyReceived { submission, received_at } => {
                write!(f, "nothing changed: received before as submission {submission} on {}", received_at.date_naive())
            }
            Self::Accepted { submission, results, scores, corrected, unchanged } => write!(
                f,
                "stored as submission {submission}: {results} results with {scores} scores, {corrected} of them \
                 corrections; {unchanged} were there already"
            ),
            Self::CountsAccepted { submission, counts, corrected, unchanged } => write!(
                f,
                "stored as submission {submission}: {counts} counts of destinations, {corrected} of them corrections; \
                 {unchanged} were there already"
            ),
        }
    }
}

/// What tells one result from another: institution, framework and period.
type Key = (i64, i64, String);

/// The result that holds now for a key.
#[derive(PartialEq, Eq)]
struct Held {
    id: i64,
    provider: i64,
    content: Content,
}

/// Everything of a result that a correction may change.
#[derive(PartialEq, Eq)]
struct Content {
    completed_on: chrono::NaiveDate,
    local_authority: i64,
    hub: Option<i64>,
    attributes: Attributes,
    scores: Vec<(i16, i16)>,
}

impl Store {
    /// Stores records of one organisation. A record for the institution, framework and period of an earlier result
    /// supersedes it where it differs; the earlier one stays. `progress` is told how many records are stored so far.
    ///
    /// # Errors
    /// When the organisation is unknown or the database fails: then nothing is stored.
    pub async fn submit(
        &self,
        new: &NewSubmission,
        records: &[Record],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Receipt> {
        let organisation = self
            .organisation_id(&new.organisation)
            .await?
            .ok_or_else(|| Error::UnknownOrganisation(new.organisation.clone()))?;
        let transaction = self.begin_writing().await?;
        let id = match self.receive(&transaction, organisation, new).await? {
            Received::New(id) => id,
            Received::Before(receipt) => return Ok(receipt),
        };
        let mut writer = Writer {
            frameworks: self.ids(&transaction, "framework").await?,
            areas: self.ids(&transaction, "area").await?,
            institutions: institutions(&transaction, records).await?,
            held: HashMap::new(),
            organisation,
            submission: id,
            next: next_id(&transaction, "result").await?,
            scores: 0,
            corrected: 0,
            unchanged: 0,
            results: 0,
        };
        writer.held = self.held(&transaction, records, &writer.frameworks).await?;
        let mut done = 0;
        for chunk in records.chunks(CHUNK) {
            writer.write(&transaction, chunk).await?;
            done += chunk.len();
            progress(done);
        }
        let counts = submission::ActiveModel {
            id: Set(id),
            results: Set(i64::try_from(writer.results).unwrap_or(i64::MAX)),
            scores: Set(i64::try_from(writer.scores).unwrap_or(i64::MAX)),
            ..Default::default()
        };
        submission::Entity::update(counts).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(Receipt::Accepted {
            submission: id,
            results: writer.results,
            scores: writer.scores,
            corrected: writer.corrected,
            unchanged: writer.unchanged,
        })
    }

    /// Opens a submission, unless the organisation handed in the same before.
    pub(super) async fn receive(
        &self,
        transaction: &DatabaseTransaction,
        organisation: i64,
        new: &NewSubmission,
    ) -> Result<Received> {
        let checksum = hex::encode(new.checksum);
        let before = submission::Entity::find()
            .filter(submission::Column::OrganisationId.eq(organisation))
            .filter(submission::Column::Checksum.eq(checksum.as_str()))
            .one(transaction)
            .await?;
        if let Some(before) = before {
            let receipt = Receipt::AlreadyReceived { submission: before.id, received_at: before.received_at };
            return Ok(Received::Before(receipt));
        }
        let id = next_id(transaction, "submission").await?;
        let row = submission::ActiveModel {
            id: Set(id),
            organisation_id: Set(organisation),
            checksum: Set(checksum),
            received_at: Set(new.received_at),
            rows: Set(i64::try_from(new.rows).unwrap_or(i64::MAX)),
            results: Set(0),
            scores: Set(0),
        };
        submission::Entity::insert(row).exec_without_returning(transaction).await?;
        Ok(Received::New(id))
    }

    /// The results that hold now for every framework and period of the records.
    async fn held(
        &self,
        transaction: &DatabaseTransaction,
        records: &[Record],
        frameworks: &HashMap<String, i64>,
    ) -> Result<HashMap<Key, Held>> {
        let mut wanted: Vec<(i64, String)> = records
            .iter()
            .filter_map(|record| Some((*frameworks.get(&record.framework)?, record.period.to_string())))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut held = HashMap::new();
        for (framework, period) in wanted {
            let sql = "SELECT r.id, r.institution_id, s.organisation_id, r.completed_on, r.local_authority_id, r.hub_id, \
                       r.phase, r.type, r.disadvantage, r.size, r.setting, \
                       (SELECT string_agg(CAST(b.benchmark AS TEXT) || ':' || CAST(b.score AS TEXT), ',') \
                        FROM benchmark_score b WHERE b.result_id = r.id) \
                       FROM result r JOIN submission s ON s.id = r.submission_id \
                       WHERE r.framework_id = ? AND r.period = ? \
                       AND NOT EXISTS (SELECT 1 FROM result n WHERE n.supersedes = r.id)";
            let values = vec![framework.into(), period.clone().into()];
            for row in transaction.query_all_raw(self.statement(sql, values)).await? {
                let mut attributes = Attributes::default();
                for (position, code) in attributes.0.iter_mut().enumerate() {
                    *code = u8::try_from(row.try_get_by_index::<i16>(6 + position)?).unwrap_or_default();
                }
                let scores: Option<String> = row.try_get_by_index(11)?;
                let content = Content {
                    completed_on: row.try_get_by_index(3)?,
                    local_authority: row.try_get_by_index(4)?,
                    hub: row.try_get_by_index(5)?,
                    attributes,
                    scores: super::released::parse_scores(scores.as_deref().unwrap_or_default())?,
                };
                let found = Held { id: row.try_get_by_index(0)?, provider: row.try_get_by_index(2)?, content };
                held.insert((row.try_get_by_index(1)?, framework, period.clone()), found);
            }
        }
        Ok(held)
    }
}

/// Writes records chunk by chunk, with what is looked up once for all of them.
struct Writer {
    frameworks: HashMap<String, i64>,
    areas: HashMap<String, i64>,
    institutions: HashMap<Pseudonym, i64>,
    held: HashMap<Key, Held>,
    organisation: i64,
    submission: i64,
    next: i64,
    results: usize,
    scores: usize,
    corrected: usize,
    unchanged: usize,
}

impl Writer {
    async fn write(&mut self, transaction: &DatabaseTransaction, records: &[Record]) -> Result<()> {
        let mut rows = Vec::with_capacity(records.len());
        let mut scores: Vec<(i64, i16, i16)> = Vec::with_capacity(records.len() * 8);
        for record in records {
            let framework = id(&self.frameworks, &record.framework)?;
            let institution = self.institutions[&record.institution];
            let key = (institution, framework, record.period.to_string());
            let content = Content {
                completed_on: record.completed_on,
                local_authority: id(&self.areas, &record.local_authority)?,
                hub: record.hub.as_ref().map(|hub| id(&self.areas, hub)).transpose()?,
                attributes: record.attributes,
                scores: numbered(&record.scores),
            };
            let before = self.held.get(&key);
            if before.is_some_and(|before| before.provider == self.organisation && before.content == content) {
                self.unchanged += 1;
                continue;
            }
            self.corrected += usize::from(before.is_some());
            let [phase, kind, disadvantage, size, setting] = record.attributes.0.map(i16::from);
            rows.push(result::ActiveModel {
                id: Set(self.next),
                institution_id: Set(institution),
                framework_id: Set(framework),
                period: Set(key.2.clone()),
                completed_on: Set(record.completed_on),
                submission_id: Set(self.submission),
                terms_version: Set(record.terms_version.clone()),
                local_authority_id: Set(content.local_authority),
                hub_id: Set(content.hub),
                phase: Set(phase),
                r#type: Set(kind),
                disadvantage: Set(disadvantage),
                size: Set(size),
                setting: Set(setting),
                supersedes: Set(before.map(|before| before.id)),
            });
            scores.extend(content.scores.iter().map(|&(benchmark, score)| (self.next, benchmark, score)));
            self.held.insert(key, Held { id: self.next, provider: self.organisation, content });
            self.next += 1;
        }
        self.results += rows.len();
        self.scores += scores.len();
        if !rows.is_empty() {
            result::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        }
        for chunk in scores.chunks(SCORE_CHUNK) {
            transaction.execute_unprepared(&insert_scores(chunk)).await?;
        }
        Ok(())
    }
}

/// All values are whole numbers, so they stand in the text itself: a third of the time that binding them takes.
fn insert_scores(scores: &[(i64, i16, i16)]) -> String {
    let mut sql = String::with_capacity(60 + scores.len() * 16);
    sql.push_str("INSERT INTO benchmark_score (result_id, benchmark, score) VALUES ");
    for (position, (result, benchmark, score)) in scores.iter().enumerate() {
        let separator = if position == 0 { "" } else { "," };
        let _ = write!(sql, "{separator}({result},{benchmark},{score})");
    }
    sql
}

/// The keys of every institution of the records; those seen for the first time are stored.
async fn institutions(transaction: &DatabaseTransaction, records: &[Record]) -> Result<HashMap<Pseudonym, i64>> {
    let mut ids = known_institutions(transaction).await?;
    let mut next = ids.values().max().map_or(1, |last| last + 1);
    let mut rows = Vec::new();
    for record in records {
        ids.entry(record.institution).or_insert_with(|| {
            rows.push(institution::ActiveModel {
                id: Set(next),
                pseudonym: Set(record.institution.0.to_vec()),
                scheme: Set(record.scheme.clone()),
            });
            next += 1;
            next - 1
        });
    }
    for chunk in rows.chunks(CHUNK) {
        institution::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    Ok(ids)
}

/// The keys of every institution that is stored.
pub(super) async fn known_institutions(transaction: &DatabaseTransaction) -> Result<HashMap<Pseudonym, i64>> {
    let known = institution::Entity::find().all(transaction).await?;
    let key = |row: institution::Model| {
        let bytes = row.pseudonym.try_into().map_err(|_| Error::Corrupt("a pseudonym of another length".into()))?;
        Ok((Pseudonym(bytes), row.id))
    };
    known.into_iter().map(key).collect()
}

pub(super) async fn next_id(transaction: &DatabaseTransaction, table: &str) -> Result<i64> {
    let backend = transaction.get_database_backend();
    let sql = format!("SELECT COALESCE(MAX(id), 0) + 1 FROM {table}");
    let row = transaction.query_one_raw(super::statement(backend, &sql, vec![])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(1))
}

pub(super) fn id(ids: &HashMap<String, i64>, code: &str) -> Result<i64> {
    ids.get(code)
        .copied()
        .ok_or_else(|| Error::Corrupt(format!("a record names `{code}`, which is not in the catalogue")))
}

/// The assessed scores with their benchmarks' numbers.
fn numbered(scores: &[Option<u8>]) -> Vec<(i16, i16)> {
    scores
        .iter()
        .zip(1_i16..)
        .filter_map(|(score, benchmark)| score.map(|score| (benchmark, i16::from(score))))
        .collect()
}
