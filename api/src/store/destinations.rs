//! Counts of destinations: where institutions stand, storing a submission, and the counts of one release.

use std::{collections::HashMap, fmt::Write};

use entity::{destination_count, institution, result};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::{
    AreaIndex, Catalogue, CohortYear, DestinationRecord, Location, Locations, Pseudonym, Publishable, Release,
    ReleasedDestination, Roll,
};

use super::{
    Error, Result, Store,
    intake::{Intake, last_id},
    receipt::{NewSubmission, Receipt},
    released::{Numbering, counted_area, known, places},
    submit::{holds, id, known_institutions, submissions_of},
    unchanged::Unchanged,
};

/// Counts of one statement, written as whole numbers into its text.
/// Few, because a SQLite file is locked meanwhile.
const CHUNK: usize = 2_000;

/// What tells one cohort from another: institution, cohort year and stage.
type Cohort = (i64, i16, destination_count::Stage);

/// The count that holds now for a cohort and a destination.
struct Held {
    id: i64,
    /// How many; `None` where what holds is that it was taken back.
    students: Option<i32>,
    /// Whether the organisation handed it in that hands in now, which alone is told whether it says the same again.
    own: bool,
}

/// What holds now: counts, and where each cohort's institution stood when its first count was stored.
#[derive(Default)]
struct Holding {
    counts: HashMap<(Cohort, destination_count::Category), Held>,
    places: HashMap<Cohort, (i64, Option<i64>)>,
}

