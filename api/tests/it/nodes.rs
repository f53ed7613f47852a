//! Whatever has an identity is found again by it, and what belongs to somebody else is not.

use serde_json::{Value, json};

use crate::{
    destinations,
    support::{Engine, HUB, LEP, PARTNER, Service},
};

/// How many questions were recorded, and how many of a budget's units were charged.
async fn used(service: &Service) -> (usize, i64) {
    (service.database.recorded("").await, service.database.count("budget_entry").await)
}

async fn node(service: &Service, organisation: Option<&str>, id: &str, selection: &str) -> Value {
    let query = format!("{{ node(id: {}) {{ __typename id {selection} }} }}", json!(id));
    service.ask(organisation, &query).await.json()
}

/// The identity that a field answers with.
async fn id(service: &Service, organisation: Option<&str>, field: &str) -> String {
    let data = service.ask(organisation, &format!("{{ found: {field} }}")).await.data();
    let mut found = &data["found"];
    while !found["id"].is_string() {
        found = found.as_array().map_or_else(|| found.as_object().unwrap().values().next().unwrap(), |list| &list[0]);
    }
    found["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn everything_with_an_identity_is_found_by_it() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    for (kind, field, selection, told) in [
        ("Area", r#"area(code: "HK") { id }"#, "... on Area { code }", json!({"code": "HK"})),
        (
            "Framework",
            r#"framework(code: "HKBM-2019") { id }"#,
            "... on Framework { code }",
            json!({"code": "HKBM-2019"}),
        ),
        (
            "Benchmark",
            r#"framework(code: "HKBM-2019") { benchmarks { id } }"#,
            "... on Benchmark { number }",
            json!({"number": 1}),
        ),
        ("Release", "release(number: 1) { id }", "... on Release { number }", json!({"number": 1})),
        ("Period", "periods { id }", "... on Period { term }", json!({"term": 2})),
        ("Viewer", "viewer { id }", "... on Viewer { scopes }", json!({"scopes": ["outcomes:read"]})),
        ("Organisation", "viewer { organisation { id } }", "... on Organisation { code }", json!({"code": LEP})),
        (
            "OutcomeTable",
            r#"outcomes(input: {framework: "GATSBY-2014"}) { id }"#,
            "... on OutcomeTable { tier }",
            json!({"tier": "REGIONAL"}),
        ),
        (
            "DestinationTable",
            "destinations(input: {}) { id }",
            "... on DestinationTable { tier }",
            json!({"tier": "REGIONAL"}),
        ),
    ] {
        let id = id(&service, Some(LEP), field).await;
        let found = node(&service, Some(LEP), &id, selection).await;
        let mut expected = json!({"__typename": kind, "id": id});
        expected.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        assert_eq!(found["data"], json!({"node": expected}), "{kind}");
    }
    for nothing in ["", "nonsense", "QXJlYTpYOTk", "UGVyaW9kOjIwMjMyNVQx"] {
        assert_eq!(node(&service, Some(LEP), nothing, "").await, json!({"data": {"node": null}}), "{nothing}");
    }
}

#[tokio::test]
async fn who_asks_is_found_by_nobody_else() {
    let service = Service::filled(Engine::Sqlite).await;
    let absent = json!({"data": {"node": null}});
    let viewer = id(&service, Some(LEP), "viewer { id }").await;
    let organisation = id(&service, Some(LEP), "viewer { organisation { id } }").await;
    let anonymous = id(&service, None, "viewer { id }").await;
    for other in [Some(HUB), Some(PARTNER), None] {
        assert_eq!(node(&service, other, &viewer, "").await, absent);
        assert_eq!(node(&service, other, &organisation, "").await, absent);
    }
    assert_eq!(node(&service, Some(LEP), &anonymous, "").await, absent);
    assert_eq!(node(&service, None, &anonymous, "").await["data"]["node"]["__typename"], "Viewer");
}

#[tokio::test]
async fn a_table_is_asked_again_by_its_identity_as_by_its_citation() {
    const CELLS: &str = "citation cells { achievedShare { value reason } }";
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE], benchmarks: [1]}"#;
    // Nothing but the identity is read, so nothing is charged.
    let id = id(&service, Some(LEP), &format!("outcomes(input: {input}) {{ id }}")).await;
    let (asked, charged) = used(&service).await;
    assert_eq!(charged, 0);

    let found = node(&service, Some(LEP), &id, &format!("... on OutcomeTable {{ {CELLS} }}")).await;
    assert_eq!(used(&service).await, (asked + 1, 1), "recorded and charged, as the question is");
    let data =
        service.ask(Some(LEP), &format!("{{ outcomes(input: {input}) {{ __typename id {CELLS} }} }}")).await.data();
    assert_eq!(found["data"]["node"], data["outcomes"]);
    assert_eq!(used(&service).await.1, 1, "charged once");

    // What is selected of another type is not wanted of this one.
    let other = "... on DestinationTable { cells { institutions } } ... on OutcomeTable { citation }";
    let input = r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [TYPE], benchmarks: [1]}"#;
    let id_of_types = self::id(&service, Some(LEP), &format!("outcomes(input: {input}) {{ id }}")).await;
    assert!(node(&service, Some(LEP), &id_of_types, other).await["data"]["node"]["citation"].is_string());
    assert_eq!(used(&service).await.1, 1, "no cell was selected");

    // A change asked for with a variable.
    let query = "query($id: ID!, $since: String!) { node(id: $id) { ... on OutcomeTable {
        cells { change(since: $since) { since { code } } } } } }";
    let changed = service.ask_with(Some(LEP), query, json!({"id": id, "since": "202324T2"})).await.data();
    assert_eq!(changed["node"]["cells"][0]["change"]["since"]["code"], "202324T2");

    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    assert_eq!(code(&node(&service, None, &id, "").await), "UNAUTHENTICATED");
    assert_eq!(code(&node(&service, Some(PARTNER), &id, "").await), "FORBIDDEN", "another tier");
}

#[tokio::test]
async fn a_table_of_what_another_organisation_handed_in_looks_absent() {
    let service = Service::filled(Engine::Sqlite).await;
    let own = r#"outcomes(input: {framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000001"]}) { id }"#;
    let id = id(&service, Some(LEP), own).await;
    let before = used(&service).await;
    for other in [HUB, PARTNER] {
        assert_eq!(node(&service, Some(other), &id, "").await, json!({"data": {"node": null}}));
    }
    assert_eq!(used(&service).await, before);
    let found = node(&service, Some(LEP), &id, "... on OutcomeTable { tier purpose }").await;
    assert_eq!(found["data"]["node"]["tier"], "OWN");
    assert_eq!(found["data"]["node"]["purpose"], "OWN_RESULTS");
}
