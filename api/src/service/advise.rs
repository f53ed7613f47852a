//! What to change to get a number for a hidden cell. Looks at what may be expected from public figures, and at no score.

use std::collections::HashMap;

use disclosure::{Estimate, ExpectedCell, HiddenReason, ProtectedTable};

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, Dimension},
    plan::{Group, Plan},
    policy::Grant,
    scan,
    snapshot::Snapshot,
};

use super::tabulate::wants_advice;

/// What to ask instead of a cell that the budget does not pay for.
const WITHIN_BUDGET: &str = "ask for a standard table: no breakdown, no filter, not mapped";

/// Per cell and per row of `overall`, what to change.
pub(super) struct Advice {
    pub(super) cells: Vec<Vec<String>>,
    pub(super) overall: Vec<Vec<String>>,
}

/// Finds remedies for every hidden cell of a table.
pub(super) fn remedies(plan: &Plan, grant: &Grant, snapshot: &Snapshot, table: &ProtectedTable) -> Advice {
    let mut advisor = Advisor::new(plan, grant, snapshot);
    let cells = table
        .cells()
        .iter()
        .enumerate()
        .map(|(cell, protected)| {
            if is_over_budget(&protected.achieved_share) {
                vec![WITHIN_BUDGET.to_owned()]
            } else if wants_advice(&protected.achieved_share) {
                advisor.advise(plan.coordinates(cell))
            } else {
                Vec::new()
            }
        })
        .collect::<Vec<_>>();
    let overall = table
        .overall()
        .iter()
        .enumerate()
        .map(|(row, protected)| {
            if is_over_budget(&protected.share_with_all) {
                return vec![WITHIN_BUDGET.to_owned()];
            }
            if !wants_advice(&protected.share_with_all) {
                return Vec::new();
            }
            let (groups, periods) = (plan.groups().len(), plan.periods().len());
            advisor.advise((row / (groups * periods), row / groups % periods, 0, row % groups))
        })
        .collect();
    Advice { cells, overall }
}

fn is_over_budget(estimate: &Estimate) -> bool {
    estimate.reason == Some(HiddenReason::Budget)
}

/// A change to the question that may bring more institutions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Change {
    Drop(Dimension),
    Over(AreaIndex),
    Map,
}

/// Looks into each change once, when it is first thought of.
struct Advisor<'a> {
    plan: &'a Plan,
    grant: &'a Grant,
    snapshot: &'a Snapshot,
    outcomes: HashMap<Change, Option<(Plan, Vec<ExpectedCell>)>>,
}

impl<'a> Advisor<'a> {
    fn new(plan: &'a Plan, grant: &'a Grant, snapshot: &'a Snapshot) -> Self {
        Self { plan, grant, snapshot, outcomes: HashMap::new() }
    }

    /// The single changes with which a cell would be answered, best first.
    fn advise(&mut self, (area, period, benchmark, group): (usize, usize, usize, usize)) -> Vec<String> {
        let catalogue = self.snapshot.catalogue().clone();
        let own = self.plan.areas()[area];
        let mut remedies = Vec::new();
        for change in self.candidates(own, &catalogue) {
            let categories = &self.plan.groups()[group];
            let Some((changed, expected)) = self.outcome(change) else { continue };
            let Some(group) = matching_group(changed, categories) else { continue };
            let area = if matches!(change, Change::Over(_)) { 0 } else { area };
            if expected[changed.cell(area, period, benchmark, group)].reason.is_none() {
                remedies.push(wording(change, &catalogue));
            }
        }
        remedies
    }

    /// Which changes are worth a try: bringing in other frameworks, dropping a named dimension, a coarser area of the grant.
    fn candidates(&self, area: AreaIndex, catalogue: &Catalogue) -> Vec<Change> {
        let mut changes = vec![Change::Map];
        let named = Dimension::ALL
            .into_iter()
            .filter(|dimension| self.plan.by().contains(dimension) || self.plan.filters().contains_key(dimension));
        changes.extend(named.map(Change::Drop));
        let mut around: Vec<AreaIndex> = catalogue.parents(area).to_vec();
        around.sort_by_key(|&parent| catalogue.local_authorities(parent).len());
        let coarser =
            around.into_iter().filter(|&parent| catalogue.areas()[parent].kind != AreaKind::Hub).filter(|&parent| {
                self.grant.cover(&[parent], catalogue).is_ok_and(|coverage| coverage.tier == self.plan.tier())
            });
        changes.extend(coarser.map(Change::Over));
        changes
    }

    fn outcome(&mut self, change: Change) -> Option<&(Plan, Vec<ExpectedCell>)> {
        let (plan, snapshot) = (self.plan, self.snapshot);
        self.outcomes
            .entry(change)
            .or_insert_with(|| {
                let changed = match change {
                    Change::Drop(dimension) => plan.without(dimension)?,
                    Change::Over(area) => plan.over(area),
                    Change::Map => plan.with_mapped(snapshot.catalogue())?,
                };
                let expected = disclosure::expect(&scan::run(&changed, snapshot).table, changed.tier());
                Some((changed, expected))
            })
            .as_ref()
    }
}

/// The group of a changed plan into which a group of the asked one falls.
fn matching_group(changed: &Plan, asked: &Group) -> Option<usize> {
    changed
        .groups()
        .iter()
        .position(|group| group.categories.iter().all(|category| asked.categories.contains(category)))
}

fn wording(change: Change, catalogue: &Catalogue) -> String {
    match change {
        Change::Drop(dimension) => format!("drop {}", dimension.name()),
        Change::Over(area) => {
            let area = &catalogue.areas()[area];
            format!("ask for the {} {} ({})", area.kind.as_str().to_uppercase(), area.code, area.name)
        }
        Change::Map => "set mapped to true".to_owned(),
    }
}
