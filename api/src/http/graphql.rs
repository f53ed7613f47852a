//! GraphQL over HTTP: POST with JSON, GET for questions, and the right status for everything else.

use std::sync::Arc;

use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::{Query, Request, State as Extract},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
    response::IntoResponse,
};

use crate::{
    auth::Viewer,
    graphql::{Answer, GraphQlRequest, Reply},
    service::Reader,
};

use super::{
    State, bearer,
    caching::{self, CachePolicy},
    edge::{RequestId, RequestLog},
    error::{RETRY_AFTER, overloaded, respond},
    negotiate::{self, Media, accepted, is_json},
    parameters::{self, Incoming, Malformed},
    rules::StatusProfile,
};

/// The largest body, bytes.
const LARGEST_BODY: usize = 1 << 20;

/// Which part of a request's time may be spent on waiting for an older release. The rest is for saying that it is not there yet.
const PATIENCE: f32 = 0.8;

/// The longest operation name that is logged.
const LOGGED_NAME: usize = 60;

/// What an answer varies with, beside its address. The layers add the rest.
const VARY: HeaderValue = HeaderValue::from_static("accept, authorization");

/// Answers one request.
pub(super) async fn handle(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    request: Request,
) -> Response<Body> {
    let Ok(_permit) = state.permits.try_acquire() else { return overloaded(&id) };
    let mut response = match answer(&state, &id, &log, request).await {
        Ok(response) => response,
        Err(refusal) => *refusal,
    };
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(CachePolicy::NoStore.header());
    response
}

async fn answer(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    request: Request,
) -> Result<Response<Body>, Box<Response<Body>>> {
    let profile = state.rules.status_profile;
    let refuse = |status, code, message: &str| Box::new(respond(status, code, message, id));
    let queries_only = match *request.method() {
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => {
            let mut refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "expected GET or POST");
            refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            return Err(refusal);
        }
    };
    let Some(media) = accepted(request.headers(), profile) else {
        let message = "expected to be asked for application/graphql-response+json or application/json";
        return Err(refuse(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", message));
    };
    let viewer = bearer::viewer(state, request.headers(), id)?;
    if let Viewer::Partner(partner) = &viewer {
        log.organisation.get_or_init(|| partner.organisation().to_owned());
    }
    let anonymous = viewer == Viewer::Anonymous;
    // Taken once: everything in the request is answered of one release, under one directory, on one day.
    let reader = state.exchange.reader(viewer, state.rules.timeout.mul_f32(PATIENCE));
    if queries_only {
        let malformed = |problem| Box::new(malformed(profile, &Malformed::NotARequest(problem), id));
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
            .map_err(|error| malformed(format!("the query string cannot be read: {error}")))?;
        let one = parameters::from_query(&pairs).map_err(malformed)?;
        log_operation(log, &one);
        let answer = state.executor.execute(one, reader, true, &id.0).await;
        return Ok(respond_to_get(profile, media, request.headers(), anonymous, answer));
    }
    if !is_json(request.headers()) {
        let message = "expected a body of type application/json in UTF-8";
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message));
    }
    let body = to_bytes(request.into_body(), LARGEST_BODY).await.map_err(|_| {
        let message = format!("expected a body of at most {LARGEST_BODY} bytes");
        refuse(StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED", &message)
    })?;
    match parameters::from_body(&body, state.rules.max_batch)
        .map_err(|problem| Box::new(malformed(profile, &problem, id)))?
    {
        Incoming::One(one) => {
            log_operation(log, &one);
            let answer = state.executor.execute(one, reader, false, &id.0).await;
            let (status, kind) = media.outcome(profile, answer.reply);
            Ok(json_response(status, kind, answer.body))
        }
        Incoming::Many(all) => Ok(batch(state, media, &reader, all, id).await),
    }
}

/// Several requests, one after the other, so that a batch takes no more of the machine at once than one request does.
async fn batch(
    state: &State,
    media: Media,
    reader: &Reader,
    all: Vec<GraphQlRequest>,
    id: &RequestId,
) -> Response<Body> {
    let mut body = vec![b'['];
    for (index, one) in all.into_iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(&state.executor.execute(one, reader.clone(), false, &id.0).await.body);
    }
    body.push(b']');
    json_response(StatusCode::OK, media.content_type(), body)
}

/// The response to GET: a complete answer may be cached, and is not sent to whoever has it already.
fn respond_to_get(
    profile: StatusProfile,
    media: Media,
    headers: &HeaderMap,
    anonymous: bool,
    answer: Answer,
) -> Response<Body> {
    let (status, kind) = media.outcome(profile, answer.reply);
    if answer.reply != Reply::Complete {
        let mut response = json_response(status, kind, answer.body);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        return response;
    }
    let policy = if anonymous && answer.catalogue_only { CachePolicy::Public } else { CachePolicy::Private };
    let validator = caching::validator(kind, &answer.body);
    let mut response = if caching::matches(headers, &validator) {
        (StatusCode::NOT_MODIFIED, [(header::VARY, VARY)]).into_response()
    } else {
        json_response(status, kind, answer.body)
    };
    response.headers_mut().insert(header::ETAG, validator);
    response.headers_mut().insert(header::CACHE_CONTROL, policy.header());
    response
}

fn json_response(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::VARY, VARY)], body.into())
        .into_response()
}

/// The answer to what is no request.
fn malformed(profile: StatusProfile, problem: &Malformed, id: &RequestId) -> Response<Body> {
    let (code, message) = match problem {
        Malformed::NotJson(message) | Malformed::NotARequest(message) => ("BAD_REQUEST", message),
        Malformed::TooMany(message) => ("LIMIT_EXCEEDED", message),
    };
    let newer = profile == StatusProfile::Newer;
    let status = match problem {
        Malformed::NotARequest(_) | Malformed::TooMany(_) if newer => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = respond(status, code, message, id);
    if newer {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(negotiate::RESPONSE));
    }
    response
}

/// The name of the operation goes into the log, as far as it is a name. The question itself never does.
fn log_operation(log: &RequestLog, parameters: &GraphQlRequest) {
    if let Some(name) = &parameters.operation_name {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        log.operation.get_or_init(|| name.chars().filter(plain).take(LOGGED_NAME).collect());
    }
}
