//! Files and rows that organisations hand in by themselves: read and stored off the threads that answer questions, one file at a time,
//! with what is known of them meanwhile.

use std::{
    io::Read,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    runtime::Handle,
    task::{JoinHandle, JoinSet},
    time::MissedTickBehavior,
};

use crate::{
    auth::Scope,
    domain::{ChangeState, Remit, RequestedChange, Waiting},
    ingest::{self, Form, Reading, Rows},
    policy,
};

use super::{
    Contributor, Error, ImportReport, ImportRequest, Progress, Reader, Sent,
    contributor::{Begun, SILENT, Work},
};

/// How often it is written down how far a file has come.
const NOTED_EVERY: Duration = Duration::from_secs(1);

/// How many problems are kept.
const MOST_KEPT: usize = 200;

/// How many names of columns that are not read are kept.
const MOST_IGNORED: usize = 50;

/// What is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Results of institutions.
    Results,
    /// Counts of destinations.
    Destinations,
}

/// Where it stands.
pub enum Source {
    /// In a file, in a form.
    File(Form, Box<dyn Read + Send>),
    /// In rows.
    Rows(Rows),
}

/// What is handed in, and how.
pub struct Handover {
    /// What it is.
    pub content: Content,
    /// Where it stands.
    pub source: Source,
    /// Store the good rows beside bad ones.
    pub accept_valid: bool,
    /// Tell the problems and store nothing.
    pub dry_run: bool,
}

/// How far something that was handed in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// It waits for its turn.
    Waiting,
    /// It is being read and checked.
    Reading,
    /// It is being stored.
    Storing,
    /// It is stored.
    Accepted,
    /// The same was handed in before, and all of it still holds.
    Unchanged,
    /// It has no problem, and was to be checked only.
    Checked,
    /// Its problems kept it out.
    Refused,
    /// Something failed; nothing was stored.
    Failed,
}

impl ImportState {
    /// Whether nothing follows it.
    pub fn is_last(self) -> bool {
        !matches!(self, Self::Waiting | Self::Reading | Self::Storing)
    }
}

/// A problem of what was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundProblem {
    /// The line of a file, or the number of a row from 1; 0 where it is about the columns of rows.
    pub line: u64,
    /// The column by name, where it is about one.
    pub column: Option<String>,
    /// What sort of problem it is, e.g. `SCORE`.
    pub code: String,
    /// What was found. Not kept: it may name an institution.
    #[serde(skip)]
    pub value: Option<String>,
    /// What was expected.
    pub expected: String,
}

/// How many problems of a kind there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemKind {
    /// What sort of problem it is.
    pub code: String,
    /// The column by name, where it is about one.
    pub column: Option<String>,
    /// How many.
    pub count: u64,
}

/// What was found in what was handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The rows read.
    pub rows: u64,
    /// What is wrong: the first problems of each kind.
    pub problems: Vec<FoundProblem>,
    /// Every kind of problem.
    pub kinds: Vec<ProblemKind>,
    /// The form in which a file was found, in words.
    pub found: Option<String>,
    /// Columns that were not read, by name.
    pub ignored: Vec<String>,
    /// Whether it came in rows.
    pub in_rows: bool,
    /// Why it failed, in words.
    pub failure: Option<String>,
    /// Of its periods that were published before, what waits for the next edition, in words.
    pub waiting: Vec<String>,
}

/// Something that was handed in, and what became of it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What it is found by.
    pub id: String,
    /// How far it has come.
    pub state: ImportState,
    /// When it came in, UTC.
    pub received_at: DateTime<Utc>,
    /// Bytes read while it is read, records stored while it is stored; and of how many, where that is known.
    pub progress: (u64, u64),
    /// The number under which it is stored.
    pub number: Option<i64>,
    /// What was found in it; absent until it is read.
    pub findings: Option<Findings>,
    /// What was stored, by name.
    pub receipt: Value,
}

/// Something that was handed in, while it is read and stored.
pub struct HandedIn {
    /// What it is found by.
    pub id: String,
    job: Job,
}

enum Job {
    /// It came to its end before.
    Before(Box<Submission>),
    /// It is under way.
    UnderWay(JoinHandle<Result<Submission, Error>>),
}

