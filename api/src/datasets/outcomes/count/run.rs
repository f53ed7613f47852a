//! Runs a plan over a release.

use std::sync::Arc;

use disclosure::{
    Counted, CountedOverall, HiddenReason, Label, Method, RawCell, RawOverall, RawTable, SizedCell, Sizes, Tier,
};

use crate::{
    datasets::outcomes::Plan,
    domain::Comparability,
    release::Snapshot,
    tabulation::{Base, TablePlan, at_base},
};

use super::{
    close::Whose,
    counter::Counter,
    figures::{Counts, Figures, Gather, Headcounts},
    guard::Guard,
    insider::ByOthers,
    measure::Measures,
    revision,
    scanner::Scanner,
};

/// What counting gives: the raw table, which only `disclosure::protect` opens, and what is public about each cell.
#[derive(Debug)]
pub(in crate::datasets::outcomes) struct Scan {
    /// The raw counts.
    pub(in crate::datasets::outcomes) table: RawTable,
    /// How the results behind each cell and row compare with what they are reported under.
    pub(in crate::datasets::outcomes) comparability: Compared,
}

/// How results compare with what they are reported under.
#[derive(Debug, Default)]
pub(in crate::datasets::outcomes) struct Compared {
    /// Per cell, with its benchmark.
    pub(in crate::datasets::outcomes) cells: Vec<Comparability>,
    /// Per row over all benchmarks, with all of them.
    pub(in crate::datasets::outcomes) overall: Vec<Comparability>,
}

impl Compared {
    /// Lays those of another table behind.
    pub(in crate::datasets::outcomes) fn append(&mut self, other: Self) {
        self.cells.extend(other.cells);
        self.overall.extend(other.overall);
    }
}

/// Counts the parts of a plan's table that are wanted, in canonical order; a part that is not wanted is empty. Cells that
/// another comes too close to are withheld.
pub(in crate::datasets::outcomes) fn run(plan: &Plan, snapshot: &Snapshot) -> Scan {
    let scanner = Scanner::new(plan, snapshot);
    let mut table = Table::new(&scanner);
    each_place(&scanner, |counts, public| table.add(counts, public));
    Scan { table: RawTable::new(plan.scope().tier(), table.cells, table.overall), comparability: table.comparability }
}

/// How many institutions each cell of a plan counts, at the same bases and behind the same guard as [`run`] counts it.
pub(in crate::datasets::outcomes) fn sizes(plan: &Plan, snapshot: &Snapshot) -> Sizes {
    let plan = &plan.clone().cells_only();
    let scanner = Scanner::new(plan, snapshot);
    let mut measures: Vec<Measures> = plan.benchmarks().iter().map(|_| Measures::default()).collect();
    let (mut cells, mut contributors) = (Vec::with_capacity(plan.cells()), Vec::new());
    each_place(&scanner, |counts: &Counts<Headcounts>, public| {
        for (benchmark, measures) in measures.iter_mut().enumerate() {
            for group in 0..plan.groups().len() {
                let institutions = counts.headcount(public.cell(benchmark, group), &mut contributors);
                let standard = measures.of(&contributors, || scanner.measure(benchmark, &contributors)).standard;
                cells.push(if contributors.is_empty() && counts.present_without(plan, benchmark, group) {
                    SizedCell::NotApplicable
                } else if public.is_low(benchmark, group) {
                    SizedCell::Withheld(HiddenReason::LowEffect)
                } else {
                    SizedCell::Counted { institutions, standard, method: public.method }
                });
            }
        }
    });
    Sizes::new(plan.scope().tier(), cells)
}

/// Per cell, whether it is withheld because the asker, or a circle of it, handed in all but a few of its institutions.
pub(in crate::datasets::outcomes) fn known(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
    let plan = &plan.clone().cells_only();
    let scanner = Scanner::new(plan, snapshot);
    let mut known = Vec::with_capacity(plan.cells());
    each_place(&scanner, |_: &Counts<Headcounts>, public| {
        for benchmark in 0..plan.benchmarks().len() {
            let of = |group| public.known.get(public.cell(benchmark, group)).copied().unwrap_or_default();
            known.extend((0..plan.groups().len()).map(of));
        }
    });
    known
}

