//! Results and counts of destinations are handed in, and taken back.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::{
    domain,
    graphql::{
        error::graphql_error,
        types::{Items, Submission, SubmissionStatus, whole},
    },
    ingest::Rows,
    service::{self, Content, Handover, Source, WithdrawRequest},
};

use super::{ChangeOutcome, contributor, releases::publishable, sent, status};

/// Results and counts of destinations.
#[derive(Default)]
pub struct SubmissionMutation;

/// Results and counts of destinations.
#[Object]
impl SubmissionMutation {
    /// Hands in up to 1,000 results of institutions of your area or your hub, checked as a file is; a larger file is sent to `POST
    /// /submissions`. All rows are stored, or none where one has a problem. Needs a token with the scope `results:write`. Nothing can
    /// be asked of what is handed in until a release is published.
    async fn import_results(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The results.")] input: ImportResultsInput,
    ) -> Result<Option<ImportResultsPayload>> {
        let sent = sent("importResults", &input);
        let rows = Rows::of(ResultRow::columns(&input.rows), input.rows.into_iter().map(ResultRow::fields).collect());
        let handover = handover(Content::Results, rows, input.accept_valid, input.dry_run);
        let submission = hand_in(context, sent, handover).await?;
        Ok(Some(ImportResultsPayload { status: submission.status(), submission }))
    }

    /// Hands in up to 1,000 counts of where students went, after the results of their institutions, as `importResults` does results:
    /// every category of a cohort, or none.
    async fn import_destinations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The counts.")] input: ImportDestinationsInput,
    ) -> Result<Option<ImportDestinationsPayload>> {
        let sent = sent("importDestinations", &input);
        let columns = DestinationRow::COLUMNS.map(str::to_owned).to_vec();
        let rows = Rows::of(columns, input.rows.into_iter().map(DestinationRow::fields).collect());
        let handover = handover(Content::Destinations, rows, input.accept_valid, input.dry_run);
        let submission = hand_in(context, sent, handover).await?;
        Ok(Some(ImportDestinationsPayload { status: submission.status(), submission }))
    }

    /// Takes back results and counts of destinations that you handed in. A release that was published stays as it is; the next edition
    /// of each period leaves them out. Needs a token with the scope `results:write`.
    async fn withdraw_submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to take back.")] input: WithdrawSubmissionInput,
    ) -> Result<Option<WithdrawSubmissionPayload>> {
        let sent = sent("withdrawSubmission", &input);
        let request = WithdrawRequest {
            organisation: String::new(),
            submission: Some(input.number.into()),
            periods: publishable(input.periods)?,
            institutions: Vec::new(),
            why: input.why,
        };
        let outcome = contributor(context)?.withdraw(sent, request, input.dry_run).await.map_err(graphql_error)?;
        let (outcome, done) = status::told(outcome)?;
        let number = done.as_ref().and_then(|done| i32::try_from(done.submission?).ok());
        let taken_back = done.map(|done| done.taken_back).unwrap_or_default();
        let taken_back = taken_back.into_iter().map(WithdrawnPeriod::from).collect();
        Ok(Some(WithdrawSubmissionPayload { outcome, number, taken_back }))
    }
}

fn handover(content: Content, rows: Rows, accept_valid: bool, dry_run: bool) -> Handover {
    Handover { content, source: Source::Rows(rows), accept_valid, dry_run }
}

async fn hand_in(context: &Context<'_>, sent: service::Sent, handover: Handover) -> Result<Submission> {
    let handed_in = contributor(context)?.hand_in(sent, handover).await.map_err(graphql_error)?;
    let settled = handed_in.settled().await.map_err(graphql_error)?;
    Ok(Submission::new(settled))
}

/// Results to hand in.
#[derive(InputObject)]
pub struct ImportResultsInput {
    /// One row for each institution, framework and period.
    #[graphql(validator(custom = "Items::one_to(1000)"))]
    rows: Vec<ResultRow>,
    /// Store the good rows where others have problems.
    #[graphql(default)]
    accept_valid: bool,
    /// Tell every problem and store nothing.
    #[graphql(default)]
    dry_run: bool,
    /// A key of your own choice under which the same is handed in once, of up to 200 printable characters: sent again with the same
    /// rows it is answered as before, with others it is a `CONFLICT`. Remembered for seven days; a refusal leaves it free.
    idempotency_key: Option<String>,
}

/// One institution's scores for one framework in one period. Texts are written as in files. A field that every row leaves out is as
/// if its column was not there.
#[derive(InputObject)]
pub struct ResultRow {
    /// Where the identifier comes from, e.g. `URN`.
    institution_scheme: Option<String>,
    /// The identifier. It is never stored.
    institution_id: Option<String>,
    /// The code of the framework, e.g. `GATSBY-2014`.
    framework: Option<String>,
    /// The term, e.g. `202324T3`.
    period: Option<String>,
    /// The day of the assessment, e.g. `2024-07-04`.
    completed_on: Option<String>,
    /// The code of the local authority.
    local_authority: Option<String>,
    /// The code of the careers hub, if any.
    hub: Option<String>,
    /// The phase of education, e.g. `secondary`.
    phase: Option<String>,
    /// The type, e.g. `academy`.
    #[graphql(name = "type")]
    kind: Option<String>,
    /// The quintile of disadvantage, `1` to `5`.
    disadvantage_quintile: Option<String>,
    /// `small`, `medium` or `large`.
    size_band: Option<String>,
    /// `urban` or `rural`.
    setting: Option<String>,
    /// The version of the terms under which you hand in.
    terms_version: Option<String>,
    /// The score on each benchmark, from the first on: a whole number from 0 to 100, of which 100 is achieved; null where it was not
    /// assessed.
    #[graphql(validator(custom = "Items::to(99)"))]
    scores: Vec<Option<f64>>,
}

