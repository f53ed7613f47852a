//! What stays the same for every area and period of a plan.

use std::{borrow::Cow, ops::Range};

use disclosure::Method;

use crate::{
    datasets::outcomes::{Plan, SourceFramework},
    domain::{AreaIndex, Catalogue, Period},
    release::{FrameworkColumns, Snapshot},
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
    /// The organisation that asks, where it handed in any of what the plan may count.
    pub(super) insider: Option<i64>,
}

/// Per source framework, ranges of its rows.
pub(super) type Rows<'a> = Vec<Cow<'a, [Range<usize>]>>;

impl<'a> Scanner<'a> {
    pub(super) fn new(plan: &'a Plan, snapshot: &'a Snapshot) -> Self {
        let sources: Vec<(&SourceFramework, &FrameworkColumns)> =
            plan.sources().iter().map(|source| (source, snapshot.framework(source.framework))).collect();
        let handed_in = |asker: &i64| sources.iter().any(|(_, columns)| columns.are_of(*asker));
        Self {
            plan,
            snapshot,
            catalogue: snapshot.catalogue(),
            insider: plan.scope().insider().filter(handed_in),
            sources,
            grouping: Grouping::new(plan),
        }
    }

    /// The method that a period is published with: of several frameworks, that of the one that was there first.
    pub(super) fn method(&self, period: Period) -> Method {
        let methods = self.sources.iter().filter_map(|(_, framework)| Some(framework.period(period)?.method()));
        methods.min().unwrap_or(Method::CURRENT)
    }

    /// Per source framework, the rows of an area that the asking organisation handed in itself; `None` where it asks about such
    /// alone, or handed in none.
    pub(super) fn own_rows_of(&self, area: AreaIndex) -> Option<Rows<'a>> {
        let asker = self.insider?;
        Some(self.sources.iter().map(|(_, columns)| columns.rows_of(area, Some(asker))).collect())
    }

    /// Per source framework, the rows of an area.
    pub(super) fn rows_of(&self, area: AreaIndex) -> Rows<'a> {
        self.sources.iter().map(|(_, columns)| columns.rows_of(area, self.plan.scope().provider())).collect()
    }
}
