//! Organisations manage their own clients.

use api::auth::Scope;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{change, refused, send, token};
use crate::support::{Engine, HUB, LEP, Service};

const CLIENT: &str = "status message client { clientId name scopes revokedAt }";
const SECRET: &str = "status message secret client { clientId name scopes revokedAt }";

/// The status of a request for a token.
async fn ask_for_token(service: &Service, id: &str, secret: &str) -> StatusCode {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let request = Request::post("/oauth/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    service.send(request.body(Body::from(form)).unwrap()).await.status
}

#[tokio::test]
async fn an_organisation_adds_rotates_and_revokes_its_clients_and_no_others() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ClientsManage, Scope::OutcomesRead]);
    let input = json!({"name": "dashboard", "scopes": ["outcomes:read"], "idempotencyKey": "c"});
    let added = change(&service, &hub, "addClient", SECRET, input.clone()).await;
    assert_eq!((&added["status"], &added["client"]["scopes"]), (&json!("DONE"), &json!(["outcomes:read"])), "{added}");
    let (id, secret) = (added["client"]["clientId"].as_str().unwrap(), added["secret"].as_str().unwrap());
    assert_eq!(ask_for_token(&service, id, secret).await, StatusCode::OK);
    let again = change(&service, &hub, "addClient", SECRET, input).await;
    assert_eq!((&again["client"], &again["secret"]), (&added["client"], &Value::Null), "a secret is told once");
    for kept in [
        "SELECT COALESCE(key, '') || COALESCE(report, '') || COALESCE(receipt, '') || COALESCE(subject, '') FROM requested_change",
        "SELECT verifier FROM client_credential",
    ] {
        assert!(!service.database.texts(kept).await.concat().contains(secret), "{kept}");
    }

    let rotate = json!({"clientId": id, "overlapHours": 1});
    let rotated = change(&service, &hub, "rotateClientSecret", SECRET, rotate.clone()).await;
    let second = rotated["secret"].as_str().unwrap();
    assert_eq!(ask_for_token(&service, id, secret).await, StatusCode::OK, "it holds for a while");
    assert_eq!(ask_for_token(&service, id, second).await, StatusCode::OK);
    assert_eq!(
        change(&service, &hub, "rotateClientSecret", SECRET, rotate).await["status"],
        "CONFLICT",
        "two hold already"
    );
    let at_once =
        change(&service, &hub, "rotateClientSecret", SECRET, json!({"clientId": id, "overlapHours": 0})).await;
    assert_eq!(ask_for_token(&service, id, second).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask_for_token(&service, id, at_once["secret"].as_str().unwrap()).await, StatusCode::OK);

    let lep = token(&service, LEP, &[Scope::ClientsManage]);
    for (name, input) in
        [("revokeClient", json!({ "clientId": id })), ("rotateClientSecret", json!({ "clientId": id }))]
    {
        assert_eq!(change(&service, &lep, name, CLIENT, input).await["status"], "NOT_FOUND", "{name}");
    }
    let listed = "{ viewer { clients { clientId } } }";
    assert_eq!(
        send(&service, &hub, listed, Value::Null).await.data()["viewer"]["clients"],
        json!([{ "clientId": id }])
    );
    assert_eq!(send(&service, &lep, listed, Value::Null).await.data()["viewer"]["clients"], json!([]));
    let revoked = change(&service, &hub, "revokeClient", CLIENT, json!({ "clientId": id })).await;
    assert!(revoked["client"]["revokedAt"].is_string(), "{revoked}");
    assert_eq!(ask_for_token(&service, id, at_once["secret"].as_str().unwrap()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(change(&service, &hub, "revokeClient", CLIENT, json!({ "clientId": id })).await["status"], "CONFLICT");
}

#[tokio::test]
async fn nobody_gives_a_client_more_than_it_may_itself() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ClientsManage]);
    for scope in ["outcomes:read", "releases:publish", "audit:read"] {
        let told = change(&service, &hub, "addClient", CLIENT, json!({ "scopes": [scope] })).await;
        assert_eq!((&told["status"], &told["client"]), (&json!("NOT_ALLOWED"), &Value::Null), "{scope}: {told}");
    }
    // Nor takes over one that may more.
    let all = token(&service, HUB, &Scope::ALL);
    let added =
        change(&service, &all, "addClient", CLIENT, json!({"scopes": ["clients:manage", "releases:publish"]})).await;
    let id = &added["client"]["clientId"];
    let taken = change(&service, &hub, "rotateClientSecret", CLIENT, json!({ "clientId": id })).await;
    assert_eq!(taken["status"], "NOT_ALLOWED", "{taken}");
    assert_eq!(refused(&service, &all, "addClient", "status", json!({"scopes": ["everything"]})).await, "BAD_REQUEST");
    assert_eq!(
        refused(&service, &all, "rotateClientSecret", "status", json!({"clientId": id, "overlapHours": -1})).await,
        "BAD_REQUEST"
    );
    let reads = service.token(HUB);
    assert_eq!(
        refused(&service, &reads, "addClient", "status", json!({"scopes": ["outcomes:read"]})).await,
        "FORBIDDEN"
    );
}

/// What is wrong with a later change of a document is seen before the first is made.
#[tokio::test]
async fn a_change_with_a_day_that_is_none_changes_nothing() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ClientsManage, Scope::AgreementsManage]);
    let add = r#"addClient(input: {name: "first", scopes: ["outcomes:read"]}) { status }"#;
    let literal =
        format!(r#"mutation {{ {add} endAgreement(input: {{number: 1, endsOn: "tomorrow"}}) {{ status }} }}"#);
    let variable =
        format!("mutation($day: Date) {{ {add} endAgreement(input: {{number: 1, endsOn: $day}}) {{ status }} }}");
    for document in [literal, variable] {
        let variables = if document.contains("$day") { json!({"day": "tomorrow"}) } else { json!({}) };
        let answer = send(&service, &hub, &document, variables).await;
        assert_eq!(answer.json().get("data"), None, "{document}");
        assert_eq!(answer.error().0, "BAD_REQUEST");
        let clients = send(&service, &hub, "{ viewer { clients { name } } }", json!({})).await.data();
        assert_eq!(clients, json!({"viewer": {"clients": []}}), "{document}");
    }
}
