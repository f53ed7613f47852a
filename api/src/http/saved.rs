//! Saved questions: an organisation keeps a question under a name (PUT), lists what it keeps (GET), and forgets one (DELETE).

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State as Extract},
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
    response::IntoResponse,
    routing::{get, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{auth::Viewer, domain::SavedQuestion, service::Reader};

use super::{
    State, bearer,
    edge::RequestLog,
    error, graphql, parameters,
    path::PathText,
    request_id::RequestId,
    senders::{Hold, Sender},
    tables,
};

/// Where they are kept. Beside [`tables::routes`], which has GET of one.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/tables", get(list)).route("/tables/{name}", put(save).delete(forget))
}

/// What is sent to keep a question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    citation: String,
    newest: Option<u32>,
}

async fn list(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    request: Request,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let work = async {
        let (reader, _permit) = tables::admitted(&state, &id, &log, &head, tables::viewer(&state, &head, &id).await?)?;
        let kept = reader.saved_questions().await.map_err(|error| Box::new(error::failed(&error, &id)))?;
        Ok::<_, Box<Response<Body>>>(told(&json!({"questions": kept.iter().map(of).collect::<Vec<Value>>()})))
    };
    tables::finished(work.await)
}

async fn save(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    PathText(name): PathText,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let work = async {
        let (reader, _permit) = changer(&state, &id, &log, &head).await?;
        let kept = sent(&state, &id, &head, body, reader.viewer()).await?;
        let saved = reader.save_question(&name, &kept.citation, kept.newest).await;
        Ok::<_, Box<Response<Body>>>(told(&of(&saved.map_err(|error| Box::new(error::failed(&error, &id)))?)))
    };
    tables::finished(work.await)
}

async fn forget(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    PathText(name): PathText,
    request: Request,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let work = async {
        let (reader, _permit) = changer(&state, &id, &log, &head).await?;
        reader.forget_question(&name).await.map_err(|error| Box::new(error::failed(&error, &id)))?;
        Ok::<_, Box<Response<Body>>>(StatusCode::NO_CONTENT.into_response())
    };
    tables::finished(work.await)
}

/// Who changes what is kept shows a token: a browser adds the secret of a client by itself.
async fn changer(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    head: &Parts,
) -> Result<(Reader, Hold), Box<Response<Body>>> {
    tables::admitted(state, id, log, head, bearer::viewer(state, &head.headers, &head.extensions, id).await?)
}

async fn sent(
    state: &State,
    id: &RequestId,
    head: &Parts,
    body: Body,
    viewer: &Viewer,
) -> Result<Kept, Box<Response<Body>>> {
    let sender = Sender::of(viewer, &head.extensions);
    let (body, _hold) = graphql::arrived(state, &state.partners, &sender, &head.headers, body, id).await?;
    serde_json::from_slice(parameters::without_mark(&body))
        .map_err(|error| Box::new(tables::bad(&format!("expected {{\"citation\": …, \"newest\": …}}: {error}"), id)))
}

fn of(question: &SavedQuestion) -> Value {
    json!({
        "name": question.name,
        "citation": question.citation,
        "newest": question.newest,
        "savedAt": question.saved_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    })
}

fn told(value: &Value) -> Response<Body> {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], value.to_string()).into_response()
}
