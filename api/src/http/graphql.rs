//! GraphQL over HTTP: POST with JSON, GET for questions, and the right status for everything else.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{Request, State as Extract},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect},
};

use bytes::Bytes;
use tokio::time::timeout;

use crate::{
    auth::Viewer,
    graphql::{Answer, GraphQlRequest, Performed, Reply, RequestText, Subscribed, error_body},
    service::{Contributor, Error, MOST_BYTES, Purse, Reader},
};

use super::{
    State,
    arrival::{self, LARGEST_BODY, Undelivered},
    bearer,
    caching::{self, CachePolicy},
    departure,
    edge::RequestLog,
    error::{failed, overloaded, respond, say_when},
    idempotency_key,
    negotiate::{self, Media, accepted, is_json},
    parameters::{self, Incoming, Malformed},
    rate,
    request_id::RequestId,
    rules::StatusProfile,
    senders::{Hold, Sender, Shares},
    subscriptions,
};

/// In which form an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Whole.
    Whole(Media),
    /// Whole, or as events where it is a subscription's.
    Either(Media),
    /// As events, whatever it is.
    Events,
}

/// How a request that is worked on ends: with an answer, or with a refusal in its place.
type Outcome = Result<Response<Body>, Box<Response<Body>>>;

/// From how many bytes on an answer is hashed apart: it takes about a millisecond.
const LARGE: usize = 1 << 20;

/// The longest operation name that is logged.
const LOGGED_NAME: usize = 60;

/// What an answer varies with, beside its address. The layers add the rest.
const VARY: HeaderValue = HeaderValue::from_static("accept, accept-encoding, authorization");

/// Answers one request.
pub(super) async fn handle(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    request: Request,
) -> Response<Body> {
    let answered = if subscriptions::is_upgrade(request.headers()) && request.method() == Method::GET {
        // What is rare is apart: a future is moved through each layer, and is as long as its longest branch.
        Box::pin(subscriptions::upgrade(&state, &id, &log, request)).await
    } else {
        answer(&state, &id, &log, request).await
    };
    let mut response = answered.unwrap_or_else(|refusal| *refusal);
    say_when(&mut response);
    response
}

/// What the head of a request tells is settled first, so that a body is read only for those who may send one, and a permit
/// is taken only for a request that has arrived whole.
async fn answer(state: &State, id: &RequestId, log: &RequestLog, request: Request) -> Outcome {
    let refuse = |status, code, message: &str| Box::new(respond(status, code, message, id));
    let queries_only = match *request.method() {
        Method::GET | Method::HEAD => true,
        Method::POST => false,
        _ => {
            let mut refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "expected GET or POST");
            refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
            return Err(refusal);
        }
    };
    if queries_only && request.uri().query().is_none() && negotiate::wants_page(request.headers()) {
        return Ok(Redirect::to(&state.rules.page()).into_response());
    }
    let media = accepted(request.headers(), state.rules.status_profile);
    let form = match (media, negotiate::takes_events(request.headers())) {
        (Some(media), false) => Form::Whole(media),
        (Some(media), true) => Form::Either(media),
        (None, true) => Form::Events,
        (None, false) => {
            let message =
                "expected to be asked for application/graphql-response+json, application/json or text/event-stream";
            return Err(refuse(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", message));
        }
    };
    let viewer = bearer::viewer(state, request.headers(), request.extensions(), id).await?;
    if let Viewer::Partner(partner) = &viewer {
        log.organisation.get_or_init(|| partner.organisation().to_owned());
    }
    let sender = Sender::of(&viewer, request.extensions());
    let purse = state.purse(&sender);
    rate::admit(&purse, id)?;
    let mut outcome = work(state, id, log, form, (viewer, sender, &purse), request).await;
    let response = match &mut outcome {
        Ok(response) => response,
        Err(refusal) => &mut **refusal,
    };
    rate::tell(response, &purse);
    outcome
}

/// Reads and answers a request whose sender is known, with what the sender pays with.
async fn work(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    form: Form,
    (viewer, sender, purse): (Viewer, Sender, &Purse),
    request: Request,
) -> Outcome {
    let refuse = |status, code, message: &str| Box::new(respond(status, code, message, id));
    let queries_only = *request.method() != Method::POST;
    let shares = if viewer == Viewer::Anonymous { &state.anonymous } else { &state.partners };
    let (head, body) = request.into_parts();
    let sent = if queries_only { None } else { Some(arrived(state, shares, &sender, &head.headers, body, id).await?) };
    let _permit = shares.permits.take(&sender, 1).map_err(|full| Box::new(overloaded(full, id)))?;
    let time = state.rules.timeout;
    // Taken once: everything in the request is answered of one release, under one directory, on one day.
    // What must not change anything is given nobody who could.
    let contributor = if queries_only {
        None
    } else {
        let key = idempotency_key::sent(&head.headers)
            .map_err(|message| refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message))?;
        Some(state.exchange.contributor(viewer.clone()).under(key))
    };
    let reader = state.exchange.paying_reader(viewer, time, purse.clone());
    let text = match &sent {
        Some((body, _)) => RequestText::Body(body.clone()),
        None => RequestText::Query(head.uri.query().unwrap_or_default().into()),
    };
    let work = execute(state, id, log, form, (reader, contributor), &head, text);
    let response = timeout(time, work).await.unwrap_or_else(|_| Err(Box::new(too_long(time, id))))?;
    let (head, body) = response.into_parts();
    match departure::counted(body, &shares.answers, &sender) {
        Ok(body) => Ok(Response::from_parts(head, body)),
        Err(full) => Err(Box::new(overloaded(full, id))),
    }
}

