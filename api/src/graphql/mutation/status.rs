//! What became of a change: expected outcomes are values, only faults are errors.

use async_graphql::{Enum, Result};

use crate::{
    graphql::error::graphql_error,
    service::{Error, Outcome},
};

/// What became of a change.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeStatus {
    /// It is made.
    Done,
    /// It would be made, and nothing was changed: it was a dry run.
    Checked,
    /// What it is about is not there, or is not yours; the two look alike.
    NotFound,
    /// It is in the way of something that is there already, or nothing is left to do.
    Conflict,
    /// It breaks a rule, which `message` tells.
    Invalid,
    /// It is not yours to make.
    NotAllowed,
}

/// The status of an outcome, what came of it where it is made or would be, and why it is not in words.
///
/// # Errors
/// A fault.
pub(super) fn told<T>(outcome: Outcome<T>) -> Result<(ChangeStatus, Option<T>, Option<String>)> {
    let refused = match outcome {
        Outcome::Done(made) => return Ok((ChangeStatus::Done, Some(made), None)),
        Outcome::Checked(found) => return Ok((ChangeStatus::Checked, Some(found), None)),
        Outcome::Refused(error) => error,
    };
    let status = match refused {
        Error::NotFound(_) => ChangeStatus::NotFound,
        Error::Conflict(_) => ChangeStatus::Conflict,
        Error::BadRequest(_) | Error::LimitExceeded(_) => ChangeStatus::Invalid,
        Error::Forbidden(_) => ChangeStatus::NotAllowed,
        fault => return Err(graphql_error(fault)),
    };
    Ok((status, None, Some(refused.to_string())))
}
