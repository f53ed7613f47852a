//! Counts the rows of an area in a period.

use std::ops::Range;

use crate::{
    domain::Period,
    plan::{Plan, SourceFramework},
    snapshot::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot},
};

use super::{
    group::{Grouping, Room, Sorted},
    kernel::{self, Sums},
    line::Line,
    scanner::{Rows, Scanner},
    tally::{Histogram, Tally},
};

/// The counts behind a table, before guard, bases and labels. It can be made and dropped, and does not give them back.
pub struct Tallied(#[expect(dead_code, reason = "held to be dropped")] Vec<Counts>);

/// Counts a plan's table and does nothing else: the part of [`run`](super::run()) whose cost grows with the number of results.
pub fn count(plan: &Plan, snapshot: &Snapshot) -> Tallied {
    let scanner = Scanner::new(plan, snapshot);
    let mut counter = Counter::default();
    let mut counted = Vec::with_capacity(plan.areas().len() * plan.periods().len());
    for &area in plan.areas() {
        let rows = scanner.rows_of(area);
        counted.extend(plan.periods().iter().map(|&period| scanner.count(&rows, period, &mut counter)));
    }
    Tallied(counted)
}

/// The counts of one area in one period, per source framework that holds the period.
pub(super) struct Counts {
    pub(super) all_benchmarks: usize,
    groups: usize,
    /// A source of fewer institutions is left out of a cell beside one that has as many.
    fewest: u32,
    pub(super) sources: Vec<(usize, SourceCounts)>,
}

/// The counts of one source framework: tallies per benchmark × group, histograms per group where they are wanted, and per
/// group whether anyone is there, for frameworks without a counterpart of some benchmark.
pub(super) struct SourceCounts {
    pub(super) tallies: Vec<Tally>,
    pub(super) histograms: Vec<Histogram>,
    present: Vec<bool>,
}

/// Room for what is worked out on the way, used again and again.
#[derive(Default)]
pub(super) struct Counter {
    room: Room,
    values: Vec<u8>,
    packed: Vec<[u64; 2]>,
    sums: Vec<Sums>,
    keys: Vec<u128>,
}

impl Scanner<'_> {
    /// The counts of an area in a period, as the release itself holds them.
    pub(super) fn count(&self, rows: &Rows<'_>, period: Period, counter: &mut Counter) -> Counts {
        let sources = self
            .sources
            .iter()
            .zip(rows)
            .enumerate()
            .filter_map(|(position, (&(source, framework), rows))| {
                let columns = framework.period(period)?;
                let wanted = (self.plan.benchmarks().len(), self.plan.parts().overall);
                Some((position, counter.count_source(source, &self.grouping, (framework, columns), rows, wanted)))
            })
            .collect();
        let all_benchmarks = self.catalogue.frameworks()[self.plan.framework()].benchmarks.len();
        let fewest = self.plan.tier().rules().fewest_institutions();
        Counts { all_benchmarks, groups: self.plan.groups().len(), fewest, sources }
    }
}

impl Counter {
    fn count_source(
        &mut self,
        source: &SourceFramework,
        grouping: &Grouping,
        (framework, columns): (&FrameworkColumns, &Columns),
        rows: &[Range<usize>],
        (benchmarks, overall): (usize, bool),
    ) -> SourceCounts {
        let groups = grouping.groups();
        let complete = source.all.iter().all(Option::is_some);
        // Who is there matters where something asked for has no counterpart, and nowhere else.
        let presence = !complete && (overall || source.benchmarks.iter().any(Option::is_none));
        let mut counts = SourceCounts {
            tallies: vec![Tally::default(); benchmarks * groups],
            histograms: if overall { vec![Histogram::new(source.all.len()); groups] } else { Vec::new() },
            present: if presence { vec![false; groups] } else { Vec::new() },
        };
        for range in rows {
            let (keys, incomplete) = columns.held().within(range);
            let sorted = grouping.sort(columns, range, &mut self.room);
            let run = Run { start: range.start, keys: &framework.keys()[range.clone()], sum: keys, incomplete, sorted };
            run.sum_keys(groups, &mut self.keys);
            for (tallies, stand_in) in counts.tallies.chunks_exact_mut(groups).zip(&source.benchmarks) {
                let Some(stand_in) = stand_in else { continue };
                let values = Line::Benchmark(stand_in).values(columns, range, &mut self.values);
                add_up(run.sorted, values, groups, &mut self.packed, &mut self.sums);
                for ((tally, sums), keys) in tallies.iter_mut().zip(&self.sums).zip(&self.keys) {
                    tally.add_sums(*sums, *keys);
                }
                run.each_left_out(values, |group, key| {
                    if let Some(tally) = tallies.get_mut(group) {
                        tally.keys = tally.keys.wrapping_sub(key);
                    }
                });
            }
            if presence {
                for stand_in in source.all.iter().flatten() {
                    let values = Line::Benchmark(stand_in).values(columns, range, &mut self.values);
                    add_up(run.sorted, values, groups, &mut self.packed, &mut self.sums);
                    let found = counts.present.iter_mut().zip(&self.sums);
                    found.for_each(|(present, sums)| *present |= sums.assessed > 0);
                }
            }
            if complete && overall {
                let values = Line::All(&source.all).values(columns, range, &mut self.values);
                run.add_to_histograms(values, &self.keys, &mut counts.histograms);
            }
        }
        counts
    }

