//! What organisations change by themselves: handed in, published, granted, and their clients.

mod administration;
mod agreements;
mod clients;
mod files;
mod hand_in;
mod keys;
mod logs;
mod replicas;

use api::{app, auth::Scope};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Answer, Population, Row, Service};

/// A token of an organisation for some scopes.
pub(crate) fn token(service: &Service, organisation: &str, scopes: &[Scope]) -> String {
    app::token(&service.settings, &service.exchange, organisation, scopes, Duration::hours(1)).unwrap()
}

/// Sends a document with a token.
pub(crate) async fn send(service: &Service, token: &str, document: &str, variables: Value) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    service
        .send(request.body(Body::from(json!({"query": document, "variables": variables}).to_string())).unwrap())
        .await
}

/// Makes a change, and returns its payload.
pub(crate) async fn change(service: &Service, token: &str, name: &str, selection: &str, input: Value) -> Value {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!("mutation($input: {input_type}!) {{ {name}(input: $input) {{ {selection} }} }}");
    send(service, token, &document, json!({ "input": input })).await.data()[name].take()
}

/// The code of the error that a change is refused with.
pub(crate) async fn refused(service: &Service, token: &str, name: &str, selection: &str, input: Value) -> String {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!("mutation($input: {input_type}!) {{ {name}(input: $input) {{ {selection} }} }}");
    send(service, token, &document, json!({ "input": input })).await.error().0
}

/// A result as it is handed in by row.
fn row(row: &Row) -> Value {
    json!({
        "institutionScheme": row.scheme, "institutionId": row.identifier().to_string(), "framework": row.framework,
        "period": row.period, "completedOn": "2024-07-04", "localAuthority": row.local_authority, "hub": row.hub,
        "phase": row.phase, "type": row.kind, "disadvantageQuintile": "3", "sizeBand": "medium", "setting": "urban",
        "termsVersion": "v1", "scores": row.scores,
    })
}

/// The results of the hub in the last term, as rows.
pub(crate) fn rows_of_the_hub() -> Vec<Value> {
    let own = |row: &Row| row.hub == "HUB-2018-21" && row.period == "202324T3";
    Population::standard(1).only(own).0.iter().map(row).collect()
}

/// Sends a file.
async fn upload(service: &Service, token: &str, query: &str, key: Option<&str>, file: impl Into<Body>) -> Answer {
    let mut request = Request::post(format!("/submissions?{query}"))
        .header(header::CONTENT_TYPE, "text/csv")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    service.send(request.body(file.into()).unwrap()).await
}

/// What became of a file, once it came to its end.
async fn settled(service: &Service, token: &str, answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", String::from_utf8_lossy(&answer.body));
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let document = "query($id: ID!) { submission(id: $id) { id status number rows message form waiting ignoredColumns
        problems { line row column code value expected } problemKinds { code column count }
        stored { records scores corrected unchanged } } }";
    for _ in 0..3_000 {
        let found = send(service, token, document, json!({ "id": id })).await.data()["submission"].take();
        if !["WAITING", "READING", "STORING"].contains(&found["status"].as_str().unwrap()) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it came to no end within a minute");
}
