//! The question as asked: codes and names, nothing looked up yet.

use crate::{domain::Dimension, tabulation::Asked};

/// One request for a table of outcomes, as asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The areas, the purpose and the protection.
    pub asked: Asked,
    /// The code of the framework in whose numbering results are reported.
    pub framework: String,
    /// The periods.
    pub periods: Periods,
    /// Benchmark numbers; all when absent.
    pub benchmarks: Option<Vec<i32>>,
    /// The dimensions to break down by.
    pub by: Vec<Dimension>,
    /// The categories to keep, per dimension.
    pub filters: Vec<Filter>,
    /// Bring in institutions of other frameworks through the crosswalk.
    pub mapped: bool,
    /// Bring totals and parts of a breakdown to add up.
    pub reconcile: bool,
    /// Earlier periods from which changes are wanted, such as `202223T3`.
    pub since: Vec<String>,
    /// The parts of the table that are wanted.
    pub parts: Parts,
}

/// Which periods. However they are named, the plan holds the same list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Periods {
    /// So many of the newest ones with results.
    Newest(i32),
    /// These, such as `202324T3`.
    Named(Vec<String>),
    /// Those with results from one on, to another one or the newest.
    Range {
        /// The first.
        from: String,
        /// The last; the newest when absent.
        to: Option<String>,
    },
}

impl Default for Periods {
    fn default() -> Self {
        Self::Newest(1)
    }
}

/// The parts of a table. What is not wanted is neither counted nor charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part is wanted or it is not, whatever the others are")]
pub struct Parts {
    /// Outcomes on each benchmark.
    pub cells: bool,
    /// Outcomes over all benchmarks.
    pub overall: bool,
    /// Totals of the breakdown.
    pub totals: bool,
    /// Beside who achieved a benchmark, who partly did and who scored nothing.
    pub states: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self { cells: true, overall: true, totals: false, states: false }
    }
}

/// Keep only some categories of a dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The dimension.
    pub dimension: Dimension,
    /// The codes of the categories to keep.
    pub categories: Vec<String>,
}
