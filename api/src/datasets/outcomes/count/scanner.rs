//! What stays the same for every area and period of a plan.

use std::{borrow::Cow, ops::Range};

use disclosure::Method;

use crate::{
    datasets::outcomes::{Plan, SourceFramework},
    domain::{AreaIndex, Catalogue, Period},
    policy::Insiders,
    release::{Columns, FrameworkColumns, Snapshot},
    tabulation::TablePlan,
};

use super::grouping::Grouping;

/// A plan over a snapshot, looked up once.
pub(super) struct Scanner<'a> {
    pub(super) plan: &'a Plan,
    pub(super) catalogue: &'a Catalogue,
    pub(super) sources: Vec<(&'a SourceFramework, &'a FrameworkColumns)>,
    pub(super) snapshot: &'a Snapshot,
    pub(super) grouping: Grouping,
    /// Who may take off an answer what they handed in: the asker alone, then its circles. Only those that handed in some of what
    /// the plan may count, and circles only where others did too.
    pub(super) insiders: Vec<&'a Insiders>,
    /// Whether results under other frameworks take the place of others.
    brings_together: bool,
}

/// Per source framework, ranges of its rows.
pub(super) type Rows<'a> = Vec<Cow<'a, [Range<usize>]>>;

impl<'a> Scanner<'a> {
    pub(super) fn new(plan: &'a Plan, snapshot: &'a Snapshot) -> Self {
        let sources: Vec<(&SourceFramework, &FrameworkColumns)> =
            plan.sources().iter().map(|source| (source, snapshot.framework(source.framework))).collect();
        Self {
            plan,
            snapshot,
            catalogue: snapshot.catalogue(),
            insiders: insiders(plan, &sources),
            sources,
            grouping: Grouping::new(plan),
            brings_together: plan.mapped(),
        }
    }

    /// The same over one of its source frameworks by itself.
    pub(super) fn alone(&self, position: usize) -> Self {
        Self {
            sources: vec![self.sources[position]],
            grouping: Grouping::new(self.plan),
            insiders: self.insiders.clone(),
            brings_together: false,
            ..*self
        }
    }

    /// What a source framework has in a period, beside the others where the plan brings them together.
    pub(super) fn columns(&self, source: &SourceFramework, period: Period) -> Option<&'a Columns> {
        if self.brings_together {
            self.snapshot.columns(self.plan.framework(), source.framework, period)
        } else {
            self.snapshot.framework(source.framework).period(period)
        }
    }

    /// The method that a period is published with: of several frameworks, that of the one that was there first.
    pub(super) fn method(&self, period: Period) -> Method {
        let methods = self.sources.iter().filter_map(|(_, framework)| Some(framework.period(period)?.method()));
        methods.min().unwrap_or(Method::CURRENT)
    }

    /// Per source framework, the rows of an area that some insiders handed in.
    pub(super) fn rows_of_insiders(&self, area: AreaIndex, insiders: &Insiders) -> Rows<'a> {
        let of = |columns: &FrameworkColumns| columns.rows_of_providers(area, |provider| insiders.hold(provider));
        self.sources.iter().map(|(_, columns)| of(columns).into()).collect()
    }

    /// Per source framework, the rows of an area.
    pub(super) fn rows_of(&self, area: AreaIndex) -> Rows<'a> {
        self.sources.iter().map(|(_, columns)| columns.rows_of(area, self.plan.scope().provider())).collect()
    }
}

/// Those of the insiders of a plan whose knowledge takes something off its answers. A circle that handed in everything knows
/// everything, and one of which the asker alone handed in anything is no other than the asker.
fn insiders<'a>(plan: &'a Plan, sources: &[(&SourceFramework, &FrameworkColumns)]) -> Vec<&'a Insiders> {
    let providers = || sources.iter().flat_map(|(_, columns)| columns.providers().iter().copied());
    let mut found: Vec<(&Insiders, Insiders)> = Vec::new();
    for insiders in plan.scope().insiders() {
        let here = insiders.among(providers());
        let knows_all = !insiders.is_one() && providers().all(|provider| here.hold(provider));
        if !here.is_empty() && !knows_all && found.iter().all(|(_, before)| *before != here) {
            found.push((insiders, here));
        }
    }
    found.into_iter().map(|(insiders, _)| insiders).collect()
}
