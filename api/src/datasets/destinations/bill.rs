//! What a plan about destinations costs: nothing without bands, which makes a finite set of tables, unless the kind of area is charged; with bands, one charge about
//! the students and one about the scores that make the groups.

use std::sync::Arc;

use disclosure::Tier;

use crate::domain::{Bill, Catalogue, Charge, CohortYear, Stage};

use super::Plan;

impl Plan {
    /// The bill of the question. `holds` tells whether anything was counted for a cohort year and stage.
    ///
    /// Free are tables without bands of kinds of areas that are free, one's own cohorts, groups without a cohort, and whatever nobody wants to read. Any other
    /// part needs a charge about where the students of a stage went, and one about each benchmark of the framework that makes
    /// the bands. A tabulation is the kind of area and the bands: fewer areas or categories are the same one, and so is the same
    /// question about another cohort year or of another release.
    ///
    /// The parts of the bill are those of the table: per cohort year each stage. [`part_of_cell`](Self::part_of_cell) finds
    /// them.
    pub(super) fn bill_where(&self, catalogue: &Catalogue, holds: impl Fn(CohortYear, Stage) -> bool) -> Bill {
        let is_free = self.banding.is_none() && self.scope.is_of_free_kind();
        if is_free || !self.wanted || self.scope.tier() == Tier::Own {
            return Bill::default();
        }
        let kind = self.scope.kind_name(catalogue);
        let bands =
            self.banding.as_ref().map_or_else(String::new, |banding| format!(";bands={}", banding.name(catalogue)));
        let tabulation: Arc<str> = format!("{kind}{bands}").into();
        let mut parts = Vec::with_capacity(self.cohort_years.len() * self.stages.len());
        for &year in &self.cohort_years {
            for &stage in &self.stages {
                let about = |measure: String| Charge { measure: measure.into(), tabulation: tabulation.clone() };
                let scores = self.banding.iter().flat_map(|banding| {
                    let framework = &catalogue.frameworks()[banding.framework];
                    framework.benchmarks.iter().map(|benchmark| format!("{}/{}", framework.code, benchmark.number))
                });
                let students = format!("destinations/{}", stage.code());
                parts.push(if holds(year, stage) { scores.chain([students]).map(about).collect() } else { Vec::new() });
            }
        }
        Bill::of(&parts)
    }
}
