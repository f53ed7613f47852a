//! Who may ask what: tokens, agreements, and denied that looks like absent.

use std::sync::Arc;

use crate::support::{Engine, HUB, LEP, PARTNER, Service, clock, question};
use api::{
    auth::{NewToken, Scope, TokenKey},
    domain::{Clock, Secret},
    service::Exchange,
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::Duration;

async fn with_header(service: &Service, authorization: &str) -> (StatusCode, String) {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, authorization)
        .body(Body::from(r#"{"query": "{ viewer { scopes } }"}"#))
        .unwrap();
    let answer = service.send(request).await;
    let challenge = answer.headers.get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
    if answer.status == StatusCode::UNAUTHORIZED {
        assert_eq!(answer.error().0, "UNAUTHENTICATED");
    }
    (answer.status, challenge.unwrap_or_default())
}

#[tokio::test]
async fn a_bad_token_is_refused_and_never_anonymous() {
    let service = Service::filled(Engine::Sqlite).await;
    let sign = |foreign: bool, issuer: &str, audience: &str, minutes| {
        let token = NewToken {
            organisation: LEP.into(),
            client: None,
            scopes: [Scope::OutcomesRead].into_iter().collect(),
            issued_at: clock().now() + Duration::minutes(minutes),
            ttl: Duration::hours(1),
            id: "1".into(),
        };
        let key = if foreign {
            TokenKey::from_seed([9; 32], issuer, audience)
        } else {
            TokenKey::that_signs(&service.exchange.trust().load(), issuer, audience)
        };
        key.unwrap().sign(&token).unwrap()
    };
    let name = "benchmark-exchange";
    let good = sign(false, name, name, 0);
    assert_eq!(with_header(&service, &format!("Bearer {good}")).await.0, StatusCode::OK);
    assert_eq!(with_header(&service, &format!("bearer  {good}")).await.0, StatusCode::OK);
    for (token, reason) in [
        (sign(false, name, name, -120), "expired"),
        (sign(false, name, name, 120), "does not hold yet"),
        (sign(false, "other", name, 0), "another issuer"),
        (sign(false, name, "other", 0), "another audience"),
        (sign(true, name, name, 0), "not signed with a key of this service"),
        ("eyJhbGciOiJub25lIn0.e30.".to_owned(), "malformed"),
        ("nonsense".to_owned(), "malformed"),
        (String::new(), ""),
    ] {
        let (status, challenge) = with_header(&service, &format!("Bearer {token}")).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{token}");
        assert!(challenge.starts_with("Bearer realm=") && challenge.contains(reason), "{challenge}");
    }
    assert_eq!(with_header(&service, "Basic dXNlcjpwYXNz").await.0, StatusCode::UNAUTHORIZED);
    let twice = Request::post("/graphql")
        .header(header::AUTHORIZATION, format!("Bearer {good}"))
        .header(header::AUTHORIZATION, format!("Bearer {good}"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(service.send(twice).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_lies_outside_the_agreements_cannot_be_told_from_what_is_not_there() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = |organisation, area: &str| {
        let input = format!(r#"{{framework: "GATSBY-2014", areas: ["{area}"]}}"#);
        let service = &service;
        async move { service.ask(Some(organisation), &question(&input)).await.error() }
    };
    for (organisation, outside) in [(HUB, "E12000003"), (HUB, "E92000001"), (LEP, "HK"), (LEP, "GB"), (PARTNER, "ES")] {
        let (code, message) = ask(organisation, outside).await;
        let (absent_code, absent) = ask(organisation, "X99").await;
        assert_eq!((code, message.replace(outside, "X99")), (absent_code, absent));
    }
    let mixed = r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"]}"#;
    assert_eq!(service.ask(Some(HUB), &question(mixed)).await.error().0, "NOT_FOUND");
    let everything = service.cells(HUB, r#"{framework: "GATSBY-2014", areaKind: LOCAL_AUTHORITY}"#).await;
    assert_eq!(everything.len(), 12 * 8, "the region's local authorities and nothing else");
}

#[tokio::test]
async fn nothing_is_granted_by_default() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = |token: String| {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(r#"{"query": "{ outcomes(input: {framework: \"GATSBY-2014\"}) { tier } }"}"#))
            .unwrap();
        let service = &service;
        async move { service.send(request).await.error() }
    };
    assert_eq!(ask(service.token("NOBODY")).await.0, "FORBIDDEN");
    let no_scope = NewToken {
        organisation: LEP.into(),
        client: None,
        scopes: [Scope::AuditRead].into_iter().collect(),
        issued_at: clock().now(),
        ttl: Duration::hours(1),
        id: "1".into(),
    };
    let (code, message) = ask(service.key().sign(&no_scope).unwrap()).await;
    assert_eq!(code, "FORBIDDEN");
    assert!(message.contains("outcomes:read"));
}

#[tokio::test]
async fn an_agreement_of_yesterday_grants_nothing_today() {
    let service = Service::filled(Engine::Sqlite).await;
    let now = clock().now() - Duration::days(1);
    let earlier = api::domain::clock::FixedClock(now);
    let exchange = Exchange::open(&service.database.url, Secret::new([1; 32]), Arc::new(earlier)).await.unwrap();
    exchange.start().await.unwrap();
    let router = api::app::router(&service.settings, &Arc::new(exchange)).unwrap();
    let yesterday = Service { router, ..service };
    let token = {
        let scopes = [Scope::OutcomesRead].into_iter().collect();
        yesterday
            .key()
            .sign(&NewToken {
                organisation: LEP.into(),
                client: None,
                scopes,
                issued_at: now,
                ttl: Duration::hours(1),
                id: "1".into(),
            })
            .unwrap()
    };
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(r#"{"query": "{ outcomes(input: {framework: \"GATSBY-2014\"}) { tier } }"}"#))
        .unwrap();
    assert_eq!(yesterday.send(request).await.error().0, "FORBIDDEN");
}

#[tokio::test]
async fn a_database_does_not_open_to_another_secret() {
    let service = Service::empty(Engine::Sqlite).await;
    let exchange = Exchange::open(&service.database.url, Secret::new([2; 32]), Arc::new(clock())).await.unwrap();
    let error = exchange.start().await.unwrap_err();
    assert!(error.to_string().contains("the secret does not belong to this database"), "{error}");
}
