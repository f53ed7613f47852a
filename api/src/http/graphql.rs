//! GraphQL over HTTP: POST with JSON, GET for questions, and the right status for everything else.

use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::{Query, Request, State as Extract},
    http::{HeaderValue, Method, Response, StatusCode, header},
    response::IntoResponse,
};

use crate::graphql::GraphQlRequest;

use super::{
    State, bearer,
    edge::RequestId,
    error::respond,
    negotiate::{accepted, is_json},
    parameters,
};

/// The largest body, bytes.
const LARGEST_BODY: usize = 1 << 20;

/// The longest operation name that is logged.
const LOGGED_NAME: usize = 60;

/// Answers one request.
pub(super) async fn handle(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response<Body> {
    match answer(&state, &id, request).await {
        Ok(response) => response,
        Err(refusal) => *refusal,
    }
}

async fn answer(state: &State, id: &RequestId, request: Request) -> Result<Response<Body>, Box<Response<Body>>> {
    let refuse = |status, code, message: &str| Box::new(respond(status, code, message, id));
    let bad = |message: String| refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message);
    let queries_only = match *request.method() {
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => {
            let mut refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "expected GET or POST");
            refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            return Err(refusal);
        }
    };
    let Some(media) = accepted(request.headers()) else {
        let message = "expected to be asked for application/graphql-response+json or application/json";
        return Err(refuse(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", message));
    };
    let viewer = bearer::viewer(state, request.headers(), id)?;
    let parameters = if queries_only {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
            .map_err(|error| bad(format!("the query string cannot be read: {error}")))?;
        parameters::from_query(&pairs).map_err(bad)?
    } else {
        if !is_json(request.headers()) {
            let message = "expected a body of type application/json in UTF-8";
            return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message));
        }
        let body = to_bytes(request.into_body(), LARGEST_BODY).await.map_err(|_| {
            let message = format!("expected a body of at most {LARGEST_BODY} bytes");
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED", &message)
        })?;
        parameters::from_body(&body).map_err(bad)?
    };
    record_name(&parameters);
    let answer = state.executor.execute(parameters, viewer, queries_only, &id.0).await;
    let status = media.status(answer.reply);
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(media.content_type())),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::VARY, HeaderValue::from_static("accept, authorization")),
        ],
        answer.body,
    )
        .into_response();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    Ok(response)
}

/// The name of the operation goes into the log, as far as it is a name. The question itself never does.
fn record_name(parameters: &GraphQlRequest) {
    if let Some(name) = &parameters.operation_name {
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(LOGGED_NAME).collect();
        tracing::Span::current().record("operation", name);
    }
}
