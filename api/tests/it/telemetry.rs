//! What an operator sees: metrics on a listener of their own, without a word of anybody who asks.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::support::{Desk, Engine, HUB, LEP, OWN_FILES, PARTNER, Running, Service, question};

/// A question about one region that is on nobody's list of standard tables.
const OPENED: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE], periods: ["202324T3"]}"#;

/// A standard table, which is free, over enough institutions to carry values.
const STANDARD: &str = r#"{framework: "GATSBY-2014", areas: ["E92000001"], periods: ["202324T3"]}"#;

fn metrics(service: &Service) -> String {
    service.exchange.telemetry().write(service.exchange.present()).unwrap()
}

/// The value of a line.
fn value(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no `{name}` in\n{text}")).parse().unwrap()
}

#[tokio::test]
async fn what_happens_is_counted_by_kind_and_reason_and_by_nothing_that_hangs_on_who_asks() {
    let service = Service::filled(Engine::Sqlite).await;
    service.ask(Some(HUB), &question(OPENED)).await.data();
    service.ask(Some(LEP), &question(STANDARD)).await.data();
    service.ask(Some(HUB), &format!("{{ preview(input: {OPENED}) {{ summary {{ published }} }} }}")).await.data();
    service.ask(Some(PARTNER), &question(r#"{framework: "NO-SUCH", areas: ["E12000001"]}"#)).await;
    let text = metrics(&service);
    let asked = "exchange_http_requests_total{route=\"/graphql\",status=\"200\"}";
    assert!(value(&text, asked) >= 2);
    let operations = |kind: &str, outcome: &str| {
        let labels = format!("kind=\"{kind}\",dataset=\"outcomes\",outcome=\"{outcome}\"");
        value(&text, &format!("exchange_operations_total{{{labels}}}"))
    };
    assert_eq!(operations("table", "answered"), 2);
    assert_eq!(operations("table", "refused"), 1);
    assert_eq!(operations("preview", "answered"), 1);
    assert_eq!(value(&text, "exchange_charges_total{outcome=\"charged\"}"), 1);
    assert!(value(&text, "exchange_cells_published_total{dataset=\"outcomes\"}") > 0);
    assert!(text.contains("exchange_cells_hidden_total{dataset=\"outcomes\",reason=\""));
    assert_eq!(value(&text, "exchange_release_number"), 1);
    assert_eq!(value(&text, "exchange_database_up"), 1);
    assert_eq!(value(&text, "exchange_requests_under_way"), 0);
    for private in [HUB, LEP, PARTNER, "E12000001", "GATSBY", "NO-SUCH", "PHASE", "benchmarking", "eyJ"] {
        assert!(!text.contains(private), "{private} in\n{text}");
    }
    service.database.execute("ALTER TABLE revocation RENAME TO away").await;
    assert!(service.exchange.refresh_trust().await.is_err());
    assert_eq!(value(&metrics(&service), "exchange_database_up"), 0);
}

#[tokio::test]
async fn what_senders_make_up_makes_no_series() {
    let service = Service::empty(Engine::Sqlite).await;
    let ask = async |path: &str| {
        let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        service.send(request).await;
    };
    ask("/made-up").await;
    ask("/graphiql/made-up").await;
    let series = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
    let before = series(&metrics(&service));
    for number in 0..50 {
        ask(&format!("/made-up/{number}")).await;
        ask(&format!("/graphiql/{number}")).await;
    }
    assert_eq!(series(&metrics(&service)), before);
}

#[test]
fn metrics_are_served_where_they_are_wanted_and_nowhere_else() {
    let get = |address: &str, path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let desk = Desk::filled();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let running = Running::start(&desk, &[&serve[..], &OWN_FILES].concat());
    let told = running.lines.iter().find_map(|line| line.strip_prefix("metrics http://")).unwrap();
    let address = told.trim_end_matches("/metrics");
    let answer = get(address, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("application/openmetrics-text"), "{answer}");
    assert!(answer.contains("\nexchange_release_number 1\n"), "{answer}");
    assert!(get(address, "/graphql").starts_with("HTTP/1.1 404"));
    assert!(get(&running.address, "/metrics").starts_with("HTTP/1.1 404"), "not to whoever may ask questions");
}

/// Every name that stands in the expressions of a dashboard.
fn named(dashboard: &Value, found: &mut BTreeSet<String>) {
    match dashboard {
        Value::Object(members) => {
            for (name, value) in members {
                if let Some(expression) = value.as_str().filter(|_| name == "expr") {
                    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                    found.extend(words.filter(|word| word.starts_with("exchange_")).map(str::to_owned));
                }
                named(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| named(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_dashboard_and_the_book_name_metrics_that_there_are() {
    let service = Service::filled(Engine::Sqlite).await;
    service.ask(Some(HUB), &question(OPENED)).await.data();
    let text = metrics(&service);
    let there: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap_or_default())
        .collect();
    let dashboard: Value = serde_json::from_str(include_str!("../../docs/src/files/dashboard.json")).unwrap();
    let mut wanted = BTreeSet::new();
    named(&dashboard, &mut wanted);
    assert!(wanted.len() >= 8, "{wanted:?}");
    for name in &wanted {
        assert!(there.contains(name.as_str()), "the dashboard names `{name}`, which is not among {there:?}");
    }
    let book = include_str!("../../docs/src/observing.md");
    for family in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
        assert!(book.contains(family), "the book lacks `{family}`");
    }
}
