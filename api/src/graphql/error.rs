//! The only place where a use case's error becomes a GraphQL error: a closed list of codes.

use async_graphql::{Error, ErrorExtensions};

use crate::service;

/// The code of what may be answered in a moment.
pub(super) const UNAVAILABLE: &str = "UNAVAILABLE";

/// The code of what has to wait for what its asker has under way.
pub(super) const TOO_MANY_REQUESTS: &str = "TOO_MANY_REQUESTS";

/// The code of an error, in `extensions.code`.
pub fn code(error: &service::Error) -> &'static str {
    match error {
        service::Error::Unauthenticated(_) => "UNAUTHENTICATED",
        service::Error::Forbidden(_) => "FORBIDDEN",
        service::Error::BadRequest(_) => "BAD_REQUEST",
        service::Error::NotFound(_) => "NOT_FOUND",
        service::Error::Conflict(_) => "CONFLICT",
        service::Error::LimitExceeded(_) => "LIMIT_EXCEEDED",
        service::Error::BudgetExhausted(_) => "BUDGET_EXHAUSTED",
        service::Error::Unavailable(_) => UNAVAILABLE,
        service::Error::TooMany(_) => TOO_MANY_REQUESTS,
        service::Error::Internal(_) => "INTERNAL",
    }
}

/// The GraphQL error of a use case's error. An internal one shows a constant text; its cause is logged here, once.
#[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
pub(super) fn graphql_error(error: service::Error) -> Error {
    if let service::Error::Internal(cause) = &error {
        tracing::error!(cause = format!("{cause:#}"), "internal error");
    }
    let code = code(&error);
    Error::new(error.to_string()).extend_with(|_, extensions| extensions.set("code", code))
}

/// A request that breaks a rule of paging or of an identifier.
pub(super) fn bad_request(message: impl Into<String>) -> Error {
    graphql_error(service::Error::BadRequest(message.into()))
}
