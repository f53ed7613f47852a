//! Whether the process lives, and whether it can answer.

use std::{future, io, net, thread};

use axum::{
    Router,
    body::Body,
    extract::State as Extract,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use tokio::{net::TcpListener, runtime};

use crate::service::Schema;

use super::{ConnectionRules, State, serve};

/// Where it is asked.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/livez", get(live)).route("/readyz", get(ready))
}

/// Answers about health on a thread of its own as long as the process lives, so that nobody waits for it behind other work.
///
/// # Errors
/// When there is no thread to be had, or the listener cannot be used.
pub fn serve_health(state: &State, listener: net::TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let router = routes().with_state(state.clone());
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = async move {
        let listener = TcpListener::from_std(listener)?;
        serve(listener, router, ConnectionRules::default(), future::pending()).await
    };
    thread::Builder::new().name("health".to_owned()).spawn(move || {
        if let Err(error) = runtime.block_on(answer) {
            tracing::error!(%error, "health is not told apart any more");
        }
    })?;
    Ok(())
}

/// The process lives.
async fn live() -> &'static str {
    "ok"
}

/// A release is loaded and the database has the schema that this program knows, or had it when it answered last: while it is
/// away the release is served. Asked every few seconds, so it only reads.
async fn ready(Extract(state): Extract<State>) -> Response<Body> {
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
