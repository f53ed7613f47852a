//! `graphql-transport-ws` and events as their clients expect them, and those who do not hold to them.

use std::time::Duration;

use api::{auth::Scope, http::ConnectionRules};
use futures_util::SinkExt;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::{
    RELEASES, code,
    server::{Events, Socket, head, refused, serve},
};
use crate::{
    changes::token,
    support::{Engine, LEP, Service},
};

#[tokio::test]
async fn questions_and_changes_are_answered_on_a_socket_as_they_are_over_post() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let mut socket = Socket::begun(&address, &service.token(LEP)).await;
    let query = "{ viewer { organisation { code } } release { number } nothing: release(number: 99) { number } }";
    socket.subscribe("1", query).await;
    let answer = socket.next().await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("next"), &json!("1")));
    assert_eq!(answer["payload"], service.ask(Some(LEP), query).await.json());
    assert_eq!(socket.next().await, json!({"type": "complete", "id": "1"}));
    // A name that is free again.
    socket.subscribe("1", "{ no }").await;
    let refused = socket.next().await;
    assert_eq!((&refused["type"], code(&refused["payload"])), (&json!("error"), "BAD_REQUEST"), "{refused}");
    // One that fails while it is executed has data.
    socket.subscribe("1", "{ outcomes(input: {framework: \"NONE\"}) { citation } }").await;
    let failed = socket.next().await;
    assert_eq!((&failed["type"], &failed["payload"]["data"]), (&json!("next"), &json!({"outcomes": null})), "{failed}");
    assert_eq!(socket.next().await["type"], "complete");
    socket.subscribe("1", "mutation { publishRelease(input: {}) { status } }").await;
    let change = socket.next().await;
    assert_eq!(code(&change["payload"]["errors"]), "FORBIDDEN", "the token lacks the scope: {change}");

    let publisher = token(&service, LEP, &[Scope::ReleasesPublish]);
    let mut socket = Socket::begun(&address, &publisher).await;
    socket.subscribe("m", "mutation { publishRelease(input: {dryRun: true}) { status } }").await;
    let change = socket.next().await;
    assert_eq!(change["payload"], json!({"data": {"publishRelease": {"status": "CONFLICT"}}}), "{change}");
}

#[tokio::test]
async fn whoever_breaks_the_protocol_is_closed_with_its_code() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let good = service.token(LEP);
    let init =
        |token: &str| json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}});
    for (messages, expected) in [
        (vec![json!({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}})], 4401),
        (vec![json!({"type": "connection_init"})], 4403),
        (vec![init("x.y.z")], 4403),
        (vec![init(&good), init(&good)], 4429),
        (vec![json!({"type": "start"})], 4400),
        (vec![init(&good), json!({"type": "subscribe", "id": "1"})], 4400),
        (
            vec![
                init(&good),
                json!({"type": "subscribe", "id": "1", "payload": {"query": RELEASES}}),
                json!({"type": "subscribe", "id": "1", "payload": {"query": RELEASES}}),
            ],
            4409,
        ),
    ] {
        let mut socket = Socket::connect(&address).await;
        for message in &messages {
            socket.send(message.clone()).await;
        }
        assert_eq!(socket.closed().await, expected, "{messages:?}");
    }
    let mut bytes = Socket::begun(&address, &good).await;
    bytes.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(bytes.closed().await, 4400);
    let mut flood = Socket::begun(&address, &good).await;
    for _ in 0..1_001 {
        // It may be closed before all is written.
        let _ = flood.0.send(Message::text(r#"{"type":"pong"}"#)).await;
    }
    assert_eq!(flood.closed().await, 4429);
    // Frames that are none, that are no text, or that are said to be of 2 MB.
    for (frame, expected) in
        [(&b"\x81\x01x"[..], 1002), (b"\x81\x82\0\0\0\0\xff\xfe", 1007), (b"\x81\xff\0\0\0\0\0\x20\0\0\0\0\0\0", 1009)]
    {
        let mut socket = Socket::begun(&address, &good).await;
        socket.0.get_mut().write_all(frame).await.unwrap();
        assert_eq!(socket.closed().await, expected);
    }
    // Of a megabyte it is read to its end where a token was shown, and for no longer than one takes where none was.
    let (head, rest) = (b"\x81\xff\0\0\0\0\0\x0f\0\0\0\0\0\0", vec![b'x'; 64 << 10]);
    let mut socket = Socket::begun(&address, &good).await;
    socket.0.get_mut().write_all(head).await.unwrap();
    for _ in 0..15 {
        socket.0.get_mut().write_all(&rest).await.unwrap();
    }
    assert_eq!(socket.closed().await, 4400);
    let mut socket = Socket::connect(&address).await;
    socket.0.get_mut().write_all(&[&head[..], &rest].concat()).await.unwrap();
    assert_eq!(socket.closed().await, 1009);

    // Who completes hears no more, and may use the name again; the other end is there.
    let mut socket = Socket::connect(&address).await;
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
    socket.begin(&good).await;
    socket.subscribe("1", RELEASES).await;
    socket.send(json!({"type": "complete", "id": "1"})).await;
    socket.send(json!({"type": "complete", "id": "never there"})).await;
    socket.send(json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
    socket.subscribe("1", "{ __typename }").await;
    assert_eq!(socket.next().await["type"], "next");
}

#[tokio::test]
async fn whoever_leaves_is_answered_with_the_code_that_it_left_with() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let (fresh, mut telling) = (Socket::connect(&address).await, Socket::begun(&address, &service.token(LEP)).await);
    telling.subscribe("1", RELEASES).await;
    for mut socket in [fresh, Socket::begun(&address, &service.token(LEP)).await, telling] {
        socket
            .0
            .send(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "done".into() })))
            .await
            .unwrap();
        assert_eq!(socket.closed().await, 1000);
    }
}

