//! What a question would cost and what its table would look like, without asking it.

use std::sync::{Arc, OnceLock};

use disclosure::{HiddenReason, Tier};

use crate::{
    domain::{Catalogue, Release},
    policy::Grant,
    release::Snapshot,
};

use super::{
    Admitted, Dataset, Figure, Quote, TablePlan,
    advice::{self, Advised},
    summary::summary,
};

/// What may be expected of a table. Everything in it follows from the question, the catalogue, the grant, what was asked
/// before, and who took part; nothing from a score. It is made from [`Dataset::sizes`], which hold none.
pub struct Preview<D: Dataset> {
    snapshot: Arc<Snapshot>,
    grant: Grant,
    plan: D::Plan,
    cost: PreviewCost,
    cells: Vec<D::Expected>,
    /// Looked for when it is first read.
    remedies: OnceLock<Vec<Vec<String>>>,
}

impl<D: Dataset> Advised for Preview<D> {
    fn hidden(&self) -> usize {
        self.cells.iter().filter(|cell| D::reason(cell).is_some()).count()
    }

    fn look_into_remedies(&self) {
        self.advise();
    }
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

impl<D: Dataset> Preview<D> {
    /// The preview of a question, given what it would cost now. Without a wait in it.
    pub fn new(admitted: Admitted<D>, quote: &Quote) -> Self {
        let plan = admitted.plan().clone();
        let Admitted { snapshot, grant, bill, .. } = admitted;
        let is_refused = |cell| quote.is_refused(plan.part_of_cell(cell));
        let cells = D::expect(D::sizes(&plan, &snapshot), is_refused);
        let cost = PreviewCost {
            cells: plan.cells(),
            standard: plan.is_standard(),
            tabulations: bill.charges.len(),
            new: quote.new,
        };
        Self { snapshot, grant, plan, cost, cells, remedies: OnceLock::new() }
    }

    /// The release it would be answered from.
    pub fn release(&self) -> &Release {
        self.snapshot.release()
    }

    /// The catalogue it would be answered with.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        self.snapshot.catalogue()
    }

    /// The tier it would be answered at.
    pub fn tier(&self) -> Tier {
        self.plan.scope().tier()
    }

    /// The purpose it would be asked for.
    pub fn purpose(&self) -> &str {
        self.plan.scope().purpose()
    }

    /// The plan of the question.
    pub fn plan(&self) -> &D::Plan {
        &self.plan
    }

    /// What it would cost.
    pub fn cost(&self) -> PreviewCost {
        self.cost
    }

    /// What may be expected of each cell.
    pub fn cells(&self) -> &[D::Expected] {
        &self.cells
    }

    /// What to change to get a number for a cell that will be hidden.
    pub fn remedies(&self, cell: usize) -> &[String] {
        &self.advise()[cell]
    }

    /// Looks into the remedies of every cell at once, the first time. Without a wait in it, so any thread can do it ahead.
    fn advise(&self) -> &[Vec<String>] {
        self.remedies.get_or_init(|| {
            let reasons = self.cells.iter().map(D::reason).enumerate();
            let figures = reasons.map(|(cell, reason)| Figure { table: 0, cell, reason }).collect();
            advice::remedies::<D>(std::slice::from_ref(&self.plan), &self.grant, &self.snapshot, figures)
        })
    }

    /// How many cells will carry a value, as far as that is public, and how many will be hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        summary(self.cells.iter().map(D::reason))
    }
}
