//! What a table of outcomes, or a preview of one, tells. Cells stand in the order areas, periods, benchmarks, groups; behind those of the
//! table itself stand its totals.

use std::ops::Range;

use disclosure::{Change, Estimate, HiddenReason, ProtectedCell, ProtectedOverall, share_between};

use crate::{
    domain::{AreaIndex, Benchmark, Comparability, Framework, Period},
    tabulation::{Preview, TablePlan, Tabulation},
};

use super::{Group, Outcomes, Plan, Ready, shown};

impl Tabulation<Outcomes> {
    /// The framework it is reported in.
    pub fn framework(&self) -> &Framework {
        &self.catalogue().frameworks()[self.plan().framework()]
    }

    /// How many cells were asked for: those of the table and, where they were wanted, of its totals.
    pub fn size(&self) -> usize {
        self.shown().iter().map(TablePlan::cells).sum()
    }

    /// A protected cell: those of the table come first, then those of its totals.
    pub fn cell(&self, cell: usize) -> &ProtectedCell {
        self.table().tables.cell(cell)
    }

    /// Whether who partly achieved and who scored nothing is told.
    pub fn has_states(&self) -> bool {
        self.table().zeros.is_some()
    }

    /// The share of a cell that scored nothing; `None` where it was not asked for.
    pub fn none_share(&self, cell: usize) -> Option<Estimate> {
        Some(self.table().zeros.as_ref()?.cells().get(cell)?.achieved_share)
    }

    /// The share of a cell that partly achieved the benchmark: what the two others leave; `None` where it was not asked for.
    pub fn partly_share(&self, cell: usize) -> Option<Estimate> {
        let own = self.cell(cell);
        Some(share_between(&own.achieved_share, &self.none_share(cell)?, own.institutions.unwrap_or_default()))
    }

    /// What to change to get a share that is hidden though that of who achieved the benchmark is not: the budget did not reach.
    pub fn remedies_of_states(&self, cell: usize) -> &[String] {
        static ALONE: std::sync::LazyLock<Vec<String>> =
            std::sync::LazyLock::new(|| vec!["ask without `partlyShare` and `noneShare`".to_owned()]);
        if self.cell(cell).achieved_share.reason.is_some() { self.remedies(cell) } else { &ALONE }
    }

    /// The numbers of a cell as JSON, where they are ready.
    pub fn ready(&self, cell: usize) -> Option<Ready<'_>> {
        self.table().tables.ready(cell)
    }

    /// The positions of the table's own cells among all; empty where they were not wanted.
    pub fn own_cells(&self) -> Range<usize> {
        0..self.plan().cells().min(self.table().tables.len())
    }

    /// The positions of the totals among all cells; empty where they were not wanted.
    pub fn totals(&self) -> Range<usize> {
        self.own_cells().end..self.table().tables.len()
    }

    /// The positions of the outcomes over all benchmarks, in the order areas, periods, groups.
    pub fn rows(&self) -> Range<usize> {
        0..self.table().tables.rows()
    }

    /// Protected outcomes over all benchmarks.
    pub fn row(&self, row: usize) -> &ProtectedOverall {
        self.table().tables.row(row)
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> (AreaIndex, Period, &Benchmark, &Group) {
        let (_, plan, place) = self.place(cell);
        plan.key(self.catalogue(), place)
    }

    /// How a cell differs from the same cell in an earlier period; `None` where that period was not asked for.
    pub fn change(&self, cell: usize, since: Period) -> Option<Change> {
        let (table, plan, place) = self.place(cell);
        let [area, _, benchmark, group] = plan.coordinates(place);
        let period = self.plan().since().binary_search(&since).ok()?;
        let earlier = &self.plans()[self.shown().len()..];
        let before: usize = earlier[..table].iter().map(TablePlan::cells).sum();
        let then = before + earlier.get(table)?.cell(area, period, benchmark, group);
        Some(self.cell(cell).change_since(self.table().before.as_ref()?.cell(then)))
    }

    /// What a row of `overall` is about.
    pub fn overall_key(&self, row: usize) -> (AreaIndex, Period, &Group) {
        let plan = self.plan();
        let [area, period, group] = plan.overall_coordinates(row);
        (plan.areas()[area], plan.periods()[period], &plan.groups()[group])
    }

    /// How the results behind a cell compare with the benchmark it is reported under.
    pub fn comparability(&self, cell: usize) -> Comparability {
        self.table().tables.comparability(cell)
    }

    /// How the results behind a row of `overall` compare with the benchmarks of the framework it is reported in.
    pub fn overall_comparability(&self, row: usize) -> Comparability {
        self.table().tables.overall_comparability(row)
    }

    /// What to change to get a number for a hidden cell. Computed from public attributes only.
    pub fn remedies(&self, cell: usize) -> &[String] {
        self.remedies_of(cell)
    }

    /// What to change to get a number for a hidden row of `overall`.
    pub fn overall_remedies(&self, row: usize) -> &[String] {
        self.remedies_of(self.table().tables.len() + row)
    }

    /// How many of the table's own cells carry a share, and how many are hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        self.summary_of(self.own_cells().len())
    }

    /// The plans whose cells are shown.
    fn shown(&self) -> &[Plan] {
        &self.plans()[..shown(self.plans().iter())]
    }

    /// The number and the plan of the table that a cell stands in, and its place there.
    fn place(&self, cell: usize) -> (usize, &Plan, usize) {
        let mut place = cell;
        for (table, plan) in self.shown().iter().enumerate() {
            if place < plan.cells() {
                return (table, plan, place);
            }
            place -= plan.cells();
        }
        (0, self.plan(), 0)
    }
}

impl Preview<Outcomes> {
    /// The framework it would be reported in.
    pub fn framework(&self) -> &Framework {
        &self.catalogue().frameworks()[self.plan().framework()]
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> (AreaIndex, Period, &Benchmark, &Group) {
        self.plan().key(self.catalogue(), cell)
    }
}
