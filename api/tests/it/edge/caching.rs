//! What may be kept of an answer, and who gets "not modified".

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use sea_orm::ConnectionTrait;

use crate::support::{Answer, Engine, HUB, LEP, Population, Service};

const CATALOGUE: &str = "/graphql?query=%7Bareas(kind:LEP)%7BtotalCount%7D%7D";
const OUTCOMES: &str =
    "/graphql?query=%7Boutcomes(input:%7Bframework:%22GATSBY-2014%22%7D)%7Bcells%7BachievedShare%7Bvalue%7D%7D%7D%7D";

async fn get(service: &Service, uri: &str, token: Option<&str>, held: Option<&str>) -> Answer {
    let mut request = Request::get(uri);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(held) = held {
        request = request.header(header::IF_NONE_MATCH, held);
    }
    service.send(request.body(Body::empty()).unwrap()).await
}

fn text(answer: &Answer, name: header::HeaderName) -> String {
    answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn who_holds_an_answer_is_not_sent_it_again() {
    let service = Service::filled(Engine::Sqlite).await;
    let token = service.token(LEP);
    for (uri, token, keep) in [
        (CATALOGUE, None, "public, max-age=60"),
        (CATALOGUE, Some(token.as_str()), "private, no-cache"),
        (OUTCOMES, Some(token.as_str()), "private, no-cache"),
        ("/graphql?query=%7Bviewer%7Bscopes%7D%7D", None, "private, no-cache"),
    ] {
        let first = get(&service, uri, token, None).await;
        let tag = text(&first, header::ETAG);
        assert_eq!((first.status, text(&first, header::CACHE_CONTROL).as_str()), (StatusCode::OK, keep), "{uri}");
        assert!(tag.starts_with("W/\"") && tag.len() == 36, "{tag}");
        let again = get(&service, uri, token, Some(&tag)).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{uri}");
        assert_eq!((text(&again, header::ETAG), text(&again, header::CACHE_CONTROL).as_str()), (tag, keep));
        assert_eq!(text(&again, header::CONTENT_TYPE), "");
        assert!(text(&again, header::VARY).contains("authorization"));
        let other = get(&service, uri, token, Some("W/\"0\"")).await;
        assert_eq!((other.status, other.body), (StatusCode::OK, first.body), "{uri}");
    }
}

#[tokio::test]
async fn errors_and_answers_to_post_are_not_kept() {
    let service = Service::filled(Engine::Sqlite).await;
    for (uri, status) in [
        (OUTCOMES, 200),
        ("/graphql?query=%7Bnothing%7D", 200),
        ("/graphql", 400),
        ("/graphql?query=mutation%7Bx%7D", 405),
    ] {
        let answer = get(&service, uri, None, Some("*")).await;
        assert_eq!(
            (answer.status.as_u16(), text(&answer, header::CACHE_CONTROL).as_str()),
            (status, "no-store"),
            "{uri}"
        );
        assert_eq!(text(&answer, header::ETAG), "", "{uri}");
    }
    let posted = service.ask(None, "{ __typename }").await;
    assert_eq!((text(&posted, header::CACHE_CONTROL).as_str(), text(&posted, header::ETAG).as_str()), ("no-store", ""));
}

/// The two halves of the promise: a validator is no proof that one may still see, and no way to learn what another sees.
#[tokio::test]
async fn an_ended_agreement_is_never_answered_with_not_modified() {
    let service = Service::filled(Engine::Sqlite).await;
    let token = service.token(LEP);
    let uri = OUTCOMES.replace("framework:", "areas:%5B%22E12000001%22%5D,framework:");
    let first = get(&service, &uri, Some(&token), None).await;
    let tag = text(&first, header::ETAG);
    assert_eq!(get(&service, &uri, Some(&token), Some(&tag)).await.status, StatusCode::NOT_MODIFIED);
    // Whose agreements allow less gets another answer, or the same bytes by right; nobody gets none by the tag of others.
    for other in [None, Some("forged")] {
        let answer = get(&service, &uri, other, Some(&tag)).await;
        assert_ne!(answer.status, StatusCode::NOT_MODIFIED);
        assert!(answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", "{other:?}");
    }
    let whole = get(&service, OUTCOMES, Some(&token), None).await;
    let hub = get(&service, OUTCOMES, Some(&service.token(HUB)), Some(&text(&whole, header::ETAG))).await;
    assert_eq!(hub.status, StatusCode::OK);
    let until = async |until: &str| {
        let database = sea_orm::Database::connect(&service.database.url).await.unwrap();
        database
            .execute_unprepared(&format!("UPDATE agreement SET valid_from = '2026-01-01', valid_until = {until}"))
            .await
            .unwrap();
        service.exchange.refresh().await.unwrap();
    };
    until("'2026-11-23'").await;
    let after = get(&service, &uri, Some(&token), Some(&tag)).await;
    assert_ne!(after.status, StatusCode::NOT_MODIFIED);
    assert_eq!(after.error().0, "FORBIDDEN");
    assert_eq!(text(&after, header::CACHE_CONTROL), "no-store");
    until("NULL").await;
    assert_eq!(get(&service, &uri, Some(&token), Some(&tag)).await.status, StatusCode::NOT_MODIFIED);
}

/// Answers are kept by the service too: for the same asker alone, until a release is published.
#[tokio::test]
async fn an_answer_that_the_service_keeps_is_for_its_asker_alone_and_ends_with_the_release() {
    let service = Service::filled(Engine::Sqlite).await;
    let question = r#"query q($areas: [String!]) { outcomes(input: {framework: "GATSBY-2014", areas: $areas}) { release { number } cells { area { code } } } }"#;
    let ask = async |organisation: Option<&str>, areas: serde_json::Value| {
        service.ask_with(organisation, question, serde_json::json!({"areas": areas})).await
    };
    let north_east = || serde_json::json!(["E12000001"]);
    let first = ask(Some(LEP), north_east()).await;
    assert_eq!(ask(Some(LEP), north_east()).await.body, first.body);
    assert_eq!(ask(None, north_east()).await.error().0, "UNAUTHENTICATED");
    assert_eq!(
        ask(Some(LEP), serde_json::json!(["E92000001"])).await.data()["outcomes"]["cells"][0]["area"]["code"],
        "E92000001"
    );
    assert_eq!(ask(Some(HUB), serde_json::json!(["E92000001"])).await.error().0, "NOT_FOUND");
    service.hand_in(HUB, &Population::standard(2).only(|row| row.hub == "HUB-2018-21")).await;
    service.publish_anew().await;
    let number = |answer: &Answer| answer.data()["outcomes"]["release"]["number"].as_u64().unwrap();
    assert_eq!(number(&ask(Some(LEP), north_east()).await), number(&first) + 1);
}

/// What a question left in the budget is told as it is, though the question before was the same.
#[tokio::test]
async fn what_tells_the_state_of_the_budget_is_never_kept() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"(input: {framework: "GATSBY-2014", areas: ["E92000001"], by: [PHASE]})"#;
    let preview = format!("{{ preview{input} {{ cost {{ newTabulations }} }} viewer {{ budget {{ used }} }} }}");
    let before = service.ask(Some(LEP), &preview).await.data();
    assert_eq!(before, serde_json::json!({"preview": {"cost": {"newTabulations": 8}}, "viewer": {"budget": []}}));
    service.ask(Some(LEP), &format!("{{ outcomes{input} {{ cells {{ total }} }} }}")).await.data();
    let after = service.ask(Some(LEP), &preview).await.data();
    assert_eq!(after["preview"]["cost"]["newTabulations"], 0);
    assert_eq!(after["viewer"]["budget"].as_array().unwrap().len(), 8);
}
