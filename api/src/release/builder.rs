//! Builds a snapshot from the results of a release, in whatever order they come.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use disclosure::{Method, NoiseKey};
use typed_index_collections::TiVec;

use crate::domain::{
    AreaIndex, AreaKind, Catalogue, Dimension, FrameworkIndex, Period, Pseudonym, Release, ReleasedResult,
};

use super::{
    History, Late, NOT_ASSESSED, Past, Presence,
    columns::{Columns, FrameworkColumns, Snapshot},
    destinations::Destinations,
    overlap::overlaps,
    roll::{Roll, Stood, rolls},
    row_group::{RowGroup, rows_within},
};

/// Gathers results, then lays them out as columns.
pub struct Builder {
    catalogue: Arc<Catalogue>,
    frameworks: TiVec<FrameworkIndex, Gathered>,
}

/// Where a row stands and who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Row {
    local_authority: AreaIndex,
    hub: Option<AreaIndex>,
    provider: i64,
    institution: Pseudonym,
}

#[derive(Default)]
struct Gathered {
    rows: HashMap<Row, u32>,
    periods: BTreeMap<Period, GatheredPeriod>,
    past: Vec<Replaced>,
}

/// What came of one period.
struct GatheredPeriod {
    /// The first release with the period.
    since: u32,
    results: Vec<Current>,
    /// The scores of each result, one after the other.
    scores: Vec<u8>,
}

/// A result that the release shows. Its scores stand apart.
struct Current {
    row: u32,
    attributes: [u8; Dimension::ALL.len()],
    from: u32,
}

/// A result that earlier releases showed.
struct Replaced {
    period: Period,
    row: Row,
    /// The number of the row.
    id: u32,
    attributes: [u8; Dimension::ALL.len()],
    from: u32,
    until: u32,
    scores: Box<[u8]>,
}

impl Builder {
    /// A builder over a catalogue.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let frameworks = catalogue.frameworks().iter().map(|_| Gathered::default()).collect();
        Self { catalogue, frameworks }
    }

    /// Takes in one result, shown now or by an earlier release. Scores past the framework's last benchmark are not kept.
    pub fn add(&mut self, result: &ReleasedResult) {
        let benchmarks = self.catalogue.frameworks()[result.framework].number_of_benchmarks;
        let gathered = &mut self.frameworks[result.framework];
        let row = Row {
            local_authority: result.local_authority,
            hub: result.hub,
            provider: result.provider,
            institution: result.institution,
        };
        let (period, attributes, from) = (result.period, result.attributes.0, result.from);
        let empty = || GatheredPeriod { since: from, results: Vec::new(), scores: Vec::new() };
        let gathered_period = gathered.periods.entry(period).or_insert_with(empty);
        gathered_period.since = from.min(gathered_period.since);
        let scores = (0..benchmarks).map(|number| result.scores.get(number).copied().flatten().unwrap_or(NOT_ASSESSED));
        let next = u32::try_from(gathered.rows.len()).unwrap_or(u32::MAX);
        let id = *gathered.rows.entry(row).or_insert(next);
        if let Some(until) = result.until {
            gathered.past.push(Replaced { period, row, id, attributes, from, until, scores: scores.collect() });
            return;
        }
        gathered_period.results.push(Current { row: id, attributes, from });
        gathered_period.scores.extend(scores);
    }

    /// Lays everything out: rows sorted by place, record keys made with the key of the noise.
    pub fn finish(self, release: Release, key: &NoiseKey) -> Snapshot {
        let sizes = self.catalogue.frameworks().iter().map(|framework| framework.number_of_benchmarks);
        let catalogue = &self.catalogue;
        let frameworks: TiVec<FrameworkIndex, FrameworkColumns> = self
            .frameworks
            .into_iter()
            .zip(sizes)
            .map(|(gathered, size)| lay_out(gathered, size, key, catalogue, &release))
            .collect();
        let overlaps = overlaps(&frameworks, catalogue);
        Snapshot { release, catalogue: self.catalogue, frameworks, overlaps, destinations: Destinations::default() }
    }
}

/// The order of rows: areas become runs, as few as can be, whatever their kind.
struct Order {
    /// Per area, the region and the LEP that it is put under.
    places: TiVec<AreaIndex, [Option<AreaIndex>; 2]>,
}

impl Order {
    fn of(catalogue: &Catalogue) -> Self {
        let around = |area: AreaIndex, kind| {
            let lies_around =
                |&other: &AreaIndex| catalogue.areas()[other].kind == kind && catalogue.lies_in(area, other);
            catalogue.parents(area).iter().copied().find(lies_around)
        };
        let areas = catalogue.areas().keys();
        Self { places: areas.map(|area| [AreaKind::Region, AreaKind::Lep].map(|kind| around(area, kind))).collect() }
    }

    /// Regions hold LEPs, LEPs hold hubs, and what is in no hub stands by local authority.
    fn compare(&self, one: &Row, other: &Row) -> Ordering {
        let place = |row: &Row| {
            let [region, lep] = self.places[row.local_authority];
            (region, row.hub.and_then(|hub| self.places[hub][1]).or(lep), row.hub)
        };
        place(one).cmp(&place(other)).then_with(|| one.cmp(other))
    }
}

