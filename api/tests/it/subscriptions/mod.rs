//! Partners are told when something happens, over either transport, for as long as their token holds.

mod protocol;
mod server;

use api::{auth::Scope, domain::Clock, http::ConnectionRules};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    changes::{change, rows_of_the_hub, token},
    support::{Desk, Engine, HUB, LEP, OWN_FILES, PARTNER, Running, Service, block_on, clock, publish_anew},
};

use server::{Events, Socket, serve};

const RELEASES: &str = "subscription { releases { number note editions { period { code } edition } } }";

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_release_of_another_replica_is_told_over_both_transports(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let token = service.token(LEP);
    let mut socket = Socket::begun(&address, &token).await;
    socket.subscribe("new", RELEASES).await;
    socket.subscribe("all", "subscription($n: Int = 0) { releases(after: $n) { number } }").await;
    let known = json!({"id": "all", "type": "next", "payload": {"data": {"releases": {"number": 1}}}});
    assert_eq!(socket.next().await, known);
    let mut events = Events::of(&address, Some(&token), RELEASES).await;
    assert_eq!(events.status, 200);
    // Both have subscribed: this is answered after.
    socket.subscribe("q", "{ __typename }").await;
    assert_eq!(socket.next().await["payload"]["data"]["__typename"], "Query");
    assert_eq!(socket.next().await, json!({"id": "q", "type": "complete"}));

    let replica = service.replica().await;
    let rows = crate::support::Population::standard(2).only(|row| row.scheme == "URN" && row.hub.is_empty());
    replica.hand_in(LEP, &rows).await;
    publish_anew(replica.operator()).await;
    service.exchange.refresh().await.unwrap();

    let (name, told) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &told["data"]["releases"]["number"]), ("next", &json!(2)), "{told}");
    assert!(told["data"]["releases"]["editions"].as_array().is_some_and(|editions| !editions.is_empty()), "{told}");
    let mut both = [socket.next().await, socket.next().await];
    both.sort_by_key(|message| message["id"].to_string());
    assert_eq!(both[0]["payload"]["data"], json!({"releases": {"number": 2}}));
    assert_eq!(both[1]["payload"], told);
    let asked = service.ask(Some(LEP), &RELEASES.replace("subscription { releases", "{ releases: release")).await;
    assert_eq!(asked.data(), told["data"], "what is told is what can be asked");
}

#[tokio::test]
async fn an_agreement_that_ends_is_told_to_those_it_is_between_and_to_nobody_else() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let query = "subscription { endedAgreements { area { code } consumer { code } } }";
    let mut holder = Events::of(&address, Some(&service.token(PARTNER)), query).await;
    let mut other = Socket::begun(&address, &service.token(LEP)).await;
    other.subscribe("1", query).await;
    other.subscribe("2", "{ __typename }").await;
    assert_eq!(other.next().await["id"], "2");
    assert_eq!(other.next().await["type"], "complete");

    let directory = service.operator().directory().await.unwrap();
    let ending =
        directory.agreements().iter().find(|agreement| agreement.consumer == PARTNER && agreement.area == "HK");
    service.replica().await.operator().end_agreement(ending.unwrap().id, clock().today()).await.unwrap();
    service.exchange.refresh().await.unwrap();
    let told = json!({"data": {"endedAgreements": {"area": {"code": "HK"}, "consumer": {"code": PARTNER}}}});
    assert_eq!(holder.next().await.unwrap(), ("next".to_owned(), told));

    // An organisation that ends is told no more.
    service.operator().end_organisation(PARTNER).await.unwrap();
    service.exchange.refresh().await.unwrap();
    let (_, refused) = holder.next().await.unwrap();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    assert_eq!(holder.next().await.unwrap().0, "complete");
    assert_eq!(holder.next().await, None);
    other.subscribe("3", "{ __typename }").await;
    assert_eq!(other.next().await["id"], "3", "the other was told nothing");
}

#[tokio::test]
async fn what_was_handed_in_is_told_to_its_organisation_until_it_is_over() {
    let service = Service::empty(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let taken = change(&service, &hub, "importResults", "submission { id }", json!({"rows": rows_of_the_hub()})).await;
    let id = taken["submission"]["id"].as_str().unwrap();
    let query = format!("subscription {{ submission(id: \"{id}\") {{ status number }} }}");
    let mut events = Events::of(&address, Some(&hub), &query).await;
    let (_, told) = events.next().await.unwrap();
    assert_eq!(told["data"]["submission"]["status"], "ACCEPTED", "{told}");
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);

    // Another's looks like none, and one's own needs the scope.
    let stranger = token(&service, LEP, &[Scope::ResultsWrite]);
    assert_eq!(Events::of(&address, Some(&stranger), &query).await.status, 404);
    let none = query.replace(id, &"0".repeat(32));
    assert_eq!(Events::of(&address, Some(&hub), &none).await.status, 404);
    assert_eq!(Events::of(&address, Some(&service.token(HUB)), &query).await.status, 403);
    let mut socket = Socket::begun(&address, &stranger).await;
    socket.subscribe("1", &query).await;
    let refused = socket.next().await;
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("NOT_FOUND"))
    );
}

#[tokio::test]
async fn a_token_that_is_taken_back_ends_what_it_began() {
    let service = Service::filled(Engine::Sqlite).await;
    let address = serve(&service, ConnectionRules::default()).await.to_string();
    let (kept, lost) = (service.token(LEP), service.token(HUB));
    let mut events = Events::of(&address, Some(&lost), RELEASES).await;
    let socket = Socket::begun(&address, &lost).await;
    let mut other = Socket::begun(&address, &kept).await;
    let id = api::app::token_id(&service.settings, &service.exchange, &lost).unwrap();
    service.operator().revoke(api::domain::Revoked::Token, &id).await.unwrap();
    service.exchange.refresh().await.unwrap();
    assert_eq!(socket.closed().await, 4403);
    let (_, told) = events.next().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told}");
    assert_eq!((events.next().await.unwrap().0.as_str(), events.next().await), ("complete", None));
    other.subscribe("1", "{ __typename }").await;
    assert_eq!(other.next().await["type"], "next");
}

#[test]
fn a_server_that_ends_says_good_bye() {
    let desk = Desk::filled();
    let server =
        Running::start(&desk, &[&["serve", "--listen", "127.0.0.1:0", "--leave-delay", "0"], &OWN_FILES[..]].concat());
    let token = desk.token();
    block_on(async {
        let socket = Socket::begun(&server.address, &token).await;
        let mut told = Socket::begun(&server.address, &token).await;
        told.subscribe("1", "subscription { releases { number note } }").await;
        let events = Events::of(&server.address, Some(&token), RELEASES).await;
        // A release that a command publishes beside the server.
        let results = crate::support::Population::standard(2).only(|row| row.scheme == "URN").file();
        desk.write("more.csv", &results);
        desk.does_own(&["import", "results", "more.csv", "--organisation", "NE-HUB"]);
        desk.does_own(&["publish", "--note", "More", "--revise", "202324T3"]);
        let release = told.next().await;
        assert_eq!(release["payload"]["data"]["releases"], json!({"number": 2, "note": "More"}));
        server.end();
        assert_eq!((socket.closed().await, told.closed().await), (1001, 1001));
        let rest = events.rest().await;
        assert!(rest.contains("the server ends") && rest.ends_with("0\r\n\r\n"), "{rest}");
    });
}

/// The errors of a message or a body, for those who compare.
fn code(errors: &Value) -> &str {
    errors[0]["extensions"]["code"].as_str().unwrap_or_default()
}
