//! Why a use case did not come about. Knows no transport: `graphql` and `cli` put it into words of theirs.
//!
//! Every message but the cause of `Internal` may be shown to the asker. None of them depends on a score.

use crate::{
    policy::{NotYours, Refusal},
    store,
    tabulation::{InvalidCitation, PayError, PlanError},
};

/// Why a use case did not come about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody said who asks.
    #[error("{0}")]
    Unauthenticated(String),
    /// Who asks may not.
    #[error("{0}")]
    Forbidden(String),
    /// The request breaks a rule.
    #[error("{0}")]
    BadRequest(String),
    /// Absent, or outside what the asker may see: the two look alike.
    #[error("{0}")]
    NotFound(String),
    /// It is in the way of something that is already there.
    #[error("{0}")]
    Conflict(String),
    /// More than a limit allows.
    #[error("{0}")]
    LimitExceeded(String),
    /// The budget of new tabulations is used up.
    #[error("{0}")]
    BudgetExhausted(String),
    /// Not now.
    #[error("{0}")]
    Unavailable(String),
    /// The asker has too much under way.
    #[error("{0}")]
    TooMany(String),
    /// A fault. The cause is for the log, never for the asker.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            Refusal::Anonymous | Refusal::Unknown | Refusal::Stranger => Self::Unauthenticated(text),
            Refusal::MissingScope(_) | Refusal::NoAgreement | Refusal::Gone | Refusal::Purpose { .. } => {
                Self::Forbidden(text)
            }
            Refusal::PurposeMissing { .. } => Self::BadRequest(text),
        }
    }
}

impl From<NotYours> for Error {
    fn from(error: NotYours) -> Self {
        let text = error.to_string();
        match error {
            NotYours::Area(_)
            | NotYours::Consumer(_)
            | NotYours::Agreement(_)
            | NotYours::Client(_)
            | NotYours::Webhook(_) => Self::NotFound(text),
            NotYours::Yourself
            | NotYours::Abroad(_)
            | NotYours::Scope(_)
            | NotYours::Administrative(_)
            | NotYours::Other(_)
            | NotYours::OwnEnd => Self::Forbidden(text),
        }
    }
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        let text = error.to_string();
        match error {
            PlanError::NotFound(_) => Self::NotFound(text),
            PlanError::Invalid(_) => Self::BadRequest(text),
            PlanError::Forbidden(_) => Self::Forbidden(text),
            PlanError::TooManyCells { .. } => Self::LimitExceeded(text),
        }
    }
}

impl From<PayError> for Error {
    fn from(error: PayError) -> Self {
        let text = error.to_string();
        match error {
            PayError::UnknownOrganisation => Self::Forbidden(text),
            PayError::Exhausted(_) => Self::BudgetExhausted(text),
            PayError::Unavailable => Self::Unavailable(text),
        }
    }
}

impl From<InvalidCitation> for Error {
    fn from(error: InvalidCitation) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let text = error.to_string();
        match error {
            store::Error::UnknownArea(_)
            | store::Error::UnknownOrganisation(_)
            | store::Error::UnknownAgreement(_)
            | store::Error::UnknownKey(_)
            | store::Error::UnknownClient(_)
            | store::Error::UnknownWebhook(_)
            | store::Error::NotResendable(_)
            | store::Error::UnknownIssuer(_)
            | store::Error::UnknownIssuerClient(..)
            | store::Error::NothingToErase
            | store::Error::NothingHandedIn(_)
            | store::Error::NoDatabase(_) => Self::NotFound(text),
            store::Error::OrganisationTaken(_)
            | store::Error::ReplacedAgreement(..)
            | store::Error::OrganisationEnded(_)
            | store::Error::RollChanged
            | store::Error::ChangedMeanwhile
            | store::Error::ChangeMade
            | store::Error::NothingToPublish(_)
            | store::Error::Unrevisable(_)
            | store::Error::TwoKeys(_)
            | store::Error::RevokedClient(_)
            | store::Error::IssuerTaken(_)
            | store::Error::TwoCredentials(_)
            | store::Error::SigningKey(_)
            | store::Error::ReleaseTaken(_)
            | store::Error::LostRace(_)
            | store::Error::Unmigratable(_)
            | store::Error::Backup(..) => Self::Conflict(text),
            store::Error::Reference(_) | store::Error::Invalid(_) => Self::BadRequest(text),
            store::Error::Newer(_) | store::Error::Away(_) | store::Error::Locked | store::Error::FileGone(_) => {
                Self::Unavailable(text)
            }
            store::Error::Unrecorded | store::Error::Corrupt(_) | store::Error::Database(_) => {
                Self::Internal(error.into())
            }
        }
    }
}
