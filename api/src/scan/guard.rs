//! Finds cells that another cell comes too close to: one condition, one kept category or one area away.

use std::{iter, mem, ops::Range};

use disclosure::{FEWEST_AROUND, Rules, has_low_effect};

use crate::{
    domain::Dimension,
    plan::{Group, Plan, SourceFramework},
    snapshot::{Columns, NOT_ASSESSED},
};

use super::{count::Counter, group::Grouping, line::Line, scanner::Rows};

/// One source framework in one period, where an area's rows are counted.
pub(super) struct Place<'a> {
    pub(super) source: &'a SourceFramework,
    pub(super) columns: &'a Columns,
    /// The rows of the area.
    pub(super) rows: &'a [Range<usize>],
    /// The position of the framework among the plan's sources.
    pub(super) position: usize,
    /// Per area around, its rows of every source.
    pub(super) around: &'a [Rows<'a>],
    /// Per line and group, how many institutions of it the cell counts; 0 where the cell leaves the source out.
    pub(super) sizes: Vec<u32>,
}

/// The guard of one plan. Lines are its benchmarks, then outcomes over all of them where those are wanted.
pub(super) struct Guard<'a> {
    rules: Rules,
    lines: usize,
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
    pub(super) fn new(plan: &Plan, lines: usize, grouping: &'a Grouping) -> Self {
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
        Self { rules: plan.tier().rules(), lines, groups: plan.groups().len(), grouping, comparisons }
    }

    /// Per line and group of an area and period, whether the cell must not be answered. Cells below the threshold are
    /// hidden anyway and not looked at.
    pub(super) fn low_effect(&self, places: &[Place<'_>], counter: &mut Counter) -> Vec<bool> {
        let mut verdict = Verdict::new(self, places);
        if verdict.candidates.contains(&true) {
            let candidates = verdict.candidates.clone();
            let mut search = Search::new(places, self.grouping, self.lines, &candidates);
            search.each_area_around(|found| verdict.mark_close(|cell| found[cell]));
            for comparison in &self.comparisons {
                let grouping = &comparison.grouping;
                let counted: Vec<Vec<u32>> = places
                    .iter()
                    .map(|place| counter.assessed(&place.lines(self.lines), grouping, place.columns, place.rows))
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
        places: &[Place<'_>],
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
        places: &[Place<'_>],
        counted: &[Vec<u32>],
        verdict: &mut Verdict,
    ) -> Vec<bool> {
        let mut same = vec![false; verdict.low.len()];
        for cell in (0..same.len()).filter(|&cell| verdict.candidates[cell]) {
            let (line, group) = (cell / self.groups, cell % self.groups);
            // Only sources that the cell itself counts: to another it is not a matter of conditions.
            let other = |other: usize| -> u32 {
                let counts = places.iter().zip(counted).filter(|(place, _)| place.sizes[cell] > 0);
                counts.map(|(_, counts)| counts[line * comparison.groups + other]).sum()
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
        places: &[Place<'_>],
        same: &[bool],
        verdict: &mut Verdict,
    ) {
        let becomes = |cell: usize| cell / self.groups * comparison.groups + of[cell % self.groups];
        let mut wanted = vec![false; self.lines * comparison.groups];
        for cell in (0..same.len()).filter(|&cell| same[cell] && !verdict.low[cell]) {
            wanted[becomes(cell)] = true;
        }
        if !wanted.contains(&true) {
            return;
        }
        let others: Vec<Place<'_>> = places
            .iter()
            .map(|place| {
                let mut sizes = vec![0; wanted.len()];
                for cell in (0..same.len()).filter(|&cell| same[cell]) {
                    sizes[becomes(cell)] += place.sizes[cell];
                }
                Place { sizes, ..*place }
            })
            .collect();
        let mut search = Search::new(&others, &comparison.grouping, self.lines, &wanted);
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
    fn new(guard: &Guard<'_>, places: &[Place<'_>]) -> Self {
        let mut sizes = vec![0_u32; guard.lines * guard.groups];
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
    places: &'a [Place<'a>],
    grouping: &'a Grouping,
    wanted: &'a [bool],
    /// Per place and line, the columns that have a score in every row that is counted; `None` where none is.
    lines: Vec<Vec<Option<Vec<&'a [u8]>>>>,
    /// Per line and group, how many were found in the area around that is looked at.
    found: Vec<u32>,
    /// Per group, how many wanted cells do not have enough yet.
    open: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(places: &'a [Place<'a>], grouping: &'a Grouping, lines: usize, wanted: &'a [bool]) -> Self {
        let columns = |place: &'a Place<'a>| {
            let lines = place.lines(lines).into_iter();
            lines.map(|line| line.map(|line| line.columns(place.columns))).collect()
        };
        let lines = places.iter().map(columns).collect();
        let (found, open) = (vec![0; wanted.len()], vec![0; grouping.groups()]);
        Self { places, grouping, wanted, lines, found, open }
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
            return self.look_around_line_by_line(area);
        }
        self.open.fill(0);
        for wanted in self.wanted.chunks_exact(self.open.len()) {
            self.open.iter_mut().zip(wanted).for_each(|(open, &wanted)| *open += usize::from(wanted));
        }
        let mut open_groups = self.open.iter().filter(|&&open| open > 0).count();
        for (place, lines) in self.places.iter().zip(&self.lines) {
            for row in outside(&place.around[area][place.position], place.rows).flatten() {
                if open_groups == 0 {
                    return;
                }
                let group = usize::from(self.grouping.of_row(place.columns, row));
                if self.open.get(group).is_none_or(|&open| open == 0) {
                    continue;
                }
                for (line, columns) in lines.iter().enumerate() {
                    let cell = line * self.open.len() + group;
                    let counts = self.wanted[cell] && place.sizes[cell] > 0 && self.found[cell] < FEWEST_AROUND;
                    let is_assessed = |columns: &Vec<&[u8]>| columns.iter().all(|column| column[row] != NOT_ASSESSED);
                    if counts && columns.as_ref().is_some_and(is_assessed) {
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
    /// The same where no row is left out: what a line counts stands side by side.
    fn look_around_line_by_line(&mut self, area: usize) {
        for (place, lines) in self.places.iter().zip(&self.lines) {
            for (line, columns) in lines.iter().enumerate() {
                let Some(columns) = columns.as_ref().filter(|_| self.wanted[line] && place.sizes[line] > 0) else {
                    continue;
                };
                let around = outside(&place.around[area][place.position], place.rows);
                let is_assessed = |row: &usize| columns.iter().all(|column| column[*row] != NOT_ASSESSED);
                let missing = (FEWEST_AROUND - self.found[line]) as usize;
                let more = around.flatten().filter(is_assessed).take(missing).count();
                self.found[line] += u32::try_from(more).unwrap_or(FEWEST_AROUND);
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

impl<'a> Place<'a> {
    /// What is counted on each line; `None` where this framework has no counterpart.
    fn lines(&self, lines: usize) -> Vec<Option<Line<'a>>> {
        let benchmarks = self.source.benchmarks.iter().map(|source| source.as_ref().map(Line::Benchmark));
        let all = self.source.all.iter().all(Option::is_some).then_some(Line::All(&self.source.all));
        benchmarks.chain([all]).take(lines).collect()
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

/// The rows of some ranges that are in none of others, in ranges. Both are ascending and apart.
pub(super) fn outside<'a>(
    ranges: &'a [Range<usize>],
    of: &'a [Range<usize>],
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut ranges = ranges.iter().cloned();
    let mut others = of.iter().peekable();
    let mut rest = 0..0;
    iter::from_fn(move || {
        loop {
            while rest.is_empty() {
                rest = ranges.next()?;
            }
            while others.next_if(|other| other.end <= rest.start).is_some() {}
            match others.peek() {
                Some(other) if other.start <= rest.start => rest.start = other.end,
                Some(other) if other.start < rest.end => {
                    let before = rest.start..other.start;
                    rest.start = other.end;
                    return Some(before);
                }
                _ => return Some(mem::take(&mut rest)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "lists of ranges, of which one is meant")]
    fn what_lies_outside_is_found_range_by_range() {
        let check = |ranges: &[Range<usize>], of: &[Range<usize>]| {
            let expected: Vec<usize> =
                ranges.iter().cloned().flatten().filter(|row| !of.iter().any(|range| range.contains(row))).collect();
            let found: Vec<usize> = outside(ranges, of).flatten().collect();
            assert_eq!(found, expected, "{ranges:?} without {of:?}");
        };
        check(&[0..10], &[]);
        check(&[0..10], &[3..5]);
        check(&[0..10, 20..30], &[0..10]);
        check(&[0..10, 20..30], &[5..25]);
        check(&[0..10, 20..30, 40..50], &[2..3, 4..6, 9..21, 29..44]);
        check(&[5..6], &[0..10]);
        check(&[0..4, 6..9], &[0..4, 6..9]);
        check(&[], &[0..4]);
    }
}
