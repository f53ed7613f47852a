//! Counts that a benchmark may time and nobody may read.

use crate::{datasets::outcomes::Plan, release::Snapshot};

use super::{
    counter::Counter,
    figures::{Counts, Figures},
    run::{Scan, run},
    scanner::Scanner,
};

/// What was counted. It can be made and dropped, and does not give figures back.
pub struct Timed(#[expect(dead_code, reason = "held to be dropped")] Work);

#[expect(dead_code, reason = "held to be dropped")]
enum Work {
    Counts(Vec<Counts<Figures>>),
    Table(Scan),
}

/// Counts a plan's table before guard, bases and labels: the part whose cost grows with the number of results.
pub fn counts_alone(plan: &Plan, snapshot: &Snapshot) -> Timed {
    let scanner = Scanner::new(plan, snapshot);
    let mut counter = Counter::default();
    let mut counted = Vec::with_capacity(plan.areas().len() * plan.periods().len());
    for &area in plan.areas() {
        let rows = scanner.rows_of(area);
        counted.extend(plan.periods().iter().map(|&period| scanner.count(&rows, period, &mut counter)));
    }
    Timed(Work::Counts(counted))
}

/// Counts a plan's whole table.
pub fn whole_table(plan: &Plan, snapshot: &Snapshot) -> Timed {
    Timed(Work::Table(run(plan, snapshot)))
}
