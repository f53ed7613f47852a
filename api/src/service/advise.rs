//! What to change to get a number for a hidden cell. Looks at what may be expected from public figures, and at no score.

use std::collections::HashMap;

use disclosure::{ExpectedCell, HiddenReason, ProtectedTable, Tier};

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, Dimension},
    plan::{self, Group, Plan},
    policy::Grant,
    scan,
    snapshot::Snapshot,
};

/// What to ask instead of a cell that the budget does not pay for.
const WITHIN_BUDGET: &str = "ask for a standard table: no breakdown, no filter, not mapped";

/// Per cell and per row of `overall`, what to change.
pub(super) struct Advice {
    pub(super) cells: Vec<Vec<String>>,
    pub(super) overall: Vec<Vec<String>>,
}

/// Finds remedies for everything hidden in tables that are laid one after the other.
pub(super) fn about(tables: &[Plan], grant: &Grant, snapshot: &Snapshot, table: &ProtectedTable) -> Advice {
    let reasons: Vec<_> = table.cells().iter().map(|cell| cell.achieved_share.reason).collect();
    let overall = table.overall().iter().map(|row| row.share_with_all.reason);
    Advice {
        cells: about_cells(tables, grant, snapshot, &reasons),
        overall: match tables.first() {
            None => Vec::new(),
            Some(plan) => {
                let mut advisor = Advisor::new(plan, grant, snapshot);
                let place = |row| {
                    let (area, period, group) = plan.overall_coordinates(row);
                    (area, period, 0, group)
                };
                overall.enumerate().map(|(row, reason)| advisor.remedies(reason, place(row))).collect()
            }
        },
    }
}

/// Finds remedies for the hidden cells among those of tables that are laid one after the other, given why they are hidden.
pub(super) fn about_cells(
    tables: &[Plan],
    grant: &Grant,
    snapshot: &Snapshot,
    reasons: &[Option<HiddenReason>],
) -> Vec<Vec<String>> {
    let mut rest = reasons;
    let mut remedies = Vec::with_capacity(reasons.len());
    for plan in tables {
        let mut advisor = Advisor::new(plan, grant, snapshot);
        let (own, others) = rest.split_at(plan.cells().min(rest.len()));
        let advice = own.iter().enumerate().map(|(cell, reason)| advisor.remedies(*reason, plan.coordinates(cell)));
        remedies.extend(advice);
        rest = others;
    }
    remedies
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

    /// What to change for a cell that is hidden for a reason; nothing where it is not, or where nothing helps.
    fn remedies(&mut self, reason: Option<HiddenReason>, place: (usize, usize, usize, usize)) -> Vec<String> {
        match reason {
            None | Some(HiddenReason::NoCounterpart) => Vec::new(),
            Some(HiddenReason::Budget) => vec![WITHIN_BUDGET.to_owned()],
            Some(_) => self.advise(place),
        }
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
        changes.extend(self.plan.named().into_iter().map(Change::Drop));
        changes.extend(coarser(area, self.plan.tier(), self.grant, catalogue).into_iter().map(Change::Over));
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
                let changed = changed.cells_only();
                let expected = disclosure::expect(&scan::run(&changed, snapshot).table, changed.tier());
                Some((changed, expected))
            })
            .as_ref()
    }
}

/// The areas of the grant around an area, answered at the same tier, smallest first.
pub(super) fn coarser(area: AreaIndex, tier: Tier, grant: &Grant, catalogue: &Catalogue) -> Vec<AreaIndex> {
    let mut around: Vec<AreaIndex> = catalogue.parents(area).to_vec();
    around.sort_by_key(|&parent| catalogue.local_authorities(parent).len());
    around
        .into_iter()
        .filter(|&parent| catalogue.areas()[parent].kind != AreaKind::Hub)
        .filter(|&parent| !plan::is_too_fine(tier, catalogue.areas()[parent].kind))
        .filter(|&parent| grant.cover(&[parent], catalogue).is_ok_and(|coverage| coverage.tier == tier))
        .collect()
}

/// The advice to ask for another area.
pub(super) fn ask_for(area: AreaIndex, catalogue: &Catalogue) -> String {
    let area = &catalogue.areas()[area];
    format!("ask for the {} {} ({})", area.kind.as_str().to_uppercase(), area.code, area.name)
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
        Change::Over(area) => ask_for(area, catalogue),
        Change::Map => "set mapped to true".to_owned(),
    }
}