fn lay_out(
    gathered: Gathered,
    benchmarks: usize,
    key: &NoiseKey,
    catalogue: &Catalogue,
    release: &Release,
) -> FrameworkColumns {
    let order = Order::of(catalogue);
    let mut rows: Vec<(Row, u32)> = gathered.rows.into_iter().collect();
    rows.sort_unstable_by(|(one, _), (other, _)| order.compare(one, other));
    let mut position = vec![0_usize; rows.len()];
    for (place, &(_, id)) in rows.iter().enumerate() {
        position[id as usize] = place;
    }
    let keys: Vec<u128> = rows.iter().map(|(row, _)| key.record_key(&row.institution.0)).collect();
    let row_groups = row_groups(rows.iter().map(|(row, _)| row));
    let starts = row_groups.iter().map(|row_group| row_group.rows.start).chain([rows.len()]);
    let bounds: Arc<[u32]> = starts.map(|row| u32::try_from(row).unwrap_or(u32::MAX)).collect();
    let columns = |period| lay_out_period(period, benchmarks, &position, &keys, &bounds);
    let mut rolls = lay_out_rolls(&gathered.periods, &gathered.past, &position, &keys).into_iter();
    // One after the other, each gathered one dropped before the next.
    let mut periods: BTreeMap<Period, Columns> =
        gathered.periods.into_iter().map(|(period, gathered)| (period, columns(gathered))).collect();
    for columns in periods.values_mut() {
        columns.roll = rolls.next().unwrap_or_default();
        columns.method = release.method_at(columns.history.since);
    }
    lay_out_past(gathered.past, &mut periods, key);
    let areas = catalogue.areas().keys();
    let mut providers: Vec<i64> = row_groups.iter().map(|row_group| row_group.provider).collect();
    providers.sort_unstable();
    providers.dedup();
    FrameworkColumns {
        providers,
        areas: areas.map(|area| rows_within(&row_groups, area, None, catalogue)).collect(),
        keys,
        row_groups,
        periods,
    }
}

fn lay_out_period(
    gathered: GatheredPeriod,
    benchmarks: usize,
    position: &[usize],
    keys: &[u128],
    bounds: &Arc<[u32]>,
) -> Columns {
    let mut attributes = std::array::from_fn(|_| vec![0; keys.len()]);
    let mut scores = vec![vec![NOT_ASSESSED; keys.len()]; benchmarks];
    let mut has_result = vec![false; keys.len()];
    let mut history = History { since: gathered.since, ..History::default() };
    for (index, result) in gathered.results.into_iter().enumerate() {
        let row = position[result.row as usize];
        for (column, code) in attributes.iter_mut().zip(result.attributes) {
            column[row] = code;
        }
        for (column, &score) in scores.iter_mut().zip(&gathered.scores[index * benchmarks..]) {
            column[row] = score;
        }
        has_result[row] = true;
        if result.from > history.since {
            history.late.push(Late { row: u32::try_from(row).unwrap_or(u32::MAX), from: result.from });
        }
    }
    history.late.sort_unstable_by_key(|late| late.row);
    history.late.shrink_to_fit();
    let is_complete = |row: usize| scores.iter().all(|column| column[row] != NOT_ASSESSED);
    let presence = Presence::new(bounds.clone(), keys, |row| has_result[row], is_complete);
    Columns { attributes, scores, presence, history, roll: Roll::default(), method: Method::CURRENT }
}

/// The roll of each period, ascending.
fn lay_out_rolls(
    periods: &BTreeMap<Period, GatheredPeriod>,
    past: &[Replaced],
    position: &[usize],
    keys: &[u128],
) -> Vec<Roll> {
    let place = |period: Period| periods.keys().position(|&other| other == period);
    let since: Vec<u32> = periods.values().map(|gathered| gathered.since).collect();
    let stood = |period, id: u32, codes, from, until| {
        let row = position[id as usize];
        Stood { key: keys[row], period, row: u32::try_from(row).unwrap_or(u32::MAX), codes, from, until }
    };
    let now = periods.values().enumerate().flat_map(|(period, gathered)| {
        gathered.results.iter().map(move |result| stood(period, result.row, result.attributes, result.from, None))
    });
    let before = past.iter().filter_map(|replaced| {
        let Replaced { id, attributes, from, until, .. } = *replaced;
        Some(stood(place(replaced.period)?, id, attributes, from, Some(until)))
    });
    rolls(now.chain(before).collect(), &since)
}

fn lay_out_past(mut past: Vec<Replaced>, periods: &mut BTreeMap<Period, Columns>, key: &NoiseKey) {
    past.sort_unstable_by_key(|replaced| (replaced.period, replaced.row, replaced.from));
    for replaced in past.chunk_by(|one, next| one.period == next.period) {
        if let Some(columns) = periods.get_mut(&replaced[0].period) {
            let history = &mut columns.history;
            history.row_groups = row_groups(replaced.iter().map(|replaced| &replaced.row));
            history.scores = replaced.iter().flat_map(|replaced| replaced.scores.iter().copied()).collect();
            history.past = replaced.iter().map(|replaced| replaced.past(key)).collect();
        }
    }
}

impl Replaced {
    fn past(&self, key: &NoiseKey) -> Past {
        let Self { attributes, from, until, .. } = *self;
        Past { key: key.record_key(&self.row.institution.0), provider: self.row.provider, attributes, from, until }
    }
}

fn row_groups<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<RowGroup> {
    let mut row_groups: Vec<RowGroup> = Vec::new();
    for (position, row) in rows.enumerate() {
        match row_groups.last_mut() {
            Some(last)
                if (last.local_authority, last.hub, last.provider) == (row.local_authority, row.hub, row.provider) =>
            {
                last.rows.end = position + 1;
            }
            _ => row_groups.push(RowGroup {
                local_authority: row.local_authority,
                hub: row.hub,
                provider: row.provider,
                rows: position..position + 1,
            }),
        }
    }
    row_groups
}
