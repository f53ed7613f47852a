//! Counts: a plan over a snapshot becomes raw cells. Pure, processor only; what comes out must be protected next.

mod compared;
mod destinations;
mod group;
mod guard;
#[cfg(test)]
pub(crate) mod naive;
mod revision;
mod run;
mod tally;

pub use destinations::{Cohorts, cohorts, run_destinations};
pub use run::{Scan, Tallied, count, run};
