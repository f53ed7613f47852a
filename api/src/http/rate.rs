//! How a sender stands, in the headers `RateLimit` and `RateLimit-Policy`, and what is said where its points are spent.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};

use crate::service::{Error, Purse, REQUEST_POINTS};

use super::{error, request_id::RequestId};

/// How many points are left, and in how many seconds all of them are there again.
pub(super) const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How many points a minute has.
pub(super) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Takes what a request takes, whatever it asks.
///
/// # Errors
/// 429 where it is not there.
pub(super) fn admit(purse: &Purse, id: &RequestId) -> Result<(), Box<Response<Body>>> {
    purse.spend(REQUEST_POINTS).map_err(|refusal| Box::new(refused(&refusal, purse, id)))
}

fn refused(refusal: &Error, purse: &Purse, id: &RequestId) -> Response<Body> {
    let mut response = error::respond(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", &refusal.to_string(), id);
    tell(&mut response, purse);
    response
}

/// Tells how the sender stands.
pub(super) fn tell(response: &mut Response<Body>, purse: &Purse) {
    let Some(quota) = purse.quota() else { return };
    let standing = purse.standing();
    let (left, full_in) = standing.map_or((0, 60), |standing| (standing.left, standing.full_in));
    let status = response.status();
    let headers = response.headers_mut();
    for (name, text) in
        [(POLICY, format!("\"minute\";q={quota};w=60")), (LIMIT, format!("\"minute\";r={left};t={full_in}"))]
    {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    if let Some(wait) = purse.wait().filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
    }
}
