//! What noise is drawn for.

use crate::{Label, Named};

/// What noise is drawn for: one measure of one set of institutions, in one period and under one label.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) label: &'a Label,
    pub(crate) measure: &'a str,
    pub(crate) named: Named,
    /// Whether it is a cell of a standard table.
    pub(crate) standard: bool,
}
