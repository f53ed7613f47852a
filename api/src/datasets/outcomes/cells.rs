//! The protected cells of a question: drawn for it, or those of the book.

use std::sync::Arc;

use disclosure::{ProtectedCell, ProtectedOverall, ProtectedTable};

use crate::domain::Comparability;

use super::page::{Page, Places, Ready};

/// The protected cells of tables that are laid one after the other, and the rows over all benchmarks.
pub(super) enum Cells {
    /// Counted and protected for the question; with how the results behind each cell compare with its benchmark.
    Drawn(ProtectedTable, Vec<Comparability>),
    /// Where they stand on a page of the book.
    Gathered(Arc<Page>, Places),
}

impl Cells {
    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Drawn(table, _) => table.cells().len(),
            Self::Gathered(_, places) => places.cells.len(),
        }
    }

    /// How many rows over all benchmarks there are.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Drawn(table, _) => table.overall().len(),
            Self::Gathered(_, places) => places.overall.len(),
        }
    }

    /// A cell.
    pub(super) fn cell(&self, cell: usize) -> &ProtectedCell {
        match self {
            Self::Drawn(table, _) => &table.cells()[cell],
            Self::Gathered(page, places) => &page.table.cells()[places.cells[cell] as usize],
        }
    }

    /// A row over all benchmarks.
    pub(super) fn row(&self, row: usize) -> &ProtectedOverall {
        match self {
            Self::Drawn(table, _) => &table.overall()[row],
            Self::Gathered(page, places) => &page.table.overall()[places.overall[row] as usize],
        }
    }

    /// How the results behind a cell compare with its benchmark.
    pub(super) fn comparability(&self, cell: usize) -> Comparability {
        match self {
            Self::Drawn(_, comparability) => comparability[cell],
            Self::Gathered(page, places) => page.comparability[places.cells[cell] as usize],
        }
    }

    /// The numbers of a cell as JSON, where they are ready.
    pub(super) fn ready(&self, cell: usize) -> Option<Ready<'_>> {
        match self {
            Self::Drawn(..) => None,
            Self::Gathered(page, places) => Some(page.numbers.of_cell(places.cells[cell] as usize)),
        }
    }
}