/// The whole body of a request, which is JSON, with what it holds of its sender's share.
pub(super) async fn arrived(
    state: &State,
    shares: &Shares,
    sender: &Sender,
    headers: &HeaderMap,
    body: Body,
    id: &RequestId,
) -> Result<(Bytes, Hold), Box<Response<Body>>> {
    let full = |full| Box::new(overloaded(full, id));
    let refuse = |status, code, message: &str| Err(Box::new(respond(status, code, message, id)));
    if !is_json(headers) {
        let message = "expected a body of type application/json in UTF-8";
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message);
    }
    if !negotiate::is_plain(headers) {
        let message = "expected a body that is not compressed";
        let mut refusal = respond(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message, id);
        refusal.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        return Err(Box::new(refusal));
    }
    let mut hold = shares.bodies.take(sender, 0).map_err(full)?;
    let within = state.rules.body_timeout;
    match arrival::whole(headers, body, &mut hold, LARGEST_BODY, within).await {
        Ok(body) => Ok((body.into(), hold)),
        Err(Undelivered::Full(bound)) => Err(full(bound)),
        Err(Undelivered::TooLarge) => {
            let message = format!("expected a body of at most {LARGEST_BODY} bytes");
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED", &message)
        }
        Err(Undelivered::TooSlow) => {
            let message = format!("expected a body that arrives within {} s", within.as_secs());
            refuse(StatusCode::REQUEST_TIMEOUT, "BAD_REQUEST", &message)
        }
        Err(Undelivered::Broken) => refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "the body did not arrive whole"),
    }
}

/// The response to a request whose work took longer than it may.
fn too_long(time: Duration, id: &RequestId) -> Response<Body> {
    let message = format!("the answer took longer than {} s and was stopped; ask for less at once", time.as_secs());
    respond(StatusCode::GATEWAY_TIMEOUT, "UNAVAILABLE", &message, id)
}

