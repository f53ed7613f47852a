//! Runs a plan over a snapshot.

use std::{borrow::Cow, ops::Range, sync::Arc};

use disclosure::{Counted, CountedOverall, HiddenReason, Label, RawCell, RawOverall, RawTable};

use crate::{
    domain::{AreaIndex, Catalogue, Comparability, FrameworkIndex, Period, RelationKind, Source},
    plan::{Plan, SourceFramework},
    snapshot::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot},
};

use super::{
    group::{Grouping, NO_GROUP},
    guard::Guard,
    revision,
    tally::{Histogram, Tally},
};

/// What a scan gives: the raw table, which only `disclosure::protect` opens, and what is public about each cell.
#[derive(Debug)]
pub struct Scan {
    /// The raw counts.
    pub table: RawTable,
    /// Per cell, how the results behind it compare with the benchmark they are reported under.
    pub comparability: Vec<Comparability>,
}

/// Counts the parts of a plan's table that are wanted, in canonical order; a part that is not wanted is empty. Cells that
/// another comes too close to are withheld.
pub fn run(plan: &Plan, snapshot: &Snapshot) -> Scan {
    let scanner = Scanner::new(plan, snapshot);
    let parts = plan.parts();
    let (all_cells, benchmarks) = if parts.cells { (plan.cells(), plan.benchmarks().len()) } else { (0, 0) };
    let rows_over_all = if parts.overall { plan.groups().len() } else { 0 };
    let lines = plan.benchmarks().len() + usize::from(parts.overall);
    let guard = Guard::new(plan, lines, &scanner.grouping);
    let mut cells: Vec<Option<RawCell>> = (0..all_cells).map(|_| None).collect();
    let mut comparability = vec![Comparability::Exact; all_cells];
    let mut overall = Vec::new();
    for (area_position, &area) in plan.areas().iter().enumerate() {
        let conditions: Vec<Arc<str>> =
            plan.groups().iter().map(|group| plan.conditions(snapshot.catalogue(), area, group).into()).collect();
        let rows = scanner.rows_of(area);
        let around = scanner.outside_of(area, &rows);
        for (period_position, &period) in plan.periods().iter().enumerate() {
            let mut counts = scanner.count(&rows, period);
            let mut low_effect = guard.low_effect(&scanner.places(&counts, &rows, &around, period));
            let bases = revision::revise(&scanner, area, &rows, period, &mut counts);
            if bases.is_some() {
                let places = scanner.places(&counts, &rows, &around, period);
                let at_bases = scanner.low_effect_at_bases(&guard, &places, area, period);
                low_effect.iter_mut().zip(at_bases).for_each(|(low, other)| *low |= other);
            }
            let label = |line: usize, group: usize| {
                let period = &scanner.periods[period_position];
                let base = bases.as_ref().and_then(|bases| bases[line * plan.groups().len() + group]);
                Label {
                    conditions: conditions[group].clone(),
                    period: base.map_or_else(|| period.clone(), |base| format!("{period}@{base}").into()),
                }
            };
            for benchmark in 0..benchmarks {
                for group in 0..plan.groups().len() {
                    let position = plan.cell(area_position, period_position, benchmark, group);
                    let (tally, contributors) = counts.cell(benchmark, group);
                    comparability[position] = scanner.comparability(benchmark, &contributors);
                    cells[position] =
                        Some(if contributors.is_empty() && counts.present_without(plan, benchmark, group) {
                            RawCell::NotApplicable
                        } else if low_effect[benchmark * plan.groups().len() + group] {
                            RawCell::Withheld(HiddenReason::LowEffect)
                        } else {
                            RawCell::Counted(Counted {
                                label: label(benchmark, group),
                                measure: scanner.measure(benchmark, &contributors),
                                institutions: tally.institutions,
                                sum: tally.sum,
                                achieved: tally.achieved,
                                keys: tally.keys,
                                standard: scanner.is_standard(benchmark, &contributors),
                            })
                        });
                }
            }
            for group in 0..rows_over_all {
                let (histogram, contributors) = counts.overall(group);
                overall.push(if contributors.is_empty() && counts.present_incomplete(plan, group) {
                    RawOverall::NotApplicable
                } else if low_effect[plan.benchmarks().len() * plan.groups().len() + group] {
                    RawOverall::Withheld { reason: HiddenReason::LowEffect, benchmarks: counts.all_benchmarks }
                } else {
                    RawOverall::Counted(CountedOverall {
                        label: label(plan.benchmarks().len(), group),
                        measure: scanner.measure_over_all(&contributors),
                        institutions: histogram.institutions(),
                        histogram: histogram.counts,
                        keys: histogram.keys,
                    })
                });
            }
        }
    }
    let cells = cells.into_iter().map(|cell| cell.unwrap_or(RawCell::NotApplicable)).collect();
    Scan { table: RawTable::new(cells, overall), comparability }
}

