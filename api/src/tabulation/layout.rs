//! Where a cell stands: the canonical order of a table, whatever its axes are.

use super::PlanError;

/// The most cells one table may have.
pub const MAX_CELLS: usize = 20_000;

/// The lengths of a table's axes. The last axis goes fastest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout<const AXES: usize>(pub [usize; AXES]);

impl<const AXES: usize> Layout<AXES> {
    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.0.iter().product()
    }

    /// The position of a cell, given its position along each axis.
    pub fn cell(&self, at: [usize; AXES]) -> usize {
        self.0.iter().zip(at).fold(0, |cell, (length, position)| cell * length + position)
    }

    /// The position of a cell along each axis.
    #[inline]
    pub fn coordinates(&self, mut cell: usize) -> [usize; AXES] {
        let mut at = [0; AXES];
        // Most tables have axes of length 1, and a division is dear: this is asked several times for each cell.
        for (position, length) in at.iter_mut().zip(self.0).rev().filter(|(_, length)| *length > 1) {
            (*position, cell) = (cell % length, cell / length);
        }
        at
    }
}

/// A list in canonical order: ascending, each entry once, so that two spellings of one question are one plan.
///
/// # Errors
/// When it names nothing; `name` is how the asker knows it.
pub fn each_once<T: Ord>(mut list: Vec<T>, name: &str) -> Result<Vec<T>, PlanError> {
    if list.is_empty() {
        return Err(PlanError::empty(name));
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}
