//! A table that may be shown. Only [`protect`](crate::protect()) makes one.

use std::fmt;

use crate::{Estimate, HiddenReason, Method, Named};

/// A protected table, cell by cell in the order of the raw one. A hidden cell is a cell, never a hole.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedTable {
    pub(crate) cells: Vec<ProtectedCell>,
    pub(crate) overall: Vec<ProtectedOverall>,
}

/// One cell about one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedCell {
    /// How many institutions were assessed, rounded; absent when hidden.
    pub institutions: Option<u32>,
    /// How many institutions achieved the benchmark, rounded.
    pub achieved: Estimate,
    /// The share of institutions that achieved it, 0 to 1.
    pub achieved_share: Estimate,
    /// The mean score, 0 to 100.
    pub mean_score: Estimate,
    /// Whether the estimates were [reconciled](ProtectedTable::reconcile) with those of other cells.
    pub reconciled: bool,
    pub(crate) basis: Option<Basis>,
}

/// What a published cell is about, for working on with published values: public, but not for show.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Basis {
    /// How many institutions.
    pub(crate) institutions: u32,
    /// Who they are.
    pub(crate) named: Named,
    /// The cell's conditions and period are those of the label; these two decide which layers of noise two periods share.
    pub(crate) revision: u8,
    pub(crate) method: Method,
    /// The standard deviation of the noise, in institutions' worth.
    pub(crate) sigma: f64,
}

impl fmt::Debug for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basis(redacted)")
    }
}

/// One cell about all benchmarks of a framework together.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedOverall {
    /// How many institutions were assessed on every benchmark, rounded; absent when hidden.
    pub institutions: Option<u32>,
    /// The mean number of benchmarks achieved, 0 to the number of benchmarks.
    pub mean_achieved: Estimate,
    /// The share of institutions that achieved every benchmark, 0 to 1.
    pub share_with_all: Estimate,
    /// At position j the share of institutions that achieved exactly j benchmarks, 0 to 1, each with noise of its own, so
    /// they need not add up to 1. One longer than the number of benchmarks, hidden or not; empty when not applicable.
    pub distribution: Vec<Estimate>,
    /// The number of benchmarks that a quarter, half and three quarters of the institutions do not exceed, read off the
    /// distribution as published. Hidden below four times the threshold of the tier.
    pub quartiles: [Estimate; 3],
}

impl ProtectedTable {
    pub(crate) fn new(cells: Vec<ProtectedCell>, overall: Vec<ProtectedOverall>) -> Self {
        Self { cells, overall }
    }

    /// The cells about one benchmark each.
    pub fn cells(&self) -> &[ProtectedCell] {
        &self.cells
    }

    /// The cells about all benchmarks together.
    pub fn overall(&self) -> &[ProtectedOverall] {
        &self.overall
    }
}

impl ProtectedCell {
    pub(crate) fn hidden(reason: HiddenReason) -> Self {
        let hidden = Estimate::hidden(reason);
        Self {
            institutions: None,
            achieved: hidden,
            achieved_share: hidden,
            mean_score: hidden,
            reconciled: false,
            basis: None,
        }
    }
}

impl ProtectedOverall {
    /// A hidden cell with a distribution of the given length.
    pub(crate) fn hidden(reason: HiddenReason, bins: usize) -> Self {
        let hidden = Estimate::hidden(reason);
        Self {
            institutions: None,
            mean_achieved: hidden,
            share_with_all: hidden,
            distribution: vec![hidden; bins],
            quartiles: [hidden; 3],
        }
    }
}
