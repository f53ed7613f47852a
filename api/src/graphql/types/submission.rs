//! What was handed in, and what became of it.

use async_graphql::{Enum, ID, Object, SimpleObject};
use serde_json::Value;

use crate::service;

use super::{DateTime, whole};

/// How far something that was handed in has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::ImportState")]
pub enum SubmissionStatus {
    /// It waits for its turn.
    Waiting,
    /// It is being read and checked.
    Reading,
    /// It is being stored.
    Storing,
    /// It is stored, whole.
    Accepted,
    /// The same was handed in before, and all of it still holds: nothing changed.
    Unchanged,
    /// It has no problem. It was a dry run, and nothing is stored.
    Checked,
    /// Its problems kept it out: nothing is stored.
    Refused,
    /// Something failed, which `message` tells: nothing is stored.
    Failed,
}

/// Something that was handed in, and what became of it. Remembered for seven days.
pub struct Submission(service::Submission);

impl Submission {
    pub(crate) fn new(submission: service::Submission) -> Self {
        Self(submission)
    }

    pub(crate) fn status(&self) -> SubmissionStatus {
        self.0.state.into()
    }

    fn findings<T: Default>(&self, told: impl FnOnce(&service::Findings) -> T) -> T {
        self.0.findings.as_ref().map(told).unwrap_or_default()
    }
}

/// Something that was handed in, and what became of it. Remembered for seven days.
#[Object]
impl Submission {
    /// What it is found by, for `submission`.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// How far it has come.
    #[graphql(name = "status")]
    async fn how_far(&self) -> SubmissionStatus {
        self.status()
    }

    /// The number under which it is stored, for `withdrawSubmission`; where nothing changed, that of the one before.
    async fn number(&self) -> Option<i32> {
        self.0.number.and_then(|number| i32::try_from(number).ok())
    }

    /// When it came in, UTC.
    async fn received_at(&self) -> DateTime {
        self.0.received_at.into()
    }

    /// Bytes read while its status is `READING`, records stored while it is `STORING`. Told every second.
    async fn progress(&self) -> f64 {
        self.0.progress.0 as f64
    }

    /// How many records there are to store, once it is read.
    async fn progress_of(&self) -> f64 {
        self.0.progress.1 as f64
    }

    /// The rows read.
    async fn rows(&self) -> i32 {
        self.findings(|findings| whole(findings.rows))
    }

    /// What is wrong with it: of problems alike, of one kind in one column, the first ten.
    async fn problems(&self) -> Vec<Problem> {
        self.findings(|findings| {
            let problem = |problem: &service::FoundProblem| Problem::new(problem, findings.in_rows);
            findings.problems.iter().map(problem).collect()
        })
    }

    /// Every kind of problem, with how many there are.
    async fn problem_kinds(&self) -> Vec<ProblemKind> {
        self.findings(|findings| findings.kinds.iter().map(ProblemKind::new).collect())
    }

    /// The form in which a file was found, in words; null for rows.
    async fn form(&self) -> Option<String> {
        self.findings(|findings| findings.found.clone())
    }

    /// Columns of a file that were not read, by name.
    async fn ignored_columns(&self) -> Vec<String> {
        self.findings(|findings| findings.ignored.clone())
    }

    /// What was stored; null where nothing was.
    async fn stored(&self) -> Option<StoredRecords> {
        StoredRecords::read(&self.0.receipt)
    }

    /// Of its periods that were published before: what waits for their next edition now, each in a sentence.
    async fn waiting(&self) -> Vec<String> {
        self.findings(|findings| findings.waiting.clone())
    }

    /// Why it failed, in words.
    async fn message(&self) -> Option<String> {
        self.findings(|findings| findings.failure.clone())
    }
}

/// What was stored of a submission.
#[derive(SimpleObject)]
pub struct StoredRecords {
    /// Results, or counts of destinations, corrections among them.
    records: i32,
    /// Scores.
    scores: i32,
    /// Those that correct an earlier one.
    corrected: i32,
    /// Results that say what an earlier one said, under another version of the terms.
    under_other_terms: i32,
    /// Those that were there already, word for word, and were not stored again.
    unchanged: i32,
    /// Results whose careers hub or attributes are those of the roll, which you told otherwise.
    from_roll: i32,
    /// Results that keep the place and the attributes that their period was released with, which you told otherwise.
    as_released: i32,
}

impl StoredRecords {
    fn read(receipt: &Value) -> Option<Self> {
        let number = |name: &str| whole(receipt[name].as_u64().unwrap_or_default());
        receipt["stored"].as_u64().map(|stored| Self {
            records: whole(stored),
            scores: number("scores"),
            corrected: number("corrected"),
            under_other_terms: number("underOtherTerms"),
            unchanged: number("unchanged"),
            from_roll: number("fromRoll"),
            as_released: number("asReleased"),
        })
    }
}

/// One thing that is wrong with what was handed in.
#[derive(SimpleObject)]
pub struct Problem {
    /// The line of a file, as a spreadsheet shows it; null for rows.
    line: Option<i32>,
    /// The row among `rows`, from 0; null for a file, and where it is about a field that every row leaves out.
    row: Option<i32>,
    /// The column by its name in files, e.g. `completed_on`; `b3` is the third of `scores`. Null where it is about the whole row.
    column: Option<String>,
    /// What sort of problem it is, e.g. `SCORE`: one of the codes in the documentation for providers of data.
    code: String,
    /// What was found. Told in the answer to what was handed in and never kept, so null when it is looked up later.
    value: Option<String>,
    /// What was expected.
    expected: String,
}

impl Problem {
    fn new(problem: &service::FoundProblem, in_rows: bool) -> Self {
        Self {
            line: (!in_rows).then(|| whole(problem.line)),
            row: problem.line.checked_sub(1).filter(|_| in_rows).map(whole),
            column: problem.column.clone(),
            code: problem.code.clone(),
            value: problem.value.clone(),
            expected: problem.expected.clone(),
        }
    }
}

/// How many problems of one kind in one column there are.
#[derive(SimpleObject)]
pub struct ProblemKind {
    /// What sort of problem it is.
    code: String,
    /// The column by its name in files.
    column: Option<String>,
    /// How many there are.
    count: i32,
}

impl ProblemKind {
    fn new(kind: &service::ProblemKind) -> Self {
        Self { code: kind.code.clone(), column: kind.column.clone(), count: whole(kind.count) }
    }
}