/// Counts of destinations to hand in.
#[derive(InputObject)]
pub struct ImportDestinationsInput {
    /// One row for each institution, cohort year, stage and category.
    #[graphql(validator(custom = "Items::one_to(1000)"))]
    rows: Vec<DestinationRow>,
    /// Store the good rows where others have problems.
    #[graphql(default)]
    accept_valid: bool,
    /// Tell every problem and store nothing.
    #[graphql(default)]
    dry_run: bool,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// How many students of an institution's cohort went where. Texts are written as in files.
#[derive(InputObject)]
pub struct DestinationRow {
    /// Where the identifier comes from, e.g. `URN`.
    institution_scheme: Option<String>,
    /// The identifier. It is never stored.
    institution_id: Option<String>,
    /// The academic year in which the cohort completed its stage, e.g. `202223`.
    cohort_year: Option<String>,
    /// `KS4` or `16-18`.
    stage: Option<String>,
    /// `education`, `apprenticeship`, `employment`, `not-sustained` or `unknown`.
    category: Option<String>,
    /// How many students, a whole number.
    students: Option<f64>,
}

impl ResultRow {
    const COLUMNS: [&'static str; 13] = [
        "institution_scheme",
        "institution_id",
        "framework",
        "period",
        "completed_on",
        "local_authority",
        "hub",
        "phase",
        "type",
        "disadvantage_quintile",
        "size_band",
        "setting",
        "terms_version",
    ];

    /// The columns of rows, those of the scores at the end.
    fn columns(rows: &[Self]) -> Vec<String> {
        let most = rows.iter().map(|row| row.scores.len()).max().unwrap_or_default();
        let scores = (1..=most).map(|number| format!("b{number}"));
        Self::COLUMNS.map(str::to_owned).into_iter().chain(scores).collect()
    }

    fn fields(self) -> Vec<Option<String>> {
        let texts = [
            self.institution_scheme,
            self.institution_id,
            self.framework,
            self.period,
            self.completed_on,
            self.local_authority,
            // Every file has the column, and it may be blank.
            Some(self.hub.unwrap_or_default()),
            self.phase,
            self.kind,
            Some(self.disadvantage_quintile.unwrap_or_default()),
            self.size_band,
            self.setting,
            self.terms_version,
        ];
        // A benchmark that nobody was assessed on is a column all the same.
        let scores =
            self.scores.into_iter().map(|score| Some(score.map(|score| score.to_string()).unwrap_or_default()));
        texts.into_iter().chain(scores).collect()
    }
}

impl DestinationRow {
    const COLUMNS: [&'static str; 6] =
        ["institution_scheme", "institution_id", "cohort_year", "stage", "category", "students"];

    fn fields(self) -> Vec<Option<String>> {
        let students = self.students.map(|students| students.to_string());
        [self.institution_scheme, self.institution_id, self.cohort_year, self.stage, self.category, students].into()
    }
}

/// What became of results that were handed in.
#[derive(SimpleObject)]
pub struct ImportResultsPayload {
    /// What became of them.
    status: SubmissionStatus,
    /// What was found in them, and what was stored.
    submission: Submission,
}

/// What became of counts that were handed in.
#[derive(SimpleObject)]
pub struct ImportDestinationsPayload {
    /// What became of them.
    status: SubmissionStatus,
    /// What was found in them, and what was stored.
    submission: Submission,
}

/// What to take back.
#[derive(InputObject)]
pub struct WithdrawSubmissionInput {
    /// The number of the submission, as `Submission.number` tells it.
    number: i32,
    /// Only these terms, e.g. `202324T3`, and cohort years, e.g. `202223`; all of it when left out.
    #[graphql(validator(custom = "Items::one_to(400)"))]
    periods: Option<Vec<String>>,
    /// Why, for the record.
    why: Option<String>,
    /// Tell what would be taken back, and change nothing.
    #[graphql(default)]
    dry_run: bool,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// What was taken back.
#[derive(SimpleObject)]
pub struct WithdrawSubmissionPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The number under which the withdrawal is kept.
    number: Option<i32>,
    /// What is taken back, by period.
    taken_back: Vec<WithdrawnPeriod>,
}

/// What is taken back of one period.
#[derive(SimpleObject)]
pub struct WithdrawnPeriod {
    /// The term or the cohort year.
    period: String,
    /// How many results, or counts of destinations.
    records: i32,
    /// Of how many institutions.
    institutions: i32,
    /// How many of them the newest edition of the period shows.
    shown: i32,
    /// The edition that leaves them out, e.g. `revised`; null where the period was never published, or had its final one.
    next_edition: Option<String>,
}

impl From<domain::TakenBack> for WithdrawnPeriod {
    fn from(taken: domain::TakenBack) -> Self {
        Self {
            period: taken.period.to_string(),
            records: whole(taken.records),
            institutions: whole(taken.institutions),
            shown: whole(taken.shown),
            next_edition: taken.next.map(|next| next.to_string()),
        }
    }
}