/// Reads and answers what has arrived: a body, or a query string where there is none.
async fn execute(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    form: Form,
    (reader, contributor): (Reader, Option<Contributor>),
    head: &Parts,
    text: RequestText,
) -> Outcome {
    let profile = state.rules.status_profile;
    let malformed = |problem: &Malformed| Box::new(malformed(profile, problem, id));
    let anonymous = *reader.viewer() == Viewer::Anonymous;
    let queries_only = matches!(text, RequestText::Query(_));
    let answer = if let Some(repeat) = state.executor.repeated(&text, &reader) {
        log_operation(log, repeat.operation.as_deref());
        repeat.answer
    } else {
        let incoming = match &text {
            RequestText::Query(query) => {
                let one = parameters::from_query(query);
                Incoming::One(one.map_err(|problem| malformed(&Malformed::NotARequest(problem)))?)
            }
            RequestText::Body(body) => {
                parameters::from_body(body, state.rules.max_batch).map_err(|problem| malformed(&problem))?
            }
        };
        match incoming {
            Incoming::One(one) => {
                log_operation(log, one.operation_name.as_deref());
                let one = GraphQlRequest { text: Some(text), ..one };
                if let Form::Whole(_) = form {
                    Box::pin(state.executor.execute(one, reader, contributor, &id.0)).await
                } else {
                    let viewer = reader.viewer().clone();
                    match Box::pin(state.executor.perform(one, reader, contributor, &id.0)).await {
                        Performed::Answer(answer) => answer,
                        Performed::Subscribed(to) => {
                            return Box::pin(subscribed(state, id, &head.headers, viewer, to)).await;
                        }
                    }
                }
            }
            Incoming::Many(all) => {
                // The first was taken when the request came.
                if let Err(refusal) = reader.allowance().take_requests(all.len().saturating_sub(1)) {
                    let message = refusal.to_string();
                    return Err(Box::new(respond(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", &message, id)));
                }
                let (Form::Whole(media) | Form::Either(media)) = form else {
                    let message = "a batch is not answered as events; expected to be asked for application/json";
                    return Err(Box::new(respond(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", message, id)));
                };
                return Ok(Box::pin(batch(state, media, (&reader, contributor), all, id)).await);
            }
        }
    };
    let media = match form {
        Form::Whole(media) | Form::Either(media) => media,
        Form::Events => return Ok(subscriptions::answer(&answer.body)),
    };
    if queries_only {
        return Ok(respond_to_get(profile, media, &head.headers, anonymous, answer).await);
    }
    let (status, kind) = media.outcome(profile, answer.reply);
    Ok(json_response(status, kind, answer.body))
}

/// The response to a subscription: events, from now on until it is over.
async fn subscribed(
    state: &State,
    id: &RequestId,
    headers: &HeaderMap,
    viewer: Viewer,
    to: Box<Subscribed>,
) -> Outcome {
    let token = bearer::token(headers).unwrap_or_default();
    let sender = match &viewer {
        Viewer::Partner(partner) => Some(Sender::Organisation(partner.organisation().to_owned())),
        Viewer::Anonymous => None,
    };
    let (subscription, sender) = match (state.exchange.subscribe(viewer, to.topic().clone()).await, sender) {
        (Ok(subscription), Some(sender)) => (subscription, sender),
        (Err(error), Some(_)) => return Err(Box::new(failed(&error, id))),
        (Err(error), None) => return Err(bearer::challenged(Box::new(failed(&error, id)))),
        (Ok(_), None) => return Err(Box::new(failed(&Error::Unauthenticated("expected a token".to_owned()), id))),
    };
    let hold = state.streams.take(&sender, 1).map_err(|full| Box::new(overloaded(full, id)))?;
    Ok(subscriptions::stream(state, &id.0, token, hold, (to, subscription)))
}

/// Several requests, one after the other, so that a batch takes no more of the machine at once than one request does.
async fn batch(
    state: &State,
    media: Media,
    (reader, contributor): (&Reader, Option<Contributor>),
    all: Vec<GraphQlRequest>,
    id: &RequestId,
) -> Response<Body> {
    let mut body = vec![b'['];
    for (index, one) in all.into_iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        if body.len() > MOST_BYTES {
            // Those before it are answered: a secret that one of them made is told nowhere else.
            let message = format!(
                "not executed: the answers before it in the batch take more than {MOST_BYTES} bytes; send fewer at once"
            );
            body.extend_from_slice(&error_body(&message, "LIMIT_EXCEEDED", &id.0));
            continue;
        }
        body.extend_from_slice(&state.executor.execute(one, reader.clone(), contributor.clone(), &id.0).await.body);
    }
    body.push(b']');
    json_response(StatusCode::OK, media.content_type(), body)
}

/// The response to GET: a complete answer may be cached, and is not sent to whoever has it already.
async fn respond_to_get(
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
    let validator = if answer.body.len() < LARGE {
        caching::validator(kind, &answer.body)
    } else {
        // Its bytes are shared, not copied. Should the thread fail, the answer has a validator that nobody has.
        let body = answer.body.clone();
        let hashed = tokio::task::spawn_blocking(move || caching::validator(kind, &body)).await;
        hashed.unwrap_or(HeaderValue::from_static("W/\"\""))
    };
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
fn log_operation(log: &RequestLog, name: Option<&str>) {
    if let Some(name) = name {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        log.operation.get_or_init(|| name.chars().filter(plain).take(LOGGED_NAME).collect());
    }
}
