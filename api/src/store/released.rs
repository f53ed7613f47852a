//! The results of one release, and those that earlier releases showed in their place, one by one.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TransactionTrait};

use crate::domain::{
    AreaIndex, Attributes, Catalogue, FrameworkIndex, Period, Pseudonym, Publishable, Release, ReleasedResult,
};

use super::{Error, Result, Store, unchanged::Unchanged};

/// Results read at once: enough to make each read cheap, few enough that what the driver holds of them stays small.
const PAGE: i64 = 2_000;

impl Store {
    /// Visits every result of a release: of each period, those up to its newest edition that none of them supersedes, whatever
    /// came later. Visits as well every result that an earlier edition showed and a correction has replaced since; those have
    /// an `until`. A correction that says the same in everything that is counted is none.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn released_results(
        &self,
        release: &Release,
        catalogue: &Catalogue,
        visit: &mut (dyn FnMut(ReleasedResult) + Send),
    ) -> Result<()> {
        let frameworks: HashMap<i64, FrameworkIndex> =
            places(self.framework_ids(&self.database).await?, |code| catalogue.framework_index(code));
        let areas: HashMap<i64, AreaIndex> =
            places(self.area_ids(&self.database).await?, |code| counted_area(catalogue, code));
        let mut periods: HashMap<String, Period> = HashMap::new();
        let numbering = Numbering::of(&self.releases().await?, release, |release| release.last_result);
        let mut unchanged = Unchanged::of(release);
        // In order, because what says nothing new is told from what came right before it.
        // By hand, because it reads every score of the country: those of a result are gathered into one text, where a join would
        // read everything about the result once a score, and one text of SQL stays prepared from page to page. SQLite reads
        // `$1` as PostgreSQL does.
        let sql = "SELECT r.id, i.pseudonym, r.framework_id, r.period, r.local_authority_id, r.hub_id, s.organisation_id, \
                   r.phase, r.type, r.disadvantage, r.size, r.setting, \
                   (SELECT string_agg(CAST(b.benchmark AS TEXT) || ':' || CAST(b.score AS TEXT), ',') \
                    FROM benchmark_score b WHERE b.result_id = r.id), n.id \
                   FROM result r \
                   JOIN institution i ON i.id = r.institution_id \
                   JOIN submission s ON s.id = r.submission_id \
                   LEFT JOIN result n ON n.supersedes = r.id AND n.id <= $1 \
                   WHERE r.id > $2 AND r.id <= $3 AND NOT r.withdrawn \
                   AND (n.id IS NULL OR EXISTS \
                    (SELECT 1 FROM release e WHERE e.last_result >= r.id AND e.last_result < n.id)) \
                   ORDER BY r.id";
        self.each_row_up_to(release.last_result, sql, |row| {
            let period: String = row.try_get_by_index(3)?;
            let period = if let Some(&known) = periods.get(&period) {
                known
            } else {
                let parsed = period.parse().map_err(|_| Error::Corrupt(format!("the period `{period}`")))?;
                periods.insert(period, parsed);
                parsed
            };
            let (id, superseder) = (row.try_get_by_index(0)?, row.try_get_by_index(13)?);
            let Some((from, until)) = numbering.shown(Publishable::Term(period), id, superseder) else { return Ok(()) };
            let pseudonym: Vec<u8> = row.try_get_by_index(1)?;
            let framework = known(&frameworks, row.try_get_by_index(2)?)?;
            let hub: Option<i64> = row.try_get_by_index(5)?;
            let mut attributes = Attributes::default();
            for (position, code) in attributes.0.iter_mut().enumerate() {
                *code = u8::try_from(row.try_get_by_index::<i16>(7 + position)?).unwrap_or_default();
            }
            let mut scores = vec![None; catalogue.frameworks()[framework].number_of_benchmarks];
            let stored: Option<String> = row.try_get_by_index(12)?;
            for (benchmark, score) in parse_scores(stored.as_deref().unwrap_or_default())? {
                let place = usize::try_from(benchmark - 1).ok().and_then(|place| scores.get_mut(place));
                if let Some(place) = place {
                    *place = u8::try_from(score).ok();
                }
            }
            let result = ReleasedResult {
                institution: Pseudonym(
                    pseudonym.try_into().map_err(|_| Error::Corrupt("a pseudonym of another length".into()))?,
                ),
                framework,
                period,
                local_authority: known(&areas, row.try_get_by_index(4)?)?,
                hub: hub.map(|hub| known(&areas, hub)).transpose()?,
                attributes,
                provider: row.try_get_by_index(6)?,
                scores,
                from,
                until,
            };
            unchanged.settle(result, &mut *visit);
            Ok(())
        })
        .await?;
        unchanged.end(visit);
        Ok(())
    }

    /// Visits the rows of a statement about what has keys up to `last`, page by page. In it `$1` is that last key, and a page holds
    /// the keys from `$2`, which is left out, to `$3`.
    ///
    /// # Errors
    /// When the database fails, or `visit` does.
    pub(super) async fn each_row_up_to(
        &self,
        last: i64,
        sql: &str,
        mut visit: impl FnMut(&QueryResult) -> Result<()> + Send,
    ) -> Result<()> {
        // One connection for all pages: so one state of the database is read, and the statement is prepared once.
        let reading = self.database.begin().await?;
        let mut from = 0;
        while from < last {
            let to = (from + PAGE).min(last);
            let values = vec![last.into(), from.into(), to.into()];
            let page = Statement::from_sql_and_values(reading.get_database_backend(), sql, values);
            for row in reading.query_all_raw(page).await? {
                visit(&row)?;
            }
            from = to;
        }
        if self.database.get_database_backend() == DbBackend::Sqlite {
            // The pages of the whole table would stay with this connection.
            reading.execute_unprepared("PRAGMA shrink_memory").await?;
        }
        reading.commit().await?;
        Ok(())
    }
}

