//! Counts: a plan over a release becomes raw cells, or sizes of cells. Pure, processor only; raw cells must be protected next.
//!
//! Both are one count that gathers more or less: [`Figures`](figures::Figures) hold scores, [`Headcounts`](figures::Headcounts)
//! have no room for any. Guards and bases are given no more than headcounts.

mod close;
mod column;
mod counter;
mod figures;
mod grouping;
mod guard;
mod insider;
mod kernel;
mod measure;
mod revision;
mod run;
mod scanner;
mod tally;
mod timed;

pub(super) use insider::as_for_anybody;
pub(super) use run::{Compared, Scan, known, run, sizes};
pub use timed::{Timed, counts_alone, whole_table};

#[cfg(test)]
pub(crate) mod tests;
