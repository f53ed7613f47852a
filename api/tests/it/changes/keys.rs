//! Under one idempotency key a change is made once, on whichever replica.

use api::auth::Scope;
use axum::{
    body::Body,
    http::{Request, header},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{change, refused, rows_of_the_hub, token, upload};
use crate::support::{Engine, HUB, LEP, Service};

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_under_one_key_is_answered_as_before_and_something_else_is_a_conflict(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite, Scope::ReleasesPublish, Scope::AgreementsManage]);
    let rows = rows_of_the_hub();
    let told = "status submission { id number rows stored { records scores } }";
    let first = json!({"rows": rows, "idempotencyKey": "rows-1"});
    let taken = change(&service, &hub, "importResults", told, first.clone()).await;
    assert_eq!(taken["status"], "ACCEPTED");
    assert_eq!(change(&service, &hub, "importResults", told, first.clone()).await, taken);
    assert_eq!(change(&replica, &hub, "importResults", told, first).await, taken, "another replica knows it");
    let other = json!({"rows": rows[1..], "idempotencyKey": "rows-1"});
    assert_eq!(refused(&replica, &hub, "importResults", told, other).await, "CONFLICT");
    let another_change = json!({"idempotencyKey": "rows-1"});
    assert_eq!(refused(&service, &hub, "publishRelease", "status", another_change).await, "CONFLICT");

    // A refusal leaves the key free, and keys are each organisation's own.
    let mut wrong = rows.clone();
    wrong[0]["period"] = json!("2024");
    let key = |rows: &[Value]| json!({"rows": rows, "idempotencyKey": "rows-2"});
    assert_eq!(change(&service, &hub, "importResults", told, key(&wrong)).await["status"], "REFUSED");
    assert_eq!(change(&service, &hub, "importResults", told, key(&rows)).await["status"], "UNCHANGED");
    let lep = token(&service, LEP, &[Scope::ReleasesPublish]);
    let published =
        change(&service, &lep, "publishRelease", "status release", json!({"idempotencyKey": "rows-1"})).await;
    assert_eq!((&published["status"], &published["release"]), (&json!("DONE"), &json!(1)));
    let again = change(&replica, &lep, "publishRelease", "status release", json!({"idempotencyKey": "rows-1"})).await;
    assert_eq!(again, published, "the release is published once");

    // One agreement, also where the same is asked at the same moment.
    let grant = json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["research"],
        "idempotencyKey": "grant-1"});
    let before = service.database.count("agreement").await;
    let document =
        "mutation($input: GrantAgreementInput!) { grantAgreement(input: $input) { status agreement { number } } }";
    let ask = |service| super::send(service, &hub, document, json!({ "input": grant }));
    let (one, other) = tokio::join!(ask(&service), ask(&replica));
    assert_eq!(service.database.count("agreement").await, before + 1);
    let numbers: Vec<Value> = [one, other]
        .iter()
        .filter(|answer| answer.json()["errors"] == Value::Null)
        .map(|answer| answer.json()["data"]["grantAgreement"]["agreement"]["number"].clone())
        .collect();
    assert!(!numbers.is_empty() && numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");

    for key in ["", "with a blank", "é", &"k".repeat(201)] {
        let input = json!({"rows": rows, "idempotencyKey": key});
        assert_eq!(refused(&service, &hub, "importResults", told, input).await, "BAD_REQUEST", "{key}");
    }
}

#[tokio::test]
async fn a_file_under_one_key_is_taken_in_once() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let file = crate::support::Population::standard(1).only(|row| row.hub == "HUB-2018-21").file();
    let first = upload(&service, &hub, "content=results", Some("f"), file.clone()).await;
    super::settled(&service, &hub, &first).await;
    let again = upload(&service, &hub, "content=results", Some("f"), file.clone()).await;
    assert_eq!(again.json()["id"], first.json()["id"]);
    let other = upload(&service, &hub, "content=results&acceptValid=true", Some("f"), file).await;
    assert_eq!((other.status.as_u16(), other.error().0.as_str()), (409, "CONFLICT"));
}

#[tokio::test]
async fn what_a_process_left_unfinished_is_done_by_the_next_and_forgotten_keys_are_few() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let rows = rows_of_the_hub();
    let input = json!({"rows": rows, "idempotencyKey": "k"});
    change(&service, &hub, "importResults", "status", input.clone()).await;
    // As a process leaves it that ended before it stored anything.
    service.database.execute("UPDATE requested_change SET state = 'begun', subject = NULL, receipt = NULL").await;
    assert_eq!(
        refused(&service, &hub, "importResults", "status", input.clone()).await,
        "CONFLICT",
        "it may be under way"
    );
    service.database.execute("UPDATE requested_change SET changed_at = '2026-11-24T09:00:00+00:00'").await;
    let done = change(&service, &hub, "importResults", "status", input).await;
    assert_eq!(done["status"], "UNCHANGED", "what was stored before is stored once");

    service.database.execute("UPDATE requested_change SET changed_at = '2026-11-01T09:00:00+00:00'").await;
    change(&service, &hub, "importResults", "status", json!({"rows": rows, "idempotencyKey": "l"})).await;
    assert_eq!(service.database.count("requested_change").await, 1, "those of long ago are forgotten");
}

#[tokio::test]
async fn the_key_in_the_header_of_a_request_holds_for_its_change() {
    let service = Service::filled(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ClientsManage, Scope::OutcomesRead]);
    let add = async |keys: &[&str], input: &str| {
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {hub}"));
        for key in keys {
            request = request.header("Idempotency-Key", *key);
        }
        let document = format!(
            "mutation {{ addClient(input: {{name: \"x\", scopes: [\"outcomes:read\"]{input}}}) {{ status client {{ clientId }} }} }}"
        );
        service.send(request.body(Body::from(json!({ "query": document }).to_string())).unwrap()).await
    };
    let first = add(&["k"], "").await.data();
    assert_eq!(first["addClient"]["status"], "DONE", "{first}");
    assert_eq!(add(&["k"], "").await.data(), first, "made once");
    assert_eq!(add(&["k"], ", idempotencyKey: \"k\"").await.data(), first, "said twice");
    assert_ne!(add(&["l"], "").await.data(), first, "under another key it is another change");
    assert_eq!(add(&["k"], ", idempotencyKey: \"l\"").await.error().0, "BAD_REQUEST");
    assert_eq!(add(&["k", "l"], "").await.error().0, "BAD_REQUEST");
    assert_eq!(service.database.count("api_client").await, 2);
}
