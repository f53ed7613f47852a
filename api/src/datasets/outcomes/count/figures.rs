//! What is counted of an area in a period: figures with scores for a table, or headcounts alone.

use crate::{
    datasets::outcomes::{Plan, Scored, SourceFramework},
    domain::Period,
    release::{Columns, FrameworkColumns},
    tabulation::TablePlan,
};

use super::{
    column::measure_columns,
    counter::Counter,
    grouping::Grouping,
    scanner::{Rows, Scanner},
    tally::{Histogram, Tally},
};

/// What is gathered for the cells of one source framework in one area and period. A cell's place is measure column × group.
pub(super) trait Gather: Sized {
    /// Counts some rows.
    fn gather(counter: &mut Counter, source: Source<'_>, rows: &[std::ops::Range<usize>]) -> Self;

    /// How many institutions a cell counts.
    fn size(&self, cell: usize) -> u32;

    /// Counts one institution more.
    fn add(&mut self, cell: usize, value: u8, key: u128);

    /// Takes back what [`add`](Self::add) counted.
    fn remove(&mut self, cell: usize, value: u8, key: u128);
}

/// One source framework in one period, and what is wanted of it.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) plan: &'a SourceFramework,
    pub(super) grouping: &'a Grouping,
    pub(super) framework: &'a FrameworkColumns,
    pub(super) columns: &'a Columns,
    pub(super) benchmarks: usize,
    /// Whether outcomes over all benchmarks are wanted.
    pub(super) overall: bool,
    pub(super) scored: Scored,
}

/// Tallies per benchmark × group, and histograms per group where they are wanted.
pub(super) struct Figures {
    pub(super) tallies: Vec<Tally>,
    pub(super) histograms: Vec<Histogram>,
}

/// How many institutions each cell counts. Has no room for a score.
pub(super) struct Headcounts(Vec<u32>);

/// What is counted of one area in one period, per source framework that holds the period.
pub(super) struct Counts<S> {
    groups: usize,
    /// A source of fewer institutions is left out of a cell beside one that has as many.
    fewest: u32,
    pub(super) all_benchmarks: usize,
    pub(super) sources: Vec<SourceCounts<S>>,
}

/// What is counted of one source framework.
pub(super) struct SourceCounts<S> {
    /// The position of the framework among the plan's sources.
    pub(super) position: usize,
    pub(super) counted: S,
    /// Per group whether anyone is there; empty where everything asked for has a counterpart, and nobody asks.
    present: Vec<bool>,
}

impl Scanner<'_> {
    /// Counts an area in a period, as the release itself holds it.
    pub(super) fn count<S: Gather>(&self, rows: &Rows<'_>, period: Period, counter: &mut Counter) -> Counts<S> {
        let sources = self.sources.iter().zip(rows).enumerate().filter_map(|(position, (&(plan, framework), rows))| {
            let source = Source {
                plan,
                grouping: &self.grouping,
                framework,
                columns: self.columns(plan, period)?,
                benchmarks: self.plan.benchmarks().len(),
                overall: self.plan.parts().overall,
                scored: self.plan.scored(),
            };
            let counted = S::gather(counter, source, rows);
            Some(SourceCounts { position, counted, present: presence(counter, source, rows) })
        });
        Counts {
            sources: sources.collect(),
            groups: self.plan.groups().len(),
            fewest: self.plan.scope().tier().rules().fewest_institutions(),
            all_benchmarks: self.catalogue.frameworks()[self.plan.framework()].benchmarks.len(),
        }
    }
}

/// Who is there matters where something asked for has no counterpart, and nowhere else.
fn presence(counter: &mut Counter, source: Source<'_>, rows: &[std::ops::Range<usize>]) -> Vec<bool> {
    let Source { plan, grouping, columns, overall, .. } = source;
    let is_complete = plan.all.iter().all(Option::is_some);
    if is_complete || !(overall || plan.benchmarks.iter().any(Option::is_none)) {
        return Vec::new();
    }
    let mut present = vec![false; grouping.groups()];
    for assessed in counter.assessed(&measure_columns(&plan.all, None), grouping, columns, rows).chunks(present.len()) {
        present.iter_mut().zip(assessed).for_each(|(present, &assessed)| *present |= assessed > 0);
    }
    present
}

impl Gather for Figures {
    fn gather(counter: &mut Counter, source: Source<'_>, rows: &[std::ops::Range<usize>]) -> Self {
        counter.figures(source, rows)
    }

    fn size(&self, cell: usize) -> u32 {
        match self.tallies.get(cell) {
            Some(tally) => tally.institutions,
            None => self.histograms[cell - self.tallies.len()].institutions(),
        }
    }

