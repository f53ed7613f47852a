//! An answer: a protected table with what is needed to read it.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use disclosure::{Change, HiddenReason, ProtectedCell, ProtectedOverall, ProtectedTable, Tier};

use crate::{
    domain::{AreaIndex, Benchmark, Catalogue, Comparability, Framework, Period, Release},
    plan::{Citation, Group, Plan},
    policy::Grant,
    snapshot::Snapshot,
};

use super::{
    advise::{self, Advice},
    tabulate::Admitted,
};

/// A protected table with what is needed to read it. Cells stand in the order areas, periods, benchmarks, groups; behind
/// those of the table itself stand its totals.
pub struct Tabulation {
    snapshot: Arc<Snapshot>,
    grant: Grant,
    tables: Vec<Plan>,
    earlier: Vec<Plan>,
    charges: usize,
    table: ProtectedTable,
    before: ProtectedTable,
    comparability: Vec<Comparability>,
    /// Looked for when it is first read: it may take more than the table itself.
    advice: OnceLock<Advice>,
}

impl Tabulation {
    pub(super) fn new(
        admitted: Admitted,
        table: ProtectedTable,
        before: ProtectedTable,
        comparability: Vec<Comparability>,
    ) -> Self {
        Self {
            snapshot: admitted.snapshot,
            grant: admitted.grant,
            tables: admitted.tables.into_iter().map(|(plan, _)| plan).collect(),
            earlier: admitted.earlier.into_iter().map(|(plan, _)| plan).collect(),
            charges: admitted.bill.charges.len(),
            table,
            before,
            comparability,
            advice: OnceLock::new(),
        }
    }

    /// The release it was answered from.
    pub fn release(&self) -> &Release {
        self.snapshot.release()
    }

    /// The catalogue it was answered with.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        self.snapshot.catalogue()
    }

    /// The framework it is reported in.
    pub fn framework(&self) -> &Framework {
        &self.catalogue().frameworks()[self.plan().framework()]
    }

    /// The tier it was answered at.
    pub fn tier(&self) -> Tier {
        self.plan().tier()
    }

    /// The purpose it was asked for.
    pub fn purpose(&self) -> &str {
        self.plan().purpose()
    }

    /// How many cells were asked for: those of the table and, where they were wanted, of its totals.
    pub fn size(&self) -> usize {
        self.tables.iter().map(Plan::cells).sum()
    }

    /// How many charges the question has by itself, whether they were made now, before, or refused.
    pub fn charges(&self) -> usize {
        self.charges
    }

    /// Whether it is a standard table: one kind of area × period × benchmark, no other condition, not mapped.
    pub fn is_standard(&self) -> bool {
        self.plan().is_standard()
    }

    /// The protected cells: those of the table, then those of its totals.
    pub fn cells(&self) -> &[ProtectedCell] {
        self.table.cells()
    }

    /// The positions of the table's own cells among [`cells`](Self::cells); empty where they were not wanted.
    pub fn own_cells(&self) -> Range<usize> {
        0..self.plan().cells().min(self.cells().len())
    }

    /// The positions of the totals among [`cells`](Self::cells); empty where they were not wanted.
    pub fn totals(&self) -> Range<usize> {
        self.own_cells().end..self.cells().len()
    }

    /// The protected outcomes over all benchmarks, in the order areas, periods, groups.
    pub fn overall(&self) -> &[ProtectedOverall] {
        self.table.overall()
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> (AreaIndex, Period, &Benchmark, &Group) {
        let (_, plan, place) = self.place(cell);
        plan.key(self.catalogue(), place)
    }

    /// How a cell differs from the same cell in an earlier period; `None` where that period was not asked for.
    pub fn change(&self, cell: usize, since: Period) -> Option<Change> {
        let (table, plan, place) = self.place(cell);
        let (area, _, benchmark, group) = plan.coordinates(place);
        let period = self.plan().since().binary_search(&since).ok()?;
        let before: usize = self.earlier[..table].iter().map(Plan::cells).sum();
        let then = self.before.cells().get(before + self.earlier.get(table)?.cell(area, period, benchmark, group))?;
        Some(self.cells()[cell].change_since(then))
    }

    /// What a row of `overall` is about.
    pub fn overall_key(&self, row: usize) -> (AreaIndex, Period, &Group) {
        let plan = self.plan();
        let (area, period, group) = plan.overall_coordinates(row);
        (plan.areas()[area], plan.periods()[period], &plan.groups()[group])
    }

    /// How the results behind a cell compare with the benchmark it is reported under.
    pub fn comparability(&self, cell: usize) -> Comparability {
        self.comparability[cell]
    }

    /// What to change to get a number for a hidden cell. Computed from public attributes only.
    pub fn remedies(&self, cell: usize) -> &[String] {
        &self.advice().cells[cell]
    }

    /// What to change to get a number for a hidden row of `overall`.
    pub fn overall_remedies(&self, row: usize) -> &[String] {
        &self.advice().overall[row]
    }

    /// How many of the table's own cells carry a share, and how many are hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        summary(self.cells()[self.own_cells()].iter().map(|cell| cell.achieved_share.reason))
    }

    fn advice(&self) -> &Advice {
        self.advice.get_or_init(|| advise::about(&self.tables, &self.grant, &self.snapshot, &self.table))
    }

    /// The plan of the question itself.
    fn plan(&self) -> &Plan {
        &self.tables[0]
    }

    /// The number and the plan of the table that a cell stands in, and its place there.
    fn place(&self, cell: usize) -> (usize, &Plan, usize) {
        let mut place = cell;
        for (table, plan) in self.tables.iter().enumerate() {
            if place < plan.cells() {
                return (table, plan, place);
            }
            place -= plan.cells();
        }
        (0, self.plan(), 0)
    }

    /// A stable reference: the release, the tier and the canonical question. Two spellings of one question have one, and
    /// [`Reader::cited`] answers it again.
    pub fn citation(&self) -> String {
        Citation::write(self.release().number, self.plan(), self.catalogue())
    }
}

/// How many cells carry a value, and how many are hidden for each reason, in the order they are met.
pub(super) fn summary(reasons: impl Iterator<Item = Option<HiddenReason>>) -> (usize, Vec<(HiddenReason, usize)>) {
    let mut hidden: Vec<(HiddenReason, usize)> = Vec::new();
    let mut published = 0;
    for reason in reasons {
        match reason {
            None => published += 1,
            Some(reason) => match hidden.iter_mut().find(|(seen, _)| *seen == reason) {
                Some((_, count)) => *count += 1,
                None => hidden.push((reason, 1)),
            },
        }
    }
    (published, hidden)
}
