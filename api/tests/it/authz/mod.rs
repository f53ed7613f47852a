//! Who may ask what, as one text table in `authz.txt`: one row per scenario and operation.
//!
//! Operations that all scenarios are answered alike stand once at its top, and a scenario that is answered much like an
//! earlier one shows only where it differs. A field, an argument or a field of an input that no operation uses fails by its name.

mod coverage;
mod operation;
mod scenario;

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    destinations,
    support::{Answer, Engine, Service},
};

use coverage::Contract;
use operation::{AREAS, Operation, UNKNOWN};
use scenario::Scenario;

/// So many operations may differ from all others of a scenario that is told in few lines.
const FEW: usize = 2;

/// A run that finds another table leaves it in `target/tmp`. Regenerate with
/// `cargo test -p api --test it authz::; cp target/tmp/authz.txt api/tests/it/authz.txt`.
#[tokio::test]
async fn the_table_of_who_may_ask_what_is_the_one_in_the_repository() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let scenarios = scenario::build(&service).await;
    let operations = operation::build(&service).await;
    let mut rows = Vec::new();
    let mut answered = vec![false; operations.len()];
    let mut compared = 0;
    for scenario in &scenarios {
        let mut outcomes = Vec::new();
        for (operation, answered) in operations.iter().zip(&mut answered) {
            // Each is asked with the whole budget: what was asked before it says nothing of who may ask.
            service.database.execute("DELETE FROM budget_entry").await;
            let answer = ask(&service, scenario, &operation.document).await;
            *answered |= answer.json()["errors"] == Value::Null;
            compared += check_denied_looks_absent(&service, scenario, operation, &answer).await;
            outcomes.push(outcome(&answer.json()));
        }
        rows.push(outcomes);
    }
    assert!(compared > 100, "{compared} refusals were held against an area that there is not");
    check_covered(operations.iter().zip(answered).filter(|(_, answered)| *answered).map(|(operation, _)| operation));
    compare(&table(&scenarios, &operations, &rows));
}

async fn ask(service: &Service, scenario: &Scenario, document: &str) -> Answer {
    let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    if document.starts_with("subscription") {
        request = request.header(header::ACCEPT, "text/event-stream");
        if let Some(token) = &scenario.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        return begin(service, request.body(Body::from(json!({"query": document}).to_string())).unwrap()).await;
    }
    if let Some(token) = &scenario.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    service.send(request.body(Body::from(json!({"query": document}).to_string())).unwrap()).await
}

/// Begins to be told, and leaves: what is told does not end.
async fn begin(service: &Service, request: Request<Body>) -> Answer {
    let response = service.router.clone().oneshot(request).await.unwrap();
    if response.headers()[header::CONTENT_TYPE] == "text/event-stream" {
        let (status, headers) = (response.status(), response.headers().clone());
        return Answer { status, headers, body: br#"{"data": {"told": {}}}"#.to_vec() };
    }
    let (head, body) = response.into_parts();
    Answer { status: head.status, headers: head.headers, body: to_bytes(body, usize::MAX).await.unwrap().to_vec() }
}

/// Where an area that the document names is refused as absent, one that there is not must be answered alike, byte for byte but for the
/// number of the request. Tells how many were.
async fn check_denied_looks_absent(
    service: &Service,
    scenario: &Scenario,
    operation: &Operation,
    answer: &Answer,
) -> usize {
    let json = answer.json();
    let error = &json["errors"][0];
    let message = error["message"].as_str().unwrap_or_default();
    let denied = AREAS.into_iter().find(|area| message.contains(area) && operation.document.contains(area));
    let Some(area) = denied.filter(|_| error["extensions"]["code"] == "NOT_FOUND") else { return 0 };
    let absent = ask(service, scenario, &operation.document.replace(area, UNKNOWN)).await;
    assert_eq!(answer.status, absent.status, "[{}] {}", scenario.name, operation.name);
    let text = |answer: &Answer| {
        let request = answer.json()["errors"][0]["extensions"]["requestId"].as_str().unwrap().to_owned();
        String::from_utf8(answer.body.clone()).unwrap().replace(&request, "")
    };
    assert_eq!(text(answer).replace(area, UNKNOWN), text(&absent), "[{}] {}", scenario.name, operation.name);
    1
}

/// Every root field, argument and field of an input is used by an operation that somebody is answered.
fn check_covered<'a>(operations: impl Iterator<Item = &'a Operation>) {
    let contract = Contract::read(&api::graphql::sdl());
    let missing = contract.missing(operations.map(|operation| operation.document.as_str()));
    assert!(
        missing.is_empty(),
        "no operation that somebody is answered uses {}; add one in tests/it/authz/operation.rs",
        missing.join(", ")
    );
}