    fn add(&mut self, cell: usize, value: u8, key: u128) {
        let benchmarks = self.tallies.len();
        match self.tallies.get_mut(cell) {
            Some(tally) => tally.add(value, key),
            None => self.histograms[cell - benchmarks].add(value, key),
        }
    }

    fn remove(&mut self, cell: usize, value: u8, key: u128) {
        let benchmarks = self.tallies.len();
        match self.tallies.get_mut(cell) {
            Some(tally) => tally.remove(value, key),
            None => self.histograms[cell - benchmarks].remove(value, key),
        }
    }
}

impl Gather for Headcounts {
    fn gather(counter: &mut Counter, source: Source<'_>, rows: &[std::ops::Range<usize>]) -> Self {
        let Source { plan, grouping, columns, overall, .. } = source;
        let measured = measure_columns(&plan.benchmarks, overall.then_some(&plan.all));
        Self(counter.assessed(&measured, grouping, columns, rows))
    }

    fn size(&self, cell: usize) -> u32 {
        self.0[cell]
    }

    fn add(&mut self, cell: usize, _: u8, _: u128) {
        self.0[cell] += 1;
    }

    fn remove(&mut self, cell: usize, _: u8, _: u128) {
        self.0[cell] -= 1;
    }
}

impl<S: Gather> Counts<S> {
    /// Whether a cell counts a source of a size. Where one source has enough institutions by itself, others that have
    /// too few are left out: with and without them, the answers would tell about those few.
    fn keeps(&self, cell: usize, size: u32) -> bool {
        size >= self.fewest || self.sources.iter().all(|source| source.counted.size(cell) < self.fewest)
    }

    /// Per cell, how many institutions of a source it counts; 0 where it leaves the source out.
    pub(super) fn kept_sizes(&self, source: &SourceCounts<S>, cells: usize) -> Vec<u32> {
        let kept = |cell| Some(source.counted.size(cell)).filter(|&size| self.keeps(cell, size)).unwrap_or_default();
        (0..cells).map(kept).collect()
    }

    /// Visits the sources that contribute an institution to a cell. Their positions become `contributors`.
    fn each_kept(&self, cell: usize, contributors: &mut Vec<usize>, mut visit: impl FnMut(&S)) {
        contributors.clear();
        for source in &self.sources {
            let size = source.counted.size(cell);
            if size > 0 && self.keeps(cell, size) {
                visit(&source.counted);
                contributors.push(source.position);
            }
        }
    }

    /// How many institutions a cell counts.
    pub(super) fn headcount(&self, cell: usize, contributors: &mut Vec<usize>) -> u32 {
        let mut institutions = 0;
        self.each_kept(cell, contributors, |counted| institutions += counted.size(cell));
        institutions
    }

    /// The counts of a source framework, by its position in the plan.
    pub(super) fn of_source(&mut self, position: usize) -> Option<&mut S> {
        self.sources.iter_mut().find(|source| source.position == position).map(|source| &mut source.counted)
    }

    /// How many institutions all sources together have in a cell.
    pub(super) fn everyone(&self, cell: usize) -> u32 {
        self.sources.iter().map(|source| source.counted.size(cell)).sum()
    }

    /// Whether institutions are there whose framework has no counterpart of the benchmark.
    pub(super) fn present_without(&self, plan: &Plan, benchmark: usize, group: usize) -> bool {
        self.is_present_where(group, |position| plan.sources()[position].benchmarks[benchmark].is_none())
    }

    /// Whether institutions are there whose framework lacks a counterpart of some benchmark.
    pub(super) fn present_incomplete(&self, plan: &Plan, group: usize) -> bool {
        self.is_present_where(group, |position| plan.sources()[position].all.iter().any(Option::is_none))
    }

    fn is_present_where(&self, group: usize, lacks: impl Fn(usize) -> bool) -> bool {
        let is_present = |source: &SourceCounts<S>| source.present.get(group).copied().unwrap_or_default();
        self.sources.iter().any(|source| is_present(source) && lacks(source.position))
    }
}

impl Counts<Figures> {
    /// The counts of one cell over the sources it keeps. The positions of those that contribute an institution become
    /// `contributors`.
    pub(super) fn cell(&self, cell: usize, contributors: &mut Vec<usize>) -> Tally {
        let mut total = Tally::default();
        self.each_kept(cell, contributors, |counted| total.merge(&counted.tallies[cell]));
        total
    }

    /// The same over all benchmarks.
    pub(super) fn overall(&self, benchmarks: usize, group: usize, contributors: &mut Vec<usize>) -> Histogram {
        let mut total = Histogram::new(self.all_benchmarks);
        let cell = benchmarks * self.groups + group;
        self.each_kept(cell, contributors, |counted| total.merge(&counted.histograms[group]));
        total
    }
}
