//! Runs a plan over a snapshot.

use std::{ops::Range, sync::Arc};

use disclosure::{Counted, CountedOverall, Label, RawCell, RawOverall, RawTable};

use crate::{
    domain::{AreaIndex, Catalogue, Comparability, FrameworkIndex, Period, RelationKind, Source},
    plan::{Plan, SourceFramework},
    snapshot::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot},
};

use super::{
    group::{Grouping, NO_GROUP},
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
    /// Per cell, the number of institutions assessed. Public: participation is no secret. Not rounded.
    pub institutions: Vec<u32>,
}

/// Counts every cell of a plan, in its canonical order.
pub fn run(plan: &Plan, snapshot: &Snapshot) -> Scan {
    let scanner = Scanner::new(plan, snapshot);
    let mut cells: Vec<Option<RawCell>> = (0..plan.cells()).map(|_| None).collect();
    let mut comparability = vec![Comparability::Exact; plan.cells()];
    let mut institutions = vec![0; plan.cells()];
    let mut overall = Vec::with_capacity(plan.rows());
    for (area_position, &area) in plan.areas().iter().enumerate() {
        let conditions: Vec<Arc<str>> =
            plan.groups().iter().map(|group| plan.conditions(snapshot.catalogue(), area, group).into()).collect();
        let rows = scanner.rows_of(area);
        for (period_position, &period) in plan.periods().iter().enumerate() {
            let label = |group: usize| Label {
                conditions: conditions[group].clone(),
                period: scanner.periods[period_position].clone(),
            };
            let counts = scanner.count(area, &rows, period);
            for benchmark in 0..plan.benchmarks().len() {
                for group in 0..plan.groups().len() {
                    let position = plan.cell(area_position, period_position, benchmark, group);
                    let (tally, contributors) = counts.cell(benchmark, group);
                    institutions[position] = tally.institutions;
                    comparability[position] = scanner.comparability(benchmark, &contributors);
                    cells[position] =
                        Some(if contributors.is_empty() && counts.present_without(plan, benchmark, group) {
                            RawCell::NotApplicable
                        } else {
                            RawCell::Counted(Counted {
                                label: label(group),
                                measure: scanner.measure(benchmark, &contributors),
                                institutions: tally.institutions,
                                sum: tally.sum,
                                achieved: tally.achieved,
                                keys: tally.keys,
                            })
                        });
                }
            }
            for group in 0..plan.groups().len() {
                let (histogram, contributors) = counts.overall(group);
                overall.push(if contributors.is_empty() && counts.present_incomplete(plan, group) {
                    RawOverall::NotApplicable
                } else {
                    RawOverall::Counted(CountedOverall {
                        label: label(group),
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
    Scan { table: RawTable::new(cells, overall), comparability, institutions }
}

/// The number of institutions assessed per cell, and nothing else: public, for advice about hidden cells.
pub fn institutions(plan: &Plan, snapshot: &Snapshot) -> Vec<u32> {
    counts_of(plan, snapshot).iter().map(|tally| tally.institutions).collect()
}

/// The counts of every cell, in the plan's canonical order.
pub(super) fn counts_of(plan: &Plan, snapshot: &Snapshot) -> Vec<Tally> {
    let scanner = Scanner::new(plan, snapshot);
    let mut tallies = vec![Tally::default(); plan.cells()];
    for (area_position, &area) in plan.areas().iter().enumerate() {
        let rows = scanner.rows_of(area);
        for (period_position, &period) in plan.periods().iter().enumerate() {
            let counts = scanner.count(area, &rows, period);
            for benchmark in 0..plan.benchmarks().len() {
                for group in 0..plan.groups().len() {
                    tallies[plan.cell(area_position, period_position, benchmark, group)] =
                        counts.cell(benchmark, group).0;
                }
            }
        }
    }
    tallies
}

/// What stays the same for every area and period of a plan.
pub(super) struct Scanner<'a> {
    pub(super) plan: &'a Plan,
    pub(super) catalogue: &'a Catalogue,
    pub(super) sources: Vec<(&'a SourceFramework, &'a FrameworkColumns)>,
    pub(super) grouping: Grouping,
    periods: Vec<Arc<str>>,
}

/// The counts of one area in one period, per source framework that holds the period.
pub(super) struct Counts {
    all_benchmarks: usize,
    groups: usize,
    pub(super) sources: Vec<(usize, SourceCounts)>,
}

/// The counts of one source framework: tallies per benchmark × group, histograms and presence per group.
pub(super) struct SourceCounts {
    pub(super) tallies: Vec<Tally>,
    pub(super) histograms: Vec<Histogram>,
    present: Vec<bool>,
}

impl<'a> Scanner<'a> {
    fn new(plan: &'a Plan, snapshot: &'a Snapshot) -> Self {
        Self {
            plan,
            catalogue: snapshot.catalogue(),
            sources: plan.sources().iter().map(|source| (source, snapshot.framework(source.framework))).collect(),
            grouping: Grouping::new(plan),
            periods: plan.periods().iter().map(|period| period.to_string().into()).collect(),
        }
    }

    /// Per source framework, the rows of an area.
    fn rows_of(&self, area: AreaIndex) -> Vec<Vec<Range<usize>>> {
        self.sources.iter().map(|(_, columns)| columns.rows_of(area, self.plan.provider(), self.catalogue)).collect()
    }

    /// The counts of an area in a period, as of each cell's base release.
    fn count(&self, area: AreaIndex, rows: &[Vec<Range<usize>>], period: Period) -> Counts {
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
        let mut counts = Counts { all_benchmarks, groups: self.plan.groups().len(), sources };
        revision::revise(self, area, rows, period, &mut counts);
        counts
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
            count_over_all(source, keys, columns, range, group_of, &mut histograms, &mut present);
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
    /// The counts of a source framework, by its position in the plan.
    pub(super) fn of_source(&mut self, source: usize) -> Option<&mut SourceCounts> {
        self.sources.iter_mut().find(|(position, _)| *position == source).map(|(_, counts)| counts)
    }

    /// The counts of one cell over all sources, and the positions of those that contribute an institution.
    pub(super) fn cell(&self, benchmark: usize, group: usize) -> (Tally, Vec<usize>) {
        let mut total = Tally::default();
        let mut contributors = Vec::new();
        for (position, counts) in &self.sources {
            let tally = &counts.tallies[benchmark * self.groups + group];
            if tally.institutions > 0 {
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
            if counts.histograms[group].institutions() > 0 {
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
