//! Signing keys of their own: rotated, retired, and what they signed taken back, on every replica.

use api::{
    app,
    auth::{NewToken, Scope, TokenKey},
    domain::{Clock, Revoked, Secret},
    service::Error,
};
use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use rstest::rstest;

use crate::support::{Engine, HUB, LEP, Service, ask_router, clock};

/// What a token is answered: the status, and the message where there is one.
async fn asked(service: &Service, token: &str) -> (StatusCode, String) {
    let answer = ask_router(&service.router, token, "{ viewer { scopes } }").await;
    let message = if answer.status == StatusCode::OK { String::new() } else { answer.error().1 };
    (answer.status, message)
}

async fn is_taken(service: &Service, token: &str) -> bool {
    asked(service, token).await.0 == StatusCode::OK
}

/// A token of an organisation with an identifier, issued at some time.
fn token(key: &TokenKey, organisation: &str, id: &str, issued_at: DateTime<Utc>) -> String {
    let scopes = [Scope::OutcomesRead].into_iter().collect();
    let ttl = Duration::days(300);
    key.sign(&NewToken { organisation: organisation.into(), client: None, scopes, issued_at, ttl, id: id.into() })
        .unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_keys_hold_during_a_rotation_and_a_retired_one_is_gone_everywhere(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let (operator, first) = (service.operator(), service.operator().keys().await.unwrap()[0].id.clone());
    let old = service.token(LEP);
    assert!(matches!(operator.retire_key(&first).await, Err(Error::Conflict(told)) if told.contains("key rotate")));
    let second = operator.rotate_key().await.unwrap();
    let new = service.token(LEP);
    assert_eq!(
        asked(&replica, &new).await.1,
        "the token is not signed with a key of this service",
        "it has not looked"
    );
    replica.exchange.refresh_trust().await.unwrap();
    for service in [&service, &replica] {
        assert!(is_taken(service, &old).await && is_taken(service, &new).await);
    }
    let told = operator.rotate_key().await.unwrap_err().to_string();
    assert!(told.ends_with(&format!("exchange key retire {first}`")), "{told}");
    assert!(matches!(operator.retire_key("none").await, Err(Error::NotFound(_))));
    operator.retire_key(&first).await.unwrap();
    replica.exchange.refresh_trust().await.unwrap();
    for service in [&service, &replica] {
        assert_eq!(asked(service, &old).await.0, StatusCode::UNAUTHORIZED, "although it is cached");
        assert!(is_taken(service, &new).await);
    }
    let keys = operator.keys().await.unwrap();
    assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), [&second, &first]);
    assert!(keys[0].sealed.is_some() && keys[1].sealed.is_none(), "its secret half is destroyed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn tokens_of_an_earlier_version_hold_for_90_days_after_the_upgrade_or_until_retired(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    // As an earlier version left it: served from, and no key kept.
    service.database.execute("DELETE FROM signing_key").await;
    service.operator().migrate().await.unwrap();
    service.operator().migrate().await.unwrap();
    service.exchange.refresh().await.unwrap();
    let keys = service.operator().keys().await.unwrap();
    assert_eq!(keys.len(), 2, "once, however often");
    assert_eq!(keys[1].verifies_until, Some(clock().now() + Duration::days(90)));
    let seed = Secret::new([1; 32]).signing_seed();
    let derived = TokenKey::from_seed(seed, "benchmark-exchange", "benchmark-exchange").unwrap();
    let old = token(&derived, LEP, "1", clock().now());
    assert!(is_taken(&service, &old).await && is_taken(&service, &service.token(LEP)).await);
    assert_ne!(service.key().public_key(), derived.public_key(), "nothing new is signed with it");
    service.operator().retire_key(&keys[1].id).await.unwrap();
    assert!(!is_taken(&service, &old).await && is_taken(&service, &service.token(LEP)).await);
}

#[tokio::test]
async fn a_new_exchange_trusts_no_key_that_hangs_on_the_secret_alone() {
    let service = Service::empty(Engine::Sqlite).await;
    assert_eq!(service.operator().keys().await.unwrap().len(), 1);
    let seed = Secret::new([1; 32]).signing_seed();
    let derived = TokenKey::from_seed(seed, "benchmark-exchange", "benchmark-exchange").unwrap();
    assert!(!is_taken(&service, &token(&derived, LEP, "1", clock().now())).await);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_taken_back_is_refused_on_every_replica_also_while_the_database_is_away(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let key = service.key();
    let before = clock().now() - Duration::minutes(1);
    let [one, two, hub] =
        [(LEP, "1"), (LEP, "2"), (HUB, "3")].map(|(organisation, id)| token(&key, organisation, id, before));
    for token in [&one, &two, &hub] {
        assert!(is_taken(&service, token).await && is_taken(&replica, token).await);
    }
    let operator = service.operator();
    assert_eq!(app::token_id(&service.settings, &service.exchange, &one).unwrap(), "1");
    operator.revoke(Revoked::Token, "1").await.unwrap();
    replica.exchange.refresh().await.unwrap();
    for service in [&service, &replica] {
        assert_eq!(asked(service, &one).await, (StatusCode::UNAUTHORIZED, "the token was revoked".to_owned()));
        assert!(is_taken(service, &two).await);
    }
    assert!(matches!(operator.revoke(Revoked::Organisation, "NOBODY").await, Err(Error::NotFound(_))));
    assert!(matches!(operator.revoke(Revoked::Client, " ").await, Err(Error::BadRequest(_))));
    for unknown in ["nobody", "nobody/nightly"] {
        assert!(matches!(operator.revoke(Revoked::Client, unknown).await, Err(Error::NotFound(_))), "{unknown}");
    }
    operator.revoke(Revoked::Organisation, LEP).await.unwrap();
    replica.exchange.refresh().await.unwrap();
    // Neither can be read any longer, as when the database does not answer.
    for table in ["revocation", "signing_key"] {
        service.database.execute(&format!("ALTER TABLE {table} RENAME TO {table}_away")).await;
    }
    let later = token(&key, LEP, "4", clock().now() + Duration::milliseconds(1));
    for service in [&service, &replica] {
        assert!(service.exchange.refresh_trust().await.is_err());
        assert!(!is_taken(service, &one).await && !is_taken(service, &two).await);
        assert!(is_taken(service, &hub).await, "another organisation's stands");
        assert!(is_taken(service, &later).await, "what is signed afterwards stands");
    }
}

#[tokio::test]
async fn what_no_token_can_outlive_is_forgotten() {
    let service = Service::empty(Engine::Sqlite).await;
    service
        .database
        .execute(
            "INSERT INTO revocation (kind, subject, revoked_at) VALUES ('token', 'old', '2025-11-01 00:00:00+00:00')",
        )
        .await;
    service.operator().revoke(Revoked::Token, "new").await.unwrap();
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM revocation").await, [[1]]);
}
