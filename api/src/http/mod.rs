//! The edge: GraphQL over HTTP, the playground, health. Everything about HTTP is here and nothing else is.

mod bearer;
mod edge;
mod error;
mod graphiql;
mod graphql;
mod health;
mod negotiate;
mod parameters;
mod serve;
mod state;

use std::time::Duration;

pub use axum::Router;
use axum::{
    middleware,
    response::Redirect,
    routing::{any, get},
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

pub use serve::serve;
pub use state::{RequestIds, State};

/// The longest a request may take, its body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The whole service as one router.
pub fn router(state: State) -> Router {
    let asked = Router::new()
        .route("/graphql", any(graphql::handle))
        .route_layer(middleware::from_fn_with_state(state.clone(), edge::shed));
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/{*path}", get(graphiql::asset))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .merge(asked)
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(middleware::from_fn_with_state(state.clone(), edge::observe))
        .with_state(state)
}
