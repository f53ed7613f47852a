//! What is made to harm: the right status each time, and the service answers on.

use std::time::{Duration, Instant};

use api::{
    app,
    config::{EdgeSettings, Switch},
    http,
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::{code, document, empty_behind, post, post_json};
use crate::support::{Engine, LEP, Service};

/// Far longer than a refusal takes, and far shorter than the work that is refused.
const LONG: Duration = Duration::from_secs(10);

/// Documents of a few kilobytes that cost seconds or the process where nobody looks first.
fn harmful() -> Vec<(&'static str, String)> {
    let mut fragments = String::from("{ ...f0 }");
    for level in 0..20 {
        let next = if level == 19 { "__typename".to_owned() } else { format!("...f{0} ...f{0}", level + 1) };
        fragments += &format!(" fragment f{level} on Query {{ {next} }}");
    }
    let aliases: String = (0..1_000).map(|number| format!("a{number}: __typename ")).collect();
    let lists = format!("{{ areas(x: {}1{}) {{ totalCount }} }}", "[".repeat(2_000), "]".repeat(2_000));
    let objects = format!("{{ areas(x: {}1{}) {{ totalCount }} }}", "{a:".repeat(2_000), "}".repeat(2_000));
    let inline = format!("{{ {} __typename {} }}", "... {".repeat(45), "}".repeat(45));
    let mut chain = String::from("{ ...c0 }");
    for level in 0..101 {
        let next = if level == 100 { "__typename".to_owned() } else { format!("...c{}", level + 1) };
        chain += &format!(" fragment c{level} on Query {{ {next} }}");
    }
    vec![
        ("nested lists", lists),
        ("nested objects", objects),
        ("a fragment bomb", fragments),
        ("aliases", format!("{{ {aliases} }}")),
        ("directives", format!("{{ __typename {} }}", "@skip(if: false) ".repeat(1_000))),
        ("inline fragments", inline),
        ("a chain of fragments", chain),
    ]
}

#[tokio::test]
async fn documents_made_to_harm_are_refused_and_the_service_lives() {
    let service = Service::empty(Engine::Sqlite).await;
    for (name, harmful) in harmful() {
        // The second time from memory.
        for _ in 0..2 {
            let started = Instant::now();
            assert_eq!(
                post(&service, "application/json", document(&harmful)).await,
                (StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED".into()),
                "{name}"
            );
            assert!(started.elapsed() < LONG, "{name}: {:?}", started.elapsed());
        }
    }
    let many_codes =
        format!("{{ outcomes(input: {{framework: \"x\", areas: [{}]}}) {{ tier }} }}", "\"a\",".repeat(5_900));
    assert_eq!(post(&service, "application/json", document(&many_codes)).await.0, StatusCode::OK);
    let large = vec![b' '; 12 << 20];
    assert_eq!(
        post(&service, "application/json", large).await,
        (StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED".into())
    );
    assert_eq!(service.ask(None, "{ __typename }").await.data(), json!({"__typename": "Query"}));
}

#[tokio::test]
async fn variables_made_to_harm_are_refused_and_the_service_lives() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = "query q($a: [String!]) { outcomes(input: {framework: \"GATSBY-2014\", areas: $a}) { tier } }";
    let ask = async |variables: Value| {
        let started = Instant::now();
        let answer = service.ask_with(Some(LEP), query, variables).await;
        assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
        (answer.status, code(&answer))
    };
    let limited = (StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED".to_owned());
    assert_eq!(ask(json!({"a": vec!["E92000001"; 60_000]})).await, limited);
    let (status, code) = ask(json!({"a": ["x".repeat(900_000)]})).await;
    assert_eq!(status, StatusCode::OK, "a long name is no area: {code}");
    assert_ne!(code, "");
    // Values of variables that nobody declared are let go unread.
    assert_eq!(ask(json!({"b": vec![1; 100_000]})).await, (StatusCode::OK, String::new()));
    let nested = format!(
        r#"{{"query": "{{ __typename }}", "variables": {{"a": {}1{}}}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert_eq!(post(&service, "application/json", nested).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(service.ask(None, "{ __typename }").await.data(), json!({"__typename": "Query"}));
}

#[tokio::test]
async fn a_flood_of_new_documents_does_not_stop_the_known_ones() {
    let service = empty_behind(&EdgeSettings { suggestions: Switch::Off, ..EdgeSettings::default() }).await;
    for number in 0..2_000 {
        let refused = post_json(&service, &json!({"query": format!("{{ nothing{number} }}")})).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        let held = post_json(&service, &json!({"query": format!("query q{number} {{ __typename }}")})).await;
        assert_eq!(held.status, StatusCode::OK);
    }
    assert_eq!(service.ask(None, "{ __typename }").await.data(), json!({"__typename": "Query"}));
}

/// A server on a real socket that gives a sender one second to send, and to take what is written.
async fn served(service: &Service) -> (std::net::SocketAddr, oneshot::Sender<()>) {
    let edge = EdgeSettings { body_timeout: 1, idle_timeout: 2, write_timeout: 1, ..EdgeSettings::default() };
    let router = app::router_with(&service.settings, &edge, &service.exchange).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    tokio::spawn(http::serve(listener, router, app::connection_rules(&edge), async {
        let _ = ended.await;
    }));
    (address, end)
}

/// All that comes back on a connection after `sent`, until the other side closes it.
async fn exchange(address: std::net::SocketAddr, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other side may close before everything is written.
    let _ = stream.write_all(sent).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_mins(1), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(length: usize) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Accept: application/graphql-response+json\r\nContent-Length: {length}\r\n\r\n"
    )
}

#[tokio::test]
async fn slow_senders_are_cut_off_and_others_are_answered_meanwhile() {
    let service = Service::empty(Engine::Sqlite).await;
    let (address, end) = served(&service).await;
    let body = r#"{"query": "{ __typename }"}"#;
    let whole = head(body.len()) + body;
    let slow_heads: Vec<_> = (0..200)
        .map(|_| tokio::spawn(async move { exchange(address, b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-A: ").await }))
        .collect();
    let slow_bodies: Vec<_> = (0..200)
        .map(|_| tokio::spawn(async move { exchange(address, (head(100) + "{\"query\":").as_bytes()).await }))
        .collect();
    let answer = exchange(address, whole.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    for slow in slow_heads {
        let answer = slow.await.unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    for slow in slow_bodies {
        let answer = slow.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    let answer = exchange(address, whole.as_bytes()).await;
    assert!(answer.ends_with(r#"{"data":{"__typename":"Query"}}"#), "{answer}");
    let _ = end.send(());
}

#[tokio::test]
async fn a_body_of_12_megabytes_is_refused_on_the_wire() {
    let service = Service::empty(Engine::Sqlite).await;
    let (address, end) = served(&service).await;
    let mut large = head(12 << 20).into_bytes();
    large.resize(large.len() + (12 << 20), b' ');
    // One that waits for the answer before it sends gets the status; one that sends on may only see the end.
    let waiting = exchange(address, &large[..2 << 20]).await;
    assert!(waiting.starts_with("HTTP/1.1 413 "), "{waiting}");
    let answer = exchange(address, &large).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let body = r#"{"query": "{ __typename }"}"#;
    let answer = exchange(address, (head(body.len()) + body).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let _ = end.send(());
}
