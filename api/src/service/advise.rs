//! What to change to get a number for a hidden cell. Counts institutions, which is public, and looks at no score.

use std::collections::HashMap;

use disclosure::{ProtectedTable, Tier};

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, Dimension},
    plan::{Group, Plan},
    policy::Grant,
    scan,
    snapshot::Snapshot,
};

use super::tabulate::wants_advice;

/// Per cell and per row of `overall`, what to change.
pub(super) struct Advice {
    pub(super) cells: Vec<Vec<String>>,
    pub(super) overall: Vec<Vec<String>>,
}

/// Finds remedies for every hidden cell of a table.
pub(super) fn remedies(plan: &Plan, grant: &Grant, snapshot: &Snapshot, table: &ProtectedTable) -> Advice {
    let mut advisor = Advisor::new(plan, grant, snapshot);
    let cells =
        table
            .cells()
            .iter()
            .enumerate()
            .map(|(cell, protected)| {
                if wants_advice(&protected.achieved_share) {
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
            if !wants_advice(&protected.share_with_all) {
                return Vec::new();
            }
            let (groups, periods) = (plan.groups().len(), plan.periods().len());
            advisor.advise((row / (groups * periods), row / groups % periods, 0, row % groups))
        })
        .collect();
    Advice { cells, overall }
}

/// A change to the question that may bring more institutions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Change {
    Drop(Dimension),
    Over(AreaIndex),
    Map,
}

/// Counts each change once, when it is first thought of.
struct Advisor<'a> {
    plan: &'a Plan,
    grant: &'a Grant,
    snapshot: &'a Snapshot,
    counted: HashMap<Change, Option<(Plan, Vec<u32>)>>,
}

impl<'a> Advisor<'a> {
    fn new(plan: &'a Plan, grant: &'a Grant, snapshot: &'a Snapshot) -> Self {
        Self { plan, grant, snapshot, counted: HashMap::new() }
    }

    /// The single changes that would bring a cell to the threshold of its tier, best first.
    fn advise(&mut self, (area, period, benchmark, group): (usize, usize, usize, usize)) -> Vec<String> {
        let catalogue = self.snapshot.catalogue().clone();
        let own = self.plan.areas()[area];
        let mut remedies = Vec::new();
        for change in self.candidates(own, &catalogue) {
            let enough = self.plan.tier().rules().fewest_institutions();
            let categories = &self.plan.groups()[group];
            let Some((changed, counts)) = self.count(change) else { continue };
            let Some(group) = matching_group(changed, categories) else { continue };
            let area = if matches!(change, Change::Over(_)) { 0 } else { area };
            if counts[changed.cell(area, period, benchmark, group)] >= enough {
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
        changes.extend(coarser(area, self.plan.tier(), self.grant, catalogue).into_iter().map(Change::Over));
        changes
    }

    fn count(&mut self, change: Change) -> Option<&(Plan, Vec<u32>)> {
        let (plan, snapshot) = (self.plan, self.snapshot);
        self.counted
            .entry(change)
            .or_insert_with(|| {
                let changed = match change {
                    Change::Drop(dimension) => plan.without(dimension)?,
                    Change::Over(area) => plan.over(area),
                    Change::Map => plan.with_mapped(snapshot.catalogue())?,
                };
                let counts = scan::institutions(&changed, snapshot);
                Some((changed, counts))
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