    /// Per line and group, how many institutions of some rows were assessed. A line is `None` where nothing stands in.
    pub(super) fn assessed(
        &mut self,
        lines: &[Option<Line<'_>>],
        grouping: &Grouping,
        columns: &Columns,
        rows: &[Range<usize>],
    ) -> Vec<u32> {
        let groups = grouping.groups();
        let mut counts = vec![0; lines.len() * groups];
        for range in rows {
            let sorted = grouping.sort(columns, range, &mut self.room);
            for (counts, line) in counts.chunks_exact_mut(groups).zip(lines) {
                let Some(line) = line else { continue };
                add_up(sorted, line.values(columns, range, &mut self.values), groups, &mut self.packed, &mut self.sums);
                counts.iter_mut().zip(&self.sums).for_each(|(count, sums)| *count += sums.assessed);
            }
        }
        counts
    }
}

fn add_up(sorted: Sorted<'_>, values: &[u8], groups: usize, packed: &mut Vec<[u64; 2]>, sums: &mut Vec<Sums>) {
    sums.clear();
    sums.resize(groups, Sums::default());
    sorted.add_up(values, packed, sums);
}

/// A run of rows in a period of a framework, with their groups.
struct Run<'a> {
    /// The first row.
    start: usize,
    /// The record key of each.
    keys: &'a [u128],
    /// The wrapping sum over the rows with a result.
    sum: u128,
    /// The rows whose result lacks a benchmark.
    incomplete: &'a [u32],
    sorted: Sorted<'a>,
}

impl Run<'_> {
    /// Per group, the wrapping sum of the record keys of the rows with a result.
    fn sum_keys(&self, groups: usize, sums: &mut Vec<u128>) {
        sums.clear();
        sums.resize(groups, 0);
        if let (Sorted::Together, [sum]) = (self.sorted, sums.as_mut_slice()) {
            *sum = self.sum;
            return;
        }
        for (place, key) in self.keys.iter().enumerate() {
            if let Some(sum) = sums.get_mut(self.sorted.group(place)) {
                *sum = sum.wrapping_add(*key);
            }
        }
    }

    /// Visits the rows that have a result but no value, with group and record key.
    fn each_left_out(&self, values: &[u8], mut visit: impl FnMut(usize, u128)) {
        for &row in self.incomplete {
            let place = row as usize - self.start;
            if values[place] == NOT_ASSESSED {
                visit(self.sorted.group(place), self.keys[place]);
            }
        }
    }

    /// Counts institutions by how many benchmarks they achieved, given the keys of those with a result.
    fn add_to_histograms(&self, values: &[u8], keys: &[u128], histograms: &mut [Histogram]) {
        if let (Sorted::Together, [histogram]) = (self.sorted, &mut *histograms) {
            for (achieved, count) in (0..).zip(&mut histogram.counts) {
                *count += kernel::equal(values, achieved);
            }
        } else {
            for (place, &achieved) in values.iter().enumerate().filter(|(_, achieved)| **achieved != NOT_ASSESSED) {
                if let Some(histogram) = histograms.get_mut(self.sorted.group(place)) {
                    histogram.counts[usize::from(achieved)] += 1;
                }
            }
        }
        for (histogram, keys) in histograms.iter_mut().zip(keys) {
            histogram.keys = histogram.keys.wrapping_add(*keys);
        }
        self.each_left_out(values, |group, key| {
            if let Some(histogram) = histograms.get_mut(group) {
                histogram.keys = histogram.keys.wrapping_sub(key);
            }
        });
    }
}

impl SourceCounts {
    /// Whether anyone is in a group. Not known where everything asked for has a counterpart: nobody asks.
    fn is_present(&self, group: usize) -> bool {
        self.present.get(group).copied().unwrap_or_default()
    }
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

    /// The counts of one cell over the sources it keeps. The positions of those that contribute an institution become
    /// `contributors`.
    pub(super) fn cell(&self, benchmark: usize, group: usize, contributors: &mut Vec<usize>) -> Tally {
        let mut total = Tally::default();
        contributors.clear();
        for (position, counts) in &self.sources {
            let at = benchmark * self.groups + group;
            let tally = &counts.tallies[at];
            if tally.institutions > 0 && self.keeps(tally.institutions, |other| other.tallies[at].institutions) {
                total.merge(tally);
                contributors.push(*position);
            }
        }
        total
    }

    /// The same over all benchmarks.
    pub(super) fn overall(&self, group: usize, contributors: &mut Vec<usize>) -> Histogram {
        let mut total = Histogram::new(self.all_benchmarks);
        contributors.clear();
        for (position, counts) in &self.sources {
            let size = counts.histograms[group].institutions();
            if size > 0 && self.keeps(size, |other| other.histograms[group].institutions()) {
                total.merge(&counts.histograms[group]);
                contributors.push(*position);
            }
        }
        total
    }

    /// Whether institutions are there whose framework has no counterpart of the benchmark.
    pub(super) fn present_without(&self, plan: &Plan, benchmark: usize, group: usize) -> bool {
        self.sources.iter().any(|(position, counts)| {
            counts.is_present(group) && plan.sources()[*position].benchmarks[benchmark].is_none()
        })
    }

    /// Whether institutions are there whose framework lacks a counterpart of some benchmark.
    pub(super) fn present_incomplete(&self, plan: &Plan, group: usize) -> bool {
        self.sources.iter().any(|(position, counts)| {
            counts.is_present(group) && plan.sources()[*position].all.iter().any(Option::is_none)
        })
    }
}
