//! Finds cells that another cell comes too close to: one condition, one kept category or one area away.

use std::ops::Range;

use disclosure::{FEWEST_AROUND, Rules, has_low_effect};

use crate::{
    datasets::outcomes::{Group, Plan, SourceFramework},
    domain::Dimension,
    release::{Columns, NOT_ASSESSED},
    tabulation::{TablePlan, outside},
};

use super::{
    column::{MeasureColumn, measure_columns},
    counter::Counter,
    grouping::Grouping,
    scanner::Rows,
};

/// One source framework in one period: an area's rows, those around it, and how many of them each cell counts. What the guard
/// knows of a cell is its size.
pub(super) struct Guarded<'a> {
    pub(super) source: &'a SourceFramework,
    pub(super) columns: &'a Columns,
    /// The rows of the area.
    pub(super) rows: &'a [Range<usize>],
    /// The position of the framework among the plan's sources.
    pub(super) position: usize,
    /// Per area around, its rows of every source.
    pub(super) around: &'a [Rows<'a>],
    /// Per measure column and group, how many institutions of it the cell counts; 0 where the cell leaves the source out.
    pub(super) sizes: Vec<u32>,
}

/// The guard of one plan. Its measure columns are the benchmarks, then outcomes over all of them where those are wanted.
pub(super) struct Guard<'a> {
    rules: Rules,
    measured: usize,
    groups: usize,
    grouping: &'a Grouping,
    comparisons: Vec<Comparison>,
}

/// A plan with other groups over the same rows.
struct Comparison {
    plan: Plan,
    grouping: Grouping,
    groups: usize,
    kind: Kind,
}

enum Kind {
    /// Conditions are dropped: per group of the plan, the group it becomes.
    Dropped(Vec<usize>),
    /// A kept set is split into its categories: per group of the plan, the groups that it is made of.
    Split(Vec<Vec<usize>>),
}

impl<'a> Guard<'a> {
    pub(super) fn new(plan: &Plan, measured: usize, grouping: &'a Grouping) -> Self {
        let mut comparisons = Vec::new();
        for dropped in some_of(&plan.named()) {
            let without = dropped.iter().fold(plan.clone(), |plan, &dimension| plan.without(dimension).unwrap_or(plan));
            let of = plan.groups().iter().map(|group| matching(without.groups(), group)).collect();
            comparisons.push(Comparison::new(without, Kind::Dropped(of)));
        }
        for dimension in Dimension::ALL {
            let kept = plan.filters().get(&dimension).filter(|_| !plan.by().contains(&dimension));
            if kept.is_some_and(|codes| codes.len() > 1) {
                let split = plan.broken_down(dimension);
                let of = plan.groups().iter().map(|group| made_of(split.groups(), group)).collect();
                comparisons.push(Comparison::new(split, Kind::Split(of)));
            }
        }
        Self { rules: plan.scope().tier().rules(), measured, groups: plan.groups().len(), grouping, comparisons }
    }

