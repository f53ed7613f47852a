//! A server on a real socket, and those who subscribe there.

use std::{net::SocketAddr, time::Duration};

use api::{
    app,
    config::EdgeSettings,
    http::{self, ConnectionRules},
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::Request},
};

use crate::support::Service;

/// Longer than any of this takes on a slow machine.
pub(super) const LONG: Duration = Duration::from_mins(1);

/// Serves on a socket until the test ends.
pub(super) async fn serve(service: &Service, rules: ConnectionRules) -> SocketAddr {
    let edge = EdgeSettings { rate_limit: 0, anonymous_rate_limit: 0, ..EdgeSettings::default() };
    let router = app::router_with(&service.settings, &edge, &service.exchange).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(http::serve(listener, router, rules, std::future::pending()));
    address
}

/// A WebSocket.
pub(super) struct Socket(pub(super) WebSocketStream<TcpStream>);

/// The head of a request for one.
pub(super) fn head(address: &str) -> Request<()> {
    let mut head = format!("ws://{address}/graphql").into_client_request().unwrap();
    head.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    head
}

/// The status with which a head is refused.
pub(super) async fn refused(address: &str, head: Request<()>) -> u16 {
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(head, stream).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{:?}", other.map(drop)),
    }
}

impl Socket {
    pub(super) async fn connect(address: &str) -> Self {
        Self(client_async(head(address), TcpStream::connect(address).await.unwrap()).await.unwrap().0)
    }

    /// One that takes in next to nothing.
    pub(super) async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2_048).unwrap();
        let stream = socket.connect(address).await.unwrap();
        Self(client_async(head(&address.to_string()), stream).await.unwrap().0)
    }

    /// One whose beginning was acknowledged.
    pub(super) async fn begun(address: &str, token: &str) -> Self {
        let mut socket = Self::connect(address).await;
        socket.begin(token).await;
        socket
    }

    pub(super) async fn begin(&mut self, token: &str) {
        let payload = json!({"Authorization": format!("Bearer {token}")});
        self.send(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(self.next().await, json!({"type": "connection_ack"}));
    }

    pub(super) async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    /// The next message of the subprotocol.
    pub(super) async fn next(&mut self) -> Value {
        loop {
            match timeout(LONG, self.0.next()).await.unwrap().unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code with which it is closed, whatever comes before.
    pub(super) async fn closed(mut self) -> u16 {
        loop {
            match timeout(LONG, self.0.next()).await.unwrap() {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Events of a response.
pub(super) struct Events {
    lines: BufReader<TcpStream>,
    pub(super) status: u16,
}

impl Events {
    pub(super) async fn of(address: &str, token: Option<&str>, query: &str) -> Self {
        let body = json!({ "query": query }).to_string();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n\
             Accept-Encoding: gzip, br\r\n{token}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream);
        let mut first = String::new();
        timeout(LONG, lines.read_line(&mut first)).await.unwrap().unwrap();
        let status = first.split(' ').nth(1).unwrap().parse().unwrap();
        let mut line = first;
        while line != "\r\n" {
            assert!(
                !line.to_ascii_lowercase().starts_with("content-encoding"),
                "events are not held back to be made smaller"
            );
            line.clear();
            lines.read_line(&mut line).await.unwrap();
        }
        Self { lines, status }
    }

    /// The name and the data of the next event; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            if timeout(LONG, self.lines.read_line(&mut line)).await.unwrap().unwrap() == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data:") {
                return Some((name, serde_json::from_str(data.trim()).unwrap_or(Value::Null)));
            }
        }
    }

    /// Everything else that comes.
    pub(super) async fn rest(mut self) -> String {
        let mut rest = String::new();
        timeout(LONG, self.lines.read_to_string(&mut rest)).await.unwrap().unwrap();
        rest
    }
}