/// The counts behind a table, before guard, bases and labels. It can be made and dropped, and does not give them back.
pub struct Tallied(#[expect(dead_code, reason = "held to be dropped")] Vec<Counts>);

/// Counts a plan's table and does nothing else: the part of [`run`] whose cost grows with the number of results.
pub fn count(plan: &Plan, snapshot: &Snapshot) -> Tallied {
    let scanner = Scanner::new(plan, snapshot);
    let mut counted = Vec::with_capacity(plan.areas().len() * plan.periods().len());
    for &area in plan.areas() {
        let rows = scanner.rows_of(area);
        counted.extend(plan.periods().iter().map(|&period| scanner.count(&rows, period)));
    }
    Tallied(counted)
}

/// The counts of every cell, in the plan's canonical order.
#[cfg(test)]
pub(super) fn counts_of(plan: &Plan, snapshot: &Snapshot) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); plan.cells()];
    each_place(plan, snapshot, |area, period, counts| {
        for benchmark in 0..plan.benchmarks().len() {
            for group in 0..plan.groups().len() {
                tallies[plan.cell(area, period, benchmark, group)] = counts.cell(benchmark, group).0;
            }
        }
    });
    tallies
}

/// The counts of every row over all benchmarks, in the plan's canonical order.
#[cfg(test)]
pub(super) fn histograms_of(plan: &Plan, snapshot: &Snapshot) -> Vec<Histogram> {
    let mut histograms = Vec::with_capacity(plan.rows());
    each_place(plan, snapshot, |_, _, counts| {
        histograms.extend((0..plan.groups().len()).map(|group| counts.overall(group).0));
    });
    histograms
}

/// Visits the counts of every area and period, each cell at its base.
#[cfg(test)]
fn each_place(plan: &Plan, snapshot: &Snapshot, mut visit: impl FnMut(usize, usize, &Counts)) {
    let scanner = Scanner::new(plan, snapshot);
    for (area_position, &area) in plan.areas().iter().enumerate() {
        let rows = scanner.rows_of(area);
        for (period_position, &period) in plan.periods().iter().enumerate() {
            let mut counts = scanner.count(&rows, period);
            revision::revise(&scanner, area, &rows, period, &mut counts);
            visit(area_position, period_position, &counts);
        }
    }
}

/// What stays the same for every area and period of a plan.
pub(super) struct Scanner<'a> {
    pub(super) plan: &'a Plan,
    pub(super) catalogue: &'a Catalogue,
    pub(super) sources: Vec<(&'a SourceFramework, &'a FrameworkColumns)>,
    pub(super) snapshot: &'a Snapshot,
    pub(super) grouping: Grouping,
    periods: Vec<Arc<str>>,
}

/// Per source framework, ranges of its rows.
pub(super) type Rows<'a> = Vec<Cow<'a, [Range<usize>]>>;

/// The counts of one area in one period, per source framework that holds the period.
pub(super) struct Counts {
    all_benchmarks: usize,
    groups: usize,
    /// A source of fewer institutions is left out of a cell beside one that has as many.
    fewest: u32,
    pub(super) sources: Vec<(usize, SourceCounts)>,
}

/// The counts of one source framework: tallies per benchmark × group, histograms and presence per group.
pub(super) struct SourceCounts {
    pub(super) tallies: Vec<Tally>,
    pub(super) histograms: Vec<Histogram>,
    present: Vec<bool>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(plan: &'a Plan, snapshot: &'a Snapshot) -> Self {
        Self {
            plan,
            snapshot,
            catalogue: snapshot.catalogue(),
            sources: plan.sources().iter().map(|source| (source, snapshot.framework(source.framework))).collect(),
            grouping: Grouping::new(plan),
            periods: plan.periods().iter().map(|period| period.to_string().into()).collect(),
        }
    }

