//! The guard against differences: cells that another cell comes too close to.

use crate::Rules;

/// Whether a cell must not be answered because dropping one of its conditions, or one of the categories that a condition
/// keeps, changes its set by `difference` institutions.
///
/// # Guarantee
///
/// Where every condition and kept category of every answered cell was tested, no two answered cells that differ in one
/// condition or in one kept category differ by 1 to k − 1 institutions, k being
/// [`Rules::fewest_institutions`]. What is hidden depends on who took part, which is public, and on no score.
///
/// # Method
///
/// The low-effect rule of Diffix (Francis et al., *Diffix: High-Utility Database Anonymization*, 2017), applied as
/// suppression instead of by dropping the condition, so that a hidden cell says why.
///
/// # Example
///
/// ```
/// use disclosure::{Tier, has_low_effect};
///
/// let rules = Tier::Regional.rules();
/// // 60 schools, of which 57 are academies: the two answers would tell about the other 3
/// assert!(has_low_effect(60 - 57, rules));
/// // all 60 are academies: the two questions are about the same schools
/// assert!(!has_low_effect(0, rules));
/// assert!(!has_low_effect(60 - 50, rules));
/// ```
pub fn has_low_effect(difference: u32, rules: Rules) -> bool {
    (1..rules.fewest_institutions()).contains(&difference)
}

/// The fewest institutions by which the set of a cell and that of the same cell over an area around it may differ.
///
/// Smaller than the threshold that [`has_low_effect`] uses: areas of different kinds are drawn over the same
/// institutions, and hiding every hub of which all but a few schools of its LEP are members would hide most hubs. From 3
/// on the difference carries the noise of both cells, σ·√2, and is about no single institution.
pub const FEWEST_AROUND: u32 = 3;
