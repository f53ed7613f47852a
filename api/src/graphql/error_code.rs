//! The codes of errors: a closed list.

use async_graphql::{Enum, SimpleObject, resolver_utils::EnumType};

/// What an error carries in `extensions.code`. Decide by it, never by the message.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// No token where one is needed, or one that does not hold.
    Unauthenticated,
    /// The token or the agreements do not allow it.
    Forbidden,
    /// The request, the document, a variable or an argument breaks a rule.
    BadRequest,
    /// Nothing of that name, or nothing within your agreements: the two look alike.
    NotFound,
    /// It is in the way of something that is already there.
    Conflict,
    /// More than a limit allows.
    LimitExceeded,
    /// The budget of new tabulations is used up.
    BudgetExhausted,
    /// Not now; the same request may be answered in a moment.
    Unavailable,
    /// You have as much under way as one may have.
    TooManyRequests,
    /// A fault of the service.
    Internal,
    /// No document is registered under that hash.
    PersistedQueryNotFound,
    /// Documents are not registered by their hash here.
    PersistedQueryNotSupported,
}

impl ErrorCode {
    /// Every code, in the order of the contract.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::items().iter().map(|item| item.value)
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadRequest => "BAD_REQUEST",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::BudgetExhausted => "BUDGET_EXHAUSTED",
            Self::Unavailable => "UNAVAILABLE",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::Internal => "INTERNAL",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
        }
    }

    /// Whether the same request, unchanged, may be answered later.
    const fn retry(self) -> bool {
        matches!(self, Self::Unavailable | Self::TooManyRequests)
    }
}

/// What to do about a code.
#[derive(SimpleObject)]
pub struct ErrorRule {
    /// The code.
    code: ErrorCode,
    /// Whether the same request, sent again unchanged after the seconds that `Retry-After` names, may be answered. Any other is
    /// answered the same again: mend the request, the token or the agreement first.
    retry: bool,
}

impl From<ErrorCode> for ErrorRule {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry: code.retry() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_as_the_contract_names_it() {
        assert!(ErrorCode::items().iter().all(|item| item.value.as_str() == item.name));
    }
}
