//! What an operator's Prometheus reads, on a listener of its own.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

use crate::service::Exchange;

/// OpenMetrics, which every Prometheus reads since 2.5.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Serves `/metrics` and nothing else, to whoever reaches the listener.
///
/// # Errors
/// When the listener fails.
pub async fn serve_metrics(listener: TcpListener, exchange: Arc<Exchange>) -> io::Result<()> {
    axum::serve(listener, Router::new().route("/metrics", get(metrics)).with_state(exchange)).await
}

async fn metrics(State(exchange): State<Arc<Exchange>>) -> Response {
    match exchange.telemetry().write(exchange.present()) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
