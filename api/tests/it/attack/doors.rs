//! The doors beside the tables: files, reports, saved questions, citations of others, rows that are handed in to be checked only,
//! what was asked, and headers. With every score drawn anew they tell the same around the values.

use api::{app, auth::Scope};
use axum::{
    body::Body,
    http::{Request, header},
};
use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, HUB, LEP, PARTNER, Population, Row, Service, block_on};

use super::{
    report::{Attack, Report},
    taint::{blank, forget_request},
};

/// Columns of a file that noised values decide, where a value is told.
const OF_VALUES: [&str; 6] = ["value", "standard_error", "lower_95", "upper_95", "bound", "status"];

/// Headers that hang on the bytes of an answer, and on the request.
const OF_BYTES: [&str; 4] = ["etag", "content-length", "date", "x-request-id"];

/// What is asked at the doors, of tables with hidden cells.
const ASKED: [(&str, &str); 4] = [
    (LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY, by: [PHASE, TYPE]}"#),
    (LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"]}"#),
    (HUB, r#"{framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LEP, by: [TYPE]}"#),
    (PARTNER, r#"{framework: "HKBM-2019", areas: ["HK"], by: [DISADVANTAGE]}"#),
];

async fn get(service: &Service, organisation: &str, address: &str) -> Answer {
    let request = Request::get(address)
        .header(header::AUTHORIZATION, format!("Bearer {}", token(service, organisation, &[Scope::OutcomesRead])));
    service.send(request.body(Body::empty()).unwrap()).await
}

fn token(service: &Service, organisation: &str, scopes: &[Scope]) -> String {
    app::token(&service.settings, &service.exchange, organisation, scopes, Duration::hours(1)).unwrap()
}

async fn send(service: &Service, token: &str, query: &str, variables: Value) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let body = json!({"query": query, "variables": variables}).to_string();
    service.send(request.body(Body::from(body)).unwrap()).await
}

/// What an answer tells beside its body.
fn around(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !OF_BYTES.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
        .collect();
    headers.sort_unstable();
    format!("{}\n{}", answer.status, headers.join("\n"))
}

/// A body of JSON without what noised values decide, and without what names the request.
fn of_json(answer: &Answer) -> String {
    let mut json = answer.json();
    forget_request(&mut json);
    blank(&mut json);
    json.to_string()
}

/// A file without what noised values decide.
fn of_csv(answer: &Answer) -> String {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
    let names = lines.headers().unwrap().clone();
    let reason = names.iter().position(|name| name == "reason").unwrap();
    let mut kept = vec![names.iter().collect::<Vec<_>>().join(",")];
    for line in lines.records() {
        let line = line.unwrap();
        let is_told = line[reason].is_empty();
        let shown =
            names.iter().zip(&line).map(|(name, field)| if is_told && OF_VALUES.contains(&name) { "" } else { field });
        kept.push(shown.collect::<Vec<_>>().join(","));
    }
    kept.join("\n")
}

/// The hidden cells of a page, by place among all cells, and what it says of them.
fn of_page(answer: &Answer) -> String {
    let page = String::from_utf8(answer.body.clone()).unwrap();
    let cells: Vec<&str> =
        page.split("<td").skip(1).map(|cell| cell.split("</td>").next().unwrap_or_default()).collect();
    let hidden = cells.iter().enumerate().filter(|(_, cell)| !cell.contains(|sign: char| sign.is_ascii_digit()));
    format!("{} {hidden:?}", cells.len(), hidden = hidden.collect::<Vec<_>>())
}

/// A result of the hub's as another organisation would hand it in.
fn row(row: &Row) -> Value {
    json!({
        "institutionScheme": row.scheme, "institutionId": row.identifier().to_string(), "framework": row.framework,
        "period": row.period, "completedOn": "2024-07-04", "localAuthority": row.local_authority, "hub": row.hub,
        "phase": row.phase, "type": row.kind, "disadvantageQuintile": "3", "sizeBand": "medium", "setting": "urban",
        "termsVersion": "v1", "scores": row.scores,
    })
}

const CHECK: &str = "mutation($input: ImportResultsInput!) { importResults(input: $input) { status submission { status number rows \
     message problems { row column code value expected } problemKinds { code column count } \
     stored { records scores corrected unchanged fromRoll } } } }";

/// What is told of rows about another's institutions that are handed in to be checked; `salt` is what their scores are guessed by.
async fn checked(service: &Service, salt: u32) -> String {
    let others = |row: &Row| row.hub == "HUB-2018-21" && row.period == "202324T3";
    let rows: Vec<Value> = Population::standard(salt).only(others).0.iter().map(row).collect();
    let provider = token(service, LEP, &[Scope::ResultsWrite]);
    let answer = send(service, &provider, CHECK, json!({"input": {"rows": rows, "dryRun": true}})).await;
    let told = answer.data()["importResults"].take();
    assert_eq!(told["status"], "REFUSED", "{told}");
    assert!(told.to_string().contains("SPOKEN_FOR"), "{told}");
    told.to_string()
}

/// What every door tells, by name.
async fn told(service: &Service) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for (organisation, input) in ASKED {
        let name = |door: &str| format!("{door}, {organisation} {input}");
        let reader = token(service, organisation, &[Scope::OutcomesRead]);
        let preview = format!(
            "{{ preview(input: {input}) {{ cost {{ cells standard tabulations newTabulations rho }} cells {{ reason remedy }} }} }}"
        );
        let preview = send(service, &reader, &preview, Value::Null).await;
        assert!(preview.status.is_success(), "{}", String::from_utf8_lossy(&preview.body));
        told.push((name("preview and its headers"), around(&preview) + &preview.json().to_string()));
        let query = format!(
            "{{ outcomes(input: {input}) {{ citation shortCitation cells {{ achievedShare {{ value reason }} }} }} }}"
        );
        let answer = send(service, &reader, &query, Value::Null).await;
        told.push((name("headers of a table"), around(&answer)));
        told.push((name("extensions of a table"), answer.json()["extensions"].to_string()));
        let table = answer.data()["outcomes"].take();
        let (citation, short) = (table["citation"].as_str().unwrap(), table["shortCitation"].as_str().unwrap());
        told.push((name("citations"), format!("{citation} {short}")));
        for (ending, tell) in [("csv", of_csv as fn(&Answer) -> String), ("html", of_page)] {
            let file = get(service, organisation, &format!("/tables/{short}.{ending}")).await;
            assert!(file.status.is_success(), "{}", String::from_utf8_lossy(&file.body));
            told.push((name(&format!("file {ending}")), around(&file) + &tell(&file)));
        }
        for other in [HUB, LEP, PARTNER].into_iter().filter(|&other| other != organisation) {
            for cited in [citation, short] {
                let query = format!(
                    "{{ table(citation: {cited:?}) {{ cells {{ institutions achievedShare {{ value standardError bound status \
                     reason remedy }} }} }} }}"
                );
                let answer = service.ask(Some(other), &query).await;
                told.push((name(&format!("citation of another, {other}")), around(&answer) + &of_json(&answer)));
            }
            let foreign = get(service, other, "/tables/kept.csv").await;
            told.push((name(&format!("name of another, {other}")), around(&foreign) + &of_json(&foreign)));
        }
    }
    let kept = Request::put("/tables/kept")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)));
    let query = format!("{{ outcomes(input: {}) {{ citation }} }}", ASKED[0].1);
    let citation = service.ask(Some(LEP), &query).await.data()["outcomes"]["citation"].take();
    let kept = service.send(kept.body(Body::from(json!({ "citation": citation }).to_string())).unwrap()).await;
    assert!(kept.status.is_success(), "{}", String::from_utf8_lossy(&kept.body));
    let saved = get(service, LEP, "/tables/kept.csv").await;
    told.push(("saved question".into(), around(&saved) + &of_csv(&saved)));
    for (organisation, area) in [(LEP, "E12000001"), (LEP, "E06000047"), (HUB, "HUB-2018-21"), (PARTNER, "HK")] {
        let report = get(service, organisation, &format!("/reports/{area}")).await;
        told.push((format!("report about {area}, {organisation}"), around(&report) + &of_page(&report)));
    }
    for salt in [1, 2] {
        told.push((format!("rows to be checked, guessed by {salt}"), checked(service, salt).await));
    }
    let auditor = token(service, HUB, &[Scope::AuditRead, Scope::OutcomesRead]);
    let exposure = "{ exposure(area: \"HUB-2018-21\") { statement askers { organisation tier questions times breakdowns finest \
         tabulations statement } } }";
    let exposure = send(service, &auditor, exposure, Value::Null).await;
    assert!(!exposure.data()["exposure"]["askers"].as_array().unwrap().is_empty());
    told.push(("exposure".into(), exposure.json()["data"].to_string()));
    told
}