impl HandedIn {
    /// Waits for its end.
    ///
    /// # Errors
    /// When it failed.
    pub async fn settled(self) -> Result<Submission, Error> {
        match self.job {
            Job::Before(submission) => Ok(*submission),
            Job::UnderWay(job) => job.await.map_err(|error| Error::Internal(error.into()))?,
        }
    }
}

/// What is known of a file while it is read and stored.
#[derive(Default)]
struct Notes {
    read: AtomicU64,
    stored: AtomicU64,
    records: AtomicU64,
    findings: Mutex<Option<Findings>>,
}

impl Notes {
    fn findings(&self) -> Option<Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far it has come, and the findings once they are there.
    fn now(&self) -> ((i64, i64), Option<String>) {
        let whole = |number: &AtomicU64| i64::try_from(number.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        match self.findings() {
            None => ((whole(&self.read), 0), None),
            Some(findings) => ((whole(&self.stored), whole(&self.records)), Some(kept(&findings))),
        }
    }
}

/// Findings as they are kept.
fn kept(findings: &Findings) -> String {
    let mut kept = findings.clone();
    kept.problems.truncate(MOST_KEPT);
    serde_json::to_string(&kept).unwrap_or_default()
}

impl Contributor {
    /// Hands results or counts of destinations in. They are checked as those of the command are, and stored whole or not at all.
    ///
    /// # Errors
    /// When the viewer may not hand in, something else was sent under the same key, or the database fails.
    pub async fn hand_in(&self, sent: Sent, handover: Handover) -> Result<HandedIn, Error> {
        let mandate = self.mandate(Scope::ResultsWrite).await?;
        if matches!(&handover.source, Source::Rows(rows) if rows.rows.is_empty()) {
            return Err(Error::BadRequest("expected a row at least, found none".to_owned()));
        }
        super::Operator(&self.exchange, None).check_not_demo().await?;
        let work = self.work();
        // What is only checked is no change: it uses no key up.
        let sent = self.keyed(sent)?;
        let sent = Sent { key: sent.key.filter(|_| !handover.dry_run), ..sent };
        let operation = sent.operation;
        let (organisation, client) = (mandate.organisation().code.clone(), mandate.client().map(str::to_owned));
        if let Begun::Before(made) = self.begin(&mandate, sent, &work).await? {
            let submission = Submission::of(&made, self.exchange.now());
            return Ok(HandedIn { id: made.id.clone(), job: Job::Before(Box::new(submission)) });
        }
        let id = work.id.get().cloned().unwrap_or_default();
        // On a thread of its own: it may take long, and holds what may not change threads.
        let job = tokio::task::spawn_blocking(move || {
            let settled = Handle::current().block_on(settle(work, &organisation, handover));
            if let Ok(submission) = &settled {
                let (number, state) = (submission.number, submission.state);
                tracing::info!(organisation, client, operation, number, ?state, "handed in");
            }
            settled
        });
        Ok(HandedIn { id, job: Job::UnderWay(job) })
    }

