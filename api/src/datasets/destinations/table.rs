//! What a table of destinations, or a preview of one, tells. Cells stand in the order areas, cohort years, stages, destinations, bands.

use disclosure::{HiddenReason, ProtectedStudentCell};

use crate::tabulation::{Preview, TablePlan, Tabulation};

use super::{Destinations, Key};

impl Tabulation<Destinations> {
    /// How many cells were asked for.
    pub fn size(&self) -> usize {
        self.plan().cells()
    }

    /// The protected cells; empty where they were not wanted.
    pub fn cells(&self) -> &[ProtectedStudentCell] {
        self.table().cells()
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> Key {
        self.plan().key(cell)
    }

    /// What to change to get a number for a hidden cell. Computed from public attributes only.
    pub fn remedies(&self, cell: usize) -> &[String] {
        self.remedies_of(cell)
    }

    /// How many cells carry a share, and how many are hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        self.summary_of(self.cells().len())
    }
}

impl Preview<Destinations> {
    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> Key {
        self.plan().key(cell)
    }
}
