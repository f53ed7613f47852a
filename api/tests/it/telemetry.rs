//! What an operator sees: metrics on a listener of their own, without a word of anybody who asks.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value as Told, trace::v1::Span as OtlpSpan,
};
use prost::Message;
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
    for state in ["under_way", "waiting"] {
        assert_eq!(value(&text, &format!("exchange_large_requests{{state=\"{state}\"}}")), 0);
    }
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

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn metrics_are_served_where_they_are_wanted_and_nowhere_else() {
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

#[test]
fn health_is_told_apart_where_it_is_wanted_and_there_is_nothing_else() {
    let desk = Desk::filled();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0", "--leave-delay", "300"];
    let running = Running::start(&desk, &[&serve[..], &OWN_FILES].concat());
    let told = running.lines.iter().find_map(|line| line.strip_prefix("health http://")).unwrap();
    let address = told.trim_end_matches("/readyz");
    assert!(get(address, "/livez").starts_with("HTTP/1.1 200"));
    let ready = get(address, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("\"ready\":true"), "{ready}");
    assert!(get(address, "/graphql?query=%7B__typename%7D").starts_with("HTTP/1.1 404"));
    assert!(get(&running.address, "/readyz").starts_with("HTTP/1.1 200"), "and where it always is");
    // Who leaves says so there too, and lives on meanwhile.
    running.signal("TERM");
    running.until(|_| get(address, "/readyz").starts_with("HTTP/1.1 503"));
    assert!(get(address, "/livez").starts_with("HTTP/1.1 200"));
    // An address that is taken is told before anything is served.
    let taken = ["serve", "--listen", "127.0.0.1:0", "--health-listen", address];
    assert!(desk.refuses(&[&taken[..], &OWN_FILES].concat()).contains("cannot listen for questions about health"));
}

/// What is sent to a collector until its sender ends, decoded; every batch is answered.
fn collect(listener: &TcpListener) -> Vec<OtlpSpan> {
    let mut spans = Vec::new();
    for stream in listener.incoming() {
        let mut stream = BufReader::new(stream.unwrap());
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") && stream.read_until(b'\n', &mut head).unwrap() > 0 {}
            let head = String::from_utf8(head).unwrap().to_lowercase();
            if head == "stop\n" {
                return spans;
            }
            let Some(length) = head.lines().find_map(|line| line.strip_prefix("content-length: ")) else { break };
            assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
            let mut body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            for private in ["eyJ", "E12000001", "GATSBY"] {
                assert!(!String::from_utf8_lossy(&body).contains(private), "{private} is sent to the collector");
            }
            let batch = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
            spans.extend(batch.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans));
            write!(stream.get_mut(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
    }
    unreachable!("a listener that is asked for ever")
}

#[test]
fn a_span_of_each_request_goes_to_the_collector_and_belongs_to_the_trace_of_who_asked() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = collector.local_addr().unwrap().to_string();
    let collected = std::thread::spawn(move || collect(&collector));
    let desk = Desk::filled();
    let url = format!("http://{there}/");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--otlp-endpoint", &url, "--leave-delay", "0"];
    let running = Running::start(&desk, &[&serve[..], &OWN_FILES].concat());
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let body = serde_json::json!({ "query": "query Regions { areas(kind: REGION) { totalCount } }", "operationName": "Regions" }).to_string();
    let mut stream = TcpStream::connect(&running.address).unwrap();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         X-Request-Id: of-the-test\r\ntraceparent: 00-{trace}-{parent}-01\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    running.ask(&desk.token(), &question(STANDARD));
    running.end();
    writeln!(TcpStream::connect(there).unwrap(), "stop").unwrap();
    let spans = collected.join().unwrap();
    let asked: Vec<_> = spans.iter().filter(|span| span.name == "POST /graphql").collect();
    assert_eq!(asked.len(), 2, "{spans:?}");
    let told = |span: &OtlpSpan, name: &str| {
        let told = span.attributes.iter().find(|told| told.key == name)?.value.clone()?.value?;
        Some(match told {
            Told::StringValue(text) => text,
            Told::IntValue(number) => number.to_string(),
            other => panic!("{other:?}"),
        })
    };
    let first = asked[0];
    assert_eq!((hex::encode(&first.trace_id), hex::encode(&first.parent_span_id)), (trace.into(), parent.into()));
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/graphql"),
        ("http.response.status_code", "200"),
        ("graphql.operation.name", "Regions"),
        ("exchange.request", "of-the-test"),
        ("exchange.release", "1"),
    ] {
        assert_eq!(told(first, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(told(first, "exchange.organisation"), None);
    assert!(told(asked[1], "exchange.organisation").is_some() && asked[1].parent_span_id.is_empty());
    assert!(asked.iter().all(|span| span.end_time_unix_nano > span.start_time_unix_nano));
}

#[test]
fn a_collector_that_is_away_keeps_nobody_waiting() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = Desk::filled();
    let url = format!("http://{closed}");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--otlp-endpoint", &url, "--leave-delay", "0"];
    let running = Running::start(&desk, &[&serve[..], &OWN_FILES].concat());
    assert_eq!(running.ask(&desk.token(), "{ __typename }")["data"]["__typename"], "Query");
    running.end();
    let refused = desk.refuses(&[&["serve", "--otlp-endpoint", "https://collector.example"][..], &OWN_FILES].concat());
    assert!(refused.contains("expected an address such as `http://127.0.0.1:4318`"), "{refused}");
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
