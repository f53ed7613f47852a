//! Builds a snapshot from the results of a release, in whatever order they come.

use std::{collections::HashMap, sync::Arc};

use disclosure::NoiseKey;

use crate::domain::{AreaIndex, Catalogue, Dimension, Period, Pseudonym, Release, ReleasedResult};

use super::{
    columns::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot, Stretch},
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
    results: Vec<(u32, Period, [u8; Dimension::ALL.len()])>,
    scores: Vec<u8>,
}

impl Builder {
    /// A builder over a catalogue.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let frameworks = catalogue.frameworks().iter().map(|_| Gathered::default()).collect();
        Self { catalogue, frameworks }
    }

    /// Takes in one result. Scores past the framework's last benchmark are not kept.
    pub fn add(&mut self, result: &ReleasedResult) {
        let benchmarks = self.catalogue.frameworks()[result.framework].number_of_benchmarks;
        let gathered = &mut self.frameworks[result.framework];
        let row = Row {
            local_authority: result.local_authority,
            hub: result.hub,
            provider: result.provider,
            institution: result.institution,
        };
        let next = u32::try_from(gathered.rows.len()).unwrap_or(u32::MAX);
        let id = *gathered.rows.entry(row).or_insert(next);
        gathered.results.push((id, result.period, result.attributes.0));
        let score = |number: usize| result.scores.get(number).copied().flatten().unwrap_or(NOT_ASSESSED);
        gathered.scores.extend((0..benchmarks).map(score));
    }

    /// Lays everything out: rows sorted by place, record keys made with the key of the noise.
    pub fn finish(self, release: Release, key: &NoiseKey) -> Snapshot {
        let sizes = self.catalogue.frameworks().iter().map(|framework| framework.number_of_benchmarks);
        let frameworks =
            self.frameworks.into_iter().zip(sizes).map(|(gathered, size)| lay_out(gathered, size, key)).collect();
        Snapshot { release, catalogue: self.catalogue, frameworks, destinations: Destinations::default() }
    }
}

fn lay_out(gathered: Gathered, benchmarks: usize, key: &NoiseKey) -> FrameworkColumns {
    let mut rows: Vec<(Row, u32)> = gathered.rows.into_iter().collect();
    rows.sort_unstable();
    let mut position = vec![0_usize; rows.len()];
    for (place, &(_, id)) in rows.iter().enumerate() {
        position[id as usize] = place;
    }
    let mut periods = std::collections::BTreeMap::new();
    for (index, (id, period, attributes)) in gathered.results.into_iter().enumerate() {
        let columns = periods.entry(period).or_insert_with(|| Columns {
            attributes: std::array::from_fn(|_| vec![0; rows.len()]),
            scores: vec![vec![NOT_ASSESSED; rows.len()]; benchmarks],
        });
        let row = position[id as usize];
        for (column, code) in columns.attributes.iter_mut().zip(attributes) {
            column[row] = code;
        }
        for (column, &score) in columns.scores.iter_mut().zip(&gathered.scores[index * benchmarks..]) {
            column[row] = score;
        }
    }
    FrameworkColumns {
        keys: rows.iter().map(|(row, _)| key.record_key(&row.institution.0)).collect(),
        stretches: stretches(&rows),
        periods,
    }
}

fn stretches(rows: &[(Row, u32)]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (position, (row, _)) in rows.iter().enumerate() {
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
