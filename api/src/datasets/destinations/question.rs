//! The question as asked: codes and names, nothing looked up yet.

use crate::{
    domain::{Destination, Stage},
    tabulation::Asked,
};

/// One request for a table of destinations, as asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The areas, the purpose and the protection.
    pub asked: Asked,
    /// Cohort years such as `202223`; the newest when absent.
    pub cohort_years: Option<Vec<String>>,
    /// The stages; every one when absent.
    pub stages: Option<Vec<Stage>>,
    /// The destinations; every one when absent.
    pub destinations: Option<Vec<Destination>>,
    /// Break down by how many benchmarks institutions achieved.
    pub by_benchmarks_achieved: Option<BenchmarksAchieved>,
    /// Whether the cells are wanted: else they are neither counted nor charged.
    pub wanted: bool,
}

/// How many benchmarks of a framework institutions achieved in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarksAchieved {
    /// The code of the framework.
    pub framework: String,
    /// The period, such as `202324T3`; the framework's newest when absent.
    pub period: Option<String>,
}
