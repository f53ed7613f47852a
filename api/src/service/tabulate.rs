//! The read path: a viewer's question becomes a protected table. Each step demands what the one before made.

use std::sync::Arc;

use disclosure::{HiddenReason, RawTable};

use crate::{
    domain::Bill,
    plan::{self, Plan, Question},
    policy::Grant,
    scan::{self, Scan},
    snapshot::Snapshot,
};

use super::{Error, Reader, Tabulation, budget::Refused};

/// A question that may be asked, and what answering it takes. Nothing is counted yet and nothing charged.
pub(super) struct Admitted {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) grant: Grant,
    /// The table of the question, then its totals where they are wanted; each with what it costs.
    pub(super) tables: Vec<(Plan, Bill)>,
    /// The same tables in the earlier periods from which changes are wanted; empty where none are.
    pub(super) earlier: Vec<(Plan, Bill)>,
    /// What everything costs together.
    pub(super) bill: Bill,
}

impl Reader {
    /// Answers a question from a release, the newest when none is named.
    ///
    /// # Errors
    /// When there is no release, no grant, the question breaks a rule, or its budget is used up or cannot be charged. None
    /// of them depends on scores. A question that breaks a rule is not charged.
    pub async fn tabulate(&self, question: &Question, release: Option<u32>) -> Result<Tabulation, Error> {
        let admitted = self.admit(question, release).await?;
        let Admitted { snapshot, tables, earlier, bill, .. } = &admitted;
        let plan = admitted.plan();
        let refused = self.charge(plan.organisation(), plan.tier(), bill).await?;

        let counts = count(tables, 0, &refused, snapshot);
        let mut table = disclosure::protect(counts.table, self.exchange.noise(), plan.tier());
        if plan.reconcile() && plan.parts().cells {
            table.reconcile(&plan::sums(&plan.tables()));
        }
        let parts_before = tables.iter().map(|(_, bill)| bill.parts.len()).sum();
        let before = count(earlier, parts_before, &refused, snapshot);
        let before = disclosure::protect(before.table, self.exchange.noise(), plan.tier());

        Ok(Tabulation::new(admitted, table, before, counts.comparability))
    }

    /// Settles who asks, what may be asked and what it takes, before anything is counted.
    pub(super) async fn admit(&self, question: &Question, release: Option<u32>) -> Result<Admitted, Error> {
        let snapshot = self.snapshot(release).await?;
        let catalogue = snapshot.catalogue();
        let grant = self.authorize(catalogue, question.purpose.as_deref())?;
        let plan = plan::build(question, &grant, catalogue, |frameworks| snapshot.newest_period(frameworks))?;
        let billed = |plan: Plan| {
            let holds = |framework, period| snapshot.framework(framework).period(period).is_some();
            let bill = plan.bill(catalogue, holds);
            (plan, bill)
        };
        let since = plan.since().to_vec();
        let tables = plan.tables();
        let wanted = if since.is_empty() { &[] } else { tables.as_slice() };
        let earlier: Vec<_> = wanted.iter().map(|table| billed(table.at(since.clone()))).collect();
        let tables: Vec<_> = tables.into_iter().map(billed).collect();
        let bill = Bill::together(tables.iter().chain(&earlier).map(|(_, bill)| bill));
        Ok(Admitted { snapshot, grant, tables, earlier, bill })
    }
}

impl Admitted {
    /// The plan of the question itself.
    pub(super) fn plan(&self) -> &Plan {
        &self.tables[0].0
    }
}

/// Counts tables one after the other. What the budget does not pay for is withheld; `part` is the place of the first
/// table's first part in the bill.
pub(super) fn count(tables: &[(Plan, Bill)], mut part: usize, refused: &Refused, snapshot: &Snapshot) -> Scan {
    let mut whole = Scan { table: RawTable::new(Vec::new(), Vec::new()), comparability: Vec::new() };
    for (plan, bill) in tables {
        let scan = scan::run(plan, snapshot);
        let is_refused = |at: usize| !bill.parts.is_empty() && refused.part(part + at);
        whole.table.append(scan.table.withhold(
            HiddenReason::Budget,
            |cell| is_refused(plan.part_of_cell(cell)),
            |row| is_refused(plan.part_of_overall(row)),
        ));
        whole.comparability.extend(scan.comparability);
        part += bill.parts.len();
    }
    whole
}