impl Store {
    /// Where institutions stood, as every result that holds now tells.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn locations(&self) -> Result<Locations> {
        let areas: HashMap<i64, String> =
            self.area_ids(&self.database).await?.into_iter().map(|(code, id)| (id, code)).collect();
        let code = |id: i64| areas.get(&id).cloned().ok_or_else(|| Error::Corrupt(format!("the area {id}")));
        let (last_result, _) = self.accepted().await?;
        let holding = result::Entity::find()
            .select_only()
            .column(institution::Column::Pseudonym)
            .columns([result::Column::Period, result::Column::LocalAuthorityId, result::Column::HubId])
            .inner_join(institution::Entity)
            .filter(result::Column::Id.lte(last_result))
            .filter(result::Column::Withdrawn.eq(false))
            .filter(holds::<result::Entity>(result::Column::Id, result::Column::Supersedes))
            .order_by_asc(result::Column::Id)
            .into_tuple::<(Vec<u8>, String, i64, Option<i64>)>();
        let mut stood = Locations::default();
        for (institution, period, local_authority, hub) in holding.all(&self.database).await? {
            let period = period.parse().map_err(|_| Error::Corrupt(format!("the period `{period}`")))?;
            let location = Location { local_authority: code(local_authority)?, hub: hub.map(code).transpose()? };
            stood.add(pseudonym(institution)?, period, location);
        }
        Ok(stood)
    }

    /// Stores counts of one organisation. A count for the cohort and destination of an earlier one supersedes it where it
    /// differs, and what another organisation handed in whatever it says; the earlier one stays. All counts of a cohort keep the place
    /// of its first. `progress` is told how many counts are stored so far. `roll` is the one that the records were checked against.
    ///
    /// # Errors
    /// When another roll would refuse them by now, the organisation is unknown or the database fails: then nothing is stored.
    pub async fn submit_destinations(
        &self,
        new: &NewSubmission,
        roll: &Roll,
        records: &[DestinationRecord],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Receipt> {
        let mut intake = self.receive(new).await?;
        let stored = self.store_counts(&mut intake, roll, records, progress).await;
        intake.end_of_file(stored).await
    }

    async fn store_counts(
        &self,
        intake: &mut Intake,
        roll: &Roll,
        records: &[DestinationRecord],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Receipt> {
        let organisation = intake.organisation;
        let whose = records.iter().map(|record| (record.institution, record.location.local_authority.as_str()));
        self.roll_that_still_lets(&intake.reading().await?, roll, organisation, whose).await?;
        let institutions = known_institutions(&intake.reading().await?).await?;
        let mut writer = Writer {
            areas: self.area_ids(&intake.reading().await?).await?,
            holding: holding(&intake.reading().await?, organisation, records, &institutions).await?,
            institutions,
            submission: intake.submission,
            next: last_id::<destination_count::Entity>(&intake.reading().await?, destination_count::Column::Id).await?
                + 1,
            counts: 0,
            corrected: 0,
            unchanged: 0,
        };
        let mut done = 0;
        for chunk in records.chunks(CHUNK) {
            if let Some(statement) = writer.insert(chunk)? {
                intake.writing().await?.execute_unprepared(&statement).await?;
            }
            done += chunk.len();
            progress(done);
        }
        let Writer { submission, counts, corrected, unchanged, .. } = writer;
        Ok(Receipt::CountsAccepted { submission, counts, corrected, unchanged })
    }

    /// Visits every count of a release: of each cohort year, those up to its newest edition that none of them supersedes,
    /// whatever came later. Visits as well every count that an earlier edition showed and a correction has replaced since;
    /// those have an `until`.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn released_destinations(
        &self,
        release: &Release,
        catalogue: &Catalogue,
        visit: &mut (dyn FnMut(ReleasedDestination) + Send),
    ) -> Result<()> {
        if release.last_destination == 0 {
            return Ok(());
        }
        let areas: HashMap<i64, AreaIndex> =
            places(self.area_ids(&self.database).await?, |code| counted_area(catalogue, code));
        let mut unchanged = Unchanged::of(release);
        let numbering = Numbering::of(&self.releases().await?, release, |release| release.last_destination);
        // By hand, because it reads every count of the country: one text of SQL stays prepared from page to page. SQLite reads
        // `$1` as PostgreSQL does.
        let sql = "SELECT i.pseudonym, d.cohort_year, d.stage, d.category, d.students, d.local_authority_id, d.hub_id, \
                   s.organisation_id, d.id, n.id \
                   FROM destination_count d \
                   JOIN institution i ON i.id = d.institution_id \
                   JOIN submission s ON s.id = d.submission_id \
                   LEFT JOIN destination_count n ON n.supersedes = d.id AND n.id <= $1 \
                   WHERE d.id > $2 AND d.id <= $3 AND NOT d.withdrawn \
                   AND (n.id IS NULL OR EXISTS \
                    (SELECT 1 FROM release e WHERE e.last_destination >= d.id AND e.last_destination < n.id)) \
                   ORDER BY d.id";
        self.each_row_up_to(release.last_destination, sql, |row| {
            let cohort_year = cohort_year(row.try_get_by_index(1)?)?;
            let (id, superseder) = (row.try_get_by_index(8)?, row.try_get_by_index(9)?);
            let shown = numbering.shown(Publishable::Cohorts(cohort_year), id, superseder);
            let Some((from, until)) = shown else { return Ok(()) };
            let students: i32 = row.try_get_by_index(4)?;
            let hub: Option<i64> = row.try_get_by_index(6)?;
            let count = ReleasedDestination {
                institution: pseudonym(row.try_get_by_index(0)?)?,
                cohort_year,
                stage: row.try_get_by_index::<destination_count::Stage>(2)?.into(),
                destination: row.try_get_by_index::<destination_count::Category>(3)?.into(),
                students: u32::try_from(students)
                    .map_err(|_| Error::Corrupt("a negative number of students".to_owned()))?,
                local_authority: known(&areas, row.try_get_by_index(5)?)?,
                hub: hub.map(|hub| known(&areas, hub)).transpose()?,
                provider: row.try_get_by_index(7)?,
                from,
                until,
            };
            unchanged.settle(count, &mut *visit);
            Ok(())
        })
        .await?;
        unchanged.end(visit);
        Ok(())
    }
}

