//! `Authorization: Bearer` becomes a viewer. No header is anonymous; a bad one never is.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};

use crate::auth::Viewer;

use super::{State, edge::RequestId, error};

/// Who sends the request.
///
/// # Errors
/// 400 for two headers, 401 with `WWW-Authenticate` for anything that is no valid token.
pub(super) fn viewer(state: &State, headers: &HeaderMap, id: &RequestId) -> Result<Viewer, Box<Response<Body>>> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = sent.next() else { return Ok(Viewer::Anonymous) };
    if sent.next().is_some() {
        let message = "expected one Authorization header, found several";
        return Err(Box::new(error::respond(StatusCode::BAD_REQUEST, "BAD_REQUEST", message, id)));
    }
    let token = first
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return Err(Box::new(refuse("expected `Authorization: Bearer` and a token", id)));
    };
    match state.verifier.verify(token, state.exchange.now()) {
        Ok(partner) => Ok(Viewer::Partner(partner)),
        Err(reason) => Err(Box::new(refuse(&reason.to_string(), id))),
    }
}

fn refuse(reason: &str, id: &RequestId) -> Response<Body> {
    let mut response = error::respond(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", reason, id);
    let reason: String = reason.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
    let challenge =
        format!("Bearer realm=\"benchmark-exchange\", error=\"invalid_token\", error_description=\"{reason}\"");
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
