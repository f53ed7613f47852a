//! What is gathered for one cell.

use disclosure::Named;

use crate::release::NOT_ASSESSED;

use super::kernel::Sums;

/// The counts of one cell: institutions, the sum of their scores, how many achieved, the wrapping sum of record keys.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) institutions: u32,
    pub(super) sum: u64,
    pub(super) achieved: u32,
    pub(super) keys: u128,
    /// The sum over those who stand in the cell by the roll. What is added to the counts or taken back leaves it as it is.
    pub(super) roll: u128,
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

    /// Adds what other institutions come to, and the names of them and of those who stand there.
    pub(super) fn add_sums(&mut self, sums: Sums, named: Named) {
        self.institutions += sums.assessed;
        self.sum += sums.sum;
        self.achieved += sums.achieved;
        self.keys = self.keys.wrapping_add(named.set);
        self.roll = self.roll.wrapping_add(named.roll);
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
        self.roll = self.roll.wrapping_add(other.roll);
    }

    /// The names of those who are counted and of those who stand there.
    pub(super) fn named(&self) -> Named {
        Named { set: self.keys, roll: self.roll }
    }
}

/// The counts over all benchmarks of a framework: institutions assessed on each, by how many they achieved.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    pub(super) counts: Vec<u32>,
    pub(super) keys: u128,
    /// As in a [`Tally`].
    pub(super) roll: u128,
}

impl Histogram {
    pub(super) fn new(benchmarks: usize) -> Self {
        Self { counts: vec![0; benchmarks + 1], keys: 0, roll: 0 }
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
        self.roll = self.roll.wrapping_add(other.roll);
    }

    /// As in a [`Tally`].
    pub(super) fn named(&self) -> Named {
        Named { set: self.keys, roll: self.roll }
    }
}