    /// Per measure column and group of an area and period, whether the cell must not be answered. Cells below the threshold are
    /// hidden anyway and not looked at.
    pub(super) fn low_effect(&self, places: &[Guarded<'_>], counter: &mut Counter) -> Vec<bool> {
        let mut verdict = Verdict::new(self, places);
        if verdict.candidates.contains(&true) {
            let candidates = verdict.candidates.clone();
            let mut search = Search::new(places, self.grouping, self.measured, &candidates);
            search.each_area_around(|found| verdict.mark_close(|cell| found[cell]));
            for comparison in &self.comparisons {
                let grouping = &comparison.grouping;
                let counted: Vec<Vec<u32>> = places
                    .iter()
                    .map(|place| counter.assessed(&place.measured(self.measured), grouping, place.columns, place.rows))
                    .collect();
                let same = self.compare(comparison, places, &counted, &mut verdict);
                if let Kind::Dropped(of) = &comparison.kind {
                    self.look_around_without(comparison, of, places, &same, &mut verdict);
                }
            }
        }
        verdict.low
    }

    /// The same for cells that speak for an earlier release: every set is that of its own base.
    pub(super) fn low_effect_at_bases(
        &self,
        places: &[Guarded<'_>],
        around: &[Vec<u32>],
        mut sizes_without: impl FnMut(&Plan) -> Vec<Vec<u32>>,
    ) -> Vec<bool> {
        let mut verdict = Verdict::new(self, places);
        if verdict.candidates.contains(&true) {
            for sizes in around {
                let own = verdict.sizes.clone();
                verdict.mark_close(|cell| sizes[cell].saturating_sub(own[cell]));
            }
            for comparison in &self.comparisons {
                self.compare(comparison, places, &sizes_without(&comparison.plan), &mut verdict);
            }
        }
        verdict.low
    }

    /// Marks the cells that dropped conditions or a kept category change by too few. Returns the candidates that dropping
    /// does not change at all.
    fn compare(
        &self,
        comparison: &Comparison,
        places: &[Guarded<'_>],
        counted: &[Vec<u32>],
        verdict: &mut Verdict,
    ) -> Vec<bool> {
        let mut same = vec![false; verdict.low.len()];
        for cell in (0..same.len()).filter(|&cell| verdict.candidates[cell]) {
            let (column, group) = (cell / self.groups, cell % self.groups);
            // Only sources that the cell itself counts: to another it is not a matter of conditions.
            let other = |other: usize| -> u32 {
                let counts = places.iter().zip(counted).filter(|(place, _)| place.sizes[cell] > 0);
                counts.map(|(_, counts)| counts[column * comparison.groups + other]).sum()
            };
            match &comparison.kind {
                Kind::Dropped(of) => {
                    let difference = other(of[group]).saturating_sub(verdict.sizes[cell]);
                    same[cell] = difference == 0;
                    verdict.low[cell] |= has_low_effect(difference, self.rules);
                }
                Kind::Split(of) => {
                    let low = |&category: &usize| has_low_effect(other(category), self.rules);
                    verdict.low[cell] |= of[group].iter().any(low);
                }
            }
        }
        same
    }

    /// Marks the cells that the dropped conditions leave as they are, and that an area around then has one or two more of.
    fn look_around_without(
        &self,
        comparison: &Comparison,
        of: &[usize],
        places: &[Guarded<'_>],
        same: &[bool],
        verdict: &mut Verdict,
    ) {
        let becomes = |cell: usize| cell / self.groups * comparison.groups + of[cell % self.groups];
        let mut wanted = vec![false; self.measured * comparison.groups];
        for cell in (0..same.len()).filter(|&cell| same[cell] && !verdict.low[cell]) {
            wanted[becomes(cell)] = true;
        }
        if !wanted.contains(&true) {
            return;
        }
        let others: Vec<Guarded<'_>> = places
            .iter()
            .map(|place| {
                let mut sizes = vec![0; wanted.len()];
                for cell in (0..same.len()).filter(|&cell| same[cell]) {
                    sizes[becomes(cell)] += place.sizes[cell];
                }
                Guarded { sizes, ..*place }
            })
            .collect();
        let mut search = Search::new(&others, &comparison.grouping, self.measured, &wanted);
        search.each_area_around(|found| verdict.mark_close(|cell| if same[cell] { found[becomes(cell)] } else { 0 }));
    }
}

/// What is found out about the cells of an area and period.
struct Verdict {
    /// How many institutions each counts.
    sizes: Vec<u32>,
    /// Which of them would be answered.
    candidates: Vec<bool>,
    /// Which of them must not be.
    low: Vec<bool>,
}

impl Verdict {
    fn new(guard: &Guard<'_>, places: &[Guarded<'_>]) -> Self {
        let mut sizes = vec![0_u32; guard.measured * guard.groups];
        for place in places {
            sizes.iter_mut().zip(&place.sizes).for_each(|(total, size)| *total += size);
        }
        let candidates: Vec<bool> = sizes.iter().map(|&size| size >= guard.rules.fewest_institutions()).collect();
        let low = vec![false; sizes.len()];
        Self { sizes, candidates, low }
    }

    /// Marks the candidates that an area around has an institution or two more of.
    fn mark_close(&mut self, more: impl Fn(usize) -> u32) {
        for (cell, low) in self.low.iter_mut().enumerate().filter(|(cell, _)| self.candidates[*cell]) {
            *low |= (1..FEWEST_AROUND).contains(&more(cell));
        }
    }
}

/// Looks for institutions of wanted cells in areas around, outside the area itself. Rows are read only until there are enough.
struct Search<'a> {
    places: &'a [Guarded<'a>],
    grouping: &'a Grouping,
    wanted: &'a [bool],
    /// Per place and measure column, the bytes that are a score in every row that is counted; `None` where none is.
    scores: Vec<Vec<Option<Vec<&'a [u8]>>>>,
    /// Per measure column and group, how many were found in the area around that is looked at.
    found: Vec<u32>,
    /// Per group, how many wanted cells do not have enough yet.
    open: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(places: &'a [Guarded<'a>], grouping: &'a Grouping, measured: usize, wanted: &'a [bool]) -> Self {
        let scores = |place: &'a Guarded<'a>| {
            let measured = place.measured(measured).into_iter();
            measured.map(|column| column.map(|column| column.columns(place.columns))).collect()
        };
        let scores = places.iter().map(scores).collect();
        let (found, open) = (vec![0; wanted.len()], vec![0; grouping.groups()]);
        Self { places, grouping, wanted, scores, found, open }
    }

