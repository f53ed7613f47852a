//! Short citations, and questions saved under names.

use api::auth::{Scope, Scopes};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rstest::rstest;
use serde_json::{Value, json};

use super::{REGIONS, citation, take};
use crate::{
    destinations,
    support::{Answer, Engine, HUB, LEP, PARTNER, Service},
};

const SHARES: &str =
    "cells { area { code } period { code } benchmark { number } achievedShare { value standardError } }";

async fn keep(service: &Service, organisation: &str, name: &str, body: &Value) -> Answer {
    let request = Request::put(format!("/tables/{name}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", service.token(organisation)));
    service.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn forget(service: &Service, organisation: &str, name: &str) -> StatusCode {
    let request = Request::delete(format!("/tables/{name}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", service.token(organisation)));
    service.send(request.body(Body::empty()).unwrap()).await.status
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_short_citation_stands_for_the_whole_one_everywhere(#[case] engine: Engine) {
    let service = destinations::standard(engine, 1).await;
    let query = format!("{{ outcomes(input: {REGIONS}) {{ citation shortCitation {SHARES} }} }}");
    let table = service.ask(Some(LEP), &query).await.data()["outcomes"].take();
    let (whole, short) = (table["citation"].as_str().unwrap(), table["shortCitation"].as_str().unwrap());
    assert!(short.len() <= 40 && short.starts_with("release-"), "{short}");
    assert_eq!(service.ask(Some(LEP), &query).await.data()["outcomes"]["shortCitation"], short, "again the same");
    let replica = service.replica().await;
    for service in [&service, &replica] {
        let again = format!("{{ table(citation: \"{short}\") {{ citation {SHARES} }} }}");
        let again = service.ask(Some(LEP), &again).await.data()["table"].take();
        assert_eq!((&again["cells"], &again["citation"]), (&table["cells"], &table["citation"]));
        let file = take(service, Some(LEP), &format!("{short}.csv")).await;
        assert_eq!(file.body, take(service, Some(LEP), &format!("{whole}.csv")).await.body);
    }
    let query = r#"{ destinations(input: {areas: ["E92000001"]}) { shortCitation } }"#;
    let data = service.ask(Some(LEP), query).await.data();
    let students = data["destinations"]["shortCitation"].as_str().unwrap();
    assert_eq!(take(&service, Some(LEP), &format!("{students}.csv")).await.status, StatusCode::OK);
    let again = format!("{{ destinationTable(citation: \"{students}\") {{ citation }} }}");
    service.ask(Some(LEP), &again).await.data();

    let mut unknown = short.to_owned();
    let last = unknown.pop();
    unknown.push(if last == Some('0') { '1' } else { '0' });
    let refused = take(&service, Some(LEP), &format!("{unknown}.csv")).await;
    assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::NOT_FOUND, "NOT_FOUND"));
    assert_eq!(take(&service, None, &format!("{short}.csv")).await.status, StatusCode::UNAUTHORIZED);
    let other = take(&service, Some(PARTNER), &format!("{short}.csv")).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN, "what it stands for is asked under one's own agreements");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_saved_question_is_asked_by_its_name_of_the_newest_release(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let citation = citation(&service, LEP, REGIONS).await;
    let kept = keep(&service, LEP, "regions", &json!({"citation": citation})).await;
    assert_eq!((kept.status, &kept.json()["citation"]), (StatusCode::OK, &json!(citation)));
    let whole = take(&service, Some(LEP), &format!("{citation}.csv")).await.body;
    assert_eq!(take(&service, Some(LEP), "regions.csv").await.body, whole);

    // Its body is read as every other one is.
    let kept = json!({"citation": citation}).to_string();
    for (body, coding, status) in [
        (format!("\u{feff}{kept}"), "identity", 200),
        (kept.clone(), "gzip", 415),
        (format!("{kept}{}", " ".repeat(2 << 20)), "identity", 413),
    ] {
        let request = Request::put("/tables/regions")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, coding)
            .header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)));
        assert_eq!(service.send(request.body(Body::from(body)).unwrap()).await.status, status);
    }
    assert_eq!(take(&service, Some(LEP), "regions.csv?release=1").await.body, whole);
    assert_eq!(take(&service, Some(LEP), "regions.csv?release=9").await.status, StatusCode::NOT_FOUND);
    for other in [HUB, PARTNER] {
        let answer = take(&service, Some(other), "regions.csv").await;
        assert_eq!((answer.status, answer.error().0.as_str()), (StatusCode::NOT_FOUND, "NOT_FOUND"), "of {other}");
        assert_eq!(forget(&service, other, "regions").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(keep(&service, LEP, "newest", &json!({"citation": citation, "newest": 2})).await.status, StatusCode::OK);
    let file = take(&service, Some(LEP), "newest.json").await.json();
    let at = file["schema"].as_array().unwrap().iter().position(|column| column["name"] == "period").unwrap();
    let mut periods: Vec<&str> =
        file["data"].as_array().unwrap().iter().map(|line| line[at].as_str().unwrap()).collect();
    periods.sort_unstable();
    periods.dedup();
    assert_eq!(periods, ["202324T2", "202324T3"]);

    service.hand_in_everything(&crate::support::Population::standard(2)).await;
    service.publish_anew().await;
    let newer = take(&service, Some(LEP), "regions.json").await.json();
    assert_eq!(newer["about"]["release"], 2);
    assert_eq!(take(&service, Some(LEP), "regions.csv?release=1").await.body, whole);

    let list = service
        .send(
            Request::get("/tables")
                .header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)))
                .body(Body::empty())
                .unwrap(),
        )
        .await
        .json();
    let names: Vec<&str> =
        list["questions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["newest", "regions"]);
    assert_eq!(forget(&service, LEP, "regions").await, StatusCode::NO_CONTENT);
    assert_eq!(take(&service, Some(LEP), "regions.csv").await.status, StatusCode::NOT_FOUND);
    for (name, body, status) in [
        ("Regions", json!({"citation": citation}), 400),
        ("release-1", json!({"citation": citation}), 400),
        ("a", json!({"citation": "release-1-x"}), 400),
        ("a", json!({"citation": citation, "newest": 0}), 400),
        ("a", json!({"citation": citation, "nearest": 1}), 400),
        ("a", json!([]), 400),
    ] {
        assert_eq!(keep(&service, LEP, name, &body).await.status, status, "{name} {body}");
    }
    assert_eq!(take(&service, Some(LEP), &format!("{citation}.csv?release=1")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_kept_is_changed_with_a_token_alone() {
    let service = Service::filled(Engine::Sqlite).await;
    let citation = citation(&service, LEP, REGIONS).await;
    let scopes: Scopes = [Scope::OutcomesRead].into_iter().collect();
    let given = service.operator().add_client(LEP, "spreadsheet", &scopes, None).await.unwrap();
    let shown = format!("{}:{}", given.client, given.secret.unwrap().as_str());
    for shown in [None, Some(format!("Basic {}", STANDARD.encode(shown)))] {
        let mut request = Request::put("/tables/a").header(header::CONTENT_TYPE, "application/json");
        if let Some(shown) = shown {
            request = request.header(header::AUTHORIZATION, shown);
        }
        let body = Body::from(json!({"citation": citation}).to_string());
        assert_eq!(service.send(request.body(body).unwrap()).await.status, StatusCode::UNAUTHORIZED);
    }
}
