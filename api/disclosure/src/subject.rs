//! What noise is drawn for.

use crate::Label;

/// What noise is drawn for: one measure of one set of institutions, in one period and under one label.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) label: &'a Label,
    pub(crate) measure: &'a str,
    /// The wrapping sum of the record keys of the set.
    pub(crate) keys: u128,
    /// Whether it is a cell of a standard table.
    pub(crate) standard: bool,
}
