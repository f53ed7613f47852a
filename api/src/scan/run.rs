//! Runs a plan over a snapshot.

use std::sync::Arc;

use disclosure::{Counted, CountedOverall, HiddenReason, Label, RawCell, RawOverall, RawTable};

use crate::{domain::Comparability, plan::Plan, snapshot::Snapshot};

use super::{
    count::{Counter, Counts},
    guard::Guard,
    measure::Measures,
    revision,
    scanner::Scanner,
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
    let mut counter = Counter::default();
    let lines = plan.benchmarks().len() + usize::from(plan.parts().overall);
    let guard = Guard::new(plan, lines, &scanner.grouping);
    let mut table = Table::new(&scanner);
    let periods: Vec<Arc<str>> = plan.periods().iter().map(|period| period.to_string().into()).collect();
    for &area in plan.areas() {
        let conditions: Vec<Arc<str>> =
            plan.groups().iter().map(|group| plan.conditions(snapshot.catalogue(), area, group).into()).collect();
        let rows = scanner.rows_of(area);
        let around = scanner.rows_around(area);
        for (&period, name) in plan.periods().iter().zip(&periods) {
            let mut counts = scanner.count(&rows, period, &mut counter);
            let mut low_effect = guard.low_effect(&scanner.places(&counts, &rows, &around, period), &mut counter);
            let bases = revision::revise(&scanner, area, &rows, period, &mut counts);
            if bases.is_some() {
                let places = scanner.places(&counts, &rows, &around, period);
                let at_bases = scanner.low_effect_at_bases(&guard, &places, area, period, &mut counter);
                low_effect.iter_mut().zip(at_bases).for_each(|(low, other)| *low |= other);
            }
            table.add(&counts, &Public { conditions: &conditions, period: name, bases: bases.as_deref(), low_effect });
        }
    }
    Scan { table: RawTable::new(table.cells, table.overall), comparability: table.comparability }
}

/// What is public about the cells of an area in a period.
struct Public<'a> {
    /// Per group, the canonical conditions.
    conditions: &'a [Arc<str>],
    period: &'a Arc<str>,
    /// Per line and group, the release that the cell speaks for, where that is a later one than the first.
    bases: Option<&'a [Option<u32>]>,
    /// Per line and group, whether another cell comes too close.
    low_effect: Vec<bool>,
}

impl Public<'_> {
    fn label(&self, line: usize, group: usize) -> Label {
        let base = self.bases.and_then(|bases| bases[line * self.conditions.len() + group]);
        let period = self.period;
        Label {
            conditions: self.conditions[group].clone(),
            period: base.map_or_else(|| period.clone(), |base| format!("{period}@{base}").into()),
        }
    }

    fn is_low(&self, line: usize, group: usize) -> bool {
        self.low_effect[line * self.conditions.len() + group]
    }
}

/// A raw table that grows in canonical order.
struct Table<'a> {
    scanner: &'a Scanner<'a>,
    cells: Vec<RawCell>,
    comparability: Vec<Comparability>,
    overall: Vec<RawOverall>,
    /// Per line.
    measures: Vec<Measures>,
    /// Which sources contribute to the cell that is made.
    contributors: Vec<usize>,
}

impl<'a> Table<'a> {
    fn new(scanner: &'a Scanner<'a>) -> Self {
        let (plan, parts) = (scanner.plan, scanner.plan.parts());
        let cells = if parts.cells { plan.cells() } else { 0 };
        Self {
            scanner,
            cells: Vec::with_capacity(cells),
            comparability: Vec::with_capacity(cells),
            overall: Vec::with_capacity(if parts.overall { plan.rows() } else { 0 }),
            measures: (0..=plan.benchmarks().len()).map(|_| Measures::default()).collect(),
            contributors: Vec::new(),
        }
    }

    /// Adds the cells of an area in a period.
    fn add(&mut self, counts: &Counts, public: &Public<'_>) {
        let plan = self.scanner.plan;
        let benchmarks = plan.benchmarks().len();
        for benchmark in 0..if plan.parts().cells { benchmarks } else { 0 } {
            for group in 0..plan.groups().len() {
                self.add_cell(benchmark, group, counts, public);
            }
        }
        for group in 0..if plan.parts().overall { plan.groups().len() } else { 0 } {
            self.add_overall(benchmarks, group, counts, public);
        }
    }

    fn add_cell(&mut self, benchmark: usize, group: usize, counts: &Counts, public: &Public<'_>) {
        let tally = counts.cell(benchmark, group, &mut self.contributors);
        let contributors = self.contributors.as_slice();
        let measure = self.measures[benchmark].of(contributors, || self.scanner.measure(benchmark, contributors));
        self.comparability.push(measure.comparability);
        self.cells.push(if contributors.is_empty() && counts.present_without(self.scanner.plan, benchmark, group) {
            RawCell::NotApplicable
        } else if public.is_low(benchmark, group) {
            RawCell::Withheld(HiddenReason::LowEffect)
        } else {
            RawCell::Counted(Counted {
                label: public.label(benchmark, group),
                measure: measure.name.clone(),
                institutions: tally.institutions,
                sum: tally.sum,
                achieved: tally.achieved,
                keys: tally.keys,
                standard: measure.standard,
            })
        });
    }

    fn add_overall(&mut self, line: usize, group: usize, counts: &Counts, public: &Public<'_>) {
        let histogram = counts.overall(group, &mut self.contributors);
        let contributors = self.contributors.as_slice();
        let measure = self.measures[line].of(contributors, || self.scanner.measure_over_all(contributors));
        self.overall.push(if contributors.is_empty() && counts.present_incomplete(self.scanner.plan, group) {
            RawOverall::NotApplicable
        } else if public.is_low(line, group) {
            RawOverall::Withheld { reason: HiddenReason::LowEffect, benchmarks: counts.all_benchmarks }
        } else {
            RawOverall::Counted(CountedOverall {
                label: public.label(line, group),
                measure: measure.name.clone(),
                institutions: histogram.institutions(),
                histogram: histogram.counts,
                keys: histogram.keys,
            })
        });
    }
}

/// The counts of every cell, in the plan's canonical order.
#[cfg(test)]
pub(super) fn counts_of(plan: &Plan, snapshot: &Snapshot) -> Vec<super::tally::Tally> {
    let mut tallies = Vec::with_capacity(plan.cells());
    each_place(plan, snapshot, |counts| {
        for benchmark in 0..plan.benchmarks().len() {
            for group in 0..plan.groups().len() {
                tallies.push(counts.cell(benchmark, group, &mut Vec::new()));
            }
        }
    });
    tallies
}

/// The counts of every row over all benchmarks, in the plan's canonical order.
#[cfg(test)]
pub(super) fn histograms_of(plan: &Plan, snapshot: &Snapshot) -> Vec<super::tally::Histogram> {
    let mut histograms = Vec::with_capacity(plan.rows());
    each_place(plan, snapshot, |counts| {
        histograms.extend((0..plan.groups().len()).map(|group| counts.overall(group, &mut Vec::new())));
    });
    histograms
}

/// Visits the counts of every area and period, each cell at its base.
#[cfg(test)]
fn each_place(plan: &Plan, snapshot: &Snapshot, mut visit: impl FnMut(&Counts)) {
    let scanner = Scanner::new(plan, snapshot);
    for &area in plan.areas() {
        let rows = scanner.rows_of(area);
        for &period in plan.periods() {
            let mut counts = scanner.count(&rows, period, &mut Counter::default());
            revision::revise(&scanner, area, &rows, period, &mut counts);
            visit(&counts);
        }
    }
}