    /// Whether the viewer may hand in at all.
    ///
    /// # Errors
    /// When it may not, or the database fails.
    pub async fn may_hand_in(&self) -> Result<(), Error> {
        self.mandate(Scope::ResultsWrite).await.map(drop)
    }
}

/// Reads and stores, and writes down what came of it.
async fn settle(work: Work, organisation: &str, handover: Handover) -> Result<Submission, Error> {
    let id = work.id.get().cloned().unwrap_or_default();
    let notes = Arc::new(Notes::default());
    // Ends with this, come what may: what is written down every second is taken for under way.
    let mut noting = JoinSet::new();
    noting.spawn(note(work.clone(), notes.clone()));
    let dry_run = handover.dry_run;
    let taken = take_in(&work, organisation, handover, &notes).await;
    drop(noting);
    let (store, now) = (work.exchange.store(), work.exchange.now());
    let mut findings = notes.findings().unwrap_or_default();
    let (state, told) = match &taken {
        Ok(report) => {
            // Not how much: others handed in some of it.
            findings.waiting = report.waiting.iter().map(Waiting::without_number).collect();
            match &report.receipt {
                Some(receipt) => (ChangeState::Done, (Some(receipt.submission().to_string()), Some(receipt.to_json()))),
                None if dry_run && findings.problems.is_empty() => (ChangeState::Done, (None, None)),
                None => (ChangeState::Refused, (None, None)),
            }
        }
        Err(error) => {
            findings.failure = Some(error.to_string());
            (ChangeState::Failed, (None, None))
        }
    };
    let (progress, _) = notes.now();
    store.note_requested(&id, progress, Some(kept(&findings)), now).await?;
    store.end_requested(&id, state, told, now).await?;
    taken?;
    let change = store.requested_change(&id).await?;
    let change = change.ok_or_else(|| Error::Internal(anyhow::anyhow!("what was handed in is not written down")))?;
    // Whoever waits is told the values too, which are not kept.
    Ok(Submission { findings: Some(findings), ..Submission::of(&change, now) })
}

/// Writes down how far it has come, until it is stopped.
async fn note(work: Work, notes: Arc<Notes>) {
    let mut ticks = tokio::time::interval(NOTED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let id = work.id.get().cloned().unwrap_or_default();
    loop {
        ticks.tick().await;
        let (progress, findings) = notes.now();
        if let Err(error) = work.exchange.store().note_requested(&id, progress, findings, work.exchange.now()).await {
            tracing::debug!(%error, "how far a submission has come was not written down");
        }
    }
}

/// Writes down what was found before anything is stored: whoever sees that it is stored sees that too.
async fn note_now(work: &Work, notes: &Notes) -> Result<(), Error> {
    let id = work.id.get().cloned().unwrap_or_default();
    let (progress, findings) = notes.now();
    Ok(work.exchange.store().note_requested(&id, progress, findings, work.exchange.now()).await?)
}

async fn take_in(
    work: &Work,
    organisation: &str,
    handover: Handover,
    notes: &Arc<Notes>,
) -> Result<ImportReport, Error> {
    let Handover { content, source, accept_valid, dry_run } = handover;
    let exchange = work.exchange.clone();
    let pool = if matches!(source, Source::Rows(_)) { &exchange.desk.rows } else { &exchange.desk.files };
    let _place = pool.enter(organisation).await?;
    let operator = work.operator();
    let request = ImportRequest { organisation: organisation.to_owned(), accept_valid };
    let catalogue = Arc::new(exchange.store().newest_catalogue(exchange.today()).await?);
    let organisation = operator.known(&request).await?;
    let roll = Arc::new(exchange.store().roll().await?);
    let told = {
        let notes = notes.clone();
        move |progress| match progress {
            Progress::Read(bytes) => notes.read.store(bytes, Ordering::Relaxed),
            Progress::Stored { records, .. } => notes.stored.store(records as u64, Ordering::Relaxed),
        }
    };
    let (reader, read) = (work.exchange.clone(), told.clone());
    let own_roll = roll.clone();
    match content {
        Content::Results => {
            let reading = pool.run(move || {
                let remit = Remit { catalogue: &catalogue, roll: &own_roll, organisation: &organisation };
                let (secret, today) = (reader.secret(), reader.today());
                let in_rows = matches!(source, Source::Rows(_));
                let reading = match source {
                    Source::Rows(rows) => ingest::results::check_results(&rows, remit, secret, today),
                    Source::File(form, file) => {
                        let told = &mut |bytes| read(Progress::Read(bytes));
                        ingest::results::read_results(&form, file, remit, secret, today, told)
                    }
                };
                (Findings::of(&reading, in_rows), reading)
            });
            let (findings, reading) = reading.await?;
            notes.found(findings, reading.records.len());
            note_now(work, notes).await?;
            if dry_run {
                return Ok(ImportReport::new(reading, None, Vec::new()));
            }
            operator.keep_results(&request, &roll, reading, told).await
        }
        Content::Destinations => {
            let locations = exchange.store().locations().await?;
            let reading = pool.run(move || {
                let remit = Remit { catalogue: &catalogue, roll: &own_roll, organisation: &organisation };
                let (secret, today) = (reader.secret(), reader.today());
                let in_rows = matches!(source, Source::Rows(_));
                let reading = match source {
                    Source::Rows(rows) => {
                        ingest::destinations::check_destinations(&rows, remit, &locations, secret, today)
                    }
                    Source::File(form, file) => {
                        let told = &mut |bytes| read(Progress::Read(bytes));
                        ingest::destinations::read_destinations(&form, file, remit, &locations, secret, today, told)
                    }
                };
                (Findings::of(&reading, in_rows), reading)
            });
            let (findings, reading) = reading.await?;
            notes.found(findings, reading.records.len());
            note_now(work, notes).await?;
            if dry_run {
                return Ok(ImportReport::new(reading, None, Vec::new()));
            }
            operator.keep_destinations(&request, &roll, reading, told).await
        }
    }
}

impl Notes {
    fn found(&self, findings: Findings, records: usize) {
        self.records.store(records as u64, Ordering::Relaxed);
        *self.findings.lock().unwrap_or_else(PoisonError::into_inner) = Some(findings);
    }
}

impl Findings {
    fn of<T>(reading: &Reading<T>, in_rows: bool) -> Self {
        let problem = |problem: &ingest::Problem| FoundProblem {
            line: problem.line,
            column: problem.column.clone(),
            code: problem.code.as_str().to_owned(),
            value: Some(problem.value.clone()),
            expected: problem.expected.clone(),
        };
        let kind = |kind: &ingest::Alike| ProblemKind {
            code: kind.code.as_str().to_owned(),
            column: kind.column.clone(),
            count: kind.count,
        };
        Self {
            rows: reading.rows,
            problems: reading.problems.iter().map(problem).collect(),
            kinds: reading.kinds.iter().map(kind).collect(),
            found: reading.found.as_ref().map(ToString::to_string),
            ignored: reading.ignored.iter().take(MOST_IGNORED).cloned().collect(),
            in_rows,
            failure: None,
            waiting: Vec::new(),
        }
    }
}

impl Submission {
    /// What is kept of it.
    fn of(change: &RequestedChange, now: DateTime<Utc>) -> Self {
        let receipt: Value =
            change.receipt.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let mut findings: Option<Findings> = change.report.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let is_silent = now - change.changed_at > SILENT;
        let state = match change.state {
            ChangeState::Begun if is_silent => ImportState::Failed,
            ChangeState::Begun if findings.is_some() => ImportState::Storing,
            ChangeState::Begun if change.progress.0 > 0 => ImportState::Reading,
            ChangeState::Begun => ImportState::Waiting,
            ChangeState::Done if receipt["before"] == true => ImportState::Unchanged,
            ChangeState::Done if change.subject.is_some() => ImportState::Accepted,
            ChangeState::Done => ImportState::Checked,
            ChangeState::Refused => ImportState::Refused,
            ChangeState::Failed => ImportState::Failed,
        };
        if change.state == ChangeState::Begun && is_silent {
            let why = "the process that took it in ended before it was stored; nothing of it was: hand it in again";
            findings.get_or_insert_default().failure = Some(why.to_owned());
        }
        let whole = |number: i64| u64::try_from(number).unwrap_or_default();
        Self {
            id: change.id.clone(),
            state,
            received_at: change.begun_at,
            progress: (whole(change.progress.0), whole(change.progress.1)),
            number: change.subject.as_deref().and_then(|text| text.parse().ok()),
            findings,
            receipt,
        }
    }
}

impl Reader {
    /// What became of something that the viewer's organisation handed in by itself; `None` where there is none such, or it is another's.
    ///
    /// # Errors
    /// When the viewer may not hand in, or the database fails.
    pub async fn submission(&self, id: &str) -> Result<Option<Submission>, Error> {
        let mandate = policy::mandate(self.viewer(), self.session.directory(), Scope::ResultsWrite)?;
        // What is no identifier is not looked for: a database may not even take it.
        if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let found = self.exchange.store().requested_change(id).await?;
        let own = found.filter(|change| {
            change.organisation == mandate.organisation().code && change.operation.starts_with("import")
        });
        Ok(own.map(|change| Submission::of(&change, self.exchange.now())))
    }
}
