//! Counts: a plan over a snapshot becomes raw cells. Pure, processor only; what comes out must be protected next.

mod compared;
mod count;
mod destinations;
mod group;
mod guard;
mod kernel;
mod line;
mod measure;
#[cfg(test)]
pub(crate) mod naive;
mod revision;
mod run;
mod scanner;
mod tally;

pub use count::{Tallied, count};
pub use destinations::{Cohorts, cohorts, run_destinations};
pub use run::{Scan, run};
