//! Who partly achieved a benchmark, and who scored nothing, beside who achieved it.

use axum::{
    body::Body,
    http::{Request, header},
};
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, HUB, LEP, PARTNER, Population, Row, Service};

const ESTIMATE: &str = "{ value standardError bound status reason remedy }";

/// 60 institutions of each of three places: half achieve benchmark 1, a third score nothing on it; of benchmark 2 nobody scores nothing.
fn population() -> Population {
    let rows = Population::standard(1).only(|row| row.local_authority == "E08000035" && row.period == "202324T3").0;
    let places = ["E08000035", "E06000047", "E06000057"];
    let all = rows.into_iter().zip(0_u32..).flat_map(|(row, number)| {
        places.into_iter().zip(0..).map(move |(local_authority, place)| {
            let first = [100, 0, 50, 100, 0, 100][number as usize % 6];
            let scores = [first, 60].into_iter().chain(std::iter::repeat_n(100, 6)).map(Some).collect();
            Row { id: 5_000 + number * 3 + place, local_authority, scores, ..row.clone() }
        })
    });
    Population(all.collect())
}

async fn filled(engine: Engine) -> Service {
    let service = Service::empty(engine).await;
    let report = service.hand_in(LEP, &population()).await;
    assert!(report.problems.is_empty(), "{:?}", report.problems.first());
    service.operator().publish(None).await.unwrap();
    service
}

fn asked(more: &str, cells: &str) -> String {
    format!(
        r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1, 2]{more}}}) {{
            cost {{ tabulations standard }} cells {{ {cells} }} }} }}"#
    )
}

fn states() -> String {
    format!("achievedShare {ESTIMATE} partlyShare {ESTIMATE} noneShare {ESTIMATE} meanScore {ESTIMATE}")
}

/// What the hub is given at an address.
async fn get(service: &Service, path: &str) -> Answer {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", service.token(HUB)));
    service.send(request.body(Body::empty()).unwrap()).await
}

async fn used(service: &Service, organisation: &str) -> Value {
    service.ask(Some(organisation), "{ viewer { budget { measure used } } }").await.data()["viewer"]["budget"].take()
}

async fn cells(service: &Service, organisation: &str, query: &str) -> Vec<Value> {
    let answer: Answer = service.ask(Some(organisation), query).await;
    answer.data()["outcomes"]["cells"].as_array().unwrap().clone()
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_three_shares_add_up_and_cost_a_tabulation(#[case] engine: Engine) {
    let service = filled(engine).await;
    // The hub handed nothing in, so that it is told as others are.
    let free = cells(&service, HUB, &asked("", &format!("achievedShare {ESTIMATE} meanScore {ESTIMATE}"))).await;
    assert_eq!(used(&service, HUB).await, json!([]), "standard tables are free");
    let preview = r#"{ preview(input: {framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1, 2]}, states: true) {
        cost { tabulations newTabulations } } }"#;
    let cost = service.ask(Some(HUB), preview).await.data();
    assert_eq!(cost["preview"]["cost"], json!({"tabulations": 2, "newTabulations": 2}));
    let told = service.ask(Some(HUB), &asked("", &states())).await.data();
    assert_eq!(told["outcomes"]["cost"], json!({"tabulations": 2, "standard": false}));
    let told = told["outcomes"]["cells"].as_array().unwrap();
    let charged = used(&service, HUB).await;
    assert_eq!(charged.as_array().map(Vec::len), Some(2), "{charged}");
    for (free, told) in free.iter().zip(told) {
        for figure in ["achievedShare", "meanScore"] {
            assert_eq!(free[figure], told[figure], "what is told beside it stays as it is");
        }
    }
    let number = |cell: &Value, figure: &str| cell[figure]["value"].as_f64().unwrap();
    let whole: f64 = ["achievedShare", "partlyShare", "noneShare"].iter().map(|share| number(&told[0], share)).sum();
    assert!((whole - 1.0).abs() < 1e-9, "{}", told[0]);
    assert!((number(&told[0], "noneShare") - 1.0 / 3.0).abs() < 0.2, "{}", told[0]);
    let error = |share: &str| told[0][share]["standardError"].as_f64().unwrap();
    assert!(error("partlyShare") > error("noneShare") && error("noneShare") >= error("achievedShare"), "{}", told[0]);
    let nobody = number(&told[1], "noneShare");
    assert!(nobody > 0.0 && nobody < 0.2, "nobody scored nothing, which is told of no one: {}", told[1]);
    assert_eq!(told[1]["achievedShare"]["bound"], "AT_MOST");
    assert_eq!(told[1]["partlyShare"]["bound"], "AT_LEAST", "{}", told[1]);

    let again = cells(&service, HUB, &asked("", &states())).await;
    assert_eq!((&again, used(&service, HUB).await), (&told.clone(), charged.clone()), "a repeat is charged nothing");
    let one = cells(&service, HUB, &asked("", &format!("noneShare {ESTIMATE}"))).await;
    assert_eq!(one[0]["noneShare"], told[0]["noneShare"]);
    let rows = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1, 2]}) {
        plain: rows { schema { name } } rows(states: true) { schema { name } data } } }"#;
    let rows = service.ask(Some(HUB), rows).await.data();
    let schema = rows["outcomes"]["rows"]["schema"].as_array().unwrap();
    let at = schema.iter().position(|column| column["name"] == "none_share").unwrap();
    assert_eq!(rows["outcomes"]["rows"]["data"][0][at], told[0]["noneShare"]["value"]);
    assert_eq!(used(&service, HUB).await, charged);
}

