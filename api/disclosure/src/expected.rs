//! What a table would look like, told from public figures alone: before it is asked for, and without its cost.

use crate::{
    CellStatus, CohortSizes, Estimate, HiddenReason, Rules, SizedCell, SizedCohort, Sizes, Tier,
    band::{self, Scale},
    protect::{TOP_SCORE, too_small},
    students::{hidden_cohort, shown_institutions},
};

/// What may be expected of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedCell {
    /// How many institutions were assessed, rounded; absent when hidden.
    pub institutions: Option<u32>,
    /// The status its share will have: [`CellStatus::Unreliable`] where the standard error is above 5 points. A share
    /// close to 0 or 1 may still come out unreliable, or as a band.
    pub status: CellStatus,
    /// Why it will be hidden.
    pub reason: Option<HiddenReason>,
    /// The standard error of the number that achieve, in institutions; absent when hidden.
    pub achieved_error: Option<f64>,
    /// The standard error of the share, 0 to 1; absent when hidden.
    pub share_error: Option<f64>,
    /// The standard error of the mean score, 0 to 100; absent when hidden.
    pub mean_error: Option<f64>,
}

/// What may be expected of every cell of a table, in its order.
///
/// # Guarantee
///
/// Is given the number of institutions of each cell and whether it was withheld, and nothing else. Both follow from who took
/// part, which is public: with every score drawn anew the outcome is the same.
///
/// # Method
///
/// Sizes, reasons and standard errors as [`protect`](crate::protect()) gives them; there they do not depend on any score.
pub fn expect(sizes: &Sizes) -> Vec<ExpectedCell> {
    sizes.cells.iter().map(|cell| expected(*cell, sizes.tier)).collect()
}

/// What may be expected of one cell about students.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedStudents {
    /// How many institutions have a cohort, rounded; absent when hidden, and of a part of a group, whose size is secret.
    pub institutions: Option<u32>,
    /// The status its share will have, which may still be a band or [`CellStatus::Unreliable`]; absent of a part of a group,
    /// where whether it is shown hangs on its secret size.
    pub status: Option<CellStatus>,
    /// Why it will be hidden; absent too where that hangs on something secret.
    pub reason: Option<HiddenReason>,
    /// The cohorts together, as they will be shown, with their standard error; absent when hidden, and of a part of a group.
    pub cohort: Option<Estimate>,
}

/// What may be expected of every cell of a table of students, in its order.
///
/// # Guarantee
///
/// Is given cohorts alone, which are public, and tells of a part of a group whose members are secret only what holds for the
/// group.
///
/// # Method
///
/// [`hidden_cohort`](crate::hidden_cohort), and the cohort rounded as [`protect_students`](crate::protect_students) rounds it.
pub fn expect_students(sizes: &CohortSizes) -> Vec<ExpectedStudents> {
    sizes.cells.iter().map(|cell| expected_students(cell, sizes.tier.rules())).collect()
}

fn expected_students(cell: &SizedCohort, rules: Rules) -> ExpectedStudents {
    let hidden =
        |reason: HiddenReason| ExpectedStudents { status: Some(reason.status()), reason: Some(reason), ..UNKNOWN };
    match *cell {
        SizedCohort::Withheld(reason) => hidden(reason),
        SizedCohort::Counted { institutions, cohort, in_part } => {
            match (hidden_cohort(institutions, &cohort, rules), in_part) {
                (Some(reason), _) => hidden(reason),
                (None, true) => UNKNOWN,
                (None, false) => ExpectedStudents {
                    institutions: Some(shown_institutions(f64::from(institutions), rules)),
                    status: Some(CellStatus::Ok),
                    reason: None,
                    cohort: Some(band::cohort(cohort.sum() as f64, 0.0, rules)),
                },
            }
        }
    }
}

/// Nothing that is public.
const UNKNOWN: ExpectedStudents = ExpectedStudents { institutions: None, status: None, reason: None, cohort: None };

