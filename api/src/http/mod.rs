//! The edge: GraphQL over HTTP, tokens for clients, the playground, health. Everything about HTTP is here and nothing else is.

mod arrival;
mod base_path;
mod bearer;
mod caching;
mod connection;
mod departure;
mod edge;
mod error;
mod graphiql;
mod graphql;
mod health;
mod idempotency_key;
mod log_brake;
mod metrics;
mod negotiate;
mod oauth;
mod official;
mod openapi;
mod parameters;
mod path;
mod playground;
mod rate;
mod request_id;
mod rules;
mod saved;
mod senders;
mod serve;
mod signed_in;
mod state;
mod submissions;
mod subscriptions;
mod tables;
mod unread;
mod wanted;

pub use axum::Router;
use axum::{
    http::{Method, StatusCode, header},
    middleware,
    response::Redirect,
    routing::{any, get},
};
use tower::ServiceBuilder;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, SizeAbove},
    },
    cors::{AllowHeaders, AllowOrigin, CorsLayer},
    timeout::TimeoutLayer,
};

pub use base_path::BasePath;
pub use connection::ConnectionRules;
pub use health::serve_health;
pub use metrics::serve_metrics;
pub use playground::{Playground, PlaygroundFile};
pub use request_id::RequestIds;
pub use rules::{EdgeRules, Origin, PublicUrl, StatusProfile};
pub use serve::serve;
pub use state::{Parts, State};

/// Bodies below this go out as they are, bytes: they fit one packet anyway.
const SMALLEST_COMPRESSED: u64 = 1_024;

/// How long a browser caches what a preflight allowed.
const PREFLIGHT_CACHED: std::time::Duration = std::time::Duration::from_mins(10);

/// The whole service as one router.
pub fn router(state: State) -> Router {
    // With a slash at the end too: POST to it would not survive every client's way with a redirect.
    let mut api = Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/graphql/", any(graphql::handle))
        .merge(tables::routes())
        .merge(official::routes())
        .merge(saved::routes());
    if let Some(cors) = cors(&state.rules.origins) {
        // Around what is refused for its method too, as a preflight is wherever its method has no route.
        api = api.method_not_allowed_fallback(error::method_not_allowed).layer(cors);
    }
    // The fastest level of each: an answer is made once and sent once.
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(departure::MadeSmaller(DefaultPredicate::new().and(SizeAbove::new(SMALLEST_COMPRESSED))));
    let base = state.rules.base_path.clone();
    let (page, same_page) = (state.rules.page(), state.rules.page());
    let pages = health::routes()
        .route("/", get(|| async move { Redirect::temporary(&page) }))
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/", get(|| async move { Redirect::permanent(&same_page) }))
        .route("/graphiql/editor", get(graphiql::editor))
        .route("/graphiql/{*path}", get(graphiql::asset))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, state.rules.timeout));
    let router = pages
        .merge(api)
        .merge(oauth::routes())
        .merge(openapi::routes())
        .merge(submissions::routes())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(
            // The outermost first. One layer for the router, which boxes each.
            ServiceBuilder::new()
                .layer(compression)
                .layer(middleware::from_fn_with_state(state.clone(), edge::observe))
                .layer(CatchPanicLayer::custom(error::panicked)),
        )
        .with_state(state);
    base_path::below(base, router)
}

/// Lets the pages of some origins ask. Tokens are not sent by a browser on its own, so no origin is given credentials.
fn cors(origins: &[Origin]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let allowed: Option<Vec<_>> = origins.iter().map(|origin| origin.value().cloned()).collect();
    let allowed = allowed.map_or_else(AllowOrigin::any, AllowOrigin::list);
    Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            // Whatever a client sends of its own: none of it is a right, and a token is not sent by a browser on its own.
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([
                header::ETAG,
                header::RETRY_AFTER,
                header::LINK,
                header::CONTENT_DISPOSITION,
                request_id::REQUEST_ID,
                rate::LIMIT,
                rate::POLICY,
            ])
            .max_age(PREFLIGHT_CACHED),
    )
}
