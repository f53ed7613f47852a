//! One release as columns: one byte a score, attributes dictionary-coded, areas as runs of rows.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt,
    ops::Range,
    sync::Arc,
};

use disclosure::Method;
use typed_index_collections::TiVec;

use crate::domain::{AreaIndex, Catalogue, Dimension, FrameworkIndex, Period, Release};

use super::{
    History, Presence, Roll,
    destinations::Destinations,
    row_group::{RowGroup, provider_of, rows_of_providers},
};

/// Every result and every count of destinations of one release. Holds scores of institutions: it has no `Serialize`, no `Display`, and tells only its size.
pub struct Snapshot {
    pub(super) release: Release,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) frameworks: TiVec<FrameworkIndex, FrameworkColumns>,
    /// By framework asked for, framework and period: columns that count otherwise beside those of another framework than on their
    /// own. None where no institution has results under several frameworks in one period.
    pub(super) overlaps: HashMap<(FrameworkIndex, FrameworkIndex, Period), Columns>,
    pub(super) destinations: Destinations,
}

/// The results of one framework. A row is one institution in one place, handed in by one organisation; one that moves
/// has another row with the same key.
#[derive(Default)]
pub struct FrameworkColumns {
    pub(super) keys: Vec<u128>,
    pub(super) row_groups: Vec<RowGroup>,
    /// Who handed in any of them, ascending.
    pub(super) providers: Vec<i64>,
    /// Per area, its rows, as few ranges as possible.
    pub(super) areas: TiVec<AreaIndex, Vec<Range<usize>>>,
    pub(super) periods: BTreeMap<Period, Columns>,
}

/// One period of one framework; every column is as long as there are rows.
pub struct Columns {
    pub(super) attributes: [Vec<u8>; Dimension::ALL.len()],
    pub(super) scores: Vec<Vec<u8>>,
    pub(super) presence: Presence,
    pub(super) history: History,
    pub(super) roll: Roll,
    pub(super) method: Method,
}

impl Snapshot {
    /// The release this is.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// The catalogue its areas and frameworks index.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The columns of a framework.
    pub fn framework(&self, framework: FrameworkIndex) -> &FrameworkColumns {
        &self.frameworks[framework]
    }

    /// The columns of a period of a framework, as they count in a table that brings others to a framework asked for: of an
    /// institution with results under several of them, one counts.
    pub fn columns(&self, asked: FrameworkIndex, source: FrameworkIndex, period: Period) -> Option<&Columns> {
        let beside = if self.overlaps.is_empty() { None } else { self.overlaps.get(&(asked, source, period)) };
        beside.or_else(|| self.frameworks[source].period(period))
    }

    /// Whether in such a table some results of a framework do not count, because others take their place.
    pub fn is_replaced_in_part(&self, asked: FrameworkIndex, source: FrameworkIndex, period: Period) -> bool {
        self.overlaps.contains_key(&(asked, source, period))
    }

    /// The counts of destinations.
    pub fn destinations(&self) -> &Destinations {
        &self.destinations
    }

    /// The same snapshot with these destinations.
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// What its results take in memory, bytes: scores, record keys, and what is added up ahead. Attributes and what earlier
    /// releases showed come on top.
    pub fn column_bytes(&self) -> usize {
        let of_framework = |framework: &FrameworkColumns| {
            let bounds = (framework.row_groups.len() + 1) * size_of::<u32>();
            let keys = size_of_val(framework.keys.as_slice());
            bounds + keys + framework.periods.values().map(Columns::bytes_of_results).sum::<usize>()
        };
        self.frameworks.iter().map(of_framework).sum()
    }

    /// What it takes in memory, bytes, beside its catalogue.
    pub fn bytes(&self) -> usize {
        let of_framework =
            |framework: &FrameworkColumns| framework.periods.values().map(Columns::bytes_beside_results).sum::<usize>();
        let frameworks = self.frameworks.iter().map(of_framework).sum::<usize>();
        let overlaps = self.overlaps.values().map(Columns::bytes).sum::<usize>();
        self.column_bytes() + frameworks + overlaps + self.destinations.bytes()
    }

