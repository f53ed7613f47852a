//! `Authorization: Bearer` becomes a viewer. No header is anonymous; a bad one never is.

use axum::{
    body::Body,
    http::{Extensions, HeaderMap, HeaderValue, Response, StatusCode, header},
};

use crate::{
    auth::{TokenError, Viewer},
    service::ShownKeys,
};

use super::{State, error, rate, request_id::RequestId, senders::Sender};

/// Who sends the request. Whoever sends what is no good token spends what its address has.
///
/// # Errors
/// 400 for two headers, 401 with `WWW-Authenticate` for anything that is no valid token, 429 where its address has spent all,
/// 503 where the keys of its issuer are not known at present.
pub(super) async fn viewer(
    state: &State,
    headers: &HeaderMap,
    extensions: &Extensions,
    id: &RequestId,
) -> Result<Viewer, Box<Response<Body>>> {
    let found = shown(state, headers, id).await;
    if found.is_err() {
        rate::admit(&state.purse(&Sender::of(&Viewer::Anonymous, extensions)), id)?;
    }
    found
}

async fn shown(state: &State, headers: &HeaderMap, id: &RequestId) -> Result<Viewer, Box<Response<Body>>> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = sent.next() else { return Ok(Viewer::Anonymous) };
    if sent.next().is_some() {
        let message = "expected one Authorization header, found several";
        return Err(Box::new(error::respond(StatusCode::BAD_REQUEST, "BAD_REQUEST", message, id)));
    }
    let Some(token) = token_in(first) else {
        return Err(Box::new(refuse("expected `Authorization: Bearer` and a token", id)));
    };
    match of_token(state, token).await {
        Ok(viewer) => Ok(viewer),
        Err(Unverified::Refused(reason)) => Err(Box::new(refuse(&reason.to_string(), id))),
        Err(Unverified::NotNow(seconds)) => Err(Box::new(not_now(seconds, id))),
    }
}

/// Why a token makes nobody known.
pub(super) enum Unverified {
    /// It is no good.
    Refused(TokenError),
    /// It cannot be known before some seconds are over.
    NotNow(u32),
}

/// Who has a token.
///
/// # Errors
/// [`Unverified`].
pub(super) async fn of_token(state: &State, token: &str) -> Result<Viewer, Unverified> {
    let mut checked = state.verifier.verify(token, state.exchange.now());
    if let Err(TokenError::UnknownKey(issuer)) = checked {
        match state.exchange.wish_for_keys(issuer).await {
            ShownKeys::Now => checked = state.verifier.verify(token, state.exchange.now()),
            ShownKeys::Before => {}
            ShownKeys::Not(seconds) => return Err(Unverified::NotNow(seconds)),
        }
    }
    checked.map(Viewer::Partner).map_err(Unverified::Refused)
}

/// The token of a request whose sender is known.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    token_in(headers.get(header::AUTHORIZATION)?)
}

fn token_in(value: &HeaderValue) -> Option<&str> {
    of_bearer(value.to_str().ok()?)
}

/// The token in what `Authorization` says.
pub(super) fn of_bearer(text: &str) -> Option<&str> {
    text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim())
}

/// The answer where it cannot be known whether a token is good.
fn not_now(seconds: u32, id: &RequestId) -> Response<Body> {
    let message = "the issuer of the token does not show its keys at present; try again";
    let mut response = error::respond(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message, id);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A refusal for want of a token.
#[expect(clippy::unnecessary_box_returns, reason = "refusals are boxed where they are passed on")]
pub(super) fn challenged(mut refusal: Box<Response<Body>>) -> Box<Response<Body>> {
    let challenge = HeaderValue::from_static("Bearer realm=\"benchmark-exchange\"");
    refusal.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    refusal
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
