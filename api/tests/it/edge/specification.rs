//! The specification, where it is easily forgotten.

use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use super::{code, post_json};
use crate::support::{Engine, HUB, LEP, Service};

/// Asks without a token.
async fn asked(service: &Service, query: &str, variables: Value) -> Value {
    let answer = post_json(service, &json!({"query": query, "variables": variables})).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

#[rstest]
#[case::object("{ viewer { scopes @skip(if: true) } }", json!({"viewer": {}}))]
#[case::fragment("{ viewer { ...f @include(if: false) } } fragment f on Viewer { scopes }", json!({"viewer": {}}))]
#[case::another_type(r#"{ node(id: "QXJlYTpFMTIwMDAwMDE") { ... on Framework { code } } }"#, json!({"node": {}}))]
#[case::no_object(r#"{ node(id: "QXJlYTpub25l") { ... on Framework { code } } }"#, json!({"node": null}))]
#[case::nested(
    r#"{ node(id: "QXJlYTpFMTIwMDAwMDE") { ... on Node { ... on Benchmark { code } ... on Area { code } } } }"#,
    json!({"node": {"code": "E12000001"}})
)]
#[case::below(r#"{ area(code: "HK") { name parents { code @include(if: false) } } }"#, json!({"area": {"name": "Hong Kong", "parents": []}}))]
#[case::root("{ viewer @skip(if: true) { scopes } }", json!({}))]
#[case::merged(
    r#"{ area(code: "HK") { code } ... on Query { area(code: "HK") { kind ...n } } } fragment n on Area { name code }"#,
    json!({"area": {"code": "HK", "kind": "COUNTRY", "name": "Hong Kong"}})
)]
#[tokio::test]
async fn an_object_of_which_nothing_is_selected_is_an_object(#[case] query: &str, #[case] expected: Value) {
    let service = Service::empty(Engine::Sqlite).await;
    assert_eq!(asked(&service, query, json!({})).await, json!({"data": expected}));
}

#[tokio::test]
async fn a_list_of_objects_of_which_nothing_is_selected_is_as_long() {
    let service = Service::empty(Engine::Sqlite).await;
    let all =
        asked(&service, "{ frameworks { code } }", json!({})).await["data"]["frameworks"].as_array().unwrap().len();
    let none = asked(&service, "{ frameworks { code @skip(if: true) } }", json!({})).await;
    assert_eq!(none["data"]["frameworks"], Value::from(vec![json!({}); all]));
}

#[tokio::test]
async fn rows_of_which_nothing_is_selected_are_objects() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = r#"query($b: Boolean!) { outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1, 2]}) {
        cells { ... @include(if: $b) { institutions } area { name @include(if: $b) } } } }"#;
    let answer = service.ask_with(Some(LEP), query, json!({"b": false})).await.data();
    assert_eq!(answer["outcomes"]["cells"][1], json!({"area": {}}));
}

#[tokio::test]
async fn everything_left_out_at_the_root_is_an_answer() {
    let service = Service::empty(Engine::Sqlite).await;
    let query = "query($b: Boolean!) { viewer @include(if: $b) { scopes } ... @include(if: $b) { periods { code } } }";
    for _ in 0..2 {
        assert_eq!(asked(&service, query, json!({"b": false})).await, json!({"data": {}}));
    }
    let answer = asked(&service, query, json!({"b": true})).await;
    assert_eq!(answer["data"], json!({"viewer": {"scopes": []}, "periods": []}));
}

#[tokio::test]
async fn a_variable_that_was_not_given_leaves_the_default() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"framework: "GATSBY-2014", areas: ["E12000001"]"#;
    for query in [
        format!("query($v: Boolean) {{ preview(input: {{{input}}}, overall: $v) {{ tier }} }}"),
        format!("query($v: Boolean) {{ preview(input: {{{input}, mapped: $v}}) {{ tier }} }}"),
        format!("query($v: Boolean) {{ outcomes(input: {{{input}, mapped: $v}}) {{ tier }} }}"),
        format!("query($v: [String!]) {{ preview(input: {{{input}}}, since: $v) {{ tier }} }}"),
    ] {
        for _ in 0..2 {
            let answer = service.ask_with(Some(LEP), &query, json!({})).await;
            let tier = answer.data().as_object().unwrap().values().next().unwrap()["tier"].clone();
            assert!(tier.is_string(), "{query}");
        }
    }
    let query = format!("query($v: Boolean) {{ preview(input: {{{input}}}, overall: $v) {{ tier }} }}");
    let null = service.ask_with(Some(LEP), &query, json!({"v": null})).await;
    assert!(null.json()["errors"][0]["message"].is_string(), "null is not absent");
    let pages = "query($first: Int) { areas(first: $first) { edges { node { code } } } }";
    let many = |answer: Value| answer["data"]["areas"]["edges"].as_array().unwrap().len();
    assert_eq!(many(asked(&service, pages, json!({})).await), 50);
    assert_eq!(many(asked(&service, pages, json!({"first": 2})).await), 2);
}

