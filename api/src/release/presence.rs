//! Who has a result in a period, summed ahead: the record keys of a run of rows are a difference of two sums.

use std::{ops::Range, sync::Arc};

/// The rows of one period that have a result, as sums up to each row group.
///
/// The set of institutions assessed on a benchmark is named by the sum of their record keys. In a run of rows that is the sum
/// over those with a result, less the few of them that lack this benchmark: no score's key has to be added one by one.
#[derive(Default)]
pub struct Presence {
    /// Where each row group of rows starts, and where the last one ends. The same for every period of a framework.
    pub(super) bounds: Arc<[u32]>,
    /// Per bound, the wrapping sum of the record keys of the rows before it that have a result.
    pub(super) keys: Vec<u128>,
    /// Per bound, how many of the incomplete rows stand before it.
    pub(super) incomplete_before: Vec<u32>,
    /// The rows whose result lacks a benchmark of the framework, ascending.
    pub(super) incomplete: Vec<u32>,
}

impl Presence {
    /// The rows with a result. `has_result` and `is_complete` say of a row whether it has one, and whether on every benchmark.
    pub(super) fn new(
        bounds: Arc<[u32]>,
        keys: &[u128],
        has_result: impl Fn(usize) -> bool,
        is_complete: impl Fn(usize) -> bool,
    ) -> Self {
        let mut presence = Self { bounds, ..Self::default() };
        presence.keys.reserve_exact(presence.bounds.len());
        presence.incomplete_before.reserve_exact(presence.bounds.len());
        let (mut sum, mut row) = (0_u128, 0);
        for &bound in presence.bounds.iter() {
            for row in (row..bound).filter(|&row| has_result(row as usize)) {
                sum = sum.wrapping_add(keys[row as usize]);
                if !is_complete(row as usize) {
                    presence.incomplete.push(row);
                }
            }
            row = bound;
            presence.keys.push(sum);
            presence.incomplete_before.push(u32::try_from(presence.incomplete.len()).unwrap_or(u32::MAX));
        }
        presence.incomplete.shrink_to_fit();
        presence
    }

    /// The same, where rows lack a benchmark beside those that do so anyway. `more` is ascending.
    pub(super) fn with_incomplete(&self, more: &[u32]) -> Self {
        let mut incomplete = [self.incomplete.as_slice(), more].concat();
        incomplete.sort_unstable();
        incomplete.dedup();
        let before = |&bound: &u32| incomplete.partition_point(|&row| row < bound);
        let incomplete_before =
            self.bounds.iter().map(|bound| u32::try_from(before(bound)).unwrap_or(u32::MAX)).collect();
        Self { bounds: self.bounds.clone(), keys: self.keys.clone(), incomplete_before, incomplete }
    }

    /// Of the rows of whole row groups, the wrapping sum of the record keys of those that have a result; and those whose result
    /// lacks a benchmark of the framework, ascending.
    pub fn within(&self, rows: &Range<usize>) -> (u128, &[u32]) {
        let (start, end) = (self.bound(rows.start), self.bound(rows.end));
        let incomplete = &self.incomplete[self.incomplete_before[start] as usize..self.incomplete_before[end] as usize];
        (self.keys[end].wrapping_sub(self.keys[start]), incomplete)
    }

    /// What it takes in memory beside the bounds, bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.keys.as_slice())
            + size_of_val(self.incomplete_before.as_slice())
            + size_of_val(self.incomplete.as_slice())
    }

    fn bound(&self, row: usize) -> usize {
        let place = self.bounds.partition_point(|&bound| (bound as usize) < row);
        // Another sum would be other noise, so no answer is better than a wrong one.
        assert_eq!(self.bounds[place] as usize, row, "runs are made of whole row groups");
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_over_whole_stretches_are_those_over_their_rows() {
        let keys: Vec<u128> = (0..40).map(|row: u128| (u128::MAX / 3).wrapping_mul(row + 1)).collect();
        let bounds: Arc<[u32]> = [0, 3, 4, 20, 40].into();
        let (has_result, is_complete) = (|row: usize| row % 3 != 1, |row: usize| !row.is_multiple_of(4));
        let presence = Presence::new(bounds.clone(), &keys, has_result, is_complete);
        for (place, &start) in bounds.iter().enumerate() {
            for &end in &bounds[place..] {
                let rows = start as usize..end as usize;
                let inside = || rows.clone().filter(|&row| has_result(row));
                let sum = inside().fold(0_u128, |sum, row| sum.wrapping_add(keys[row]));
                let (keys, incomplete) = presence.within(&rows);
                assert_eq!(keys, sum, "{rows:?}");
                let lacking: Vec<usize> = incomplete.iter().map(|&row| row as usize).collect();
                assert_eq!(lacking, inside().filter(|&row| !is_complete(row)).collect::<Vec<_>>(), "{rows:?}");
            }
        }
    }
}
