//! Storing a submission of results: all of it or nothing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Write,
};

use entity::{benchmark_score, institution, release, result, speaker, submission};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{BinOper, Expr, ExprTrait, Func, OnConflict, Query},
};

use crate::domain::{Attributes, Pseudonym, Record, Roll};

use super::{
    Error, Result, Store,
    intake::{Intake, last_id},
    receipt::{NewSubmission, Receipt},
};

/// Records of one statement. Few, because a SQLite file is locked meanwhile; 15 columns of a result stay far below the 32,766 values
/// that SQLite binds.
const CHUNK: usize = 250;

/// Keys that one statement asks for: with what else it binds they stay below the 32,766 values of SQLite.
const KEYS: usize = 20_000;

/// Scores of one statement, written as whole numbers into its text.
const SCORE_CHUNK: usize = 16_000;

/// What tells one result from another: institution, framework and period.
type Key = (i64, i64, String);

/// The result that holds now for a key.
#[derive(PartialEq, Eq)]
struct Held {
    id: i64,
    /// Whether what holds is that it was taken back.
    withdrawn: bool,
    /// Whether the organisation handed it in that hands in now. What another one handed in it is not told, so that nobody finds that
    /// out by guessing.
    own: bool,
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
    terms_version: String,
}

impl Content {
    /// Whether all but the terms is the same.
    fn says_the_same(&self, earlier: &Self) -> bool {
        let said = |content: &Self| (content.completed_on, content.local_authority, content.hub, content.attributes);
        said(self) == said(earlier) && self.scores == earlier.scores
    }

    /// Takes place and attributes of an earlier result. Returns whether they differed.
    fn place_in(&mut self, earlier: &Self) -> bool {
        let place = |content: &Self| (content.local_authority, content.hub, content.attributes);
        let differed = place(self) != place(earlier);
        (self.local_authority, self.hub, self.attributes) = place(earlier);
        differed
    }
}

