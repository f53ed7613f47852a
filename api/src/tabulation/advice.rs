//! What to change to get a number for a hidden cell. Looks at what may be expected from public figures, and at no score.

use std::collections::HashMap;

use disclosure::{HiddenReason, Tier};

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue},
    policy::Grant,
    release::Snapshot,
};

use super::{Dataset, Figure, TablePlan, scope::is_too_fine};

/// An answer that tells what to change to get a number for what is hidden.
pub trait Advised: Send + Sync + 'static {
    /// How many of its figures are hidden.
    fn hidden(&self) -> usize;

    /// Looks into all remedies, the first time; afterwards they are there. It may take more than the answer itself.
    fn look_into_remedies(&self);
}

/// What to say where the asker, or a circle of it, knows so much of a cell that the rest of it would be told.
const OWN_KNOWLEDGE: &str = "you handed in all but a few of these institutions yourself, or together with the organisations that stand \
                             under one agreement with you, and less what is known there the answer would tell about those few: ask under \
                             the purpose OWN_RESULTS for what you handed in";

/// Per figure of tables that are laid one after the other, what to change.
pub(super) fn remedies<D: Dataset>(
    plans: &[D::Plan],
    grant: &Grant,
    snapshot: &Snapshot,
    figures: Vec<Figure>,
) -> Vec<Vec<String>> {
    let mut advisors: Vec<Advisor<'_, D>> = plans.iter().map(|plan| Advisor::new(plan, grant, snapshot)).collect();
    figures.into_iter().map(|Figure { table, cell, reason }| advisors[table].remedies(reason, cell)).collect()
}

/// A changed question, and which of its cells would be answered. Looked into when it is first thought of.
struct Changed<D: Dataset> {
    plan: D::Plan,
    answered: Option<Vec<bool>>,
}

/// Looks into each change of one plan once.
struct Advisor<'a, D: Dataset> {
    plan: &'a D::Plan,
    grant: &'a Grant,
    snapshot: &'a Snapshot,
    changes: Option<Vec<(String, Changed<D>)>>,
    known: Option<Vec<bool>>,
    over: HashMap<AreaIndex, Changed<D>>,
}

impl<'a, D: Dataset> Advisor<'a, D> {
    fn new(plan: &'a D::Plan, grant: &'a Grant, snapshot: &'a Snapshot) -> Self {
        Self { plan, grant, snapshot, changes: None, known: None, over: HashMap::new() }
    }

    /// What to change for a cell that is hidden for a reason, best first; nothing where it is not, or where nothing helps.
    fn remedies(&mut self, reason: Option<HiddenReason>, cell: usize) -> Vec<String> {
        let is_refused = reason == Some(HiddenReason::Budget);
        match (reason, D::WITHIN_BUDGET) {
            (None | Some(HiddenReason::NoCounterpart), _) => return Vec::new(),
            (Some(HiddenReason::Budget), Some(remedy)) => return vec![remedy.to_owned()],
            _ => {}
        }
        let mut remedies = Vec::new();
        let (plan, snapshot) = (self.plan, self.snapshot);
        if reason == Some(HiddenReason::LowEffect) {
            let known = self.known.get_or_insert_with(|| D::known_to_asker(plan, snapshot));
            if known.get(cell).copied().unwrap_or_default() {
                remedies.push(OWN_KNOWLEDGE.to_owned());
            }
        }
        let changes = self.changes.get_or_insert_with(|| {
            let changes = plan.changes(snapshot.catalogue()).into_iter();
            changes.map(|(wording, plan)| (wording, Changed { plan, answered: None })).collect()
        });
        for (wording, changed) in changes {
            if changed.answers(plan, cell, false, snapshot) {
                remedies.push(wording.clone());
            }
        }
        if is_refused {
            // What the budget does not pay for, it pays for in no other area.
            return remedies;
        }
        let area = plan.scope().areas()[cell / (plan.cells() / plan.scope().areas().len())];
        for around in coarser(area, plan.scope().tier(), self.grant, snapshot.catalogue()) {
            let new = || Changed { plan: plan.over(around), answered: None };
            if self.over.entry(around).or_insert_with(new).answers(plan, cell, true, snapshot) {
                remedies.push(ask_for(around, snapshot.catalogue()));
            }
        }
        remedies
    }
}

impl<D: Dataset> Changed<D> {
    fn answers(&mut self, plan: &D::Plan, cell: usize, moved: bool, snapshot: &Snapshot) -> bool {
        let Some(cell) = plan.counterpart(cell, &self.plan, moved) else { return false };
        self.answered.get_or_insert_with(|| D::would_answer(&self.plan, snapshot))[cell]
    }
}

/// The areas of the grant around an area, answered at the same tier, smallest first.
fn coarser(area: AreaIndex, tier: Tier, grant: &Grant, catalogue: &Catalogue) -> Vec<AreaIndex> {
    let mut around: Vec<AreaIndex> = catalogue.parents(area).to_vec();
    around.sort_by_key(|&parent| catalogue.local_authorities(parent).len());
    around
        .into_iter()
        .filter(|&parent| !matches!(catalogue.areas()[parent].kind, AreaKind::Hub | AreaKind::Lsip))
        .filter(|&parent| !is_too_fine(tier, catalogue.areas()[parent].kind))
        .filter(|&parent| grant.cover(&[parent], catalogue).is_ok_and(|coverage| coverage.tier == tier))
        .collect()
}

/// The advice to ask for another area.
fn ask_for(area: AreaIndex, catalogue: &Catalogue) -> String {
    let area = &catalogue.areas()[area];
    format!("ask for the {} {} ({})", area.kind.as_str().to_uppercase(), area.code, area.name)
}
