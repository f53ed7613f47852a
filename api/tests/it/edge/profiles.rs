//! Statuses of either edition of GraphQL over HTTP.

use api::config::{EdgeSettings, StatusProfile};
use axum::{
    body::Body,
    http::{Request, header},
};
use rstest::rstest;
use serde_json::json;

use super::empty_behind;

const RESPONSE: &str = "application/graphql-response+json";
const PARTIAL: &str = r#"{"query": "{ area(code: \"HK\") { name } framework(code: \"GATSBY-2014\") { crosswalk(to: \"x\") { comparability } } }"}"#;

/// Body, then the status in the classic profile as `graphql-response+json` and as `json`, then in the newer one.
#[rstest]
#[case::complete(r#"{"query": "{ __typename }"}"#, [200, 200, 200, 200])]
#[case::partial(PARTIAL, [200, 200, 294, 200])]
#[case::nothing_left(r#"{"query": "{ outcomes(input: {framework: \"x\"}) { tier } }"}"#, [200, 200, 294, 200])]
#[case::not_json("{", [400, 400, 400, 400])]
#[case::not_graphql(r#"{"query": "{"}"#, [400, 200, 400, 400])]
#[case::no_query("{}", [400, 400, 422, 422])]
#[case::wrong_variables(r#"{"query": "{ __typename }", "variables": [7]}"#, [400, 400, 422, 422])]
#[case::invalid(r#"{"query": "{ nothing }"}"#, [400, 200, 422, 422])]
#[case::too_deep(r#"{"query": "{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a}}}}}}}}}}}}}}}}}}}}}}"}"#, [400, 200, 422, 422])]
#[case::no_operation(r#"{"query": "query a { __typename }", "operationName": "b"}"#, [400, 200, 422, 422])]
#[case::which_operation(r#"{"query": "query a { __typename } query b { __typename }"}"#, [400, 200, 422, 422])]
#[case::misfit(r#"{"query": "query q($f: Int) { areas(first: $f) { totalCount } }", "variables": {"f": "x"}}"#, [400, 200, 422, 422])]
#[case::missing(r#"{"query": "query q($c: String!) { area(code: $c) { name } }"}"#, [400, 200, 422, 422])]
#[tokio::test]
async fn each_outcome_has_the_status_of_its_profile(#[case] body: &'static str, #[case] expected: [u16; 4]) {
    let mut found = Vec::new();
    for status_profile in [StatusProfile::Classic, StatusProfile::Newer] {
        let service = empty_behind(&EdgeSettings { status_profile, ..EdgeSettings::default() }).await;
        for accept in [RESPONSE, "application/json"] {
            let request = Request::post("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT, accept)
                .body(Body::from(body))
                .unwrap();
            let answer = service.send(request).await;
            let status = answer.status.as_u16();
            let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
            if status_profile == StatusProfile::Newer {
                let plain = accept == "application/json" && status == 200;
                assert_eq!(kind.starts_with(RESPONSE), !plain, "{accept} {status}: {kind}");
            }
            found.push(status);
        }
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_newer_profile_answers_who_says_nothing_in_the_newer_media_type() {
    for (status_profile, expected) in [(StatusProfile::Classic, "application/json"), (StatusProfile::Newer, RESPONSE)] {
        let service = empty_behind(&EdgeSettings { status_profile, ..EdgeSettings::default() }).await;
        let request = Request::get("/graphql?query=%7B__typename%7D").body(Body::empty()).unwrap();
        let answer = service.send(request).await;
        assert_eq!(answer.data(), json!({"__typename": "Query"}));
        assert_eq!(answer.headers[header::CONTENT_TYPE], format!("{expected}; charset=utf-8"));
        let request = Request::get("/graphql?query=mutation%7Bx%7D").body(Body::empty()).unwrap();
        let refused = service.send(request).await;
        assert_eq!((refused.status.as_u16(), &refused.headers[header::ALLOW]), (405, &"POST".parse().unwrap()));
    }
}
