//! What an organisation, or an address, may ask for in a minute: told, and refused before any work and any charge.

use api::config::EdgeSettings;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use super::behind;
use crate::support::{Answer, Engine, HUB, LEP, Service, ask_router};

/// A table of eight cells: a point for the request, and one for the table.
const TABLE: &str =
    r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { cells { achieved { value } } } }"#;

/// The same about phases, which costs budget.
const DEAR: &str = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE]}) { cells { achieved { value } } } }"#;

async fn with(points: u32, anonymous: u32) -> Service {
    let mut service = Service::filled(Engine::Sqlite).await;
    behind(
        &mut service,
        &EdgeSettings { rate_limit: points, anonymous_rate_limit: anonymous, ..EdgeSettings::default() },
    );
    service
}

fn header_of(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// How many points the answer says are left.
fn left(answer: &Answer) -> u32 {
    let told = header_of(answer, "ratelimit");
    told.strip_prefix("\"minute\";r=")
        .and_then(|rest| rest.split(';').next())
        .unwrap_or_else(|| panic!("{told}"))
        .parse()
        .unwrap()
}

/// When an answer that is refused says to come again.
fn refused(answer: &Answer) -> u32 {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.json());
    let (code, message) = answer.error();
    assert_eq!(code, "TOO_MANY_REQUESTS");
    assert!(message.contains("points of a minute"), "{message}");
    let again = header_of(answer, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&again), "{again}");
    again
}

#[tokio::test]
async fn what_an_answer_took_is_told_and_a_repeat_takes_the_request_alone() {
    let service = with(100, 100).await;
    let first = service.ask(Some(LEP), TABLE).await;
    assert_eq!(first.json()["extensions"]["cost"], json!({"points": 2}));
    assert_eq!(header_of(&first, "ratelimit-policy"), "\"minute\";q=100;w=60");
    assert_eq!(left(&first), 98);
    let again = service.ask(Some(LEP), TABLE).await;
    assert_eq!(first.body, again.body, "what a question costs does not change");
    assert_eq!(left(&again), 97);
    let catalogue = service.ask(Some(LEP), "{ frameworks { code } viewer { limits { pointsPerMinute } } }").await;
    assert_eq!(catalogue.json().get("extensions"), None, "no table, no more than the request");
    assert_eq!(catalogue.data()["viewer"]["limits"]["pointsPerMinute"], 100);
    let preview = r#"{ preview(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { summary { published } } }"#;
    assert_eq!(service.ask(Some(LEP), preview).await.json()["extensions"]["cost"], json!({"points": 2}));
}

#[tokio::test]
async fn who_spent_a_minute_is_refused_before_any_work_and_any_charge_and_nobody_else_is() {
    let service = with(3, 100).await;
    assert!(service.ask(Some(LEP), TABLE).await.json().get("errors").is_none());
    // One point is left: the request has it, and its table has none.
    assert!(refused(&service.ask(Some(LEP), DEAR).await) > 1);
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM budget_entry").await, [[0]], "nothing is charged");
    assert!(service.database.recorded("").await <= 1, "nor recorded as asked");
    refused(&service.ask(Some(LEP), "{ frameworks { code } }").await);
    // Through every door, with how long it takes.
    for request in [
        Request::get("/graphql?query=%7Bframeworks%7Bcode%7D%7D"),
        Request::get("/tables/anything.csv"),
        Request::get("/tables"),
        Request::get("/reports/E12000001"),
        Request::post("/submissions"),
    ] {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)));
        assert!(refused(&service.send(request.body(Body::empty()).unwrap()).await) > 1);
    }
    assert!(service.ask(Some(HUB), TABLE).await.json().get("errors").is_none());
    assert!(service.ask(None, "{ frameworks { code } }").await.json().get("errors").is_none());
}

#[tokio::test]
async fn a_batch_takes_what_its_requests_take() {
    let mut service = Service::empty(Engine::Sqlite).await;
    let edge = EdgeSettings { max_batch: 10, anonymous_rate_limit: 10, ..EdgeSettings::default() };
    behind(&mut service, &edge);
    let batch = |size: usize| json!(vec![json!({"query": "{ frameworks { code } }"}); size]);
    let first = super::post_json(&service, &batch(7)).await;
    assert_eq!((first.status, left(&first)), (StatusCode::OK, 3));
    refused(&super::post_json(&service, &batch(5)).await);
    assert_eq!(super::post_json(&service, &batch(2)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_that_are_none_spend_what_their_address_has_and_good_ones_do_not() {
    let service = with(100, 3).await;
    let ask = async |token: &str| ask_router(&service.router, token, "{ frameworks { code } }").await;
    assert_eq!(ask("a.b.c").await.status, StatusCode::UNAUTHORIZED);
    for request in [Request::get("/tables/anything.csv"), Request::post("/submissions")] {
        let request = request.header(header::AUTHORIZATION, "Bearer a.b.c").body(Body::empty()).unwrap();
        assert_eq!(service.send(request).await.status, StatusCode::UNAUTHORIZED);
    }
    refused(&ask("a.b.c").await);
    refused(&service.ask(None, "{ frameworks { code } }").await);
    assert_eq!(ask(&service.token(LEP)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_a_limit_none_is_told() {
    let service = with(0, 0).await;
    let answer = service.ask(Some(LEP), "{ viewer { limits { pointsPerMinute } } }").await;
    assert_eq!(answer.data()["viewer"]["limits"]["pointsPerMinute"], json!(null));
    assert!(!answer.headers.contains_key("ratelimit") && !answer.headers.contains_key("ratelimit-policy"));
}
