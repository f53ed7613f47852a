//! The report about an area.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;

use super::{REGIONS, citation, rows_of, take};
use crate::support::{Answer, Engine, HUB, LEP, PARTNER, Service};

async fn ask(service: &Service, organisation: Option<&str>, address: &str) -> (StatusCode, String, Answer) {
    let mut request = Request::get(format!("/reports/{address}"));
    if let Some(organisation) = organisation {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", service.token(organisation)));
    }
    let answer = service.send(request.body(Body::empty()).unwrap()).await;
    (answer.status, String::from_utf8(answer.body.clone()).unwrap(), answer)
}

/// A share as the page shows it.
fn shown(estimate: &Value) -> Option<String> {
    let value = estimate["value"].as_f64()?;
    let side = match estimate["bound"].as_str() {
        Some("AT_MOST") => "≤ ",
        Some(_) => "≥ ",
        None => "",
    };
    let share: f64 = format!("{:.5e}", value * 100.0).parse().unwrap();
    Some(format!("{side}{share} %"))
}

#[tokio::test]
async fn a_report_puts_the_country_the_region_and_the_area_beside_each_other() {
    let service = Service::filled(Engine::Sqlite).await;
    let (status, page, answer) = ask(&service, Some(LEP), "E12000001").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script"), "{page}");
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    for part in ["England (country)", "North East (region)", "Average number achieved", "A stable careers programme"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for area in ["E92000001", "E12000001"] {
        let input = format!("{{framework: \"GATSBY-2014\", areas: [\"{area}\"], periods: [\"202324T3\"]}}");
        for cell in service.cells(LEP, &input).await {
            let Some(share) = shown(&cell["achievedShare"]) else { continue };
            assert!(page.contains(&format!(">{share}")), "{area}: {share}: {page}");
        }
    }
    assert_eq!(rows_of(&service, "budget_entry").await, 0, "it is made of standard tables");
    assert!(service.database.recorded("").await >= 2, "and its questions are recorded");
    assert_eq!(ask(&service, Some(LEP), "E12000001.html").await.1, page);
}

#[tokio::test]
async fn what_the_agreements_do_not_reach_is_named_in_its_place() {
    let service = Service::filled(Engine::Sqlite).await;
    let (status, page, _) = ask(&service, Some(HUB), "E12000001").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("England (country) is not shown"), "{page}");
    for (organisation, address, expected) in [
        (None, "E12000001", StatusCode::UNAUTHORIZED),
        (Some(HUB), "E12000002", StatusCode::NOT_FOUND),
        (Some(LEP), "E99999999", StatusCode::NOT_FOUND),
        (Some(LEP), "E12000001?framework=X", StatusCode::NOT_FOUND),
        (Some(LEP), "E12000001?by=PHASE", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(ask(&service, organisation, address).await.0, expected, "{organisation:?} {address}");
    }
}

#[tokio::test]
async fn england_stands_beside_hong_kong_through_the_crosswalk() {
    let service = Service::filled(Engine::Sqlite).await;
    let (status, page, _) = ask(&service, Some(PARTNER), "HK?beside=E92000001").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("England (country), through the crosswalk"), "{page}");
    assert!(page.contains("(no counterpart)"), "Hong Kong's 5 and 10 have none: {page}");
    assert!(rows_of(&service, "budget_entry").await > 0, "it costs what the mapped question costs");
}

#[tokio::test]
async fn a_table_is_a_page_to_print() {
    let service = Service::filled(Engine::Sqlite).await;
    let citation = citation(&service, LEP, REGIONS).await;
    let query = format!("{{ outcomes(input: {REGIONS}) {{ shortCitation }} }}");
    let data = service.ask(Some(LEP), &query).await.data();
    let short = data["outcomes"]["shortCitation"].as_str().unwrap();
    let answer = take(&service, Some(LEP), &format!("{citation}.html")).await;
    let page = String::from_utf8(answer.body).unwrap();
    for part in ["<svg role=\"img\"", "How to read it", "Citation", "class=\"interval\"", short] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("style="), "nothing that the policy forbids");
}
