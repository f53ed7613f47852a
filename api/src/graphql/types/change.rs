//! Changes between periods.

use async_graphql::SimpleObject;

use super::{Estimate, Period};

/// How a cell differs from the same cell in an earlier period. Its standard error is of its own: where both periods are
/// about the same institutions, the lasting part of the noise cancels, so trends are told more exactly than levels.
#[derive(SimpleObject)]
pub struct Change {
    /// The earlier period.
    since: Period,
    /// The change of the share that achieved the benchmark, from −1 to 1: 0.05 is five points more.
    achieved_share: Estimate,
    /// The change of the mean score, from −100 to 100.
    mean_score: Estimate,
    /// Whether both periods are about the same institutions; null where one of the cells is hidden.
    same_institutions: Option<bool>,
    /// Whether the change of the share is larger than protection explains (above 1.96 standard errors). If not, it may be
    /// noise alone.
    distinguishable: bool,
    /// The same for the change of the mean score.
    mean_distinguishable: bool,
}
