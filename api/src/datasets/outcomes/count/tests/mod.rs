//! The counts behind tables, and what holds them to the rule as it is written.

pub(crate) mod naive;
pub(crate) mod revision;

use crate::{datasets::outcomes::Plan, release::Snapshot, tabulation::TablePlan};

use super::{
    counter::Counter,
    figures::{Counts, Figures},
    revision as bases,
    scanner::Scanner,
    tally::{Histogram, Tally},
};

/// The counts of every cell, in the plan's canonical order.
fn counts_of(plan: &Plan, snapshot: &Snapshot) -> Vec<Tally> {
    let mut tallies = Vec::with_capacity(plan.cells());
    each_place(plan, snapshot, |counts| {
        let cells = plan.benchmarks().len() * plan.groups().len();
        tallies.extend((0..cells).map(|cell| counts.cell(cell, &mut Vec::new())));
    });
    tallies
}

/// The counts of every row over all benchmarks, in the plan's canonical order.
fn histograms_of(plan: &Plan, snapshot: &Snapshot) -> Vec<Histogram> {
    let mut histograms = Vec::with_capacity(plan.rows());
    let benchmarks = plan.benchmarks().len();
    each_place(plan, snapshot, |counts| {
        let groups = 0..plan.groups().len();
        histograms.extend(groups.map(|group| counts.overall(benchmarks, group, &mut Vec::new())));
    });
    histograms
}

/// Visits the counts of every area and period, each cell at its base.
fn each_place(plan: &Plan, snapshot: &Snapshot, mut visit: impl FnMut(&Counts<Figures>)) {
    let scanner = Scanner::new(plan, snapshot);
    for &area in plan.areas() {
        let rows = scanner.rows_of(area);
        for &period in plan.periods() {
            let mut counter = Counter::default();
            let mut counts = scanner.count(&rows, period, &mut counter);
            let mut others = scanner.count_others(area, period, &mut counter);
            bases::revise(&scanner, area, &rows, period, &mut counts, &mut others);
            visit(&counts);
        }
    }
}
