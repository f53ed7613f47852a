//! The question as executable: indexes instead of codes, canonical order, every rule already checked.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    domain::{AreaIndex, Benchmark, Bill, Catalogue, Dimension, FrameworkIndex, Period, Source},
    release::Snapshot,
    tabulation::{Layout, Scope, TablePlan, escape},
};

use super::{Parts, build};

/// A checked question in canonical form. Only [`super::build()`] makes one.
///
/// Areas, periods, benchmarks and groups are sorted and each stands once, so two spellings of one question are one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub(super) scope: Scope,
    pub(super) framework: FrameworkIndex,
    pub(super) periods: Vec<Period>,
    pub(super) benchmarks: Vec<u8>,
    pub(super) by: Vec<Dimension>,
    pub(super) filters: BTreeMap<Dimension, Vec<u8>>,
    pub(super) groups: Vec<Group>,
    pub(super) sources: Vec<SourceFramework>,
    pub(super) mapped: bool,
    pub(super) reconcile: bool,
    pub(super) since: Vec<Period>,
    pub(super) parts: Parts,
    pub(super) scored: Scored,
}

/// Which institutions a cell counts beside those that were assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scored {
    /// Those with a score of 100, who achieved the benchmark.
    Full,
    /// Those with a score of 0.
    Zero,
}

/// One combination of categories in the breakdown: per dimension of `by`, the category's position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Dimension and position of the category, in the order of the dimensions.
    pub categories: Vec<(Dimension, usize)>,
}

/// A framework whose institutions count, and what of it stands in for each benchmark of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFramework {
    /// The framework.
    pub framework: FrameworkIndex,
    /// Per benchmark of the plan; `None` where it has no counterpart.
    pub benchmarks: Vec<Option<Source>>,
    /// Per benchmark of the whole reporting framework, for outcomes over all of them.
    pub all: Vec<Option<Source>>,
}

impl Plan {
    /// The framework results are reported in.
    pub fn framework(&self) -> FrameworkIndex {
        self.framework
    }

    /// The areas, ascending by code.
    pub fn areas(&self) -> &[AreaIndex] {
        self.scope.areas()
    }

    /// The periods, ascending.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// The benchmark numbers, ascending.
    pub fn benchmarks(&self) -> &[u8] {
        &self.benchmarks
    }

    /// The dimensions of the breakdown.
    pub fn by(&self) -> &[Dimension] {
        &self.by
    }

    /// Per filtered dimension the dictionary codes (position plus one) that are kept.
    pub fn filters(&self) -> &BTreeMap<Dimension, Vec<u8>> {
        &self.filters
    }

    /// The combinations of categories; one empty group where there is no breakdown.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The frameworks whose institutions count, the reporting one first.
    pub fn sources(&self) -> &[SourceFramework] {
        &self.sources
    }

    /// Whether institutions of other frameworks are brought in.
    pub fn mapped(&self) -> bool {
        self.mapped
    }

    /// Whether totals and parts of the breakdown are brought to add up.
    pub fn reconcile(&self) -> bool {
        self.reconcile
    }

    /// The earlier periods from which changes are wanted, ascending.
    pub fn since(&self) -> &[Period] {
        &self.since
    }

    /// The parts of the table that are wanted.
    pub fn parts(&self) -> Parts {
        self.parts
    }

    /// Which institutions its cells count.
    pub fn scored(&self) -> Scored {
        self.scored
    }

    /// The same cells of those who scored nothing: a tabulation of its own, with noise of its own, and never a standard table.
    pub fn of_zeros(&self) -> Self {
        Self { scored: Scored::Zero, since: Vec::new(), reconcile: false, ..self.clone() }.cells_only()
    }

    /// How many combinations of area, period and group it has.
    pub fn rows(&self) -> usize {
        self.rows_layout().cells()
    }

    fn layout(&self) -> Layout<4> {
        Layout([self.areas().len(), self.periods.len(), self.benchmarks.len(), self.groups.len()])
    }