/// Visits every area and period of a plan with what is counted there, each cell at its base, and what is public about it.
fn each_place<S: Gather>(scanner: &Scanner<'_>, mut visit: impl FnMut(&Counts<S>, &Public<'_>)) {
    let plan = scanner.plan;
    let mut counter = Counter::default();
    let guard = Guard::new(plan, scanner.measured(), &scanner.grouping);
    let periods: Vec<Arc<str>> = plan.periods().iter().map(|period| period.to_string().into()).collect();
    for &area in plan.areas() {
        let conditions: Vec<Arc<str>> =
            plan.groups().iter().map(|group| plan.conditions(scanner.catalogue, area, group).into()).collect();
        let rows = scanner.rows_of(area);
        let around = scanner.rows_around(area);
        let others = scanner.others(area, &rows, &around);
        for (&period, name) in plan.periods().iter().zip(&periods) {
            let mut counts = scanner.count(&rows, period, &mut counter);
            let mut by_others: Vec<ByOthers<'_>> = others
                .iter()
                .map(|others| ByOthers {
                    insiders: others.insiders,
                    counts: scanner.count(&others.rows, period, &mut counter),
                })
                .collect();
            let mut low_effect = if plan.scope().tier() == Tier::Own {
                // Its own results: there is nothing that the organisation could find out.
                vec![false; scanner.measured() * plan.groups().len()]
            } else {
                guard.low_effect(&scanner.guarded(&counts, &rows, &around, period), &mut counter)
            };
            let mut mark = |more: Vec<bool>| low_effect.iter_mut().zip(more).for_each(|(low, more)| *low |= more);
            for (others, by_others) in others.iter().zip(&by_others) {
                let places = scanner.guarded_others(&counts, &by_others.counts, others, period);
                mark(guard.low_effect(&places, &mut counter));
            }
            let bases = revision::revise(scanner, area, &rows, period, &mut counts, &mut by_others);
            if bases.is_some() {
                let places = scanner.guarded(&counts, &rows, &around, period);
                mark(scanner.low_effect_at_bases(&guard, &places, Whose::All, area, period, &mut counter));
                for (others, by_others) in others.iter().zip(&by_others) {
                    let places = scanner.guarded_others(&counts, &by_others.counts, others, period);
                    let whose = Whose::OthersThan(others.insiders);
                    mark(scanner.low_effect_at_bases(&guard, &places, whose, area, period, &mut counter));
                }
            }
            if plan.scope().tier() != Tier::Own {
                mark(scanner.replaced_few(&counts, &by_others, area, period, &mut counter));
            }
            let known = by_others.iter().map(|others| scanner.known(&counts, &others.counts));
            let known = known.reduce(|one, other| one.iter().zip(other).map(|(one, other)| *one || other).collect());
            let known = known.unwrap_or_default();
            mark(known.clone());
            let method = scanner.method(period);
            visit(
                &counts,
                &Public { conditions: &conditions, period: name, bases: bases.as_deref(), method, low_effect, known },
            );
        }
    }
}

/// What is public about the cells of an area in a period.
struct Public<'a> {
    /// Per group, the canonical conditions.
    conditions: &'a [Arc<str>],
    period: &'a Arc<str>,
    /// Per measure column and group, the release that the cell speaks for, where that is a later one than the first.
    bases: Option<&'a [Option<Base>]>,
    /// The method that the period was first published with.
    method: Method,
    /// Per measure column and group, whether another cell comes too close.
    low_effect: Vec<bool>,
    /// Whether that is so because insiders know all but a few of it; empty where they know nothing.
    known: Vec<bool>,
}

impl Public<'_> {
    fn cell(&self, column: usize, group: usize) -> usize {
        column * self.conditions.len() + group
    }

    fn label(&self, column: usize, group: usize) -> Label {
        let base = self.bases.and_then(|bases| bases[self.cell(column, group)]);
        Label {
            conditions: self.conditions[group].clone(),
            period: at_base(self.period, base),
            revision: base.map_or(0, |base| base.revision),
            method: self.method,
        }
    }

    fn is_low(&self, column: usize, group: usize) -> bool {
        self.low_effect[self.cell(column, group)]
    }
}

/// A raw table that grows in canonical order.
struct Table<'a> {
    scanner: &'a Scanner<'a>,
    cells: Vec<RawCell>,
    comparability: Compared,
    overall: Vec<RawOverall>,
    /// Per measure column.
    measures: Vec<Measures>,
    /// Which sources contribute to the cell that is made.
    contributors: Vec<usize>,
}

impl<'a> Table<'a> {
    fn new(scanner: &'a Scanner<'a>) -> Self {
        let (plan, parts) = (scanner.plan, scanner.plan.parts());
        let cells = if parts.cells { plan.cells() } else { 0 };
        let rows = if parts.overall { plan.rows() } else { 0 };
        Self {
            scanner,
            cells: Vec::with_capacity(cells),
            comparability: Compared { cells: Vec::with_capacity(cells), overall: Vec::with_capacity(rows) },
            overall: Vec::with_capacity(rows),
            measures: (0..=plan.benchmarks().len()).map(|_| Measures::default()).collect(),
            contributors: Vec::new(),
        }
    }

    /// Adds the cells of an area in a period.
    fn add(&mut self, counts: &Counts<Figures>, public: &Public<'_>) {
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

    fn add_cell(&mut self, benchmark: usize, group: usize, counts: &Counts<Figures>, public: &Public<'_>) {
        let tally = counts.cell(public.cell(benchmark, group), &mut self.contributors);
        let contributors = self.contributors.as_slice();
        let measure = self.measures[benchmark].of(contributors, || self.scanner.measure(benchmark, contributors));
        self.comparability.cells.push(measure.comparability);
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
                named: tally.named(),
                standard: measure.standard,
            })
        });
    }

    fn add_overall(&mut self, benchmarks: usize, group: usize, counts: &Counts<Figures>, public: &Public<'_>) {
        let histogram = counts.overall(benchmarks, group, &mut self.contributors);
        let contributors = self.contributors.as_slice();
        let measure = self.measures[benchmarks].of(contributors, || self.scanner.measure_over_all(contributors));
        self.comparability.overall.push(measure.comparability);
        self.overall.push(if contributors.is_empty() && counts.present_incomplete(self.scanner.plan, group) {
            RawOverall::NotApplicable
        } else if public.is_low(benchmarks, group) {
            RawOverall::Withheld { reason: HiddenReason::LowEffect, benchmarks: counts.all_benchmarks }
        } else {
            RawOverall::Counted(CountedOverall {
                label: public.label(benchmarks, group),
                measure: measure.name.clone(),
                institutions: histogram.institutions(),
                named: histogram.named(),
                histogram: histogram.counts,
            })
        });
    }
}