/// Which releases show a result, or a count of destinations: the editions of its period.
pub(super) struct Numbering {
    /// What each edition includes last, with the number of its release, ascending.
    editions: HashMap<Publishable, Vec<(i64, u32)>>,
}

impl Numbering {
    /// The numbering of what the editions up to a release include, each release up to `last`.
    pub(super) fn of(releases: &[Release], read: &Release, last: impl Fn(&Release) -> i64) -> Self {
        let last_of: HashMap<u32, i64> =
            releases.iter().chain([read]).map(|release| (release.number, last(release))).collect();
        let mut editions: HashMap<Publishable, Vec<(i64, u32)>> = HashMap::new();
        for published in read.editions.all() {
            let last = last_of.get(&published.release).copied().unwrap_or_default();
            editions.entry(published.period).or_default().push((last, published.release));
        }
        Self { editions }
    }

    /// The first release that shows a row of a period, and the first that shows what supersedes it in its place. `None` for a
    /// row that waits for an edition, or was superseded while it did.
    pub(super) fn shown(&self, period: Publishable, row: i64, superseder: Option<i64>) -> Option<(u32, Option<u32>)> {
        let editions = self.editions.get(&period)?;
        let first_with = |row: i64| {
            let position = editions.partition_point(|(last, _)| *last < row);
            editions.get(position).map(|(_, release)| *release)
        };
        let (from, until) = (first_with(row)?, superseder.and_then(first_with));
        (until != Some(from)).then_some((from, until))
    }
}

/// The scores of one result, as aggregated: `1:100,2:80`. Sorted by benchmark.
pub(super) fn parse_scores(text: &str) -> Result<Vec<(i16, i16)>> {
    let pair = |part: &str| {
        let (benchmark, score) = part.split_once(':')?;
        Some((benchmark.parse().ok()?, score.parse().ok()?))
    };
    let mut scores = text
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| pair(part).ok_or_else(|| Error::Corrupt(format!("the score `{part}`"))))
        .collect::<Result<Vec<(i16, i16)>>>()?;
    scores.sort_unstable();
    Ok(scores)
}

pub(super) fn places<I>(ids: HashMap<String, i64>, place: impl Fn(&str) -> Option<I>) -> HashMap<i64, I> {
    ids.into_iter().filter_map(|(code, id)| Some((id, place(&code)?))).collect()
}

/// The area that counts what was handed in under a code.
pub(super) fn counted_area(catalogue: &Catalogue, code: &str) -> Option<AreaIndex> {
    catalogue.area_index(code).map(|area| catalogue.counted_in(area))
}

pub(super) fn known<I: Copy>(places: &HashMap<i64, I>, id: i64) -> Result<I> {
    places.get(&id).copied().ok_or_else(|| Error::Corrupt(format!("the key {id}, which is not in the catalogue")))
}