/// What holds now for every institution of the records.
async fn holding(
    connection: &impl ConnectionTrait,
    organisation: i64,
    records: &[DestinationRecord],
    institutions: &HashMap<Pseudonym, i64>,
) -> Result<Holding> {
    let mut wanted: Vec<i64> =
        records.iter().filter_map(|record| institutions.get(&record.institution).copied()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let own = submissions_of(connection, organisation).await?;
    let mut holding = Holding::default();
    for chunk in wanted.chunks(CHUNK) {
        let counts = destination_count::Entity::find()
            .filter(destination_count::Column::InstitutionId.is_in(chunk.iter().copied()))
            .filter(holds::<destination_count::Entity>(
                destination_count::Column::Id,
                destination_count::Column::Supersedes,
            ));
        for row in counts.all(connection).await? {
            let cohort = (row.institution_id, row.cohort_year, row.stage);
            let students = (!row.withdrawn).then_some(row.students);
            holding
                .counts
                .insert((cohort, row.category), Held { id: row.id, students, own: own.contains(&row.submission_id) });
            holding.places.insert(cohort, (row.local_authority_id, row.hub_id));
        }
    }
    Ok(holding)
}

/// Writes counts chunk by chunk, with what is looked up once for all of them.
struct Writer {
    areas: HashMap<String, i64>,
    institutions: HashMap<Pseudonym, i64>,
    holding: Holding,
    submission: i64,
    next: i64,
    counts: usize,
    corrected: usize,
    unchanged: usize,
}

impl Writer {
    /// The statement that stores what is new in a chunk, if anything is. By hand, as for scores: all values are whole numbers, so they stand in the
    /// text itself: a third of the time that binding them takes.
    fn insert(&mut self, records: &[DestinationRecord]) -> Result<Option<String>> {
        let mut sql = String::with_capacity(200 + records.len() * 60);
        sql.push_str(
            "INSERT INTO destination_count (id, institution_id, cohort_year, stage, category, students, submission_id, \
             local_authority_id, hub_id, supersedes) VALUES ",
        );
        let before = self.counts;
        for record in records {
            let institution = *self
                .institutions
                .get(&record.institution)
                .ok_or_else(|| Error::Corrupt("a count names an institution without a result".to_owned()))?;
            let cohort = (institution, year(record.cohort_year), record.stage.into());
            let category = destination_count::Category::from(record.destination);
            let students = i32::try_from(record.students).unwrap_or(i32::MAX);
            let held = self.holding.counts.get(&(cohort, category));
            if held.is_some_and(|held| held.own && held.students == Some(students)) {
                self.unchanged += 1;
                continue;
            }
            let place = if let Some(&place) = self.holding.places.get(&cohort) {
                place
            } else {
                let hub = record.location.hub.as_ref().map(|hub| id(&self.areas, hub)).transpose()?;
                (id(&self.areas, &record.location.local_authority)?, hub)
            };
            let _ = write!(
                sql,
                "{}({},{institution},{},{},{},{students},{},{},{},{})",
                if self.counts == before { "" } else { "," },
                self.next,
                cohort.1,
                cohort.2.to_value(),
                category.to_value(),
                self.submission,
                place.0,
                or_null(place.1),
                or_null(held.map(|held| held.id))
            );
            self.corrected += usize::from(held.is_some_and(|held| held.students.is_some()));
            self.holding.counts.insert((cohort, category), Held { id: self.next, students: Some(students), own: true });
            self.holding.places.insert(cohort, place);
            self.next += 1;
            self.counts += 1;
        }
        Ok((self.counts > before).then_some(sql))
    }
}

fn or_null(id: Option<i64>) -> String {
    id.map_or_else(|| "NULL".to_owned(), |id| id.to_string())
}

fn year(year: CohortYear) -> i16 {
    i16::try_from(year.start_year()).unwrap_or(i16::MAX)
}

/// The cohort year that starts in a year, as stored.
pub(super) fn cohort_year(stored: i16) -> Result<CohortYear> {
    let year = u16::try_from(stored).ok().and_then(CohortYear::new);
    year.ok_or_else(|| Error::Corrupt(format!("the cohort year {stored}")))
}

fn pseudonym(bytes: Vec<u8>) -> Result<Pseudonym> {
    Ok(Pseudonym(bytes.try_into().map_err(|_| Error::Corrupt("a pseudonym of another length".to_owned()))?))
}
