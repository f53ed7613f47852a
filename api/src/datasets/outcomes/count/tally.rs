//! What is gathered for one cell.

use crate::release::NOT_ASSESSED;

use super::kernel::Sums;

/// The counts of one cell: institutions, the sum of their scores, how many achieved, the wrapping sum of record keys.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) institutions: u32,
    pub(super) sum: u64,
    pub(super) achieved: u32,
    pub(super) keys: u128,
}

impl Tally {
    /// Counts one institution's score; nothing where it was not assessed.
    #[inline]
    pub(super) fn add(&mut self, score: u8, key: u128) {
        if score != NOT_ASSESSED {
            self.institutions += 1;
            self.sum += u64::from(score);
            self.achieved += u32::from(score == 100);
            self.keys = self.keys.wrapping_add(key);
        }
    }

    /// Adds what other institutions come to, and the sum of their record keys.
    pub(super) fn add_sums(&mut self, sums: Sums, keys: u128) {
        self.institutions += sums.assessed;
        self.sum += sums.sum;
        self.achieved += sums.achieved;
        self.keys = self.keys.wrapping_add(keys);
    }

    /// Takes back what [`Self::add`] counted.
    pub(super) fn remove(&mut self, score: u8, key: u128) {
        if score != NOT_ASSESSED {
            self.institutions -= 1;
            self.sum -= u64::from(score);
            self.achieved -= u32::from(score == 100);
            self.keys = self.keys.wrapping_sub(key);
        }
    }

    /// Adds the counts of other institutions.
    pub(super) fn merge(&mut self, other: &Self) {
        self.institutions += other.institutions;
        self.sum += other.sum;
        self.achieved += other.achieved;
        self.keys = self.keys.wrapping_add(other.keys);
    }
}

/// The counts over all benchmarks of a framework: institutions assessed on each, by how many they achieved.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    pub(super) counts: Vec<u32>,
    pub(super) keys: u128,
}

impl Histogram {
    pub(super) fn new(benchmarks: usize) -> Self {
        Self { counts: vec![0; benchmarks + 1], keys: 0 }
    }

    /// Counts one institution by how many benchmarks it achieved.
    #[inline]
    pub(super) fn add(&mut self, achieved: u8, key: u128) {
        self.counts[usize::from(achieved)] += 1;
        self.keys = self.keys.wrapping_add(key);
    }

    /// Takes back what [`Self::add`] counted.
    pub(super) fn remove(&mut self, achieved: u8, key: u128) {
        self.counts[usize::from(achieved)] -= 1;
        self.keys = self.keys.wrapping_sub(key);
    }

    pub(super) fn institutions(&self) -> u32 {
        self.counts.iter().sum()
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.keys = self.keys.wrapping_add(other.keys);
    }
}