    /// Every period with a result, ascending.
    pub fn periods(&self) -> Vec<Period> {
        let mut periods: Vec<Period> =
            self.frameworks.iter().flat_map(|framework| framework.periods.keys().copied()).collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    }

    /// Every period with a result of any of these frameworks, ascending.
    pub fn periods_of(&self, frameworks: &[FrameworkIndex]) -> Vec<Period> {
        let held = frameworks.iter().flat_map(|&framework| self.frameworks[framework].periods.keys().copied());
        let mut periods: Vec<Period> = held.collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    }

    /// The newest period with a result of any of these frameworks.
    pub fn newest_period(&self, frameworks: &[FrameworkIndex]) -> Option<Period> {
        frameworks.iter().filter_map(|&framework| self.frameworks[framework].periods.keys().next_back()).max().copied()
    }
}

impl FrameworkColumns {
    /// The record keys, one a row.
    pub fn keys(&self) -> &[u128] {
        &self.keys
    }

    /// The columns of a period, where anything was handed in.
    pub fn period(&self, period: Period) -> Option<&Columns> {
        self.periods.get(&period)
    }

    /// Who handed in the results of a row.
    pub fn provider(&self, row: usize) -> Option<i64> {
        provider_of(&self.row_groups, row)
    }

    /// Who handed in any of the rows, ascending.
    pub fn providers(&self) -> &[i64] {
        &self.providers
    }

    /// Whether an organisation handed in any of the rows.
    pub fn are_of(&self, provider: i64) -> bool {
        self.providers.binary_search(&provider).is_ok()
    }

    /// The rows of an area, as few ranges as possible; those of one provider alone where one is given.
    pub fn rows_of(&self, area: AreaIndex, provider: Option<i64>) -> Cow<'_, [Range<usize>]> {
        let rows = &self.areas[area];
        match provider {
            None => Cow::Borrowed(rows),
            Some(provider) if self.are_of(provider) => Cow::Owned(self.rows_of_providers(area, |one| one == provider)),
            Some(_) => Cow::Borrowed(&[]),
        }
    }

    /// The rows of an area that some providers handed in, as few ranges as possible.
    pub fn rows_of_providers(&self, area: AreaIndex, is_wanted: impl Fn(i64) -> bool) -> Vec<Range<usize>> {
        rows_of_providers(&self.row_groups, &self.areas[area], is_wanted)
    }
}

impl Columns {
    /// The dictionary codes of a dimension, one a row; 0 for blank.
    pub fn attribute(&self, dimension: Dimension) -> &[u8] {
        &self.attributes[dimension as usize]
    }

    /// The scores on a benchmark by number, one a row; [`NOT_ASSESSED`](super::NOT_ASSESSED) where there is none. Empty for an unknown number.
    pub fn score(&self, number: u8) -> &[u8] {
        usize::from(number).checked_sub(1).and_then(|position| self.scores.get(position)).map_or(&[], Vec::as_slice)
    }

    /// Which rows have a result.
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    /// What releases before this one showed otherwise.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Where the roll of the period differs from who has a result.
    pub fn roll(&self) -> &Roll {
        &self.roll
    }

    /// The method that the period was first published with.
    pub fn method(&self) -> Method {
        self.method
    }

    /// What it takes in memory, bytes.
    fn bytes(&self) -> usize {
        self.bytes_of_results() + self.bytes_beside_results()
    }

    fn bytes_of_results(&self) -> usize {
        self.scores.iter().map(Vec::len).sum::<usize>() + self.presence.bytes()
    }

    fn bytes_beside_results(&self) -> usize {
        self.attributes.iter().map(Vec::len).sum::<usize>() + self.history.bytes() + self.roll.bytes()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: usize = self.frameworks.iter().map(|framework| framework.keys.len()).sum();
        write!(f, "Snapshot(release {}, {rows} rows)", self.release.number)
    }
}
