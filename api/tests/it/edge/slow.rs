//! Those who send slowly, send much or take no answer have a share of their own, and everybody else is answered.

use std::time::Duration;

use api::{
    app,
    config::EdgeSettings,
    http::{self, ConnectionRules},
};
use axum::http::StatusCode;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use crate::support::{Engine, LEP, Service, ask_router};

/// Longer than any of this takes on a slow machine.
const LONG: Duration = Duration::from_mins(2);

/// A server on a real socket.
struct Server {
    address: std::net::SocketAddr,
    end: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn new(service: &Service, edge: &EdgeSettings, rules: ConnectionRules) -> Self {
        let router = app::router_with(&service.settings, edge, &service.exchange).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, told) = oneshot::channel();
        let ended = tokio::spawn(http::serve(listener, router, rules, async {
            let _ = told.await;
        }));
        Self { address, end, ended }
    }

    /// A connection on which something was sent.
    async fn sent(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// All that comes back until the other side closes.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The other side may close before everything is written.
        let _ = stream.write_all(bytes).await;
        rest(stream).await
    }
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The head of a request with a body of a length.
fn head(length: usize, token: Option<&str>) -> String {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n{token}\
         Content-Length: {length}\r\n\r\n"
    )
}

/// A connection that takes in next to nothing of what comes back.
async fn narrow(address: std::net::SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2_048).unwrap();
    socket.connect(address).await.unwrap()
}

