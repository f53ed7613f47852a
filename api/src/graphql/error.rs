//! The only place where a use case's error becomes a GraphQL error: a closed list of codes.

use async_graphql::{Error, ErrorExtensions};

use crate::service;

use super::error_code::ErrorCode;

/// The code of what may be answered in a moment.
pub(super) const UNAVAILABLE: &str = ErrorCode::Unavailable.as_str();

/// The code of what has to wait for what its asker has under way.
pub(super) const TOO_MANY_REQUESTS: &str = ErrorCode::TooManyRequests.as_str();

/// The code of an error, in `extensions.code`.
pub fn code(error: &service::Error) -> ErrorCode {
    match error {
        service::Error::Unauthenticated(_) => ErrorCode::Unauthenticated,
        service::Error::Forbidden(_) => ErrorCode::Forbidden,
        service::Error::BadRequest(_) => ErrorCode::BadRequest,
        service::Error::NotFound(_) => ErrorCode::NotFound,
        service::Error::Conflict(_) => ErrorCode::Conflict,
        service::Error::LimitExceeded(_) => ErrorCode::LimitExceeded,
        service::Error::BudgetExhausted(_) => ErrorCode::BudgetExhausted,
        service::Error::Unavailable(_) => ErrorCode::Unavailable,
        service::Error::TooMany(_) => ErrorCode::TooManyRequests,
        service::Error::Internal(_) => ErrorCode::Internal,
    }
}

/// The GraphQL error of a use case's error. An internal one shows a constant text; its cause is logged here, once.
#[expect(clippy::needless_pass_by_value, reason = "made for `map_err`")]
pub(super) fn graphql_error(error: service::Error) -> Error {
    if let service::Error::Internal(cause) = &error {
        tracing::error!(cause = format!("{cause:#}"), "internal error");
    }
    let code = code(&error).as_str();
    Error::new(error.to_string()).extend_with(|_, extensions| extensions.set("code", code))
}

/// A request that breaks a rule of paging or of an identifier.
pub(super) fn bad_request(message: impl Into<String>) -> Error {
    graphql_error(service::Error::BadRequest(message.into()))
}
