//! Rows are handed in, taken back and published.

use api::auth::Scope;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{change, refused, row, rows_of_the_hub, send, token};
use crate::support::{Engine, HUB, LEP, Population, Row, Service};

const SUBMISSION: &str = "status submission { id status number rows message
    problems { line row column code value expected } problemKinds { code column count }
    stored { records scores corrected unchanged fromRoll } }";

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_hub_hands_in_rows_takes_them_back_and_publishes(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite, Scope::ReleasesPublish]);
    let rows = rows_of_the_hub();
    let dry = change(&service, &hub, "importResults", SUBMISSION, json!({"rows": rows, "dryRun": true})).await;
    assert_eq!((&dry["status"], &dry["submission"]["rows"]), (&json!("CHECKED"), &json!(rows.len())), "{dry}");
    assert_eq!(service.database.count("submission").await, 0, "a dry run stores nothing");

    let taken = change(&service, &hub, "importResults", SUBMISSION, json!({ "rows": rows })).await;
    assert_eq!(taken["status"], "ACCEPTED", "{taken}");
    assert_eq!(taken["submission"]["stored"]["records"], rows.len());
    let again = change(&service, &hub, "importResults", SUBMISSION, json!({ "rows": rows })).await;
    assert_eq!(
        (&again["status"], &again["submission"]["number"]),
        (&json!("UNCHANGED"), &taken["submission"]["number"])
    );

    let publish = "status message release published { period edition }";
    let dry = change(&service, &hub, "publishRelease", publish, json!({"dryRun": true})).await;
    assert_eq!(dry["status"], "CHECKED");
    assert_eq!(dry["published"], json!([{"period": "202324T3", "edition": "provisional"}]));
    let published = change(&service, &hub, "publishRelease", publish, json!({"note": "Summer"})).await;
    assert_eq!((&published["status"], &published["release"]), (&json!("DONE"), &json!(1)), "{published}");
    assert_eq!(published["published"], dry["published"]);
    let nothing = change(&service, &hub, "publishRelease", publish, json!({})).await;
    assert_eq!(nothing["status"], "CONFLICT", "{nothing}");
    let unknown = change(&service, &hub, "publishRelease", publish, json!({"revise": ["202324T3"]})).await;
    assert_eq!(unknown["status"], "CONFLICT", "nothing waits: {unknown}");

    let take_back = "status message number takenBack { period records institutions shown nextEdition }";
    let number = &taken["submission"]["number"];
    let dry = change(&service, &hub, "withdrawSubmission", take_back, json!({"number": number, "dryRun": true})).await;
    assert_eq!((&dry["status"], &dry["number"]), (&json!("CHECKED"), &Value::Null));
    let none = json!({"number": number, "periods": []});
    assert_eq!(refused(&service, &hub, "withdrawSubmission", take_back, none).await, "BAD_REQUEST", "none is not all");
    let done = change(&service, &hub, "withdrawSubmission", take_back, json!({"number": number, "why": "error"})).await;
    assert_eq!((&done["status"], &done["takenBack"]), (&json!("DONE"), &dry["takenBack"]), "{done}");
    assert_eq!(done["takenBack"][0]["nextEdition"], "revised");
    let gone = change(&service, &hub, "withdrawSubmission", take_back, json!({ "number": number })).await;
    assert_eq!(gone["status"], "NOT_FOUND");
}

#[tokio::test]
async fn every_problem_of_a_row_is_told_with_its_place_and_nothing_is_stored() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let mut rows = rows_of_the_hub();
    rows[1]["completedOn"] = json!("07/31/2024");
    rows[2]["scores"][0] = json!(66.5);
    rows[3]["scores"][1] = json!(101);
    rows[4]["institutionId"] = json!("1.00E+05");
    rows[6] = rows[5].clone();
    rows[7]["localAuthority"] = json!("Leeds");
    let told = change(&service, &hub, "importResults", SUBMISSION, json!({ "rows": rows })).await;
    assert_eq!(told["status"], "REFUSED");
    let problems = told["submission"]["problems"].as_array().unwrap();
    let places: Vec<(u64, &str, &str)> = problems
        .iter()
        .map(|problem| {
            assert_eq!(problem["line"], Value::Null);
            let text = |name: &str| problem[name].as_str().unwrap_or_default();
            (problem["row"].as_u64().unwrap(), text("column"), text("code"))
        })
        .collect();
    assert_eq!(
        places,
        [
            (1, "completed_on", "DATE"),
            (2, "b1", "SCORE"),
            (3, "b2", "SCORE"),
            (4, "institution_id", "IDENTIFIER"),
            (6, "institution_id", "DUPLICATE"),
            (7, "local_authority", "UNKNOWN_AREA"),
        ]
    );
    assert_eq!(problems[1]["value"], "66.5");
    assert!(problems[4]["expected"].as_str().unwrap().ends_with("it is row 5"), "{}", problems[4]);
    assert!(problems[5]["expected"].as_str().unwrap().contains("`E08000035` is Leeds"), "{}", problems[5]);
    assert_eq!(service.database.count("result").await, 0);
    let kept = service.database.texts("SELECT COALESCE(report, '') FROM requested_change").await.concat();
    assert!(kept.contains("UNKNOWN_AREA") && !kept.contains("66.5") && !kept.contains("1.00E+05"), "{kept}");

    let good = change(&service, &hub, "importResults", SUBMISSION, json!({"rows": rows, "acceptValid": true})).await;
    assert_eq!(
        (&good["status"], &good["submission"]["stored"]["records"]),
        (&json!("ACCEPTED"), &json!(rows.len() - 6))
    );
    let mut short = rows_of_the_hub();
    for row in &mut short {
        row.as_object_mut().unwrap().remove("period");
    }
    let told = change(&service, &hub, "importResults", SUBMISSION, json!({ "rows": short })).await;
    let problem = &told["submission"]["problems"][0];
    assert_eq!(
        (&problem["row"], &problem["column"], &problem["code"]),
        (&Value::Null, &json!("period"), &json!("HEADER"))
    );
}