#[rstest]
#[case::string_for_a_condition("query($b: String!) { viewer @skip(if: $b) { scopes } }", json!({"b": "true"}))]
#[case::string_for_an_enum("query($k: String) { areas(kind: $k) { totalCount } }", json!({"k": "LEP"}))]
#[case::float_for_an_int("query($n: Float!) { areas(first: $n) { totalCount } }", json!({"n": 1}))]
#[case::nullable_for_required("query($i: OutcomesInput) { outcomes(input: $i) { tier } }", json!({"i": {"framework": "GATSBY-2014"}}))]
#[case::nullable_within("query($a: [String]) { outcomes(input: {framework: \"x\", areas: $a}) { tier } }", json!({"a": ["HK"]}))]
#[case::nullable_in_a_list("query($a: String) { outcomes(input: {framework: \"x\", areas: [$a]}) { tier } }", json!({"a": "HK"}))]
#[case::nullable_condition("query($b: Boolean) { viewer { scopes @include(if: $b) } }", json!({"b": true}))]
#[case::default_of_null("query($c: String = null) { framework(code: $c) { name } }", json!({"c": "x"}))]
#[case::literal_for_a_condition(r#"{ __typename @skip(if: "true") }"#, json!({}))]
#[case::condition_twice("{ __typename @skip(if: true) @skip(if: true) }", json!({}))]
#[case::literal_for_an_enum(r#"{ areas(kind: "LEP") { totalCount } }"#, json!({}))]
#[case::field_twice(r#"{ outcomes(input: {framework: "x", areas: ["a"], areas: ["b"]}) { tier } }"#, json!({}))]
#[case::field_twice_in_a_default(r#"query($i: OutcomesInput! = {framework: "x", framework: "y"}) { outcomes(input: $i) { tier } }"#, json!({}))]
#[case::day(r#"{ exposure(area: "HK", since: "2026-02-30") { statement } }"#, json!({}))]
#[case::day_in_a_default(r#"query($d: Date = "tomorrow") { exposure(area: "HK", since: $d) { statement } }"#, json!({}))]
#[case::day_in_a_variable(r#"query($d: Date) { exposure(area: "HK", since: $d) { statement } }"#, json!({"d": "2026-1-31"}))]
#[case::day_within(r"mutation($i: EndAgreementInput!) { endAgreement(input: $i) { status } }", json!({"i": {"number": 1, "endsOn": 20_260_131}}))]
#[case::unused("query($a: Int) { __typename }", json!({}))]
#[case::cycle("{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }", json!({}))]
#[case::unused_fragment("{ __typename } fragment f on Query { __typename }", json!({}))]
#[case::fragment_that_never_holds("{ viewer { ... on Area { code } } }", json!({}))]
#[case::conflict(r#"{ a: area(code: "HK") { name } a: area(code: "x") { name } }"#, json!({}))]
#[case::nothing_selected("{ viewer }", json!({}))]
#[case::description_of_nothing(r#""what" { __typename }"#, json!({}))]
#[case::half_a_pair(r#"{ areas(search: "\uD83D") { totalCount } }"#, json!({}))]
#[case::no_code_point(r#"{ areas(search: "\u{110000}") { totalCount } }"#, json!({}))]
#[case::subscription("subscription { x }", json!({}))]
#[case::a_type("type Query { x: Int }", json!({}))]
#[tokio::test]
async fn what_the_specification_forbids_is_refused(#[case] query: &str, #[case] variables: Value) {
    let service = Service::empty(Engine::Sqlite).await;
    let answer = post_json(&service, &json!({"query": query, "variables": variables})).await;
    assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{query}");
    assert_eq!(answer.json().get("data"), None);
    let place = &answer.json()["errors"][0]["locations"][0];
    assert!(place["line"].as_u64() >= Some(1) && place["column"].as_u64() >= Some(1), "{query}: {place}");
}