    /// Visits each area around with how many institutions of each wanted cell it has outside, up to [`FEWEST_AROUND`].
    fn each_area_around(&mut self, mut visit: impl FnMut(&[u32])) {
        let areas = self.places.first().map_or(0, |place| place.around.len());
        for area in 0..areas {
            self.look_around(area);
            visit(&self.found);
        }
    }

    fn look_around(&mut self, area: usize) {
        self.found.fill(0);
        if self.grouping.is_whole() {
            return self.look_around_column_by_column(area);
        }
        self.open.fill(0);
        for wanted in self.wanted.chunks_exact(self.open.len()) {
            self.open.iter_mut().zip(wanted).for_each(|(open, &wanted)| *open += usize::from(wanted));
        }
        let mut open_groups = self.open.iter().filter(|&&open| open > 0).count();
        for (place, measured) in self.places.iter().zip(&self.scores) {
            for row in outside(&place.around[area][place.position], place.rows).flatten() {
                if open_groups == 0 {
                    return;
                }
                let group = usize::from(self.grouping.of_row(place.columns, row));
                if self.open.get(group).is_none_or(|&open| open == 0) {
                    continue;
                }
                for (column, scores) in measured.iter().enumerate() {
                    let cell = column * self.open.len() + group;
                    let counts = self.wanted[cell] && place.sizes[cell] > 0 && self.found[cell] < FEWEST_AROUND;
                    let is_assessed = |scores: &Vec<&[u8]>| scores.iter().all(|scores| scores[row] != NOT_ASSESSED);
                    if counts && scores.as_ref().is_some_and(is_assessed) {
                        self.found[cell] += 1;
                        self.open[group] -= usize::from(self.found[cell] == FEWEST_AROUND);
                    }
                }
                open_groups -= usize::from(self.open[group] == 0);
            }
        }
    }
}

impl Search<'_> {
    /// The same where no row is left out: what a measure column counts stands side by side.
    fn look_around_column_by_column(&mut self, area: usize) {
        for (place, measured) in self.places.iter().zip(&self.scores) {
            for (column, scores) in measured.iter().enumerate() {
                let Some(scores) = scores.as_ref().filter(|_| self.wanted[column] && place.sizes[column] > 0) else {
                    continue;
                };
                let around = outside(&place.around[area][place.position], place.rows);
                let is_assessed = |row: &usize| scores.iter().all(|scores| scores[*row] != NOT_ASSESSED);
                let missing = (FEWEST_AROUND - self.found[column]) as usize;
                let more = around.flatten().filter(is_assessed).take(missing).count();
                self.found[column] += u32::try_from(more).unwrap_or(FEWEST_AROUND);
            }
        }
    }
}

/// Every choice of one or more of some dimensions.
fn some_of(dimensions: &[Dimension]) -> Vec<Vec<Dimension>> {
    let chosen = |choice: u32| {
        let kept = dimensions.iter().enumerate().filter(move |(position, _)| choice & (1 << position) != 0);
        kept.map(|(_, &dimension)| dimension).collect()
    };
    (1..1_u32 << dimensions.len()).map(chosen).collect()
}

impl Comparison {
    fn new(plan: Plan, kind: Kind) -> Self {
        Self { grouping: Grouping::new(&plan), groups: plan.groups().len(), kind, plan }
    }
}

impl<'a> Guarded<'a> {
    /// What is counted in each measure column; `None` where this framework has no counterpart.
    fn measured(&self, columns: usize) -> Vec<Option<MeasureColumn<'a>>> {
        measure_columns(&self.source.benchmarks, (columns > self.source.benchmarks.len()).then_some(&self.source.all))
    }
}

/// The group into which one with further categories falls.
fn matching(groups: &[Group], of: &Group) -> usize {
    let holds = |group: &Group| group.categories.iter().all(|category| of.categories.contains(category));
    groups.iter().position(holds).unwrap_or(0)
}

/// The groups that one with fewer categories is made of.
fn made_of(groups: &[Group], of: &Group) -> Vec<usize> {
    let part = |group: &Group| of.categories.iter().all(|category| group.categories.contains(category));
    groups.iter().enumerate().filter(|(_, group)| part(group)).map(|(position, _)| position).collect()
}
