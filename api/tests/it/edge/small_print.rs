//! The small print of HTTP: slashes, codings, encodings, browsers, empty names.

use api::config::EdgeSettings;
use axum::{
    body::Body,
    http::{Request, StatusCode, header, request::Builder},
};
use rstest::rstest;
use serde_json::json;

use super::{code, document, empty_behind, post_json};
use crate::support::{Answer, Engine, LEP, Service};

const JSON: &str = "application/json";

async fn sent(service: &Service, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let request =
        headers.iter().fold(Request::post("/graphql"), |request, (name, value)| request.header(*name, *value));
    service.send(request.body(body.into()).unwrap()).await
}

async fn got(service: &Service, uri: &str, accept: &str) -> Answer {
    service.send(Request::get(uri).header(header::ACCEPT, accept).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_browser_that_opens_the_api_is_led_to_the_page_and_a_program_is_not() {
    let service = Service::empty(Engine::Sqlite).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for uri in ["/graphql", "/graphql/"] {
        let led = got(&service, uri, browser).await;
        assert_eq!(
            (led.status, &led.headers[header::LOCATION]),
            (StatusCode::SEE_OTHER, &"/graphiql".parse().unwrap())
        );
    }
    assert_eq!(got(&service, "/graphql", "*/*").await.status, StatusCode::BAD_REQUEST);
    let asked = got(&service, "/graphql?query=%7B__typename%7D", browser).await;
    assert_eq!(asked.data(), json!({"__typename": "Query"}));
}

#[tokio::test]
async fn a_slash_at_the_end_is_the_same_address() {
    let service = Service::empty(Engine::Sqlite).await;
    let request = Request::post("/graphql/").header(header::CONTENT_TYPE, JSON);
    let answer = service.send(request.body(Body::from(document("{ __typename }"))).unwrap()).await;
    assert_eq!(answer.data(), json!({"__typename": "Query"}));
    let page = got(&service, "/graphiql/", "text/html").await;
    assert_eq!(
        (page.status, &page.headers[header::LOCATION]),
        (StatusCode::PERMANENT_REDIRECT, &"/graphiql".parse().unwrap())
    );
    // Everything else leads to the same without it, from where it is: a proxy may have put a path before.
    for (address, there) in [
        ("/livez/", "../livez"),
        ("/tables/", "../tables"),
        ("/oauth/token/", "../token"),
        ("/tables/a.csv/?part=cells&bom=true", "../a.csv?part=cells&bom=true"),
        ("//elsewhere.example/", "../elsewhere.example"),
    ] {
        let led = got(&service, address, "*/*").await;
        let location = led.headers.get(header::LOCATION).map(|there| there.to_str().unwrap());
        assert_eq!((led.status, location), (StatusCode::PERMANENT_REDIRECT, Some(there)), "{address}");
    }
    for nowhere in ["//", "/livez//", "/livez/x"] {
        assert_eq!(got(&service, nowhere, "*/*").await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn below_a_base_path_everything_is_where_it_was_and_leads_there() {
    let base_path = "/exchange/".parse().unwrap();
    let public_url = Some("https://example.org/exchange".parse().unwrap());
    let service = empty_behind(&EdgeSettings { base_path, public_url, ..EdgeSettings::default() }).await;
    for before in ["/exchange", ""] {
        let request = Request::post(format!("{before}/graphql")).header(header::CONTENT_TYPE, JSON);
        let answer = service.send(request.body(Body::from(document("{ __typename }"))).unwrap()).await;
        assert_eq!(answer.data(), json!({"__typename": "Query"}), "{before}");
        let answer = got(&service, &format!("{before}/graphql?query=%7Ba:__typename%7D"), "*/*").await;
        assert_eq!(answer.data(), json!({"a": "Query"}), "{before}");
        for path in ["/livez", "/graphiql", "/openapi.json", "/.well-known/jwks.json"] {
            assert_eq!(got(&service, &format!("{before}{path}"), "*/*").await.status, StatusCode::OK, "{before}{path}");
        }
        for path in ["/", "/graphiql/", "/graphql"] {
            let led = got(&service, &format!("{before}{path}"), "text/html").await;
            assert!(led.status.is_redirection(), "{before}{path}");
            assert_eq!(led.headers[header::LOCATION], "/exchange/graphiql", "{before}{path}");
        }
    }
    assert!(got(&service, "/exchange", "text/html").await.status.is_redirection());
    // Where RFC 8414, section 3.1, has the metadata of an issuer with a path: not below it.
    let metadata = "/.well-known/oauth-authorization-server";
    let of_path = got(&service, &format!("{metadata}/exchange"), "*/*").await.json();
    assert_eq!(of_path, got(&service, metadata, "*/*").await.json());
    assert_eq!(of_path["issuer"], "https://example.org/exchange");
    let others = [format!("{metadata}/other"), format!("{metadata}/exchange/other")];
    for elsewhere in [&*others[0], &*others[1], "/exchanges/livez", "/Exchange/livez", "/exchange/exchange/livez"] {
        assert_eq!(got(&service, elsewhere, "*/*").await.status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
}

#[rstest]
#[case::gzip("gzip", 415)]
#[case::several("identity, br", 415)]
#[case::unknown("snappy", 415)]
#[case::identity("identity", 200)]
#[case::nothing("", 200)]
#[tokio::test]
async fn a_body_in_a_coding_is_refused_for_that(#[case] coding: &str, #[case] status: u16) {
    let service = Service::empty(Engine::Sqlite).await;
    let headers = [("content-type", JSON), ("content-encoding", coding)];
    let answer = sent(&service, &headers, document("{ __typename }")).await;
    assert_eq!(answer.status.as_u16(), status);
    assert_eq!(answer.headers.get(header::ACCEPT_ENCODING).is_some(), status == 415);
}

#[tokio::test]
async fn a_body_may_begin_with_a_mark_and_a_name_may_be_empty() {
    let service = Service::empty(Engine::Sqlite).await;
    let body = format!("\u{feff}{}", document("{ __typename }"));
    let answer = sent(&service, &[("content-type", JSON)], body).await;
    assert_eq!(answer.data(), json!({"__typename": "Query"}));
    let named = json!({"query": "{ __typename }", "operationName": "", "documentId": ""});
    assert_eq!(post_json(&service, &named).await.data(), json!({"__typename": "Query"}));
}

#[rstest]
#[case::not_utf8("/graphql?query=%7Barea(code:%22%FF%22)%7Bname%7D%7D", 400)]
#[case::not_utf8_elsewhere("/graphql?query=%7B__typename%7D&%C3=1", 400)]
#[case::accents("/graphql?query=%7Barea(code:%22%C3%A9%22)%7Bname%7D%7D", 200)]
#[case::spaces("/graphql?query=query+q%7B__typename%7D&operationName=q", 200)]
#[tokio::test]
async fn bytes_of_a_query_string_that_are_no_utf_8_are_refused(#[case] uri: &str, #[case] status: u16) {
    let service = Service::empty(Engine::Sqlite).await;
    assert_eq!(got(&service, uri, "application/graphql-response+json").await.status.as_u16(), status);
}

#[tokio::test]
async fn bytes_of_a_body_that_are_no_utf_8_are_refused() {
    let service = Service::empty(Engine::Sqlite).await;
    let body = b"{\"query\":\"{ area(code: \\\"\xff\\\") { name } }\"}".to_vec();
    let answer = sent(&service, &[("content-type", JSON)], body).await;
    assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
}

#[rstest]
#[case::no_coding("accept-encoding", "deflate, *;q=0")]
#[case::no_type("accept", "application/json;q=0, application/graphql-response+json;q=0, */*")]
#[tokio::test]
async fn what_cannot_be_taken_is_neither_answered_nor_charged(#[case] name: &str, #[case] value: &str) {
    let service = Service::filled(Engine::Sqlite).await;
    let token = service.token(LEP);
    let question = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], areaKind: REGION, benchmarks: [1],
        by: [SIZE]}) { summary { published } } }"#;
    let budget = "{ viewer { budget { used } } }";
    let before = service.ask(Some(LEP), budget).await.data();
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", JSON), ("authorization", bearer.as_str()), (name, value)];
    let answer = sent(&service, &headers, document(question)).await;
    assert_eq!((answer.status, answer.json().get("data")), (StatusCode::NOT_ACCEPTABLE, None));
    assert_eq!(service.ask(Some(LEP), budget).await.data(), before);
    assert!(service.ask(Some(LEP), question).await.data()["outcomes"]["summary"]["published"].as_u64().is_some());
    assert_ne!(service.ask(Some(LEP), budget).await.data(), before, "the same question, taken, is charged");
}

/// Wherever it is: a token that nobody can take is not given, nor is anything changed.
#[rstest]
#[case(Request::get("/openapi.json"), "")]
#[case(Request::post("/oauth/token"), "grant_type=client_credentials")]
#[case(Request::put("/tables/a"), r#"{"citation":"a"}"#)]
#[case(Request::get("/tables/a.csv"), "")]
#[tokio::test]
async fn no_address_works_for_an_answer_in_no_coding(#[case] request: Builder, #[case] body: &'static str) {
    let service = Service::empty(Engine::Sqlite).await;
    let answer =
        service.send(request.header("accept-encoding", "deflate, *;q=0").body(Body::from(body)).unwrap()).await;
    assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST"));
}

#[tokio::test]
async fn a_name_that_was_sent_is_told_no_longer_than_it_takes() {
    let service = Service::empty(Engine::Sqlite).await;
    let long = "x".repeat(20_000);
    for body in [
        json!({"query": format!("{{ {long} }}")}),
        json!({"query": format!("query q {{ {long}: __typename }}"), "operationName": long}),
        json!({"query": format!("query(${long}: Int!) {{ __typename @skip(if: ${long}) }}")}),
        json!({"query": format!("{{ framework(code: \"GATSBY-2014\") {{ crosswalk(to: \"{long}\") {{ comparability }} }} }}")}),
        json!({"query": "query($i: OutcomesInput!) { outcomes(input: $i) { tier } }",
            "variables": {"i": {"framework": "x", long.as_str(): 1}}}),
    ] {
        let answer = post_json(&service, &body).await;
        let errors = answer.json()["errors"].clone();
        let told = errors[0]["message"].as_str().unwrap();
        assert!((10..1_200).contains(&told.len()), "{} bytes: {told:.200}", told.len());
    }
}