    /// Per source framework, the rows of an area.
    pub(super) fn rows_of(&self, area: AreaIndex) -> Rows<'a> {
        self.sources.iter().map(|(_, columns)| columns.rows_of(area, self.plan.provider(), self.catalogue)).collect()
    }

    /// Whether a cell belongs to a standard table, however it was asked for: no dimension is named, and one benchmark of
    /// one framework is counted.
    fn is_standard(&self, benchmark: usize, contributors: &[usize]) -> bool {
        let single = |&position: &usize| {
            self.sources[position].0.benchmarks[benchmark].as_ref().is_some_and(|source| source.numbers.len() == 1)
        };
        self.plan.is_plain() && matches!(contributors, [only] if single(only))
    }

    /// The counts of an area in a period, as the release itself holds them.
    pub(super) fn count(&self, rows: &Rows<'_>, period: Period) -> Counts {
        let sources = self
            .sources
            .iter()
            .zip(rows)
            .enumerate()
            .filter_map(|(position, ((source, framework), rows))| {
                let columns = framework.period(period)?;
                Some((position, self.count_source(source, framework.keys(), columns, rows)))
            })
            .collect();
        let all_benchmarks = self.catalogue.frameworks()[self.plan.framework()].benchmarks.len();
        let fewest = self.plan.tier().rules().fewest_institutions();
        Counts { all_benchmarks, groups: self.plan.groups().len(), fewest, sources }
    }

    fn count_source(
        &self,
        source: &SourceFramework,
        keys: &[u128],
        columns: &Columns,
        rows: &[Range<usize>],
    ) -> SourceCounts {
        let groups = self.plan.groups().len();
        let mut tallies = vec![Tally::default(); self.plan.benchmarks().len() * groups];
        let mut histograms = vec![Histogram::new(source.all.len()); groups];
        let mut present = vec![false; groups];
        let mut group_of = Vec::new();
        for range in rows {
            let ungrouped = self.grouping.of_rows(columns, range.clone(), &mut group_of);
            let group_of = (!ungrouped).then_some(group_of.as_slice());
            for (position, stand_in) in source.benchmarks.iter().enumerate() {
                let Some(stand_in) = stand_in else { continue };
                let tallies = &mut tallies[position * groups..(position + 1) * groups];
                each_score(columns, stand_in, range.clone(), |offset, row, score| {
                    if let Some(tally) = tallies.get_mut(group(group_of, offset)) {
                        tally.add(score, keys[row]);
                    }
                });
            }
            // Who is present matters for a benchmark without a counterpart alone.
            if self.plan.parts().overall || source.benchmarks.iter().any(Option::is_none) {
                count_over_all(source, keys, columns, range, group_of, &mut histograms, &mut present);
            }
        }
        SourceCounts { tallies, histograms, present }
    }

    /// The measure of a cell: which benchmarks of which frameworks are counted in it. It does not depend on the framework
    /// the cell is reported in, so asking in another numbering draws the same noise.
    fn measure(&self, benchmark: usize, contributors: &[usize]) -> Arc<str> {
        self.name(contributors, |source| {
            source.benchmarks[benchmark].iter().flat_map(|source| source.numbers.clone()).collect()
        })
    }

    fn measure_over_all(&self, contributors: &[usize]) -> Arc<str> {
        self.name(contributors, |source| {
            let mut numbers: Vec<u8> = source.all.iter().flatten().flat_map(|source| source.numbers.clone()).collect();
            numbers.sort_unstable();
            numbers
        })
    }

    fn name(&self, contributors: &[usize], numbers: impl Fn(&SourceFramework) -> Vec<u8>) -> Arc<str> {
        let code = |framework: FrameworkIndex| self.catalogue.frameworks()[framework].code.as_str();
        let mut parts: Vec<String> = contributors
            .iter()
            .map(|&position| {
                let source = self.sources[position].0;
                let numbers: Vec<String> = numbers(source).iter().map(u8::to_string).collect();
                format!("{}/{}", code(source.framework), numbers.join("&"))
            })
            .collect();
        parts.sort_unstable();
        parts.join("+").into()
    }

    fn comparability(&self, benchmark: usize, contributors: &[usize]) -> Comparability {
        let mut kinds = contributors
            .iter()
            .filter_map(|&position| self.sources[position].0.benchmarks[benchmark].as_ref())
            .map(|source: &Source| source.kind);
        let first = kinds.next().unwrap_or(RelationKind::Exact);
        if kinds.all(|kind| kind == first) { first.into() } else { Comparability::Mixed }
    }
}