/// What became of an operation, in a few words.
fn outcome(json: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(error) = json["errors"].get(0) {
        return format!("{} {}", text(&error["extensions"]["code"]), short(&text(&error["message"])));
    }
    let fields = json["data"].as_object().unwrap();
    let (name, field) = fields.iter().next().unwrap();
    if name == "viewer" {
        let agreement =
            |agreement: &Value| format!("{} {}", text(&agreement["area"]["code"]), text(&agreement["tier"]));
        let agreements: Vec<String> = field["agreements"].as_array().unwrap().iter().map(agreement).collect();
        let known = if field["organisation"] == Value::Null { "unknown" } else { "known" };
        let scopes: Vec<String> = field["scopes"].as_array().unwrap().iter().map(text).collect();
        return format!(
            "answered organisation={known} scopes={} agreements={}",
            or_none(scopes.join(",")),
            or_none(agreements.join(","))
        );
    }
    if let Some(status) = field["status"].as_str() {
        return format!("answered {status} {}", short(&text(&field["message"]))).trim_end().to_owned();
    }
    let Some(cells) = field["cells"].as_array() else {
        return if field.is_null() { "answered null" } else { "answered" }.to_owned();
    };
    let mut told = format!("allowed tier={} purpose={}", text(&field["tier"]), text(&field["purpose"]));
    let areas: BTreeSet<String> = cells.iter().map(|cell| text(&cell["area"]["code"])).collect();
    let _ = match areas.len() {
        0..=2 => write!(told, " areas={}", areas.into_iter().collect::<Vec<_>>().join(",")),
        many => write!(told, " areas={many} of {}", text(&cells[0]["area"]["kind"])),
    };
    let mut dimensions: BTreeSet<String> = BTreeSet::new();
    for cell in cells {
        let categories = cell["categories"].as_array().into_iter().flatten();
        dimensions.extend(categories.map(|category| text(&category["dimension"])));
        dimensions.extend(cell["benchmarksAchieved"].is_object().then(|| "benchmarksAchieved".to_owned()));
    }
    let _ = write!(told, " dimensions={}", or_none(dimensions.into_iter().collect::<Vec<_>>().join(",")));
    if field["tier"] == "OWN" {
        // Whose results are counted is part of what may be asked.
        let most = cells.iter().filter_map(|cell| cell["institutions"].as_u64()).max();
        let _ = write!(told, " institutions={}", or_none(most.map(|most| most.to_string()).unwrap_or_default()));
    }
    told
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

/// The first hundred characters.
fn short(message: &str) -> String {
    let mut text: String = message.chars().take(100).collect();
    if text.len() < message.len() {
        text.push('…');
    }
    text
}

fn table(scenarios: &[Scenario], operations: &[Operation], rows: &[Vec<String>]) -> String {
    let mut text = String::from(
        "Who may ask what. Made by tests/it/authz; read the difference like a change of the rules.\n\n\
         E12000001 region North East, in it E06000047 local authority, E37000025 LEP, HUB-2018-21 hub · E12000003 the region\n\
         beside it · E92000001 England, around both · X99 no area. The newest release is 2, and there is no release 9. Outcomes\n\
         and previews are about benchmark 1 of GATSBY-2014. What a scenario may not ask is marked by the code of its error.\n",
    );
    let width = operations.iter().map(|operation| operation.name.chars().count()).max().unwrap_or_default();
    let line = |text: &mut String, name: &str, outcome: &str| {
        let _ = writeln!(text, "  {name:width$} | {outcome}");
    };
    let uniform = |rows: &[String]| rows.iter().all(|row| row == &rows[0]);
    let several: Vec<&Vec<String>> = rows.iter().filter(|rows| !uniform(rows)).collect();
    let common: Vec<bool> =
        (0..operations.len()).map(|at| several.iter().all(|rows| rows[at] == several[0][at])).collect();

    text.push_str("\n[every scenario that is not told in one line]\n");
    for (at, operation) in operations.iter().enumerate().filter(|&(at, _)| common[at]) {
        line(&mut text, &operation.name, &several[0][at]);
    }
    let questions: Vec<usize> = (1..operations.len()).filter(|&at| !common[at]).collect();
    let mut in_full: Vec<usize> = Vec::new();
    for (number, scenario) in scenarios.iter().enumerate() {
        let _ = writeln!(text, "\n[{}] {}", scenario.name, scenario.has);
        let own = &rows[number];
        let first = &own[questions[0]];
        let differing = |base: usize| (0..operations.len()).filter(move |&at| own[at] != rows[base][at]);
        let nearest = in_full.iter().copied().min_by_key(|&base| differing(base).count());
        if uniform(own) {
            line(&mut text, "every operation", first);
        } else if questions.iter().filter(|&&at| own[at] != *first).count() <= FEW {
            line(&mut text, &operations[0].name, &own[0]);
            let others = questions.iter().filter(|&&at| own[at] != *first);
            others.for_each(|&at| line(&mut text, &operations[at].name, &own[at]));
            line(&mut text, "every other operation", first);
        } else if let Some(base) = nearest.filter(|&base| differing(base).count() * 2 < questions.len()) {
            let name = scenarios[base].name;
            let _ = match differing(base).count() {
                0 => writeln!(text, "  as [{name}]"),
                _ => writeln!(text, "  as [{name}], but"),
            };
            differing(base).for_each(|at| line(&mut text, &operations[at].name, &own[at]));
        } else {
            in_full.push(number);
            let told = (0..operations.len()).filter(|&at| !common[at]);
            told.for_each(|at| line(&mut text, &operations[at].name, &own[at]));
        }
    }
    text
}

/// Holds the table against the one in the repository; where they differ, the new one is put beside for taking over.
fn compare(found: &str) {
    let expected = include_str!("../authz.txt");
    if expected == found {
        return;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authz.txt");
    fs::write(&file, found).unwrap();
    let mut difference = String::new();
    let (mut before, mut after) = (expected.lines(), found.lines());
    let mut number = 0;
    let mut shown = 0;
    while shown < 10 {
        number += 1;
        match (before.next(), after.next()) {
            (None, None) => break,
            (before, after) if before == after => {}
            (before, after) => {
                shown += 1;
                let _ = write!(
                    difference,
                    "\nline {number}\n  - {}\n  + {}",
                    before.unwrap_or_default(),
                    after.unwrap_or_default()
                );
            }
        }
    }
    panic!(
        "who may ask what has changed; if that is meant, run: cp {} api/tests/it/authz.txt\n{difference}",
        file.display()
    );
}
