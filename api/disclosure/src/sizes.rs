//! What a table is about in numbers of institutions, and nothing else: enough to say what it will look like.

use crate::{Contributions, HiddenReason, Method, Tier};

/// How many institutions each cell of a table counts, with the tier that the table is answered at.
///
/// Participation is public and scores are not, so this holds the one and has no room for the other: what is made of it cannot
/// hang on a score. A table of exact figures does not pass for it:
///
/// ```compile_fail
/// # use disclosure::{RawTable, Tier, expect};
/// let table = RawTable::new(Tier::Regional, Vec::new(), Vec::new());
/// expect(&table);
/// ```
///
/// and it has no figure to ask for beside the number of institutions:
///
/// ```compile_fail
/// # use disclosure::SizedCell;
/// # fn look(cell: SizedCell) {
/// if let SizedCell::Counted { achieved, .. } = cell {}
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    pub(crate) tier: Tier,
    pub(crate) cells: Vec<SizedCell>,
}

/// How many institutions one cell counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizedCell {
    /// The framework has no such benchmark.
    NotApplicable,
    /// The plan or the guards decided not to answer this cell.
    Withheld(HiddenReason),
    /// Institutions.
    Counted {
        /// How many were assessed.
        institutions: u32,
        /// Whether it is a cell of a standard table: an area, a benchmark and a period, no other condition.
        standard: bool,
        /// The method that the period was first published with.
        method: Method,
    },
}

/// The cohorts of the group of institutions behind each cell of a table of students, with the tier that the table is answered
/// at. Cohorts are public, where their students went is not, and neither is who belongs to a secret part of a group.
///
/// ```compile_fail
/// # use disclosure::{RawStudentTable, Tier, expect_students};
/// let table = RawStudentTable::new(Tier::Regional, Vec::new());
/// expect_students(&table);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortSizes {
    pub(crate) tier: Tier,
    pub(crate) cells: Vec<SizedCohort>,
}

/// The cohorts behind one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizedCohort {
    /// The plan or the guards decided not to answer this cell.
    Withheld(HiddenReason),
    /// Institutions with a cohort.
    Counted {
        /// How many.
        institutions: u32,
        /// Their cohorts.
        cohort: Contributions,
        /// Whether the cell is about a part of them, and who belongs to it is secret.
        in_part: bool,
    },
}

impl Sizes {
    /// The sizes of the given cells. [`expect`](crate::expect) keeps their order.
    pub fn new(tier: Tier, cells: Vec<SizedCell>) -> Self {
        Self { tier, cells }
    }

    /// The cells.
    pub fn cells(&self) -> &[SizedCell] {
        &self.cells
    }

    /// The same with some cells taken out, for a reason, as [`RawTable::withhold`](crate::RawTable::withhold) does.
    pub fn withhold(mut self, reason: HiddenReason, cells: impl Fn(usize) -> bool) -> Self {
        for (position, cell) in self.cells.iter_mut().enumerate() {
            if matches!(cell, SizedCell::Counted { .. }) && cells(position) {
                *cell = SizedCell::Withheld(reason);
            }
        }
        self
    }
}

impl CohortSizes {
    /// The cohorts of the given cells. [`expect_students`](crate::expect_students) keeps their order.
    pub fn new(tier: Tier, cells: Vec<SizedCohort>) -> Self {
        Self { tier, cells }
    }

    /// The cells.
    pub fn cells(&self) -> &[SizedCohort] {
        &self.cells
    }

    /// The same with some cells taken out, for a reason, as [`RawStudentTable::withhold`](crate::RawStudentTable::withhold)
    /// does.
    pub fn withhold(mut self, reason: HiddenReason, cells: impl Fn(usize) -> bool) -> Self {
        for (position, cell) in self.cells.iter_mut().enumerate() {
            if matches!(cell, SizedCohort::Counted { .. }) && cells(position) {
                *cell = SizedCohort::Withheld(reason);
            }
        }
        self
    }
}
