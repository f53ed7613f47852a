//! Several requests in one body, where that is allowed.

use api::config::EdgeSettings;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use super::{behind, code, empty_behind, post_json};
use crate::support::{Engine, LEP, Service};

#[tokio::test]
async fn a_batch_is_answered_in_its_order_where_batches_are_allowed() {
    let service = empty_behind(&EdgeSettings { max_batch: 3, ..EdgeSettings::default() }).await;
    let batch = json!([
        {"query": "{ __typename }"},
        {"query": "{ nothing }"},
        {"query": "query a($c: String!) { area(code: $c) { name } }", "variables": {"c": "HK"}},
    ]);
    let answer = post_json(&service, &batch).await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    assert_eq!(json[0], json!({"data": {"__typename": "Query"}}));
    assert_eq!(json[1]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(json[2], json!({"data": {"area": {"name": "Hong Kong"}}}));
}

#[tokio::test]
async fn what_a_batch_has_no_room_for_is_not_executed_and_those_before_it_are_answered() {
    let mut service = Service::filled(Engine::Sqlite).await;
    behind(&mut service, &EdgeSettings { max_batch: 7, ..EdgeSettings::default() });
    // Some 4 MB each.
    let descriptions: String = (0..90).map(|leaf| format!("d{leaf}: description ")).collect();
    let large = json!({"query": format!("{{ __schema {{ types {{ fields {{ {descriptions} }} }} }} }}")});
    let small = json!({"query": "{ __typename }"});
    let batch = json!([small, large, large, large, large, large, small]).to_string();
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)));
    let answer = service.send(request.body(Body::from(batch)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answers = answer.json();
    assert_eq!(answers[0], json!({"data": {"__typename": "Query"}}));
    for answered in 1..=4 {
        assert!(answers[answered]["data"].is_object(), "{answered}: {}", answers[answered]["errors"]);
    }
    for left_out in 5..=6 {
        let error = &answers[left_out]["errors"][0];
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{left_out}: {error}");
        assert!(error["message"].as_str().unwrap().starts_with("not executed"), "{left_out}: {error}");
    }
}

#[tokio::test]
async fn a_batch_over_the_cap_an_empty_one_and_a_wrong_one_are_refused() {
    let service = empty_behind(&EdgeSettings { max_batch: 3, ..EdgeSettings::default() }).await;
    let one = json!({"query": "{ __typename }"});
    let over = post_json(&service, &json!([one, one, one, one])).await;
    assert_eq!((over.status, code(&over).as_str()), (StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED"));
    let empty = post_json(&service, &json!([])).await;
    assert_eq!((empty.status, code(&empty).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    let wrong = post_json(&service, &json!([one, 7])).await;
    assert_eq!(
        wrong.error(),
        ("BAD_REQUEST".into(), "request 1 of the batch: expected a JSON object, found a number".into())
    );
    assert_eq!(post_json(&service, &one).await.data(), json!({"__typename": "Query"}));
}

#[tokio::test]
async fn without_the_setting_there_are_no_batches() {
    for max_batch in [0, 1] {
        let service = empty_behind(&EdgeSettings { max_batch, ..EdgeSettings::default() }).await;
        let answer = post_json(&service, &json!([{"query": "{ __typename }"}])).await;
        assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    }
    let service = Service::empty(Engine::Sqlite).await;
    assert_eq!(post_json(&service, &json!([])).await.status, StatusCode::BAD_REQUEST);
}
