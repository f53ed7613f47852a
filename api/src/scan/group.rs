//! Which group of the breakdown each row falls into.

use std::ops::Range;

use crate::{domain::Dimension, plan::Plan, snapshot::Columns};

/// The group of a row that a filter leaves out or that belongs to no category of the breakdown.
pub(super) const NO_GROUP: u16 = u16::MAX;

/// Tells rows' groups. Built once for a plan.
pub(super) struct Grouping {
    /// Per named dimension, what each dictionary code adds to the group; `NO_GROUP` where the code is not wanted.
    steps: Vec<(Dimension, [u16; 256])>,
}

impl Grouping {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut steps = Vec::new();
        let mut stride = plan.groups().len();
        for &dimension in plan.by() {
            let wanted: Vec<u8> = plan.filters().get(&dimension).cloned().unwrap_or_else(|| {
                (1..=dimension.categories().len()).filter_map(|code| u8::try_from(code).ok()).collect()
            });
            stride /= wanted.len().max(1);
            let mut table = [NO_GROUP; 256];
            for (position, &code) in wanted.iter().enumerate() {
                table[usize::from(code)] = u16::try_from(position * stride).unwrap_or(NO_GROUP);
            }
            steps.push((dimension, table));
        }
        for (&dimension, codes) in plan.filters().iter().filter(|(dimension, _)| !plan.by().contains(dimension)) {
            let mut table = [NO_GROUP; 256];
            for &code in codes {
                table[usize::from(code)] = 0;
            }
            steps.push((dimension, table));
        }
        Self { steps }
    }

    /// The group of one row; [`NO_GROUP`] where a filter leaves it out or it belongs to no category.
    pub(super) fn of_row(&self, columns: &Columns, row: usize) -> u16 {
        self.of(|dimension| columns.attribute(dimension)[row])
    }

    /// The group of one institution, given its dictionary code in each dimension.
    pub(super) fn of(&self, code: impl Fn(Dimension) -> u8) -> u16 {
        self.steps
            .iter()
            .fold(0, |group: u16, (dimension, table)| group.saturating_add(table[usize::from(code(*dimension))]))
    }

    /// Writes the groups of a range of rows into `groups`, which is made as long as the range. Returns whether every row
    /// is in group 0, so that nothing had to be written.
    pub(super) fn of_rows(&self, columns: &Columns, rows: Range<usize>, groups: &mut Vec<u16>) -> bool {
        if self.steps.is_empty() {
            return true;
        }
        groups.clear();
        groups.resize(rows.len(), 0);
        for (dimension, table) in &self.steps {
            for (group, &code) in groups.iter_mut().zip(&columns.attribute(*dimension)[rows.clone()]) {
                *group = group.saturating_add(table[usize::from(code)]);
            }
        }
        false
    }
}