#[test]
fn every_door_beside_the_tables_tells_the_same_around_the_values() {
    block_on(async {
        let services = [
            Service::with(Engine::Sqlite, &Population::standard(1)).await,
            Service::with(Engine::Sqlite, &Population::standard(2)).await,
        ];
        let [one, other] = [told(&services[0]).await, told(&services[1]).await];
        assert_eq!(one.len(), other.len());
        let mut different = Vec::new();
        for ((name, one), (_, other)) in one.iter().zip(&other) {
            if one != other {
                let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
                let part = |text: &str| text.chars().skip(at.saturating_sub(40)).take(160).collect::<String>();
                println!("differs: {name}: {:?} and {:?}", part(one), part(other));
                different.push(name);
            }
        }
        // A right guess and a wrong one are told the same.
        let guesses: Vec<&String> =
            one.iter().filter(|(name, _)| name.starts_with("rows to be checked")).map(|(_, told)| told).collect();
        assert_eq!(guesses[0], guesses[1], "a dry run tells whether a guess is right");
        let mut report = Report::of(Attack::Doors);
        report.holds(
            "the same at files, pages, reports, saved questions, others' citations, dry runs, exposure, headers",
            "equal",
            &format!("{} of {} differ", different.len(), one.len()),
            different.is_empty(),
        );
        report.finish();
    });
}
