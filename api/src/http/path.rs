//! The part of an address that says what is asked for, as text.

use axum::{
    body::Body,
    extract::{FromRequestParts, Path},
    http::{Response, StatusCode, request::Parts},
};

use super::{State, error, request_id::RequestId};

/// The part of an address behind its route. One that is no UTF-8 is refused as everything else is: in JSON, with a code.
pub(super) struct PathText(pub(super) String);

impl FromRequestParts<State> for PathText {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Self::Rejection> {
        if let Ok(Path(text)) = Path::<String>::from_request_parts(parts, state).await {
            return Ok(Self(text));
        }
        let id = parts.extensions.get::<RequestId>().cloned().unwrap_or(RequestId(String::new()));
        let message = "expected an address in UTF-8, found something else";
        Err(error::respond(StatusCode::BAD_REQUEST, "BAD_REQUEST", message, &id))
    }
}
