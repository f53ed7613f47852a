//! What a table would look like, told from public figures alone: before it is asked for, and without its cost.

use crate::{
    CellStatus, HiddenReason, RawCell, RawTable, Rules, Tier,
    band::{self, Scale},
    protect::{TOP_SCORE, too_small},
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
/// Looks at the number of institutions of each cell and at whether it was withheld. Both follow from who took part, which
/// is public: with every score drawn anew the outcome is the same.
///
/// # Method
///
/// Sizes, reasons and standard errors as [`protect`](crate::protect()) gives them; there they do not depend on any score.
pub fn expect(table: &RawTable, tier: Tier) -> Vec<ExpectedCell> {
    table.cells.iter().map(|cell| expected(cell, tier.rules())).collect()
}

fn expected(cell: &RawCell, rules: Rules) -> ExpectedCell {
    let counted = match cell {
        RawCell::NotApplicable => return ExpectedCell::hidden(HiddenReason::NoCounterpart),
        RawCell::Withheld(reason) => return ExpectedCell::hidden(*reason),
        RawCell::Counted(counted) => counted,
    };
    if let Some(reason) = too_small(counted.institutions, rules) {
        return ExpectedCell::hidden(reason);
    }
    let (institutions, sigma) = (counted.institutions, rules.sigma_of(counted.standard));
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
    use crate::{Counted, Label, NoiseKey, protect};

    fn counted(institutions: u32, achieved: u32) -> RawCell {
        RawCell::Counted(Counted {
            label: Label { conditions: "area=E12000001".into(), period: "202324T3".into() },
            measure: "GATSBY-2014/3".into(),
            institutions,
            sum: u64::from(achieved) * 100,
            achieved,
            keys: u128::from(institutions),
            standard: institutions.is_multiple_of(2),
        })
    }

    #[test]
    fn what_is_expected_is_what_comes() {
        for tier in Tier::ALL {
            for institutions in 0..400 {
                let cells =
                    || vec![counted(institutions, institutions / 2), RawCell::Withheld(HiddenReason::LowEffect)];
                let expected = expect(&RawTable::new(cells(), vec![]), tier);
                let protected = protect(RawTable::new(cells(), vec![]), &NoiseKey::new([1; 32]), tier);
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
}
