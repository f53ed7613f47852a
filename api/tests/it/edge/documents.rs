//! Documents by identifier, documents registered by their hash, and documents that are not executed.

use api::config::{EdgeSettings, Switch};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{code, empty_behind, post_json};
use crate::support::{Engine, Service};

const TYPENAME: &str = "{ __typename }";
const AREA: &str = "query Area($code: String!) { area(code: $code) { name } }";

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// A folder with a manifest, and the settings that trust it.
fn trusting(manifest: &Value, only: bool) -> (TempDir, EdgeSettings) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("manifest.json");
    // Some editors put a mark before UTF-8.
    std::fs::write(&file, format!("\u{feff}{manifest}")).unwrap();
    let edge = EdgeSettings { trusted_documents: Some(file), trusted_only: only, ..EdgeSettings::default() };
    (folder, edge)
}

#[tokio::test]
async fn a_trusted_document_is_asked_by_its_identifier() {
    let (_folder, edge) = trusting(&json!({"area": AREA}), false);
    let service = empty_behind(&edge).await;
    let variables = json!({"code": "HK"});
    for id in ["area".to_owned(), format!("sha256:{}", sha256(AREA))] {
        let answer = post_json(&service, &json!({"documentId": id, "variables": variables})).await;
        assert_eq!(answer.data(), json!({"area": {"name": "Hong Kong"}}));
        let uri = format!("/graphql?documentId={id}&variables=%7B%22code%22:%22HK%22%7D");
        let got = service.send(Request::get(uri).body(Body::empty()).unwrap()).await;
        assert_eq!(got.data(), json!({"area": {"name": "Hong Kong"}}));
    }
    let unknown = post_json(&service, &json!({"documentId": "other"})).await;
    assert_eq!((unknown.status, code(&unknown).as_str()), (StatusCode::BAD_REQUEST, "NOT_FOUND"));
    let both = post_json(&service, &json!({"documentId": "area", "query": TYPENAME})).await;
    assert_eq!((both.status, code(&both).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    assert_eq!(post_json(&service, &json!({"documentId": 7})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(post_json(&service, &json!({"query": TYPENAME})).await.data(), json!({"__typename": "Query"}));
}

#[tokio::test]
async fn where_only_trusted_documents_are_executed_nothing_else_is() {
    let (_folder, edge) = trusting(&json!({"area": AREA}), true);
    let service = empty_behind(&edge).await;
    let variables = json!({"code": "HK"});
    let persisted = |text: &str| json!({"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}});
    for right in [
        json!({"documentId": "area", "variables": variables}),
        json!({"query": AREA, "variables": variables}),
        json!({"extensions": persisted(AREA), "variables": variables}),
    ] {
        assert_eq!(post_json(&service, &right).await.data(), json!({"area": {"name": "Hong Kong"}}), "{right}");
    }
    for (wrong, expected) in [
        (json!({"query": TYPENAME}), "FORBIDDEN"),
        (json!({"query": "{ __schema { types { name } } }"}), "FORBIDDEN"),
        (json!({"query": "{"}), "FORBIDDEN"),
        (json!({"query": TYPENAME, "extensions": persisted(TYPENAME)}), "FORBIDDEN"),
        (json!({"extensions": persisted(TYPENAME)}), "PERSISTED_QUERY_NOT_SUPPORTED"),
    ] {
        let answer = post_json(&service, &wrong).await;
        assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::FORBIDDEN, expected), "{wrong}");
    }
}

#[tokio::test]
async fn a_folder_of_documents_is_trusted_too() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("area.graphql"), AREA).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no document").unwrap();
    let trusted_documents = Some(folder.path().to_owned());
    let service = empty_behind(&EdgeSettings { trusted_documents, ..EdgeSettings::default() }).await;
    let answer = post_json(&service, &json!({"documentId": "area", "variables": {"code": "HK"}})).await;
    assert_eq!(answer.data(), json!({"area": {"name": "Hong Kong"}}));
}

#[rstest]
#[case::invalid(json!({"a": "{ nothing }"}), "the document `a` would be refused: type `Query` does not have a field `nothing`")]
#[case::no_graphql(json!({"a": "{"}), "would be refused: the document is not GraphQL")]
#[case::wrong_hash(json!({"sha256:00": "{ __typename }"}), "`sha256:00` is not the SHA-256")]
#[case::no_manifest(json!(["{ __typename }"]), "expected a JSON object")]
#[tokio::test]
async fn documents_that_cannot_be_trusted_stop_the_start(#[case] manifest: Value, #[case] expected: &str) {
    let (_folder, edge) = trusting(&manifest, false);
    let service = Service::empty(Engine::Sqlite).await;
    let error = api::app::router_with(&service.settings, &edge, &service.exchange).err().unwrap();
    assert!(format!("{error:#}").contains(expected), "{error:#}");
}

#[tokio::test]
async fn a_document_is_registered_by_its_hash_only_when_it_holds() {
    let service = Service::empty(Engine::Sqlite).await;
    let ask = async |text: Option<&str>, hash: &str| {
        let mut body = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}});
        if let Some(text) = text {
            body["query"] = json!(text);
        }
        post_json(&service, &body).await
    };
    let unknown = ask(None, &sha256(TYPENAME)).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert_eq!(unknown.error(), ("PERSISTED_QUERY_NOT_FOUND".into(), "PersistedQueryNotFound".into()));
    let wrong = ask(Some(TYPENAME), &sha256(AREA)).await;
    assert_eq!((wrong.status, code(&wrong).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    assert_eq!(code(&ask(None, &sha256(AREA)).await), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(ask(Some(TYPENAME), &sha256(TYPENAME)).await.data(), json!({"__typename": "Query"}));
    assert_eq!(ask(None, &sha256(TYPENAME)).await.data(), json!({"__typename": "Query"}));
    for bad in ["{ nothing }", "{", "{ a {"] {
        assert_eq!(ask(Some(bad), &sha256(bad)).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(code(&ask(None, &sha256(bad)).await), "PERSISTED_QUERY_NOT_FOUND", "{bad}");
    }
    for extensions in [
        json!({"persistedQuery": {"version": 2, "sha256Hash": sha256(TYPENAME)}}),
        json!({"persistedQuery": {"version": 1, "sha256Hash": "short"}}),
        json!({"persistedQuery": true}),
    ] {
        let answer = post_json(&service, &json!({"query": TYPENAME, "extensions": extensions})).await;
        assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    }
}

#[tokio::test]
async fn the_contract_and_names_like_it_are_told_only_where_they_may() {
    let query = json!({"query": "{ __schema { queryType { name } } }"});
    let named = json!({"query": "{ ...f } fragment f on Query { t: __type(name: \"Area\") { name } }"});
    let typo = json!({"query": "{ area(code: \"HK\") { nam } }"});
    let argument = json!({"query": "{ area(code: \"HK\") @skip(iff: true) { name } }"});
    let open = Service::empty(Engine::Sqlite).await;
    for query in [&query, &named] {
        assert_eq!(post_json(&open, query).await.status, StatusCode::OK);
    }
    assert!(post_json(&open, &typo).await.error().1.contains("Did you mean"));
    let edge = EdgeSettings { introspection: Switch::Off, suggestions: Switch::Off, ..EdgeSettings::default() };
    let closed = empty_behind(&edge).await;
    for query in [&query, &named] {
        let answer = post_json(&closed, query).await;
        assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    }
    for typo in [&typo, &argument] {
        let answer = post_json(&closed, typo).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!String::from_utf8_lossy(&answer.body).contains("Did you mean"));
    }
    assert_eq!(post_json(&closed, &json!({"query": TYPENAME})).await.data(), json!({"__typename": "Query"}));
}

/// The same text again and again, with other variables and other names: what was kept knows nothing of them.
#[tokio::test]
async fn a_document_that_is_kept_is_executed_with_the_variables_of_each_request() {
    let service = Service::empty(Engine::Sqlite).await;
    let query = "query a($c: String!, $deep: Boolean! = true) { area(code: $c) { name code @include(if: $deep) } } \
                 query b { __typename }";
    for _ in 0..3 {
        for (name, variables, expected) in [
            ("a", json!({"c": "HK"}), json!({"area": {"name": "Hong Kong", "code": "HK"}})),
            ("a", json!({"c": "HK", "deep": false}), json!({"area": {"name": "Hong Kong"}})),
            ("a", json!({"c": "nowhere"}), json!({"area": null})),
            ("b", json!({"c": 7}), json!({"__typename": "Query"})),
        ] {
            let body = json!({"query": query, "operationName": name, "variables": variables});
            assert_eq!(post_json(&service, &body).await.data(), expected, "{body}");
        }
        let missing = post_json(&service, &json!({"query": query, "operationName": "a"})).await;
        assert_eq!(missing.error(), ("BAD_REQUEST".into(), "the variable `$c` is required".into()));
        let which = post_json(&service, &json!({"query": query})).await;
        assert_eq!(which.error().1, "the document has several operations; expected `operationName` to say which");
        let other = post_json(&service, &json!({"query": query, "operationName": "validate only"})).await;
        assert_eq!(other.status, StatusCode::BAD_REQUEST);
    }
}

/// A number as pages have it: `65,536`.
fn written(number: &Value) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

#[tokio::test]
async fn the_page_of_limits_has_the_numbers_that_the_contract_tells() {
    let page = include_str!("../../../docs/src/clients.md");
    let service = Service::empty(Engine::Sqlite).await;
    let query = "{ limits { cellsPerTable itemsPerPage tabulationsTogether allowances { tabulations } document { bytes tokens nesting depth fields
        rootFields aliases directives operations fragments values } } }";
    let limits = service.ask(None, query).await.data()["limits"].clone();
    let document = &limits["document"];
    let of = |names: &[&str]| names.iter().map(|name| written(&document[name])).collect::<Vec<_>>().join(" · ");
    let opened = [&limits["allowances"][1]["tabulations"], &limits["tabulationsTogether"]].map(written).join(" · ");
    for (row, numbers) in [
        ("cells of a table", written(&limits["cellsPerTable"])),
        ("items on a page of a connection", format!("{} (50 when `first` is left out)", limits["itemsPerPage"])),
        ("a document: bytes", of(&["bytes", "tokens", "nesting"])),
        ("a document, fragments expanded", of(&["depth", "fields", "rootFields"])),
        ("aliases", of(&["aliases", "directives", "operations", "fragments"])),
        ("values in the variables", of(&["values"])),
        ("tabulations that an organisation", opened),
    ] {
        let line = page.lines().find(|line| line.starts_with(&format!("| {row}"))).unwrap();
        assert!(line.ends_with(&format!("| {numbers} |")), "expected {numbers}, found {line}");
    }
}
