//! Erasure: what is deleted for good, unlike what is taken back.

use super::Pseudonym;

/// Whose data are erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erase {
    /// Everything about an institution, whoever handed it in.
    Institution(Pseudonym),
    /// Everything that the organisation with a code handed in.
    HandedInBy(String),
}

/// What is erased, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// How many institutions there is nothing about any more.
    pub institutions: i64,
    /// How many results.
    pub results: i64,
    /// How many counts of destinations.
    pub counts: i64,
    /// The first and the last of the releases that may show some of it; `None` where none does.
    pub releases: Option<(i64, i64)>,
}
