//! A question that may be asked, and what answering it takes.

use std::sync::Arc;

use crate::{domain::Bill, policy::Grant, release::Snapshot};

use super::{Dataset, PlanError, TablePlan};

/// A question that may be asked, with its bill. Nothing is counted yet and nothing charged.
pub struct Admitted<D: Dataset> {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) grant: Grant,
    /// The table of the question, then those that belong to it; each with how many parts of the bill are its own.
    pub(super) tables: Vec<(D::Plan, usize)>,
    /// What everything costs together: the bills of the plans, and nobody else's.
    pub(super) bill: Bill,
}

impl<D: Dataset> Admitted<D> {
    /// Settles what may be asked and what it takes.
    ///
    /// # Errors
    /// [`PlanError`], the first rule that the question breaks.
    pub fn new(question: &D::Question, grant: Grant, snapshot: Arc<Snapshot>) -> Result<Self, PlanError> {
        let plans = D::plans(question, &grant, &snapshot)?;
        let bills: Vec<Bill> = plans.iter().map(|plan| plan.bill(&snapshot)).collect();
        let tables = plans.into_iter().zip(bills.iter().map(|bill| bill.parts.len())).collect();
        Ok(Self { snapshot, grant, tables, bill: Bill::together(bills.iter()) })
    }

    /// The plan of the question itself.
    pub(super) fn plan(&self) -> &D::Plan {
        &self.tables[0].0
    }

    /// How many cells all tables have together, which is what counting them takes.
    pub fn cells(&self) -> usize {
        self.tables.iter().map(|(plan, _)| plan.cells()).sum()
    }

    /// The code of the organisation that asks.
    pub fn organisation(&self) -> &str {
        self.plan().scope().organisation()
    }
}
