//! Whether the process lives, and whether it can answer.

use axum::{
    body::Body,
    extract::State as Extract,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

use crate::service::Schema;

use super::State;

/// The process lives.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// A release is loaded and the database has the schema that this program knows, or had it when it answered last: while it is
/// away the release is served. Asked every few seconds, so it only reads.
pub(super) async fn ready(Extract(state): Extract<State>) -> Response<Body> {
    let loaded = state.exchange.is_loaded();
    let schema = state.exchange.schema().await;
    let (database, migrated) = (schema.is_some(), state.exchange.is_migrated());
    let schema = match schema {
        Some(Schema::Current) => "current",
        Some(Schema::Behind(_)) => "behind",
        Some(Schema::Newer(_)) => "newer",
        None => "unreachable",
    };
    // Who is about to end says so first, so that balancers look elsewhere while it still answers.
    let ready = loaded && migrated && !state.is_leaving();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({"ready": ready, "releaseLoaded": loaded, "migrated": migrated, "schema": schema, "database": database});
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response()
}
