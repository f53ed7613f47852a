//! Builds a snapshot from the results of a release, in whatever order they come.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use disclosure::NoiseKey;

use crate::domain::{AreaIndex, Catalogue, Dimension, Period, Pseudonym, Release, ReleasedResult};

use super::{
    History, Late, Past,
    columns::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot, Stretch, rows_within},
    destinations::Destinations,
};

/// Gathers results, then lays them out as columns.
pub struct Builder {
    catalogue: Arc<Catalogue>,
    frameworks: Vec<Gathered>,
}

/// Where a row stands and who it is. Ordered so that places become runs.
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
    results: Vec<Current>,
    scores: Vec<u8>,
    past: Vec<Replaced>,
    /// The first release with each period.
    since: BTreeMap<Period, u32>,
}

/// A result that the release shows. Its scores stand apart.
struct Current {
    row: u32,
    period: Period,
    attributes: [u8; Dimension::ALL.len()],
    from: u32,
}

/// A result that earlier releases showed.
struct Replaced {
    period: Period,
    row: Row,
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
        let since = gathered.since.entry(period).or_insert(from);
        *since = from.min(*since);
        let scores = (0..benchmarks).map(|number| result.scores.get(number).copied().flatten().unwrap_or(NOT_ASSESSED));
        if let Some(until) = result.until {
            gathered.past.push(Replaced { period, row, attributes, from, until, scores: scores.collect() });
            return;
        }
        let next = u32::try_from(gathered.rows.len()).unwrap_or(u32::MAX);
        let row = *gathered.rows.entry(row).or_insert(next);
        gathered.results.push(Current { row, period, attributes, from });
        gathered.scores.extend(scores);
    }

    /// Lays everything out: rows sorted by place, record keys made with the key of the noise.
    pub fn finish(self, release: Release, key: &NoiseKey) -> Snapshot {
        let sizes = self.catalogue.frameworks().iter().map(|framework| framework.number_of_benchmarks);
        let catalogue = &self.catalogue;
        let frameworks = self
            .frameworks
            .into_iter()
            .zip(sizes)
            .map(|(gathered, size)| lay_out(gathered, size, key, catalogue))
            .collect();
        let areas = 0..catalogue.areas().len();
        let lies_in = |inner: AreaIndex| move |&outer: &AreaIndex| outer != inner && catalogue.lies_in(inner, outer);
        let around = areas.clone().map(|inner| areas.clone().filter(lies_in(inner)).collect()).collect();
        Snapshot { release, catalogue: self.catalogue, frameworks, around, destinations: Destinations::default() }
    }
}

fn lay_out(gathered: Gathered, benchmarks: usize, key: &NoiseKey, catalogue: &Catalogue) -> FrameworkColumns {
    let mut rows: Vec<(Row, u32)> = gathered.rows.into_iter().collect();
    rows.sort_unstable();
    let mut position = vec![0_usize; rows.len()];
    for (place, &(_, id)) in rows.iter().enumerate() {
        position[id as usize] = place;
    }
    let mut periods: BTreeMap<Period, Columns> = gathered
        .since
        .into_iter()
        .map(|(period, since)| {
            let columns = Columns {
                attributes: std::array::from_fn(|_| vec![0; rows.len()]),
                scores: vec![vec![NOT_ASSESSED; rows.len()]; benchmarks],
                history: History { since, ..History::default() },
            };
            (period, columns)
        })
        .collect();
    for (index, result) in gathered.results.into_iter().enumerate() {
        let Some(columns) = periods.get_mut(&result.period) else { continue };
        let row = position[result.row as usize];
        for (column, code) in columns.attributes.iter_mut().zip(result.attributes) {
            column[row] = code;
        }
        for (column, &score) in columns.scores.iter_mut().zip(&gathered.scores[index * benchmarks..]) {
            column[row] = score;
        }
        if result.from > columns.history.since {
            columns.history.late.push(Late { row: u32::try_from(row).unwrap_or(u32::MAX), from: result.from });
        }
    }
    for columns in periods.values_mut() {
        columns.history.late.sort_unstable_by_key(|late| late.row);
        columns.history.late.shrink_to_fit();
    }
    lay_out_past(gathered.past, &mut periods, key);
    let stretches = stretches(rows.iter().map(|(row, _)| row));
    let areas = 0..catalogue.areas().len();
    FrameworkColumns {
        keys: rows.iter().map(|(row, _)| key.record_key(&row.institution.0)).collect(),
        areas: areas.map(|area| rows_within(&stretches, area, None, catalogue)).collect(),
        stretches,
        periods,
    }
}

fn lay_out_past(mut past: Vec<Replaced>, periods: &mut BTreeMap<Period, Columns>, key: &NoiseKey) {
    past.sort_unstable_by_key(|replaced| (replaced.period, replaced.row, replaced.from));
    for replaced in past.chunk_by(|one, next| one.period == next.period) {
        if let Some(columns) = periods.get_mut(&replaced[0].period) {
            let history = &mut columns.history;
            history.stretches = stretches(replaced.iter().map(|replaced| &replaced.row));
            history.scores = replaced.iter().flat_map(|replaced| replaced.scores.iter().copied()).collect();
            history.past = replaced.iter().map(|replaced| replaced.past(key)).collect();
        }
    }
}

impl Replaced {
    fn past(&self, key: &NoiseKey) -> Past {
        let Self { attributes, from, until, .. } = *self;
        Past { key: key.record_key(&self.row.institution.0), attributes, from, until }
    }
}

fn stretches<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (position, row) in rows.enumerate() {
        match stretches.last_mut() {
            Some(last)
                if (last.local_authority, last.hub, last.provider) == (row.local_authority, row.hub, row.provider) =>
            {
                last.rows.end = position + 1;
            }
            _ => stretches.push(Stretch {
                local_authority: row.local_authority,
                hub: row.hub,
                provider: row.provider,
                rows: position..position + 1,
            }),
        }
    }
    stretches
}