    fn rows_layout(&self) -> Layout<3> {
        Layout([self.areas().len(), self.periods.len(), self.groups.len()])
    }

    /// The position of a cell in the canonical order areas, periods, benchmarks, groups.
    pub fn cell(&self, area: usize, period: usize, benchmark: usize, group: usize) -> usize {
        self.layout().cell([area, period, benchmark, group])
    }

    /// The positions (area, period, benchmark, group) of a cell.
    pub fn coordinates(&self, cell: usize) -> [usize; 4] {
        self.layout().coordinates(cell)
    }

    /// The lengths of its axes, in the canonical order.
    pub fn axes(&self) -> [usize; 4] {
        self.layout().0
    }

    /// What a cell is about.
    pub fn key<'a>(&'a self, catalogue: &'a Catalogue, cell: usize) -> (AreaIndex, Period, &'a Benchmark, &'a Group) {
        self.key_at(catalogue, self.coordinates(cell))
    }

    /// What the cell at some positions is about.
    pub fn key_at<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        [area, period, benchmark, group]: [usize; 4],
    ) -> (AreaIndex, Period, &'a Benchmark, &'a Group) {
        let number = usize::from(self.benchmarks[benchmark]);
        (
            self.areas()[area],
            self.periods[period],
            &catalogue.frameworks()[self.framework].benchmarks[number - 1],
            &self.groups[group],
        )
    }

    /// The position of a row of `overall`.
    pub fn row(&self, area: usize, period: usize, group: usize) -> usize {
        self.rows_layout().cell([area, period, group])
    }

    /// The positions (area, period, group) of a row of `overall`.
    pub fn overall_coordinates(&self, row: usize) -> [usize; 3] {
        self.rows_layout().coordinates(row)
    }

    /// Whether no dimension is named, neither to break down by nor to filter.
    pub fn is_plain(&self) -> bool {
        self.by.is_empty() && self.filters.is_empty()
    }

    /// A cell's own canonical conditions: its area, and per named dimension the categories it keeps. The table it stands
    /// in does not matter, so one cell has one value wherever it appears.
    pub fn conditions(&self, catalogue: &Catalogue, area: AreaIndex, group: &Group) -> String {
        let mut text = format!("area={}", catalogue.areas()[area].code);
        for dimension in Dimension::ALL {
            let own = group.categories.iter().find(|(named, _)| *named == dimension);
            let kept: Vec<usize> = match (own, self.filters.get(&dimension)) {
                (Some(&(_, position)), _) => vec![position],
                (None, Some(codes)) => codes.iter().map(|&code| usize::from(code) - 1).collect(),
                (None, None) => continue,
            };
            let codes: Vec<&str> = kept.iter().map(|&position| dimension.categories()[position].code).collect();
            let _ = write!(text, ";{}={}", dimension.name(), codes.join(","));
        }
        text
    }

    /// Every dimension that is broken down or filtered by, ascending.
    pub fn named(&self) -> Vec<Dimension> {
        let is_named = |dimension: &Dimension| self.by.contains(dimension) || self.filters.contains_key(dimension);
        Dimension::ALL.into_iter().filter(is_named).collect()
    }

    /// The same question without one of its named dimensions; `None` where it is not named.
    pub fn without(&self, dimension: Dimension) -> Option<Self> {
        let named = self.by.contains(&dimension) || self.filters.contains_key(&dimension);
        named.then(|| {
            let mut plan = self.clone();
            plan.by.retain(|&kept| kept != dimension);
            plan.filters.remove(&dimension);
            plan.groups = build::groups(&plan.by, &plan.filters);
            plan
        })
    }

    /// The same question with a filtered dimension broken down into the categories it keeps.
    pub fn broken_down(&self, dimension: Dimension) -> Self {
        let mut plan = self.clone();
        plan.by.push(dimension);
        plan.by.sort_unstable();
        plan.by.dedup();
        plan.groups = build::groups(&plan.by, &plan.filters);
        plan
    }

    /// The same question with institutions of other frameworks brought in; `None` where they already are.
    pub fn with_mapped(&self, catalogue: &Catalogue) -> Option<Self> {
        (!self.mapped).then(|| Self {
            mapped: true,
            sources: build::sources(true, catalogue, self.framework, &self.benchmarks),
            ..self.clone()
        })
    }

    /// The same over some of its areas.
    pub(super) fn only(&self, keep: impl Fn(AreaIndex) -> bool) -> Self {
        Self { scope: self.scope.clone().only(keep), ..self.clone() }
    }

    /// The same question about its cells, and nothing but its cells.
    pub fn cells_only(self) -> Self {
        Self { parts: Parts { cells: true, overall: false, totals: false, states: false }, ..self }
    }
}

