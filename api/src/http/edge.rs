//! What surrounds every request: its identity, its span, its log line, and the security headers.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State as Extract},
    http::{HeaderValue, Response, StatusCode, header},
    middleware::Next,
};
use tokio::time::Instant;
use tracing::Instrument;

use crate::telemetry::{Answered, Line, Lines, Parent};

use super::{
    State,
    caching::CachePolicy,
    departure::NotPlain,
    error, negotiate,
    request_id::{REQUEST_ID, RequestId},
};

/// What the handler adds to the log line of its request: of a GraphQL request, who asks and which operation.
#[derive(Default)]
pub(super) struct RequestLog {
    /// The name of the operation.
    pub(super) operation: OnceLock<String>,
    /// The code of who asks.
    pub(super) organisation: OnceLock<String>,
}

/// Gives the request an identity and a span, and the response its headers. Logs neither tokens nor questions.
pub(super) async fn observe(Extract(state): Extract<State>, mut request: Request, next: Next) -> Response<Body> {
    let started = Instant::now();
    let telemetry = state.exchange.telemetry().clone();
    let under_way = telemetry.begin();
    let id = RequestId::sent(&request).unwrap_or_else(|| state.ids.next());
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    // The span carries no more than the identity: what it carries is written out at its start, and again with each field.
    let span = tracing::info_span!("request", id = id.0);
    let method = request.method().clone();
    let parent = Parent::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let log = Arc::new(RequestLog::default());
    request.extensions_mut().insert(log.clone());
    let codings = negotiate::taken_codings(request.headers());
    // Before any work: an answer that cannot be taken is not made.
    let mut response = if codings.plain || codings.smaller {
        next.run(request).instrument(span.clone()).await
    } else {
        let message = "expected to be asked for gzip, br or no coding";
        error::respond(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", message, &id)
    };
    if !codings.plain {
        response.extensions_mut().insert(NotPlain);
    }
    let elapsed: Duration = started.elapsed();
    telemetry.answered(known_route(&route), known_status(response.status()), elapsed);
    drop(under_way);
    let (operation, organisation) = (log.operation.get(), log.organisation.get());
    let (status, us) = (response.status().as_u16(), elapsed.as_micros());
    let trace = parent.as_ref().map(Parent::trace);
    // Of a flood of tokens that are none, and of requests beyond their sender's rate, some lines tell.
    let untold = if matches!(status, 401 | 429) { state.refusals.tell(started) } else { Some(0) };
    match (untold.map(|untold| Some(untold).filter(|untold| *untold > 0)), Lines::of_process()) {
        (Some(untold), Some(lines)) if tracing::enabled!(tracing::Level::INFO) => lines.answered(&Line {
            at: state.exchange.now(),
            id: &id.0,
            method: method.as_str(),
            route: &route,
            operation: operation.map(String::as_str),
            organisation: organisation.map(String::as_str),
            status,
            us,
            trace: trace.as_deref(),
            untold,
        }),
        (Some(untold), None) => {
            span.in_scope(
                || tracing::info!(%method, route, operation, organisation, status, us, trace, untold, "answered"),
            );
        }
        _ => {}
    }
    if let Some(traces) = &state.traces {
        traces.answered(&Answered {
            id: &id.0,
            method: method.as_str(),
            route: known_route(&route),
            operation: operation.map(String::as_str),
            organisation: organisation.map(String::as_str),
            release: state.exchange.newest_release(),
            status,
            end: state.exchange.now().into(),
            elapsed,
            parent: parent.as_ref(),
        });
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(CachePolicy::NoStore.header());
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// The route as a word of the program: what a sender made up is none.
fn known_route(route: &str) -> &'static str {
    const ROUTES: [&str; 13] = [
        "/graphql",
        "/graphiql",
        "/openapi.json",
        "/tables",
        "/tables/{name}",
        "/reports/{area}",
        "/oauth/token",
        "/submissions",
        "/.well-known/jwks.json",
        "/.well-known/oauth-authorization-server",
        "/livez",
        "/readyz",
        "/",
    ];
    let route = if route.starts_with("/graphiql") { "/graphiql" } else { route };
    let route = if route == "/graphql/" { "/graphql" } else { route };
    let metadata = "/.well-known/oauth-authorization-server";
    let route = if route.starts_with(metadata) { metadata } else { route };
    ROUTES.into_iter().find(|known| *known == route).unwrap_or("other")
}

/// The status as a word of the program.
fn known_status(status: StatusCode) -> &'static str {
    const STATUSES: [&str; 28] = [
        "101", "200", "202", "204", "294", "303", "304", "307", "308", "400", "401", "403", "404", "405", "406", "408",
        "409", "413", "414", "415", "422", "426", "429", "431", "500", "502", "503", "504",
    ];
    STATUSES.into_iter().find(|known| *known == status.as_str()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_makes_up_is_no_label() {
        assert_eq!(known_route("/graphiql/{*path}"), "/graphiql");
        assert_eq!((known_route("unmatched"), known_route("/graphql")), ("other", "/graphql"));
        assert_eq!(known_route("/graphql/"), "/graphql");
        assert_eq!((known_status(StatusCode::OK), known_status(StatusCode::IM_A_TEAPOT)), ("200", "other"));
    }
}
