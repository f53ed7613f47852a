//! What became of a table that the operator took in.

use crate::ingest::{Alike, Found, Problem, Reading};

/// What was found in a table, and what came of it.
#[derive(Debug)]
pub struct TableReport<T> {
    /// The rows read, without the header.
    pub rows: u64,
    /// What is wrong, in the order of the file: the first problems of each kind.
    pub problems: Vec<Problem>,
    /// Every kind of problem, with how many there are.
    pub kinds: Vec<Alike>,
    /// The form in which the table was found; absent where there is none.
    pub found: Option<Found>,
    /// Columns that were not read, by name.
    pub ignored: Vec<String>,
    /// What was stored; `None` when the problems kept everything out.
    pub stored: Option<T>,
}

impl<T> TableReport<T> {
    pub(super) fn of<R>(reading: Reading<R>, stored: Option<T>) -> Self {
        let Reading { rows, problems, kinds, found, ignored, .. } = reading;
        Self { rows, problems, kinds, found, ignored, stored }
    }
}