/// Counts a range of rows over all benchmarks: only institutions assessed on each are counted, by how many they achieved.
fn count_over_all(
    source: &SourceFramework,
    keys: &[u128],
    columns: &Columns,
    range: &Range<usize>,
    group_of: Option<&[u16]>,
    histograms: &mut [Histogram],
    present: &mut [bool],
) {
    let benchmarks = source.all.len();
    let mut assessed = vec![0_u8; range.len()];
    let mut achieved = vec![0_u8; range.len()];
    let mut here = vec![false; range.len()];
    for stand_in in source.all.iter().flatten() {
        each_score(columns, stand_in, range.clone(), |offset, _, score| {
            assessed[offset] += u8::from(score != NOT_ASSESSED);
            achieved[offset] += u8::from(score == 100);
            here[offset] |= score != NOT_ASSESSED;
        });
    }
    for (offset, row) in range.clone().enumerate() {
        let group = group(group_of, offset);
        if group == usize::from(NO_GROUP) {
            continue;
        }
        present[group] |= here[offset];
        if usize::from(assessed[offset]) == benchmarks {
            histograms[group].add(achieved[offset], keys[row]);
        }
    }
}

fn group(group_of: Option<&[u16]>, offset: usize) -> usize {
    group_of.map_or(0, |groups| usize::from(groups[offset]))
}

/// Visits each row of a range with its score: the least over the benchmarks that stand in together, and not assessed
/// where any of them is not.
#[inline]
fn each_score(columns: &Columns, source: &Source, range: Range<usize>, mut visit: impl FnMut(usize, usize, u8)) {
    match source.numbers.as_slice() {
        [only] => {
            for (offset, &score) in columns.score(*only)[range.clone()].iter().enumerate() {
                visit(offset, range.start + offset, score);
            }
        }
        several => {
            for (offset, row) in range.enumerate() {
                visit(offset, row, least(several.iter().map(|&number| columns.score(number)[row])));
            }
        }
    }
}

/// The least of the scores that stand in together, and not assessed where any of them is not.
pub(super) fn least(scores: impl Iterator<Item = u8>) -> u8 {
    scores.fold(100, |least, score| match (least, score) {
        (NOT_ASSESSED, _) | (_, NOT_ASSESSED) => NOT_ASSESSED,
        (least, score) => least.min(score),
    })
}

impl Counts {
    /// Whether a cell counts a source of a size. Where one source has enough institutions by itself, others that have
    /// too few are left out: with and without them, the answers would tell about those few.
    pub(super) fn keeps(&self, size: u32, of: impl Fn(&SourceCounts) -> u32) -> bool {
        size >= self.fewest || self.sources.iter().all(|(_, source)| of(source) < self.fewest)
    }

    /// The counts of a source framework, by its position in the plan.
    pub(super) fn of_source(&mut self, source: usize) -> Option<&mut SourceCounts> {
        self.sources.iter_mut().find(|(position, _)| *position == source).map(|(_, counts)| counts)
    }

    /// How many institutions all sources together have in a cell.
    pub(super) fn everyone(&self, benchmark: usize, group: usize) -> u32 {
        let at = benchmark * self.groups + group;
        self.sources.iter().map(|(_, counts)| counts.tallies[at].institutions).sum()
    }

    /// How many institutions all sources together have over all benchmarks.
    pub(super) fn everyone_over_all(&self, group: usize) -> u32 {
        self.sources.iter().map(|(_, counts)| counts.histograms[group].institutions()).sum()
    }

    /// The counts of one cell over the sources it keeps, and the positions of those that contribute an institution.
    fn cell(&self, benchmark: usize, group: usize) -> (Tally, Vec<usize>) {
        let mut total = Tally::default();
        let mut contributors = Vec::new();
        for (position, counts) in &self.sources {
            let at = benchmark * self.groups + group;
            let tally = &counts.tallies[at];
            if tally.institutions > 0 && self.keeps(tally.institutions, |other| other.tallies[at].institutions) {
                total.merge(tally);
                contributors.push(*position);
            }
        }
        (total, contributors)
    }

    pub(super) fn overall(&self, group: usize) -> (Histogram, Vec<usize>) {
        let mut total = Histogram::new(self.all_benchmarks);
        let mut contributors = Vec::new();
        for (position, counts) in &self.sources {
            let size = counts.histograms[group].institutions();
            if size > 0 && self.keeps(size, |other| other.histograms[group].institutions()) {
                total.merge(&counts.histograms[group]);
                contributors.push(*position);
            }
        }
        (total, contributors)
    }

    /// Whether institutions are there whose framework has no counterpart of the benchmark.
    fn present_without(&self, plan: &Plan, benchmark: usize, group: usize) -> bool {
        self.sources.iter().any(|(position, counts)| {
            counts.present[group] && plan.sources()[*position].benchmarks[benchmark].is_none()
        })
    }

    /// Whether institutions are there whose framework lacks a counterpart of some benchmark.
    fn present_incomplete(&self, plan: &Plan, group: usize) -> bool {
        self.sources.iter().any(|(position, counts)| {
            counts.present[group] && plan.sources()[*position].all.iter().any(Option::is_none)
        })
    }
}
