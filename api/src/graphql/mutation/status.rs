//! What became of a change: expected outcomes are values, only faults are errors.

use async_graphql::{Enum, Result, SimpleObject};

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

/// What the answer to every change tells first.
#[derive(SimpleObject)]
pub struct ChangeOutcome {
    /// What became of it.
    pub(super) status: ChangeStatus,
    /// Why it was not, in words.
    pub(super) message: Option<String>,
}

/// What the answer to a change tells first, and what came of it where it is made or would be.
///
/// # Errors
/// A fault.
pub(super) fn told<T>(outcome: Outcome<T>) -> Result<(ChangeOutcome, Option<T>)> {
    let made = |status| ChangeOutcome { status, message: None };
    let refused = match outcome {
        Outcome::Done(found) => return Ok((made(ChangeStatus::Done), Some(found))),
        Outcome::Checked(found) => return Ok((made(ChangeStatus::Checked), Some(found))),
        Outcome::Refused(error) => error,
    };
    let status = match refused {
        Error::NotFound(_) => ChangeStatus::NotFound,
        Error::Conflict(_) => ChangeStatus::Conflict,
        Error::BadRequest(_) | Error::LimitExceeded(_) => ChangeStatus::Invalid,
        Error::Forbidden(_) => ChangeStatus::NotAllowed,
        fault => return Err(graphql_error(fault)),
    };
    Ok((ChangeOutcome { status, message: Some(refused.to_string()) }, None))
}
