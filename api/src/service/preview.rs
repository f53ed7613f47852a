//! What a question would cost and what its table would look like, without asking it.

use std::sync::{Arc, OnceLock};

use disclosure::{ExpectedCell, HiddenReason, Tier};

use crate::{
    domain::{AreaIndex, Benchmark, Catalogue, Framework, Period, Release},
    plan::{Group, Plan, Question},
    policy::Grant,
    snapshot::Snapshot,
};

use super::{Error, Reader, advise, tabulate::count, tabulation::summary};

/// What may be expected of a table. Everything in it follows from the question, the catalogue, the grant, what was asked
/// before, and who took part; nothing from a score.
pub struct Preview {
    snapshot: Arc<Snapshot>,
    grant: Grant,
    plan: Plan,
    cost: PreviewCost,
    cells: Vec<ExpectedCell>,
    /// Looked for when it is first read.
    remedies: OnceLock<Vec<Vec<String>>>,
}

/// What asking would cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreviewCost {
    /// How many cells the table has.
    pub cells: usize,
    /// Whether it is a standard table, which is free.
    pub standard: bool,
    /// How many charges the question has by itself.
    pub tabulations: usize,
    /// How many of them are new, and would be charged now.
    pub new: usize,
}

impl Reader {
    /// Tells what a question would cost and what its table would look like. Charges nothing.
    ///
    /// # Errors
    /// As [`Reader::tabulate`], save that a budget that is used up is told in the cells.
    pub async fn preview(&self, question: &Question, release: Option<u32>) -> Result<Preview, Error> {
        let admitted = self.admit(question, release).await?;
        let plan = admitted.plan();
        let (refused, new) = self.quote(plan.organisation(), plan.tier(), &admitted.bill).await?;
        let own = &admitted.tables[..1];
        let cells = disclosure::expect(&count(own, 0, &refused, &admitted.snapshot).table, plan.tier());
        let cost = PreviewCost {
            cells: plan.cells(),
            standard: plan.is_standard(),
            tabulations: admitted.bill.charges.len(),
            new,
        };
        Ok(Preview {
            plan: plan.clone(),
            snapshot: admitted.snapshot,
            grant: admitted.grant,
            cost,
            cells,
            remedies: OnceLock::new(),
        })
    }
}

impl Preview {
    /// The release it would be answered from.
    pub fn release(&self) -> &Release {
        self.snapshot.release()
    }

    /// The catalogue it would be answered with.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        self.snapshot.catalogue()
    }

    /// The framework it would be reported in.
    pub fn framework(&self) -> &Framework {
        &self.catalogue().frameworks()[self.plan.framework()]
    }

    /// The tier it would be answered at.
    pub fn tier(&self) -> Tier {
        self.plan.tier()
    }

    /// The purpose it would be asked for.
    pub fn purpose(&self) -> &str {
        self.plan.purpose()
    }

    /// What it would cost.
    pub fn cost(&self) -> PreviewCost {
        self.cost
    }

    /// What may be expected of each cell.
    pub fn cells(&self) -> &[ExpectedCell] {
        &self.cells
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> (AreaIndex, Period, &Benchmark, &Group) {
        self.plan.key(self.catalogue(), cell)
    }

    /// What to change to get a number for a cell that will be hidden.
    pub fn remedies(&self, cell: usize) -> &[String] {
        let look = || {
            let reasons: Vec<Option<HiddenReason>> = self.cells.iter().map(|cell| cell.reason).collect();
            advise::about_cells(std::slice::from_ref(&self.plan), &self.grant, &self.snapshot, &reasons)
        };
        &self.remedies.get_or_init(look)[cell]
    }

    /// How many cells will carry a value, and how many will be hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        summary(self.cells.iter().map(|cell| cell.reason))
    }
}