#[tokio::test]
async fn nobody_hands_in_what_is_anothers_or_without_the_scope() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let leeds: Vec<Value> = Population::standard(1)
        .only(|row: &Row| row.local_authority == "E08000035" && row.period == "202324T3")
        .0
        .iter()
        .map(row)
        .collect();
    let told = change(&service, &hub, "importResults", SUBMISSION, json!({ "rows": leeds })).await;
    assert_eq!(
        (&told["status"], &told["submission"]["problems"][0]["code"]),
        (&json!("REFUSED"), &json!("OTHER_AREA"))
    );
    let taken = change(&service, &hub, "importResults", SUBMISSION, json!({ "rows": rows_of_the_hub() })).await;

    let others: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| *scope != Scope::ResultsWrite).collect();
    let reads = token(&service, HUB, &others);
    let rows = json!({ "rows": rows_of_the_hub() });
    assert_eq!(refused(&service, &reads, "importResults", "status", rows.clone()).await, "FORBIDDEN");
    assert_eq!(refused(&service, &hub, "publishRelease", "status", json!({})).await, "FORBIDDEN");
    let gone = token(&service, "NOBODY", &Scope::ALL);
    assert_eq!(refused(&service, &gone, "importResults", "status", rows.clone()).await, "FORBIDDEN");
    let anonymous = service.ask_with(
        None,
        "mutation($input: ImportResultsInput!) { importResults(input: $input) { status } }",
        json!({ "input": rows }),
    );
    assert_eq!(anonymous.await.error().0, "UNAUTHENTICATED");

    // What another organisation handed in looks absent, and cannot be taken back.
    let lep = token(&service, LEP, &[Scope::ResultsWrite]);
    let id = taken["submission"]["id"].as_str().unwrap();
    let look = format!("{{ submission(id: \"{id}\") {{ status }} }}");
    assert_eq!(send(&service, &hub, &look, Value::Null).await.data()["submission"]["status"], "ACCEPTED");
    assert_eq!(send(&service, &lep, &look, Value::Null).await.data()["submission"], Value::Null);
    let number = &taken["submission"]["number"];
    let taken_back = change(&service, &lep, "withdrawSubmission", "status", json!({ "number": number })).await;
    assert_eq!(taken_back["status"], "NOT_FOUND");
    let destinations = json!({"rows": [{"institutionScheme": "URN", "institutionId": "100001", "cohortYear": "202223",
        "stage": "KS4", "category": "education", "students": 10}]});
    let told = change(&service, &lep, "importDestinations", SUBMISSION, destinations).await;
    assert_eq!(told["status"], "REFUSED", "{told}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_text_that_others_read_is_one_line_of_what_is_seen(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let hub = token(&service, HUB, &Scope::ALL);
    for text in ["a\u{0}b", "\u{1b}[2J", "a\nb", &"x".repeat(501)] {
        for (name, input) in [
            ("publishRelease", json!({ "note": text })),
            ("withdrawSubmission", json!({"number": 1, "why": text})),
            ("addClient", json!({"name": text, "scopes": ["outcomes:read"]})),
            ("grantAgreement", json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": [text]})),
        ] {
            let told = change(&service, &hub, name, "status message", input).await;
            assert_eq!(told["status"], "INVALID", "{name} {text:?}: {told}");
        }
        let look =
            send(&service, &hub, "query($id: ID!) { submission(id: $id) { status } }", json!({ "id": text })).await;
        assert_eq!(look.data()["submission"], Value::Null);
        let gone = change(&service, &hub, "revokeClient", "status", json!({ "clientId": text })).await;
        assert_eq!(gone["status"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn nothing_is_changed_over_get() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &Scope::ALL);
    let query = "query=mutation%7BpublishRelease(input:%7B%7D)%7Bstatus%7D%7D";
    let request = Request::get(format!("/graphql?{query}")).header(header::AUTHORIZATION, format!("Bearer {hub}"));
    let answer = service.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let request = Request::get("/submissions").header(header::AUTHORIZATION, format!("Bearer {hub}"));
    let answer = service.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status, &answer.headers[header::ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    assert_eq!(service.database.count("requested_change").await, 0);
}

#[tokio::test]
async fn whoever_hands_a_correction_in_is_not_told_how_many_of_others_wait_beside_it() {
    let service = Service::filled(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let correct = async |score: u8| {
        let mut rows = rows_of_the_hub();
        rows[0]["scores"][0] = json!(score);
        let told =
            change(&service, &hub, "importResults", "status submission { waiting }", json!({ "rows": rows })).await;
        assert_eq!(told["status"], "ACCEPTED", "{told}");
        told["submission"]["waiting"].clone()
    };
    let alone = correct(17).await;
    assert_eq!(alone, json!(["202324T3: results wait for its revised edition"]));
    let leeds = Population::standard(2).only(|row| row.local_authority == "E08000035" && row.period == "202324T3");
    assert!(service.hand_in(LEP, &leeds).await.receipt.is_some());
    assert_eq!(correct(18).await, alone);
}
