//! Totals of a breakdown: the same question with dimensions of the breakdown left out, and what adds up to what.

use disclosure::Sum;

use crate::{
    domain::{Dimension, Period},
    tabulation::TablePlan,
};

use super::{Group, Parts, Plan, build};

impl Plan {
    /// The tables that are laid one after the other: this one, then its totals where they are wanted.
    pub fn tables(&self) -> Vec<Self> {
        let margins = if self.parts.totals { self.margins() } else { Vec::new() };
        [self.clone()].into_iter().chain(margins).collect()
    }

    /// The questions that give the totals of this one: one for each choice of dimensions of the breakdown to leave out,
    /// filters kept. Empty without a breakdown.
    fn margins(&self) -> Vec<Self> {
        let choices = 0..(1_u32 << self.by.len()) - 1;
        let kept = |choice: u32| {
            let chosen = self.by.iter().enumerate().filter(move |(position, _)| choice & (1 << position) != 0);
            chosen.map(|(_, &dimension)| dimension).collect::<Vec<Dimension>>()
        };
        choices.rev().map(|choice| self.broken_down_by(kept(choice))).collect()
    }

    /// The same question about other periods.
    pub fn at(&self, periods: Vec<Period>) -> Self {
        let parts = Parts { overall: false, states: false, ..self.parts };
        Self { periods, parts, since: Vec::new(), ..self.clone() }
    }

    fn broken_down_by(&self, by: Vec<Dimension>) -> Self {
        let groups = build::groups(&by, &self.filters);
        let parts = Parts { overall: false, ..self.parts };
        Self { by, groups, parts, ..self.clone() }
    }
}

/// What adds up to what in tables of a question and its totals ([`Plan::tables`]), laid one after the other: per area,
/// period and benchmark a block of sums. Each total has a sum for every dimension that it leaves out and another table
/// does not.
pub fn sums(tables: &[Plan]) -> Vec<Vec<Sum>> {
    let Some(whole) = tables.first() else { return Vec::new() };
    let mut starts = Vec::with_capacity(tables.len());
    let mut next = 0;
    for plan in tables {
        starts.push(next);
        next += plan.cells();
    }
    let mut blocks = Vec::new();
    for area in 0..whole.areas().len() {
        for period in 0..whole.periods.len() {
            for benchmark in 0..whole.benchmarks.len() {
                let at =
                    |table: usize, group: usize| starts[table] + tables[table].cell(area, period, benchmark, group);
                let mut block = Vec::new();
                for (total, plan) in tables.iter().enumerate().skip(1) {
                    for (finer, parts) in tables.iter().enumerate().filter(|(_, finer)| has_one_more(finer, plan)) {
                        for (group, total_of) in plan.groups.iter().enumerate() {
                            let made_of =
                                |part: &Group| total_of.categories.iter().all(|one| part.categories.contains(one));
                            let parts = parts.groups.iter().enumerate().filter(|(_, part)| made_of(part));
                            let parts = parts.map(|(part, _)| at(finer, part)).collect();
                            block.push(Sum { total: at(total, group), parts });
                        }
                    }
                }
                blocks.push(block);
            }
        }
    }
    blocks
}

/// Whether a breakdown names the dimensions of another and one more.
fn has_one_more(finer: &Plan, coarser: &Plan) -> bool {
    finer.by.len() == coarser.by.len() + 1 && coarser.by.iter().all(|dimension| finer.by.contains(dimension))
}