fn expected(cell: SizedCell, tier: Tier) -> ExpectedCell {
    let (institutions, standard, method) = match cell {
        SizedCell::NotApplicable => return ExpectedCell::hidden(HiddenReason::NoCounterpart),
        SizedCell::Withheld(reason) => return ExpectedCell::hidden(reason),
        SizedCell::Counted { institutions, standard, method } => (institutions, standard, method),
    };
    let rules = tier.rules_under(method);
    if let Some(reason) = too_small(institutions, rules) {
        return ExpectedCell::hidden(reason);
    }
    let sigma = rules.sigma_of(standard);
    let share = Scale::new(institutions, 1.0, sigma).standard_error();
    ExpectedCell {
        institutions: Some(band::rounded(institutions, rules)),
        status: if share <= 0.05 { CellStatus::Ok } else { CellStatus::Unreliable },
        reason: None,
        achieved_error: Some(band::count_error(sigma, rules)),
        share_error: Some(share),
        mean_error: Some(Scale::new(institutions, TOP_SCORE, sigma).standard_error()),
    }
}

impl ExpectedCell {
    fn hidden(reason: HiddenReason) -> Self {
        Self {
            institutions: None,
            status: reason.status(),
            reason: Some(reason),
            achieved_error: None,
            share_error: None,
            mean_error: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CappedSum, Contributions, Counted, CountedStudents, Label, Method, Named, NoiseKey, RawCell, RawStudentCell,
        RawStudentTable, RawTable, protect, protect_students,
    };

    fn counted(institutions: u32, achieved: u32) -> RawCell {
        RawCell::Counted(Counted {
            label: Label::new("area=E12000001", "202324T3"),
            measure: "GATSBY-2014/3".into(),
            institutions,
            sum: u64::from(achieved) * 100,
            achieved,
            named: Named::all_of(u128::from(institutions)),
            standard: institutions.is_multiple_of(2),
        })
    }

    #[test]
    fn what_is_expected_is_what_comes() {
        for tier in Tier::ALL {
            for institutions in 0..400 {
                let cells = vec![counted(institutions, institutions / 2), RawCell::Withheld(HiddenReason::LowEffect)];
                let standard = institutions.is_multiple_of(2);
                let sized = [
                    SizedCell::Counted { institutions, standard, method: Method::CURRENT },
                    SizedCell::Withheld(HiddenReason::LowEffect),
                ];
                let expected = expect(&Sizes::new(tier, sized.to_vec()));
                let protected = protect(RawTable::new(tier, cells, vec![]), &NoiseKey::new([1; 32]));
                for (expected, cell) in expected.iter().zip(protected.cells()) {
                    assert_eq!(expected.institutions, cell.institutions);
                    assert_eq!(expected.reason, cell.achieved_share.reason);
                    if cell.achieved_share.bound.is_none() {
                        assert_eq!(expected.share_error, cell.achieved_share.standard_error);
                        assert!(expected.status == cell.achieved_share.status || expected.status == CellStatus::Ok);
                    }
                    if cell.mean_score.bound.is_none() {
                        assert_eq!(expected.mean_error, cell.mean_score.standard_error);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_expected_of_cohorts_is_what_comes() {
        for tier in Tier::ALL {
            for institutions in 0..60 {
                let cohort: Contributions = (0..institutions).map(|number| 3 + number % 7 * institutions).collect();
                let mut students = CappedSum::new(cohort.ceiling(institutions, 100));
                (0..institutions).for_each(|number| students.add(1 + number % 3));
                let cell = RawStudentCell::Counted(CountedStudents {
                    label: Label::new("area=E12000001", "202223"),
                    measure: "destinations/KS4/education".into(),
                    institutions,
                    cohort,
                    keys: u128::from(institutions),
                    students,
                    part: None,
                });
                let protected = protect_students(RawStudentTable::new(tier, vec![cell]), &NoiseKey::new([1; 32]));
                let sizes = |in_part| {
                    let cell = SizedCohort::Counted { institutions, cohort, in_part };
                    expect_students(&CohortSizes::new(tier, vec![cell]))[0]
                };
                let (whole, part, cell) = (sizes(false), sizes(true), &protected.cells()[0]);
                assert_eq!((whole.institutions, whole.reason), (cell.institutions, cell.share.reason));
                assert_eq!(whole.cohort, Some(cell.cohort).filter(|cohort| cohort.reason.is_none()));
                assert_eq!(part.reason, whole.reason);
                assert_eq!((part.institutions, part.cohort), (None, None));
                assert_eq!(part.status.is_none(), part.reason.is_none());
            }
        }
    }
}