#[tokio::test]
async fn breakdowns_totals_and_changes_have_them_too() {
    let service = filled(Engine::Sqlite).await;
    let cells = format!("categories {{ code }} {}", states());
    let query = format!(
        r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1], by: [TYPE]}}) {{
            cost {{ tabulations }} cells {{ {cells} change(since: "202324T3") {{ achievedShare {{ value }} }} }} totals {{ {cells} }} }} }}"#
    );
    let told = service.ask(Some(HUB), &query).await.data()["outcomes"].take();
    assert_eq!(told["cost"]["tabulations"], 3, "the breakdown, its states, and those of the total, which is standard");
    let total = told["totals"][0].clone();
    let standard = self::cells(&service, HUB, &asked("", &states())).await;
    for share in ["achievedShare", "partlyShare", "noneShare"] {
        assert_eq!(total[share], standard[0][share], "a cell is what it is wherever it stands: {share}");
    }
    let shown = told["cells"].as_array().unwrap().iter().filter(|cell| cell["noneShare"]["value"].is_number()).count();
    assert!(shown > 0, "{told}");
    for cell in told["cells"].as_array().unwrap() {
        let hidden = |share: &str| cell[share]["reason"].clone();
        assert_eq!(hidden("achievedShare"), hidden("noneShare"), "{cell}");
        assert_eq!(hidden("achievedShare"), hidden("partlyShare"), "{cell}");
    }
}

#[tokio::test]
async fn what_the_budget_does_not_reach_is_hidden_and_says_so() {
    let service = filled(Engine::Sqlite).await;
    service.add_partner("SPENDER", "E92000001", Tier::Regional).await;
    for by in ["PHASE", "TYPE", "SIZE", "SETTING", "DISADVANTAGE"] {
        service
            .ask(Some("SPENDER"), &asked(&format!(", by: [{by}]"), "achievedShare { value }").replace("[1, 2]", "[1]"))
            .await;
    }
    let alone = asked("", &states()).replace("benchmarks: [1, 2]", "benchmarks: [1]");
    assert_eq!(service.ask(Some("SPENDER"), &alone).await.error().0, "BUDGET_EXHAUSTED");
    let told = cells(&service, "SPENDER", &asked("", &states())).await;
    assert!(told[0]["achievedShare"]["value"].is_number(), "{}", told[0]);
    for share in ["partlyShare", "noneShare"] {
        assert_eq!(told[0][share]["reason"], "BUDGET", "{}", told[0]);
        assert_eq!(told[0][share]["remedy"], json!(["ask without `partlyShare` and `noneShare`"]));
        assert!(told[1][share]["value"].is_number(), "{}", told[1]);
    }
    let own = asked(r#", purpose: "OWN_RESULTS""#, &states());
    let told = cells(&service, LEP, &own).await;
    let exact = told[0]["noneShare"]["value"].as_f64().unwrap();
    assert!((exact - 1.0 / 3.0).abs() < 1e-5, "of its own results an organisation is told exactly: {}", told[0]);
    let told = cells(&service, PARTNER, &asked("", &states())).await;
    assert!(told[0]["noneShare"]["value"].is_number(), "{}", told[0]);
}

#[tokio::test]
async fn rows_that_are_written_are_those_that_are_resolved_and_files_have_them() {
    let service = filled(Engine::Sqlite).await;
    let table = service.ask(Some(HUB), &asked("", &states()).replace("cost", "citation cost")).await.data();
    let citation = table["outcomes"]["citation"].as_str().unwrap();
    let file = get(&service, &format!("/tables/{citation}.csv?states=true")).await;
    let text = String::from_utf8(file.body).unwrap();
    let value = |measure: &str| {
        let row = text.lines().find(|line| line.contains(&format!(",{measure},"))).unwrap_or_else(|| panic!("{text}"));
        row.split(',').nth(8).unwrap().parse::<f64>().unwrap()
    };
    for (measure, field) in [("none_share", "noneShare"), ("partly_share", "partlyShare")] {
        assert_eq!(json!(value(measure)), table["outcomes"]["cells"][0][field]["value"], "{text}");
    }
    let file = get(&service, &format!("/tables/{citation}.csv")).await;
    assert!(!String::from_utf8(file.body).unwrap().contains("none_share"));
    let report = get(&service, "/reports/E12000001?states=true").await;
    let page = String::from_utf8(report.body).unwrap();
    assert!(page.contains("Partly") && page.contains("class=\"state-none\""), "{page}");
    let report = get(&service, "/reports/E12000001").await;
    assert!(!String::from_utf8(report.body).unwrap().contains("class=\"state-none\""));
}
