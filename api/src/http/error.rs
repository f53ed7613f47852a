//! Errors of the edge itself: GraphQL-shaped bodies with a code, whatever went wrong.

use std::any::Any;

use axum::{
    Extension,
    body::Body,
    http::{HeaderValue, Response, StatusCode, Uri, header},
    response::IntoResponse,
};

use crate::{
    graphql::{error_body, error_code},
    service,
};

use super::{request_id::RequestId, senders::Full};

/// When to try again after [`overloaded`] or while a release is loaded, seconds.
pub(super) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// Tells when to try again what was refused for now, where nothing closer is told.
pub(super) fn say_when(response: &mut Response<Body>) {
    if matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
    }
}

/// A response with one error.
pub(super) fn respond(status: StatusCode, code: &str, message: &str, request_id: &RequestId) -> Response<Body> {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, json)], error_body(message, code, &request_id.0)).into_response()
}

/// The response to a request that finds no room: it is refused at once, so that the others need not share with it.
pub(super) fn overloaded(full: Full, request_id: &RequestId) -> Response<Body> {
    let (status, code, message) = match full {
        Full::Own => {
            let message = "you have as much under way as one may have; try again when something of it is answered";
            (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", message)
        }
        Full::All => {
            (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "too many requests are being worked on; try again")
        }
    };
    let mut response = respond(status, code, message, request_id);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

/// The response to a use case that did not come about, with the code of the contract. An internal cause is logged here, once.
pub(super) fn failed(error: &service::Error, request_id: &RequestId) -> Response<Body> {
    use service::Error;
    let status = match error {
        Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) | Error::BudgetExhausted(_) => StatusCode::FORBIDDEN,
        Error::BadRequest(_) | Error::LimitExceeded(_) => StatusCode::BAD_REQUEST,
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Internal(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "internal error");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    respond(status, error_code(error).as_str(), &error.to_string(), request_id)
}

/// Nothing is here. What has a slash at its end leads to where there is none; from there, so that it stays below what a proxy put
/// before it.
pub(super) async fn not_found(Extension(id): Extension<RequestId>, address: Uri) -> Response<Body> {
    let name =
        address.path().strip_suffix('/').and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty());
    let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
    if let Some(there) = name.and_then(|name| HeaderValue::from_str(&format!("../{name}{query}")).ok()) {
        return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, there)]).into_response();
    }
    respond(StatusCode::NOT_FOUND, "NOT_FOUND", "nothing is here; the API is at /graphql", &id)
}

pub(super) async fn method_not_allowed(Extension(id): Extension<RequestId>) -> Response<Body> {
    respond(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "expected a method that the header Allow names", &id)
}

/// A fault that nobody caught. The cause is logged; the sender gets a constant text.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer wants")]
pub(super) fn panicked(cause: Box<dyn Any + Send>) -> Response<Body> {
    let text = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(cause = text.unwrap_or("unknown"), "a request panicked");
    let unknown = RequestId(String::new());
    respond(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "internal error", &unknown)
}
