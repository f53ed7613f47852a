//! Which group of the breakdown each row falls into.

use std::ops::Range;

use crate::{datasets::outcomes::Plan, domain::Dimension, release::Columns};

use super::kernel::{self, Sums};

/// The group of a row that a filter leaves out or that belongs to no category of the breakdown.
pub(super) const NO_GROUP: u16 = u16::MAX;

/// The most groups that are added up one by one: each is another pass over the scores, and past this many, going from row to
/// row takes less.
const FEW: usize = 4;

/// Tells rows' groups. Built once for a plan.
pub(super) struct Grouping {
    groups: usize,
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
        Self { groups: plan.groups().len(), steps }
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Whether every row is in the one group there is.
    pub(super) fn is_whole(&self) -> bool {
        self.steps.is_empty()
    }

    /// The group of one row; [`NO_GROUP`] where a filter leaves it out or it belongs to no category, as every row does that
    /// has no result: its codes are 0 for blank.
    pub(super) fn of_row(&self, columns: &Columns, row: usize) -> u16 {
        self.of(|dimension| columns.attribute(dimension)[row])
    }

    /// The group of one institution, given its dictionary code in each dimension.
    pub(super) fn of(&self, code: impl Fn(Dimension) -> u8) -> u16 {
        self.steps
            .iter()
            .fold(0, |group: u16, (dimension, table)| group.saturating_add(table[usize::from(code(*dimension))]))
    }

    /// Tells the groups of a run of rows, all of them. What is written goes into `room`.
    pub(super) fn sort<'a>(&self, columns: &Columns, rows: &Range<usize>, room: &'a mut Room) -> Sorted<'a> {
        if self.steps.is_empty() {
            return Sorted::Together;
        }
        room.groups.clear();
        room.groups.resize(rows.len(), 0);
        for (dimension, table) in &self.steps {
            for (group, &code) in room.groups.iter_mut().zip(&columns.attribute(*dimension)[rows.clone()]) {
                *group = group.saturating_add(table[usize::from(code)]);
            }
        }
        if self.groups > FEW {
            return Sorted::Many(&room.groups);
        }
        room.few.clear();
        room.few.extend(room.groups.iter().map(|&group| u8::try_from(group).unwrap_or(u8::MAX)));
        Sorted::Few(&room.few)
    }
}

/// Room for the groups of one run after the other.
#[derive(Default)]
pub(super) struct Room {
    groups: Vec<u16>,
    few: Vec<u8>,
}

/// The groups of a run of rows.
#[derive(Clone, Copy)]
pub(super) enum Sorted<'a> {
    /// Every row is in group 0.
    Together,
    /// One byte a row, `u8::MAX` for no group.
    Few(&'a [u8]),
    /// One number a row, [`NO_GROUP`] for no group.
    Many(&'a [u16]),
}

impl Sorted<'_> {
    /// The group of a row by its place in the run. Past the last group where it has none.
    pub(super) fn group(self, place: usize) -> usize {
        match self {
            Sorted::Together => 0,
            Sorted::Few(groups) => groups[place].into(),
            Sorted::Many(groups) => groups[place].into(),
        }
    }

    /// Adds up the scores of the run, one entry a group.
    pub(super) fn add_up(self, scores: &[u8], packed: &mut Vec<[u64; 2]>, sums: &mut [Sums]) {
        match self {
            Sorted::Together => sums.iter_mut().take(1).for_each(|sums| sums.add(kernel::all(scores))),
            Sorted::Few(groups) => {
                for (group, sums) in (0..).zip(sums) {
                    sums.add(kernel::of_group(scores, groups, group));
                }
            }
            Sorted::Many(groups) => kernel::by_group(scores, groups, packed, sums),
        }
    }
}
