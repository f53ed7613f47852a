//! Errors of the edge itself: GraphQL-shaped bodies with a code, whatever went wrong.

use std::any::Any;

use axum::{
    Extension,
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

use crate::graphql::error_body;

use super::{edge::RequestId, senders::Full};

/// When to try again after [`overloaded`] or while a release is loaded, seconds.
pub(super) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

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

pub(super) async fn not_found(Extension(id): Extension<RequestId>) -> Response<Body> {
    respond(StatusCode::NOT_FOUND, "NOT_FOUND", "nothing is here; the API is at /graphql", &id)
}

pub(super) async fn method_not_allowed(Extension(id): Extension<RequestId>) -> Response<Body> {
    respond(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "expected GET", &id)
}

/// A fault that nobody caught. The cause is logged; the sender gets a constant text.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer wants")]
pub(super) fn panicked(cause: Box<dyn Any + Send>) -> Response<Body> {
    let text = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(cause = text.unwrap_or("unknown"), "a request panicked");
    let unknown = RequestId(String::new());
    respond(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "internal error", &unknown)
}
