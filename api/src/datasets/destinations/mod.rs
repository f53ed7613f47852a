//! Destinations: where students went after a stage of education.

mod band;
mod base;
mod bill;
mod citation;
mod count;
mod plan;
mod question;
mod table;

use std::convert::Infallible;

use disclosure::{
    CohortSizes, ExpectedStudents, HiddenReason, Method, NoiseKey, ProtectedStudentTable, RawStudentTable,
    hidden_cohort,
};

use crate::{
    domain::Release,
    policy::Grant,
    release::Snapshot,
    tabulation::{Asked, Dataset, Figure, InvalidCitation, Lookup, Paid, PlanError, TablePlan},
};

pub use band::{Band, Banding};
pub use plan::{Key, Plan, build};
pub use question::{BenchmarksAchieved, Question};

/// The dataset of destinations.
pub struct Destinations;

impl Dataset for Destinations {
    const NAME: &'static str = "destinations";

    type Question = Question;
    type Plan = Plan;

    /// Bands may be given up.
    const WITHIN_BUDGET: Option<&'static str> = None;

    type Raw = RawStudentTable;
    type Protected = ProtectedStudentTable;
    type Sizes = CohortSizes;
    type Expected = ExpectedStudents;
    /// None of them is kept.
    type Book = ();
    type Part = Infallible;

    fn plans(question: &Question, grant: &Grant, snapshot: &Snapshot) -> Result<Vec<Plan>, PlanError> {
        check_method(question, snapshot.release())?;
        let newest_year = || snapshot.destinations().newest_year();
        let newest_period = |framework| snapshot.newest_period(&[framework]);
        Ok(vec![build(question, grant, snapshot.catalogue(), newest_year, newest_period)?])
    }

    fn count(tables: &[Paid<Plan>], snapshot: &Snapshot, _: Option<Infallible>) -> RawStudentTable {
        let paid = &tables[0];
        let is_refused = |cell| paid.is_refused(|plan| plan.part_of_cell(cell));
        count::run(paid.plan(), snapshot).withhold(HiddenReason::Budget, is_refused)
    }

    fn protect(raw: RawStudentTable, _: &[Plan], key: &NoiseKey) -> ProtectedStudentTable {
        disclosure::protect_students(raw, key)
    }

    fn look_up(_: &[Paid<Plan>], _: &Snapshot, (): &()) -> Lookup<Self> {
        Lookup::Nothing
    }

    fn figures(_: &[Plan], protected: &ProtectedStudentTable) -> Vec<Figure> {
        Self::reasons(protected).enumerate().map(|(cell, reason)| Figure { table: 0, cell, reason }).collect()
    }

    fn reasons(protected: &ProtectedStudentTable) -> impl Iterator<Item = Option<HiddenReason>> {
        protected.cells().iter().map(|found| found.share.reason)
    }

    fn sizes(plan: &Plan, snapshot: &Snapshot) -> CohortSizes {
        count::sizes(plan, snapshot)
    }

    /// With bands, where each band would reach the threshold if institutions were spread evenly: how they are spread is secret.
    fn would_answer(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
        let rules = plan.scope().tier().rules();
        let bands = plan.banding().map_or(0, |banding| banding.bands.len());
        let enough = rules.fewest_institutions().saturating_mul(u32::try_from(bands).unwrap_or(u32::MAX));
        let groups = count::told(plan, snapshot).into_iter().map(|group| {
            let is_shown = |group: count::Cohorts| hidden_cohort(group.institutions, &group.sizes, rules).is_none();
            group.is_some_and(|group| group.institutions >= enough && is_shown(group))
        });
        groups.flat_map(|answered| (0..plan.cells_of_group()).map(move |_| answered)).collect()
    }

    fn known_to_asker(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
        count::known(plan, snapshot)
    }

    fn read(canonical: &str) -> Result<Question, InvalidCitation> {
        citation::read(canonical)
    }

    fn expect(sizes: CohortSizes, is_refused: impl Fn(usize) -> bool) -> Vec<ExpectedStudents> {
        disclosure::expect_students(&sizes.withhold(HiddenReason::Budget, is_refused))
    }

    fn asked(question: &mut Question) -> &mut Asked {
        &mut question.asked
    }

    fn reason(expected: &ExpectedStudents) -> Option<HiddenReason> {
        expected.reason
    }

    fn check_cited(question: &Question) -> Result<(), InvalidCitation> {
        citation::check(question)
    }
}

/// What the first method told about students cannot be told again as it was: its errors, and what it showed of bands, hung on
/// where students went and on what institutions achieved. So what was published with it is answered by a later method, its
/// bands and its citations are not.
fn check_method(question: &Question, release: &Release) -> Result<(), PlanError> {
    if release.method >= Method::Second {
        return Ok(());
    }
    let about = match (question.by_benchmarks_achieved.is_some(), question.asked.method) {
        (true, _) => "bands of benchmarks achieved",
        (false, Some(_)) => "the destinations cited",
        (false, None) => return Ok(()),
    };
    Err(PlanError::Forbidden(format!(
        "{about} cannot be answered from release {}: it was published with method {}, which told too much about them; ask a \
         release published with method {} or a later one",
        release.number,
        release.method.number(),
        Method::Second.number()
    )))
}

#[cfg(test)]
mod tests;