#[rstest]
#[case::in_a_directive("query($b: Boolean!) { viewer { scopes __typename @include(if: $b) } }", json!({"b": false}), json!({"viewer": {"scopes": []}}))]
#[case::at_a_spread("query($b: Boolean!) { ...f @include(if: $b) } fragment f on Query { __typename }", json!({"b": true}), json!({"__typename": "Query"}))]
#[case::code_point(r#"{ areas(search: "\u{1F600}") { totalCount } }"#, json!({}), json!({"areas": {"totalCount": 0}}))]
#[case::pair(r#"{ areas(search: "\uD83D\uDE00") { totalCount } }"#, json!({}), json!({"areas": {"totalCount": 0}}))]
#[case::escape(r#"{ area(code: "\u0048\u{4B}") { name } }"#, json!({}), json!({"area": {"name": "Hong Kong"}}))]
#[case::block(r#"{ area(code: """HK""") { name } }"#, json!({}), json!({"area": {"name": "Hong Kong"}}))]
#[case::described(r#""""Which place
it is.""" query q("its code" $code: String = "HK") { area(code: $code) { ...f } } "a name" fragment f on Area { name }"#, json!({}), json!({"area": {"name": "Hong Kong"}}))]
#[case::one_for_a_list("query($n: String!) { areas(search: $n) { totalCount } }", json!({"n": "no such place"}), json!({"areas": {"totalCount": 0}}))]
#[case::default("query($c: String = \"HK\") { area(code: $c) { name } }", json!({}), json!({"area": {"name": "Hong Kong"}}))]
#[case::mark("\u{feff}{ __typename }", json!({}), json!({"__typename": "Query"}))]
#[case::contract("{ __type(name: \"Area\") { kind ofType { name } } }", json!({}), json!({"__type": {"kind": "OBJECT", "ofType": null}}))]
#[case::interfaces("{ a: __type(name: \"Node\") { interfaces { name } } b: __type(name: \"Viewer\") { i: interfaces { name } kind } c: __type(name: \"Tier\") { interfaces { name } } }", json!({}), json!({"a": {"interfaces": []}, "b": {"i": [{"name": "Node"}], "kind": "OBJECT"}, "c": {"interfaces": null}}))]
#[case::one_of("{ a: __type(name: \"OutcomesInput\") { isOneOf } b: __type(name: \"Area\") { isOneOf } }", json!({}), json!({"a": {"isOneOf": false}, "b": {"isOneOf": null}}))]
#[case::whole_number("query($n: Int, $i: ID!) { areas(first: $n, search: \"no such place\") { totalCount } node(id: $i) { id } }", json!({"n": 2.0, "i": 5.0}), json!({"areas": {"totalCount": 0}, "node": null}))]
#[tokio::test]
async fn what_the_specification_allows_is_answered(
    #[case] query: &str,
    #[case] variables: Value,
    #[case] expected: Value,
) {
    let service = Service::empty(Engine::Sqlite).await;
    assert_eq!(asked(&service, query, variables).await, json!({"data": expected}));
}

#[tokio::test]
async fn a_table_that_fails_takes_no_other_with_it_and_costs_nothing() {
    let service = Service::filled(Engine::Sqlite).await;
    let table = |areas: &str| {
        format!(
            r#"outcomes(input: {{framework: "GATSBY-2014", areas: ["{areas}"], areaKind: REGION, benchmarks: [1], by: [SIZE]}})
        {{ summary {{ published }} cells {{ institutions }} }}"#
        )
    };
    let budget = "{ viewer { budget { used } } }";
    let answer = service
        .ask(
            Some(LEP),
            &format!("{{ wrong: {} pages: areas(first: -1) {{ totalCount }} viewer {{ scopes }} }}", table("nowhere")),
        )
        .await;
    let body = answer.json();
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(body["data"], json!({"wrong": null, "pages": null, "viewer": {"scopes": ["outcomes:read"]}}));
    let paths: Vec<&Value> = body["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert_eq!(service.ask(Some(LEP), budget).await.data(), json!({"viewer": {"budget": []}}), "nothing was charged");
    let answer = service
        .ask(Some(LEP), &format!("{{ wrong: {} right: {} }}", table("nowhere"), table("E12000001")))
        .await
        .json();
    assert_eq!((&answer["data"]["wrong"], &answer["errors"][0]["path"]), (&Value::Null, &json!(["wrong"])));
    assert!(answer["data"]["right"]["summary"]["published"].as_u64().is_some());
    assert_eq!(service.ask(Some(LEP), budget).await.data()["viewer"]["budget"][0]["used"], 1);
}

/// A variable that may be null may stand where nothing is null, for the sake of a default; a null is then an error of the field.
#[tokio::test]
async fn a_table_of_which_something_cannot_be_written_is_told_why_and_is_not_charged() {
    let service = Service::filled(Engine::Sqlite).await;
    let table = r#"outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1], by: [SIZE]})"#;
    for (variable, fields, message) in [
        ("Language = ENGLISH", "cells { area { wording(in: $v) { text } } }", "`in` of `wording`, found null"),
        ("Language = ENGLISH", "overall { categories { wording(in: $v) { text } } }", "`in` of `wording`, found null"),
        (
            r#"String = "202223T3""#,
            "cells { change(since: $v) { distinguishable } }",
            "`since` of `change`, found null",
        ),
        (r#"String = "x""#, "cells { official(indicator: $v) { text } }", "`indicator` of `official`, found null"),
        ("Boolean = true", "rows(states: $v) { data }", "`states` of `rows`, found null"),
        ("Int = 1", "cells { official(indicator: \"no such\") { text } }", "`no such`"),
        ("Int = 1", "framework { crosswalk(to: \"no such\") { comparability } } cells { institutions }", "`no such`"),
    ] {
        let used = if fields.contains("$v") { "" } else { "areas(first: $v) { totalCount }" };
        let query = format!("query($v: {variable}) {{ {table} {{ {fields} }} {used} }}");
        let answer = service.ask_with(Some(LEP), &query, json!({"v": null})).await.json();
        assert_eq!(answer["data"]["outcomes"], Value::Null, "{fields}");
        let error = &answer["errors"][0];
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
        assert_eq!(error["path"], json!(["outcomes"]));
        assert_ne!(error["extensions"]["code"], "INTERNAL");
        let budget = service.ask(Some(LEP), "{ viewer { budget { used } } }").await.data();
        assert_eq!(budget, json!({"viewer": {"budget": []}}), "{fields}");
    }
}

#[tokio::test]
async fn fields_that_wait_stand_where_they_were_asked() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = r#"{ a: viewer { budget { used } scopes } b: outcomes(input: {framework: "GATSBY-2014"}) { cells { institutions }
        tier } c: __typename d: viewer { scopes budget { used } } }"#;
    let body = String::from_utf8(service.ask(Some(HUB), query).await.body).unwrap();
    let places: Vec<usize> = ["\"a\"", "\"budget\"", "\"scopes\"", "\"b\"", "\"cells\"", "\"tier\"", "\"c\"", "\"d\""]
        .map(|key| body.find(key).unwrap())
        .to_vec();
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn a_list_with_too_many_items_passes_a_limit() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = |rest: &str| format!(r#"preview(input: {{framework: "GATSBY-2014", {rest}}}) {{ tier }}"#);
    let list = |item: &str, times: usize| format!("[{}]", vec![item; times].join(","));
    for (field, most, found) in [
        (input(&format!("areas: {}", list("\"E12000001\"", 1001))), 1000, 1001),
        (input(&format!("benchmarks: {}", list("1", 401))), 400, 401),
        (input(&format!("where: [{{dimension: PHASE, in: {}}}]", list("\"secondary\"", 51))), 50, 51),
        (format!(r#"officialFigures(indicator: "x", years: {}) {{ totalCount }}"#, list("\"2024\"", 500)), 400, 500),
    ] {
        let answer = service.ask(Some(LEP), &format!("{{ {field} }}")).await;
        let (code, message) = answer.error();
        assert_eq!(code, "LIMIT_EXCEEDED", "{message}");
        assert!(message.contains(&format!("expected at most {most} items, found {found}")), "{message}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = "{ areas(first: 1) { edges { cursor } } releases(first: 1) { edges { cursor } } \
                 comparators(first: 1) { edges { cursor } } }";
    let answer = service.ask(Some(LEP), query).await.data();
    let lists = ["areas", "releases", "comparators"];
    for of in lists {
        for list in lists {
            let query = format!("query($after: String) {{ {list}(after: $after) {{ totalCount }} }}");
            let cursor = &answer[of]["edges"][0]["cursor"];
            let body = service.ask_with(Some(LEP), &query, json!({"after": cursor})).await.json();
            assert!(cursor.is_string());
            assert_eq!(body["data"][list].is_object(), of == list, "{list} after one of {of}: {body}");
        }
    }
}
