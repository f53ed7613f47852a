//! Estimates: never a bare number.

use async_graphql::{Enum, SimpleObject};

/// What kind of answer a cell holds.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "disclosure::CellStatus")]
pub enum CellStatus {
    /// A value.
    Ok,
    /// A value whose standard error is above 20 % of it, or above 5 points for a share: use with care.
    Unreliable,
    /// Hidden to protect institutions; `reason` tells why and `remedy` what to change.
    Confidential,
    /// The question does not apply here, e.g. the framework in use has no counterpart of the benchmark.
    NotApplicable,
    /// Nobody handed in results for it.
    NotAvailable,
    /// The value is below half the rounding step, and not known to be zero.
    RoundsToZero,
}

/// Why there is no value.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "disclosure::HiddenReason")]
pub enum HiddenReason {
    /// Fewer institutions or students than the tier's threshold.
    SmallGroup,
    /// One or two institutions make up too much of it.
    Dominance,
    /// Too close to another answer: without one of its conditions or categories, or over an area around it, the same cell
    /// would count a few institutions more or less, and the two answers together would tell about those.
    LowEffect,
    /// The budget of new tabulations about this benchmark is used up: see `viewer.budget`.
    Budget,
    /// The agreement does not allow it.
    Policy,
    /// No results were handed in.
    NotCollected,
    /// The framework in use has no counterpart of the benchmark.
    NoCounterpart,
}

/// Which side of the value the truth is on, where the value is the edge of a band.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "disclosure::Bound")]
pub enum EstimateBound {
    /// The truth is at most about the value.
    AtMost,
    /// The truth is at least about the value.
    AtLeast,
}

/// A protected number with what is needed to read it.
#[derive(SimpleObject)]
pub struct Estimate {
    /// The value, with protection noise and rounding; null where hidden. A hidden value is never shown as zero.
    value: Option<f64>,
    /// The standard error of protection: noise and rounding together, in the unit of the value. Null where hidden or where
    /// the value is the edge of a band.
    standard_error: Option<f64>,
    /// Set where the value is the edge of a band: shares too close to 0 % or 100 % are told as "at most" or "at least".
    /// Which side it lies on was decided after noise was added: where the status is `UNRELIABLE` the truth may lie on the
    /// other one.
    bound: Option<EstimateBound>,
    /// What kind of answer this is.
    status: CellStatus,
    /// Why there is no value; null where there is one.
    reason: Option<HiddenReason>,
    /// What to change to get a value, best first; empty where there is one, or where nothing within your agreements helps.
    remedy: Vec<String>,
}