#[tokio::test]
async fn a_head_that_may_not_become_a_socket_is_told_why() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let with = |name: &'static str, value: &str| {
        let mut head = head(&address);
        head.headers_mut().insert(name, value.parse().unwrap());
        head
    };
    assert_eq!(refused(&address, with("origin", "https://elsewhere.example")).await, 403);
    assert_eq!(refused(&address, with("sec-websocket-protocol", "graphql-ws")).await, 400);
    assert_eq!(refused(&address, with("authorization", "Bearer x.y.z")).await, 401);
    assert_eq!(refused(&address, with("sec-websocket-version", "8")).await, 426);
    // A token in the head does where the beginning has none.
    let head = with("authorization", &format!("Bearer {}", service.token(LEP)));
    let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut socket = Socket(tokio_tungstenite::client_async(head, stream).await.unwrap().0);
    socket.send(json!({"type": "connection_init"})).await;
    assert_eq!(socket.next().await, json!({"type": "connection_ack"}));
}

#[tokio::test]
async fn events_are_for_those_who_ask_for_them_and_have_a_token() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    assert_eq!(Events::of(&address, None, RELEASES).await.status, 401);
    assert_eq!(Events::of(&address, Some("x.y.z"), RELEASES).await.status, 401);
    let good = service.token(LEP);
    // Whatever else is asked comes as events too, where nothing else is taken.
    let answer = Events::of(&address, Some(&good), "{ __typename }").await.rest().await;
    assert!(
        answer.contains("event: next\ndata: {\"data\":{\"__typename\":\"Query\"}}\n\nevent: complete\ndata:\n\n"),
        "{answer}"
    );
    let answer = Events::of(&address, Some(&good), "{ no }").await.rest().await;
    assert!(answer.contains("BAD_REQUEST") && answer.contains("event: complete"), "{answer}");
    for query in [
        "subscription { releases { number } endedAgreements { area { code } } }",
        "subscription { __typename }",
        "subscription { releases(after: -1) { number } }",
        "subscription { releases @skip(if: true) { number } }",
    ] {
        let answer = Events::of(&address, Some(&good), query).await.rest().await;
        assert!(answer.contains("BAD_REQUEST") && answer.contains("event: complete"), "{query}: {answer}");
    }
    // Over plain POST and GET it is said what to do.
    let (code, message) = service.ask(Some(LEP), RELEASES).await.error();
    assert_eq!(code, "BAD_REQUEST");
    assert!(message.contains("graphql-transport-ws") && message.contains("text/event-stream"), "{message}");
}

#[tokio::test]
async fn sockets_and_subscriptions_are_bounded_for_each_organisation() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let good = service.token(LEP);
    let mut socket = Socket::begun(&address, &good).await;
    let mut held = Vec::new();
    // With the socket that makes 128.
    for _ in 0..127 {
        let events = Events::of(&address, Some(&good), RELEASES).await;
        assert_eq!(events.status, 200);
        held.push(events);
    }
    assert_eq!(Events::of(&address, Some(&good), RELEASES).await.status, 429);
    socket.subscribe("1", RELEASES).await;
    let refused = socket.next().await;
    assert_eq!((&refused["type"], code(&refused["payload"])), (&json!("error"), "TOO_MANY_REQUESTS"));
    let mut another = Socket::connect(&address).await;
    another.send(json!({"type": "connection_init", "payload": {"token": good}})).await;
    assert_eq!(another.closed().await, 4429);
    // Others have theirs, and what is given back can be taken again.
    assert_eq!(Events::of(&address, Some(&service.token(crate::support::HUB)), RELEASES).await.status, 200);
    drop(held);
    let mut again = 0;
    for _ in 0..200 {
        again = Events::of(&address, Some(&good), RELEASES).await.status;
        if again == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(again, 200);
}

#[tokio::test]
async fn a_socket_outlives_the_times_of_http_and_one_that_takes_nothing_is_cut_off() {
    let service = Service::filled(Engine::Sqlite).await;
    let short = Duration::from_secs(1);
    let rules = ConnectionRules { head: short, idle: short, stuck: short, ..ConnectionRules::default() };
    let address = serve(&service, rules).await;
    let good = service.token(LEP);
    let mut socket = Socket::begun(&address.to_string(), &good).await;
    for _ in 0..3 {
        tokio::time::sleep(short * 3 / 2).await;
        socket.send(json!({"type": "ping"})).await;
        assert_eq!(socket.next().await, json!({"type": "pong"}));
    }
    let mut slow = Socket::narrow(address).await;
    slow.begin(&good).await;
    let much = "{ __schema { types { name description fields { name description args { name description } } } } }";
    for number in 0..50 {
        slow.subscribe(&number.to_string(), much).await;
    }
    tokio::time::sleep(short * 3).await;
    let cut = async {
        loop {
            match futures_util::StreamExt::next(&mut slow.0).await {
                Some(Ok(_)) => {}
                other => break other.is_none_or(|end| end.is_err()),
            }
        }
    };
    assert!(tokio::time::timeout(super::server::LONG, cut).await.unwrap(), "it was told all it asked for");
    assert_eq!(service.ask(Some(LEP), "{ __typename }").await.data(), json!({"__typename": "Query"}));
}