impl TablePlan for Plan {
    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn cells(&self) -> usize {
        self.layout().cells()
    }

    /// One kind of area × period × benchmark, no other condition, not mapped; no kind that is charged, and who achieved it alone.
    fn is_standard(&self) -> bool {
        self.is_plain() && !self.mapped && self.scope.is_of_free_kind() && self.scored == Scored::Full
    }

    fn bill(&self, snapshot: &Snapshot) -> Bill {
        self.bill_where(snapshot.catalogue(), |framework, period| {
            snapshot.framework(framework).period(period).is_some()
        })
    }

    fn part_of_cell(&self, cell: usize) -> usize {
        let [_, period, benchmark, _] = self.coordinates(cell);
        period * self.benchmarks.len() + benchmark
    }

    /// Of results that an organisation handed in itself, it names the organisation. [`super::citation::read`] reads it back.
    fn canonical(&self, catalogue: &Catalogue) -> String {
        let join = |parts: Vec<String>| parts.join(",");
        let mut text = format!(
            "{};areas={};periods={};benchmarks={}",
            escape(&catalogue.frameworks()[self.framework].code),
            self.scope.canonical_areas(catalogue),
            join(self.periods.iter().map(ToString::to_string).collect()),
            join(self.benchmarks.iter().map(ToString::to_string).collect()),
        );
        if !self.by.is_empty() {
            let _ = write!(text, ";by={}", join(self.by.iter().map(|dimension| dimension.name().to_owned()).collect()));
        }
        for (dimension, codes) in &self.filters {
            let kept = codes.iter().map(|&code| dimension.categories()[usize::from(code) - 1].code.to_owned());
            let _ = write!(text, ";{}={}", dimension.name(), join(kept.collect()));
        }
        if self.mapped {
            text.push_str(";mapped");
        }
        if self.reconcile {
            text.push_str(";reconcile");
        }
        text + &self.scope.canonical_provider()
    }

    fn over(&self, area: AreaIndex) -> Self {
        Self { scope: self.scope.over(area), ..self.clone() }.cells_only()
    }

    /// Bringing in other frameworks, and dropping a named dimension.
    fn changes(&self, catalogue: &Catalogue) -> Vec<(String, Self)> {
        let mapped = self.with_mapped(catalogue).map(|plan| ("set mapped to true".to_owned(), plan));
        let dropped = self.named().into_iter().filter_map(|dimension| {
            let plan = self.without(dimension)?;
            Some((format!("drop {}", dimension.name()), plan))
        });
        mapped.into_iter().chain(dropped).map(|(wording, plan)| (wording, plan.cells_only())).collect()
    }

    fn counterpart(&self, cell: usize, changed: &Self, moved: bool) -> Option<usize> {
        let [area, period, benchmark, group] = self.coordinates(cell);
        let asked = &self.groups[group].categories;
        let holds = |group: &Group| group.categories.iter().all(|category| asked.contains(category));
        let group = changed.groups.iter().position(holds)?;
        Some(changed.cell(if moved { 0 } else { area }, period, benchmark, group))
    }
}
