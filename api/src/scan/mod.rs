//! Counts: a plan over a snapshot becomes raw cells. Pure, processor only; what comes out must be protected next.

mod group;
mod guard;
#[cfg(test)]
pub(crate) mod naive;
mod revision;
mod run;
mod tally;

pub use run::{Scan, run};
