//! Whether the process lives, and whether it can answer.

use axum::{
    body::Body,
    extract::State as Extract,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

use super::State;

/// The process lives.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// A release is loaded and the database is up to date.
pub(super) async fn ready(Extract(state): Extract<State>) -> Response<Body> {
    let loaded = state.exchange.is_loaded();
    let migrated = state.exchange.is_migrated().await;
    let status = if loaded && migrated { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({"ready": loaded && migrated, "releaseLoaded": loaded, "migrated": migrated});
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response()
}
