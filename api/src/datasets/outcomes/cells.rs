//! The protected cells of a question: drawn for it, or those of the book.

use std::sync::Arc;

use disclosure::{ProtectedCell, ProtectedOverall, ProtectedTable};

use crate::domain::Comparability;

use super::{
    Plan,
    count::Compared,
    page::{Page, Places, Ready},
};

/// The protected cells of tables that are laid one after the other, and the rows over all benchmarks.
pub(super) enum Cells {
    /// Counted and protected for the question; with how the results behind each cell and row compare.
    Drawn(ProtectedTable, Compared),
    /// Where they stand on a page of the book.
    Gathered(Arc<Page>, Places),
    /// Some areas of the book, the others drawn.
    Shared(Box<Shared>),
}

/// What the book has of a table.
pub(super) struct Booked {
    pub(super) gathered: Cells,
    /// Per area of the table, whether the book has it, and its place among those that it has, or has not.
    pub(super) areas: Vec<(bool, usize)>,
    /// How many cells an area has, and how many rows over all benchmarks.
    pub(super) of_area: [usize; 2],
}

/// What the book has of a table, and the same over the areas that have to be counted.
pub(super) struct Share {
    pub(super) booked: Booked,
    pub(super) rest: Plan,
}

/// Cells of some areas of the book, and of the others as they were drawn.
pub(super) struct Shared {
    booked: Booked,
    drawn: Cells,
}

impl Booked {
    /// The whole table, the rest of it being drawn.
    pub(super) fn with(self, drawn: Cells) -> Cells {
        Cells::Shared(Box::new(Shared { booked: self, drawn }))
    }
}

impl Shared {
    /// Where one of what each area has so many of stands.
    fn find(&self, place: usize, of_area: usize) -> (&Cells, usize) {
        let (is_booked, area) = self.booked.areas[place / of_area];
        (if is_booked { &self.booked.gathered } else { &self.drawn }, area * of_area + place % of_area)
    }

    fn cell(&self, cell: usize) -> (&Cells, usize) {
        self.find(cell, self.booked.of_area[0])
    }
}

impl Cells {
    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Drawn(table, _) => table.cells().len(),
            Self::Gathered(_, places) => places.cells.len(),
            Self::Shared(shared) => shared.booked.gathered.len() + shared.drawn.len(),
        }
    }

    /// How many rows over all benchmarks there are.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Drawn(table, _) => table.overall().len(),
            Self::Gathered(_, places) => places.overall.len(),
            Self::Shared(shared) => shared.booked.gathered.rows() + shared.drawn.rows(),
        }
    }

    /// A cell.
    pub(super) fn cell(&self, cell: usize) -> &ProtectedCell {
        match self {
            Self::Drawn(table, _) => &table.cells()[cell],
            Self::Gathered(page, places) => &page.table.cells()[places.cells[cell] as usize],
            Self::Shared(shared) => {
                let (cells, cell) = shared.cell(cell);
                cells.cell(cell)
            }
        }
    }

    /// A row over all benchmarks.
    pub(super) fn row(&self, row: usize) -> &ProtectedOverall {
        match self {
            Self::Drawn(table, _) => &table.overall()[row],
            Self::Gathered(page, places) => &page.table.overall()[places.overall[row] as usize],
            Self::Shared(shared) => {
                let (cells, row) = shared.find(row, shared.booked.of_area[1]);
                cells.row(row)
            }
        }
    }

    /// How the results behind a cell compare with its benchmark.
    pub(super) fn comparability(&self, cell: usize) -> Comparability {
        match self {
            Self::Drawn(_, compared) => compared.cells[cell],
            Self::Gathered(page, places) => page.comparability.cells[places.cells[cell] as usize],
            Self::Shared(shared) => {
                let (cells, cell) = shared.cell(cell);
                cells.comparability(cell)
            }
        }
    }

    /// How the results behind a row over all benchmarks compare with these.
    pub(super) fn overall_comparability(&self, row: usize) -> Comparability {
        match self {
            Self::Drawn(_, compared) => compared.overall[row],
            Self::Gathered(page, places) => page.comparability.overall[places.overall[row] as usize],
            Self::Shared(shared) => {
                let (cells, row) = shared.find(row, shared.booked.of_area[1]);
                cells.overall_comparability(row)
            }
        }
    }

    /// The numbers of a cell as JSON, where they are ready.
    pub(super) fn ready(&self, cell: usize) -> Option<Ready<'_>> {
        match self {
            Self::Drawn(..) => None,
            Self::Gathered(page, places) => Some(page.numbers.of_cell(places.cells[cell] as usize)),
            Self::Shared(shared) => {
                let (cells, cell) = shared.cell(cell);
                cells.ready(cell)
            }
        }
    }
}
