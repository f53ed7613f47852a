//! What earlier releases showed of a period, where it is not simply what this one shows.
//!
//! Presence for the rows that are not there, unchanged, since the first release with the period: nothing where nobody came late
//! and nothing was corrected.

use std::ops::Range;

use crate::domain::{AreaIndex, Catalogue, Dimension};

use super::row_group::{RowGroup, rows_within};

/// The history of one period of one framework.
#[derive(Default)]
pub struct History {
    pub(super) since: u32,
    /// Ascending by row.
    pub(super) late: Vec<Late>,
    pub(super) row_groups: Vec<RowGroup>,
    pub(super) past: Vec<Past>,
    /// The scores of each past result, one after the other.
    pub(super) scores: Vec<u8>,
}

/// A row of the columns whose result came after the first release with the period, as a newcomer or as a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// The row.
    pub row: u32,
    /// The number of the first release that shows it as it is.
    pub from: u32,
}

/// A result that earlier releases showed, and a correction replaced.
pub struct Past {
    /// The record key of the institution.
    pub key: u128,
    /// The organisation that handed it in.
    pub provider: i64,
    /// The dictionary codes of its dimensions; 0 for blank.
    pub attributes: [u8; Dimension::ALL.len()],
    /// The number of the first release that shows it.
    pub from: u32,
    /// The number of the first release that no longer does.
    pub until: u32,
}

impl History {
    /// The number of the first release that holds a result of the period.
    pub fn since(&self) -> u32 {
        self.since
    }

    /// Whether every release since the first with the period shows it as this one does.
    pub fn is_empty(&self) -> bool {
        self.late.is_empty() && self.past.is_empty()
    }

    /// What it takes in memory, bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.late.as_slice()) + size_of_val(self.past.as_slice()) + self.scores.len()
    }

    /// The late ones among a range of rows.
    pub fn late_in(&self, rows: &Range<usize>) -> &[Late] {
        let place = |row: usize| self.late.partition_point(|late| (late.row as usize) < row);
        &self.late[place(rows.start)..place(rows.end)]
    }

    /// The past results that stood in an area, each with its scores by benchmark.
    pub fn past_in<'a>(
        &'a self,
        area: AreaIndex,
        catalogue: &'a Catalogue,
    ) -> impl Iterator<Item = (&'a Past, &'a [u8])> {
        rows_within(&self.row_groups, area, None, catalogue).into_iter().flatten().map(|place| self.past_at(place))
    }

    /// Every past result, wherever it stood, each with its scores by benchmark.
    pub fn past(&self) -> impl Iterator<Item = (&Past, &[u8])> {
        (0..self.past.len()).map(|place| self.past_at(place))
    }

    pub(super) fn past_at(&self, place: usize) -> (&Past, &[u8]) {
        let benchmarks = self.scores.len() / self.past.len().max(1);
        (&self.past[place], &self.scores[place * benchmarks..(place + 1) * benchmarks])
    }
}