impl Store {
    /// Stores records of one organisation. A record for the institution, framework and period of an earlier result
    /// supersedes it where it differs, and what another organisation handed in whatever it says; the earlier one stays. What the
    /// organisation handed in before and still holds changes nothing. Hub and attributes are those of the roll where it has the
    /// institution, and place and attributes those of the release where the period was released with them. Who is handed in for
    /// the first time is spoken for by the organisation from now on. `roll` is the one that the records were checked against;
    /// `progress` is told how many records are stored so far.
    ///
    /// # Errors
    /// When another roll would refuse them by now, the organisation is unknown or the database fails: then nothing is stored.
    pub async fn submit(
        &self,
        new: &NewSubmission,
        roll: &Roll,
        records: &[Record],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Receipt> {
        let mut intake = self.receive(new).await?;
        let stored = self.store_results(&mut intake, roll, records, progress).await;
        intake.end_of_file(stored).await
    }

    async fn store_results(
        &self,
        intake: &mut Intake,
        roll: &Roll,
        records: &[Record],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Receipt> {
        let organisation = intake.organisation;
        let whose = records.iter().map(|record| (record.institution, record.local_authority.as_str()));
        let roll = self.roll_that_still_lets(&intake.reading().await?, roll, organisation, whose).await?;
        let last_seen = last_id::<institution::Entity>(&intake.reading().await?, institution::Column::Id).await?;
        let mut writer = Writer {
            frameworks: self.framework_ids(&intake.reading().await?).await?,
            areas: self.area_ids(&intake.reading().await?).await?,
            next: last_id::<result::Entity>(&intake.reading().await?, result::Column::Id).await? + 1,
            institutions: institutions(intake, records).await?,
            held: HashMap::new(),
            released: HashSet::new(),
            submission: intake.submission,
            scores: 0,
            corrected: 0,
            under_other_terms: 0,
            unchanged: 0,
            results: 0,
            from_roll: 0,
            as_released: 0,
        };
        // Whoever is seen for the first time has no earlier results.
        let seen =
            |record: &Record| writer.institutions.get(&record.institution).copied().filter(|id| *id <= last_seen);
        let seen: Vec<(&Record, i64)> = records.iter().filter_map(|record| Some((record, seen(record)?))).collect();
        (writer.held, writer.released) =
            held(&intake.reading().await?, organisation, &seen, &writer.frameworks).await?;
        let mut done = 0;
        for chunk in records.chunks(CHUNK) {
            writer.write(intake, &roll, chunk).await?;
            done += chunk.len();
            progress(done);
        }
        let mut speakers: Vec<(i64, i64)> = records
            .iter()
            .filter(|record| roll.speaker(record.institution).is_none())
            .map(|record| (writer.institutions[&record.institution], organisation))
            .collect();
        speakers.sort_unstable();
        speakers.dedup();
        let_speak(intake.writing().await?, &speakers).await?;
        let counts = submission::ActiveModel {
            id: Set(intake.submission),
            results: Set(i64::try_from(writer.results).unwrap_or(i64::MAX)),
            scores: Set(i64::try_from(writer.scores).unwrap_or(i64::MAX)),
            ..Default::default()
        };
        submission::Entity::update(counts).exec(intake.writing().await?).await?;
        Ok(Receipt::Accepted {
            submission: intake.submission,
            results: writer.results,
            scores: writer.scores,
            corrected: writer.corrected,
            under_other_terms: writer.under_other_terms,
            unchanged: writer.unchanged,
            from_roll: writer.from_roll,
            as_released: writer.as_released,
        })
    }
}

/// A result that holds now, as far as an import compares it.
#[derive(FromQueryResult)]
struct HeldRow {
    id: i64,
    institution_id: i64,
    completed_on: chrono::NaiveDate,
    local_authority_id: i64,
    hub_id: Option<i64>,
    phase: i16,
    r#type: i16,
    disadvantage: i16,
    size: i16,
    setting: i16,
    terms_version: String,
    submission_id: i64,
    withdrawn: bool,
    scores: Option<String>,
}

/// The results that hold now for every framework, period and institution of the records, each with the key of its institution;
/// and those of these keys of which a result came in before the newest release.
async fn held(
    connection: &impl ConnectionTrait,
    organisation: i64,
    records: &[(&Record, i64)],
    frameworks: &HashMap<String, i64>,
) -> Result<(HashMap<Key, Held>, HashSet<Key>)> {
    let mut wanted: BTreeMap<(i64, String), BTreeSet<i64>> = BTreeMap::new();
    for (record, institution) in records {
        if let Some(framework) = frameworks.get(&record.framework) {
            wanted.entry((*framework, record.period.to_string())).or_default().insert(*institution);
        }
    }
    let newest = release::Entity::find().select_only().column_as(release::Column::LastResult.max(), "last");
    let newest = newest.into_tuple::<Option<i64>>().one(connection).await?.flatten().unwrap_or(0);
    let own = submissions_of(connection, organisation).await?;
    let (mut held, mut released) = (HashMap::new(), HashSet::new());
    for ((framework, period), institutions) in wanted {
        let institutions: Vec<i64> = institutions.into_iter().collect();
        for chunk in institutions.chunks(KEYS) {
            let rows = result::Entity::find()
                .select_only()
                .columns([result::Column::Id, result::Column::InstitutionId, result::Column::CompletedOn])
                .columns([result::Column::LocalAuthorityId, result::Column::HubId, result::Column::Phase])
                .columns([
                    result::Column::Type,
                    result::Column::Disadvantage,
                    result::Column::Size,
                    result::Column::Setting,
                    result::Column::Withdrawn,
                ])
                .columns([result::Column::TermsVersion, result::Column::SubmissionId])
                .expr_as(scores_of_result(), "scores")
                .filter(result::Column::FrameworkId.eq(framework))
                .filter(result::Column::Period.eq(period.as_str()))
                .filter(result::Column::InstitutionId.is_in(chunk.iter().copied()))
                .filter(holds::<result::Entity>(result::Column::Id, result::Column::Supersedes))
                .into_model::<HeldRow>()
                .all(connection)
                .await?;
            for row in rows {
                let attributes = [row.phase, row.r#type, row.disadvantage, row.size, row.setting];
                let content = Content {
                    completed_on: row.completed_on,
                    local_authority: row.local_authority_id,
                    hub: row.hub_id,
                    attributes: Attributes(attributes.map(|code| u8::try_from(code).unwrap_or_default())),
                    scores: super::released::parse_scores(row.scores.as_deref().unwrap_or_default())?,
                    terms_version: row.terms_version,
                };
                let own = own.contains(&row.submission_id);
                let held_now = Held { id: row.id, withdrawn: row.withdrawn, own, content };
                held.insert((row.institution_id, framework, period.clone()), held_now);
            }
            let shown = result::Entity::find()
                .select_only()
                .column(result::Column::InstitutionId)
                .filter(result::Column::FrameworkId.eq(framework))
                .filter(result::Column::Period.eq(period.as_str()))
                .filter(result::Column::InstitutionId.is_in(chunk.iter().copied()))
                .filter(result::Column::Id.lte(newest))
                .into_tuple::<i64>();
            let shown = shown.all(connection).await?;
            released.extend(shown.into_iter().map(|institution| (institution, framework, period.clone())));
        }
    }
    Ok((held, released))
}

/// The submissions of an organisation.
pub(super) async fn submissions_of(connection: &impl ConnectionTrait, organisation: i64) -> Result<HashSet<i64>> {
    let own = submission::Entity::find().select_only().column(submission::Column::Id);
    let own = own.filter(submission::Column::OrganisationId.eq(organisation)).into_tuple().all(connection).await?;
    Ok(own.into_iter().collect())
}

/// Whether no later row corrects the one at hand, or takes it back.
pub(super) fn holds<E: EntityTrait + Default>(id: E::Column, supersedes: E::Column) -> Expr {
    holds_up_to::<E>(id, supersedes, i64::MAX)
}

/// The same, of the rows up to a last one.
pub(super) fn holds_up_to<E: EntityTrait + Default>(id: E::Column, supersedes: E::Column, last: i64) -> Expr {
    let later = Query::select()
        .expr(Expr::val(1))
        .from_as(E::default(), "later")
        .and_where(Expr::col(("later", supersedes)).equals((E::default(), id)))
        .and_where_option((last < i64::MAX).then(|| Expr::col(("later", id)).lte(last)))
        .to_owned();
    Expr::exists(later).not()
}

/// The scores of the result at hand as one text, `1:100,2:80`: one row a result, where a join would give one a score.
fn scores_of_result() -> Expr {
    let text = |column: benchmark_score::Column| column.into_expr().cast_as("text");
    let and = || BinOper::Custom("||");
    let pair = text(benchmark_score::Column::Benchmark)
        .binary(and(), Expr::val(":"))
        .binary(and(), text(benchmark_score::Column::Score));
    let scores = Query::select()
        .expr(Func::cust("string_agg").args([pair, Expr::val(",")]))
        .from(benchmark_score::Entity)
        .and_where(benchmark_score::Column::ResultId.into_expr().equals((result::Entity, result::Column::Id)))
        .to_owned();
    Expr::SubQuery(None, Box::new(scores.into()))
}

/// Writes records chunk by chunk, with what is looked up once for all of them.
struct Writer {
    frameworks: HashMap<String, i64>,
    areas: HashMap<String, i64>,
    institutions: HashMap<Pseudonym, i64>,
    held: HashMap<Key, Held>,
    /// Of these a release shows a result: place and attributes stay.
    released: HashSet<Key>,
    submission: i64,
    next: i64,
    results: usize,
    scores: usize,
    corrected: usize,
    under_other_terms: usize,
    unchanged: usize,
    from_roll: usize,
    as_released: usize,
}

impl Writer {
    async fn write(&mut self, intake: &mut Intake, roll: &Roll, records: &[Record]) -> Result<()> {
        let mut rows = Vec::with_capacity(records.len());
        let mut scores: Vec<(i64, i16, i16)> = Vec::with_capacity(records.len() * 8);
        for record in records {
            let framework = id(&self.frameworks, &record.framework)?;
            let institution = self.institutions[&record.institution];
            let key = (institution, framework, record.period.to_string());
            let entry = roll.entry(record.institution);
            let hub = entry.map_or(&record.hub, |entry| &entry.location.hub);
            let mut content = Content {
                completed_on: record.completed_on,
                local_authority: id(&self.areas, &record.local_authority)?,
                hub: hub.as_ref().map(|hub| id(&self.areas, hub)).transpose()?,
                attributes: entry.map_or(record.attributes, |entry| entry.attributes),
                scores: numbered(&record.scores),
                terms_version: record.terms_version.clone(),
            };
            let before = self.held.get(&key);
            if let Some(before) = before.filter(|_| self.released.contains(&key)) {
                self.as_released += usize::from(content.place_in(&before.content));
            } else if entry.is_some() {
                self.from_roll += usize::from((hub, content.attributes) != (&record.hub, record.attributes));
            }
            let said = before.filter(|before| !before.withdrawn);
            if said.is_some_and(|said| said.own && said.content == content) {
                self.unchanged += 1;
                continue;
            }
            match said {
                Some(said) if said.own && said.content.says_the_same(&content) => self.under_other_terms += 1,
                Some(_) => self.corrected += 1,
                None => {}
            }
            let [phase, kind, disadvantage, size, setting] = content.attributes.0.map(i16::from);
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
                withdrawn: Set(false),
            });
            scores.extend(content.scores.iter().map(|&(benchmark, score)| (self.next, benchmark, score)));
            self.held.insert(key, Held { id: self.next, withdrawn: false, own: true, content });
            self.next += 1;
        }
        self.results += rows.len();
        self.scores += scores.len();
        let transaction = intake.writing().await?;
        if !rows.is_empty() {
            result::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        }
        for chunk in scores.chunks(SCORE_CHUNK) {
            transaction.execute_unprepared(&insert_scores(chunk)).await?;
        }
        Ok(())
    }
}

/// By hand, because scores are what there is most of. All values are whole numbers, so they stand in the text itself: a third
/// of the time that binding them takes.
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
async fn institutions(intake: &mut Intake, records: &[Record]) -> Result<HashMap<Pseudonym, i64>> {
    let mut ids = known_institutions(&intake.reading().await?).await?;
    let named = records.iter().map(|record| (record.institution, record.scheme.as_str()));
    let rows = strangers(&mut ids, named);
    for chunk in rows.chunks(CHUNK) {
        let rows = institution::Entity::insert_many(chunk.iter().cloned());
        rows.exec_without_returning(intake.writing().await?).await?;
    }
    Ok(ids)
}

/// The rows of those that are named, with their schemes, and are not known yet; their keys are known from now on.
pub(super) fn strangers<'a>(
    ids: &mut HashMap<Pseudonym, i64>,
    named: impl Iterator<Item = (Pseudonym, &'a str)>,
) -> Vec<institution::ActiveModel> {
    let mut next = ids.values().max().map_or(1, |last| last + 1);
    let mut rows = Vec::new();
    for (institution, scheme) in named {
        ids.entry(institution).or_insert_with(|| {
            rows.push(institution::ActiveModel {
                id: Set(next),
                pseudonym: Set(institution.0.to_vec()),
                scheme: Set(scheme.to_owned()),
            });
            next += 1;
            next - 1
        });
    }
    rows
}

/// Lets organisations speak for institutions, whoever did before.
pub(super) async fn let_speak(transaction: &impl ConnectionTrait, speakers: &[(i64, i64)]) -> Result<()> {
    let row = |&(institution, organisation): &(i64, i64)| speaker::ActiveModel {
        institution_id: Set(institution),
        organisation_id: Set(organisation),
    };
    for chunk in speakers.chunks(CHUNK) {
        let replace = OnConflict::column(speaker::Column::InstitutionId)
            .update_column(speaker::Column::OrganisationId)
            .to_owned();
        let rows = speaker::Entity::insert_many(chunk.iter().map(row)).on_conflict(replace);
        rows.exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// The keys of every institution that is stored.
pub(super) async fn known_institutions(connection: &impl ConnectionTrait) -> Result<HashMap<Pseudonym, i64>> {
    let known = institution::Entity::find().all(connection).await?;
    let key = |row: institution::Model| {
        let bytes = row.pseudonym.try_into().map_err(|_| Error::Corrupt("a pseudonym of another length".into()))?;
        Ok((Pseudonym(bytes), row.id))
    };
    known.into_iter().map(key).collect()
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
