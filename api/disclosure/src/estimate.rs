//! One published value with everything that belongs to it.

use crate::status::{Bound, CellStatus, HiddenReason};

/// A published value, how sure it is, and, where it is not given, why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value, in its own unit; absent when hidden, and then never 0.
    pub value: Option<f64>,
    /// The standard error from noise and rounding, to three digits; absent when hidden, banded or rounded to zero.
    pub standard_error: Option<f64>,
    /// Set when the value is the edge of a band: the side of it on which the noised figure lies.
    pub bound: Option<Bound>,
    /// What sort of value it is.
    pub status: CellStatus,
    /// Why the value is not given; absent when it is.
    pub reason: Option<HiddenReason>,
}

impl Estimate {
    pub(crate) fn hidden(reason: HiddenReason) -> Self {
        Self { value: None, standard_error: None, bound: None, status: reason.status(), reason: Some(reason) }
    }

    pub(crate) fn banded(edge: f64, bound: Bound, reliable: bool) -> Self {
        let status = if reliable { CellStatus::Ok } else { CellStatus::Unreliable };
        Self { value: Some(edge), standard_error: None, bound: Some(bound), status, reason: None }
    }

    pub(crate) fn rounds_to_zero() -> Self {
        Self { value: Some(0.0), standard_error: None, bound: None, status: CellStatus::RoundsToZero, reason: None }
    }

    pub(crate) fn given(value: f64, standard_error: f64, reliable: bool) -> Self {
        let status = if reliable { CellStatus::Ok } else { CellStatus::Unreliable };
        Self { value: Some(value), standard_error: Some(standard_error), bound: None, status, reason: None }
    }
}