/// Many requests in one piece, whose answers together fit no buffer.
fn much_asked() -> Vec<u8> {
    let query = "%7B__schema%7Btypes%7Bname%20description%20fields%7Bname%20description%20args%7Bname%20description%7D%7D%7D%7D%7D";
    format!("GET /graphql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(200).into_bytes()
}

#[tokio::test]
async fn six_hundred_slow_senders_disturb_nobody_with_a_token() {
    let service = Service::filled(Engine::Sqlite).await;
    let edge = EdgeSettings { body_timeout: 300, ..EdgeSettings::default() };
    let server = Server::new(&service, &edge, ConnectionRules::default()).await;
    let mut slow = Vec::new();
    for _ in 0..600 {
        slow.push(server.sent((head(100, None) + "{\"query\":").as_bytes()).await);
    }
    let token = service.token(LEP);
    for number in 0..78 {
        let body = json!({"query": format!("query q{number} {{ viewer {{ scopes }} }}")}).to_string();
        let answer = server.exchange((head(body.len(), Some(&token)) + &body).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    // Nor anybody without one: who has not sent anything yet holds nothing.
    let body = r#"{"query": "{ __typename }"}"#;
    let answer = server.exchange((head(body.len(), None) + body).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn bodies_under_way_are_bounded_by_their_bytes_and_leave_room_for_those_with_a_token() {
    let service = Service::empty(Engine::Sqlite).await;
    let edge = EdgeSettings { body_timeout: 300, ..EdgeSettings::default() };
    let server = Server::new(&service, &edge, ConnectionRules::default()).await;
    let mut part = head(1 << 20, None).into_bytes();
    part.resize(part.len() + (900 << 10), b' ');
    let mut kept = Vec::new();
    // One address may have 4 MB under way: the fifth finds no room.
    for _ in 0..4 {
        kept.push(server.sent(&part).await);
    }
    let refused = loop {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let _ = stream.write_all(&part).await;
        let mut first = [0; 12];
        match timeout(Duration::from_millis(500), stream.read_exact(&mut first)).await {
            Ok(Ok(_)) => break String::from_utf8_lossy(&first).into_owned() + &rest(stream).await,
            // The connection broke while the rest was sent, as it may; or there was room yet.
            Ok(Err(_)) => {}
            Err(_) => kept.push(stream),
        }
        assert!(kept.len() < 10, "more is under way than may be");
    };
    assert!(refused.starts_with("HTTP/1.1 429 "), "{refused}");
    assert!(
        refused.to_ascii_lowercase().contains("retry-after: 1") && refused.contains("TOO_MANY_REQUESTS"),
        "{refused}"
    );
    let mut whole = br#"{"query": "{ __typename }"}"#.to_vec();
    whole.resize(900 << 10, b' ');
    let token = service.token(LEP);
    let answer = server.exchange(&[head(whole.len(), Some(&token)).as_bytes(), &whole].concat()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// A request for a token is short: what announces more, or sends more, holds nothing of what all have for theirs.
#[tokio::test]
async fn long_bodies_keep_nobody_from_a_token() {
    let service = Service::empty(Engine::Sqlite).await;
    let edge = EdgeSettings { body_timeout: 300, ..EdgeSettings::default() };
    let server = Server::new(&service, &edge, ConnectionRules::default()).await;
    let sent = |length: &str, body: &str| {
        format!(
            "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Connection: close\r\n{length}\r\n\r\n{body}"
        )
    };
    let part = "x".repeat(900 << 10);
    let mut kept = Vec::new();
    for long in [
        sent("Content-Length: 1000000", &part),
        sent("Transfer-Encoding: chunked", &format!("{:x}\r\n{part}", 1_000_000)),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // The connection may end while it is sent.
        let _ = stream.write_all(long.as_bytes()).await;
        let mut first = [0; 12];
        if timeout(LONG, stream.read_exact(&mut first)).await.unwrap().is_ok() {
            assert_eq!(&first, b"HTTP/1.1 413");
        }
        kept.push(stream);
    }
    let answer = server.exchange(sent("Content-Length: 29", "grant_type=client_credentials").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn an_answer_of_which_nothing_is_taken_ends_its_connection() {
    let service = Service::empty(Engine::Sqlite).await;
    let rules = ConnectionRules { stuck: Duration::from_millis(500), ..ConnectionRules::default() };
    let server = Server::new(&service, &EdgeSettings::default(), rules).await;
    let mut stream = narrow(server.address).await;
    let asked = much_asked();
    // Nothing is read. Writing fails once the other side has closed.
    let closed = async { while stream.write_all(&asked).await.is_ok() {} };
    timeout(LONG, closed).await.unwrap();
}

#[tokio::test]
async fn the_end_does_not_wait_for_those_who_take_nothing() {
    let service = Service::empty(Engine::Sqlite).await;
    let rules = ConnectionRules { stuck: LONG * 10, ..ConnectionRules::default() };
    let server = Server::new(&service, &EdgeSettings::default(), rules).await;
    let mut stream = narrow(server.address).await;
    // The other side reads no more of it as soon as it waits for an answer to be taken.
    let _ = timeout(Duration::from_secs(2), stream.write_all(&much_asked())).await;
    let _ = server.end.send(());
    timeout(Duration::from_secs(15), server.ended).await.expect("it waits on").unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let service = Service::empty(Engine::Sqlite).await;
    let rules = ConnectionRules { head: Duration::from_secs(1), idle: LONG, ..ConnectionRules::default() };
    let server = Server::new(&service, &EdgeSettings::default(), rules).await;
    let mut stream = server.sent(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok") {
        stream.read_buf(&mut answer).await.unwrap();
    }
    // There is nothing to wait for but time: that the connection is still there afterwards is the point.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(stream).await.ends_with("ok"));
    // Who has begun a head gets no more time than for a head, on a connection that was used before or not.
    let mut stream = server.sent(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok") {
        stream.read_buf(&mut answer).await.unwrap();
    }
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost").await.unwrap();
    assert_eq!(rest(stream).await, "");
    assert_eq!(server.exchange(b"GET /livez").await, "");
}

#[tokio::test]
async fn an_idle_connection_ends_after_its_time() {
    let service = Service::empty(Engine::Sqlite).await;
    let rules = ConnectionRules { idle: Duration::from_millis(200), ..ConnectionRules::default() };
    let server = Server::new(&service, &EdgeSettings::default(), rules).await;
    let answer = server.exchange(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.ends_with("ok"), "{answer}");
}

#[tokio::test]
async fn an_address_holds_no_more_connections_than_it_may() {
    let service = Service::empty(Engine::Sqlite).await;
    let rules = ConnectionRules { per_address: 3, head: LONG, ..ConnectionRules::default() };
    let server = Server::new(&service, &EdgeSettings::default(), rules).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(server.sent(b"GET").await);
    }
    assert_eq!(server.exchange(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await, "");
    drop(held);
    let answered = async {
        while server.exchange(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.is_empty() {}
    };
    timeout(LONG, answered).await.unwrap();
}

#[tokio::test]
async fn a_request_without_a_host_or_with_two_is_refused() {
    let service = Service::empty(Engine::Sqlite).await;
    let server = Server::new(&service, &EdgeSettings::default(), ConnectionRules::default()).await;
    for (sent, status) in [
        ("GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", "400"),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200"),
        ("GET /livez HTTP/1.0\r\n\r\n", "200"),
    ] {
        let answer = server.exchange(sent.as_bytes()).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_answered_with_what_was_expected() {
    let service = Service::empty(Engine::Sqlite).await;
    let edge = EdgeSettings { body_timeout: 1, ..EdgeSettings::default() };
    let server = Server::new(&service, &edge, ConnectionRules::default()).await;
    let answer = server.exchange((head(100, None) + "{").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("within 1 s"), "{answer}");
    let answer = ask_router(&app::router(&service.settings, &service.exchange).unwrap(), "x", "{ __typename }").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

/// Reads one response whose body has a length, and leaves the connection as it is.
async fn one_response(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse::<usize>().unwrap() {
                return text;
            }
        }
        let byte = timeout(LONG, stream.read_u8()).await.unwrap();
        read.push(byte.unwrap_or_else(|error| panic!("{error} after `{text}`")));
    }
}

#[tokio::test]
async fn who_is_refused_before_its_body_came_keeps_the_connection_or_is_told_that_it_ends() {
    let service = Service::empty(Engine::Sqlite).await;
    let server = Server::new(&service, &EdgeSettings::default(), ConnectionRules::default()).await;
    let question = r#"{"query":"{ __typename }"}"#;
    let head = |more: &str, length: usize| {
        format!(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\n\r\n"
        )
    };
    let bad = "Authorization: Bearer a.b.c\r\n";
    // Head and body come one after the other, as many clients send them: the token that is over is followed by one that holds.
    let mut stream = server.sent(head(bad, question.len()).as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    stream.write_all(question.as_bytes()).await.unwrap();
    let refused = one_response(&mut stream).await;
    assert!(refused.starts_with("HTTP/1.1 401") && !refused.contains("\r\nconnection: close\r\n"), "{refused}");
    stream.write_all((head("", question.len()) + question).as_bytes()).await.unwrap();
    let answered = one_response(&mut stream).await;
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    // A body that is long, that does not come, or that waits to be asked for is not waited for.
    for (more, length, sent) in [
        (bad.to_owned(), 900_000, "x"),
        (bad.to_owned(), question.len(), ""),
        (format!("{bad}Expect: 100-continue\r\n"), 900_000, ""),
    ] {
        let refused = timeout(LONG, server.exchange((head(&more, length) + sent).as_bytes())).await.unwrap();
        assert!(refused.starts_with("HTTP/1.1 401"), "no body is asked for: {refused}");
        assert!(refused.contains("\r\nconnection: close\r\n"), "{refused}");
    }
    let _ = server.end.send(());
    timeout(LONG, server.ended).await.unwrap().unwrap().unwrap();
}
