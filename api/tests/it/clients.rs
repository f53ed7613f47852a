//! Programs get their tokens by themselves: client credentials, from the command to an answered question.

use std::{sync::Arc, time::Instant};

use api::{
    app,
    auth::{NewToken, Scope, Scopes, hash_secret},
    domain::{Clock, Secret, clock::FixedClock},
    service::{Authority, CLIENT_TOKEN, Error, Exchange, Overlap},
};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Desk, Engine, HUB, Key, LEP, OWN_FILES, Running, Service, ask_router, clock};

const GRANT: &str = "grant_type=client_credentials";

/// Where the tests' service says that it is.
const HERE: &str = "http://127.0.0.1:8080";

fn reads() -> Scopes {
    [Scope::OutcomesRead].into_iter().collect()
}

/// A client with a secret.
async fn client(service: &Service, scopes: &Scopes) -> (String, String) {
    let given = service.operator().add_client(LEP, "nightly", scopes, None).await.unwrap();
    (given.client, given.secret.unwrap().to_string())
}

async fn send(service: &Service, authorization: Option<&str>, body: &str) -> Answer {
    let mut request =
        Request::post("/oauth/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    service.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn by_secret(service: &Service, client: &str, secret: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{client}:{secret}")));
    send(service, Some(&basic), GRANT).await
}

async fn by_assertion(service: &Service, assertion: &str) -> Answer {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    send(service, None, &format!("{GRANT}&client_assertion_type={kind}&client_assertion={assertion}")).await
}

/// The token of an answer that gives one.
fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(CLIENT_TOKEN.num_seconds())));
    body["access_token"].as_str().unwrap().to_owned()
}

/// The code of an answer that gives none, as the standard has it.
fn refused(answer: &Answer) -> String {
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers[header::PRAGMA], "no-cache");
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let challenge = answer.headers.get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap());
    assert_eq!(challenge.is_some_and(|told| told.starts_with("Basic realm=")), answer.status == 401, "{challenge:?}");
    let body = answer.json();
    assert!(body["error_description"].as_str().is_some_and(|told| !told.is_empty()), "{body}");
    body["error"].as_str().unwrap().to_owned()
}

async fn scopes_of(router: &Router, token: &str) -> Value {
    ask_router(router, token, "{ viewer { scopes organisation { code } } }").await.data()["viewer"].take()
}

async fn is_taken(service: &Service, token: &str) -> bool {
    ask_router(&service.router, token, "{ viewer { scopes } }").await.status == StatusCode::OK
}

/// The same database, seen by a service whose clock is later.
async fn later(service: &Service, by: Duration) -> Service {
    let clock = FixedClock(clock().now() + by);
    let exchange = Exchange::open(&service.database.url, Secret::new([1; 32]), Arc::new(clock)).await.unwrap();
    exchange.start().await.unwrap();
    let exchange = Arc::new(exchange);
    let router = app::router(&service.settings, &exchange).unwrap();
    Service { exchange, router, settings: service.settings.clone(), database: service.database.clone() }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_client_gets_a_token_in_each_way_and_asks_with_it_on_every_replica(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let replica = service.replica().await;
    let both: Scopes = [Scope::OutcomesRead, Scope::AuditRead].into_iter().collect();
    let (id, secret) = client(&service, &both).await;
    let form = format!("{GRANT}&client_id={id}&client_secret={secret}");
    for answer in [by_secret(&service, &id, &secret).await, send(&replica, None, &form).await] {
        let token = token(&answer);
        assert_eq!(answer.json()["scope"], "outcomes:read audit:read");
        for router in [&service.router, &replica.router] {
            let viewer = scopes_of(router, &token).await;
            assert_eq!(viewer["organisation"]["code"], LEP);
            assert_eq!(viewer["scopes"].as_array().map(Vec::len), Some(2), "{viewer}");
        }
        let question = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { tier } }"#;
        assert_eq!(ask_router(&replica.router, &token, question).await.data()["outcomes"]["tier"], "REGIONAL");
    }
    let narrowed = send(&service, None, &format!("{form}&scope=outcomes%3Aread")).await;
    assert_eq!(narrowed.json()["scope"], "outcomes:read");
    assert_eq!(scopes_of(&service.router, &token(&narrowed)).await["scopes"].as_array().map(Vec::len), Some(1));
    for more in ["results%3Awrite", "outcomes%3Aread+results%3Awrite", "everything", "+"] {
        assert_eq!(refused(&send(&service, None, &format!("{form}&scope={more}")).await), "invalid_scope", "{more}");
    }
}

#[tokio::test]
async fn what_is_no_request_for_a_token_is_told_as_the_standard_says() {
    let service = Service::empty(Engine::Sqlite).await;
    let (id, secret) = client(&service, &reads()).await;
    let other = client(&service, &reads()).await;
    for (client, secret) in
        [(&*id, "wrong"), (&*id, ""), ("nobody", &*secret), (&*other.0, &*secret), ("", ""), (&*id, &*other.1)]
    {
        let answer = by_secret(&service, client, secret).await;
        assert_eq!((answer.status.as_u16(), refused(&answer)), (401, "invalid_client".to_owned()), "{client}");
        assert_eq!(
            answer.json()["error_description"],
            by_secret(&service, "nobody", "x").await.json()["error_description"],
            "what was wrong is not told"
        );
    }
    let sent = async |method: Method, uri: &str, kind: Option<&str>, body: String| {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let answer = service.send(request.body(Body::from(body)).unwrap()).await;
        (answer.status.as_u16(), refused(&answer))
    };
    let form = Some("application/x-www-form-urlencoded");
    let full = format!("{GRANT}&client_id={id}&client_secret={secret}");
    let invalid = |status: u16| (status, "invalid_request".to_owned());
    assert_eq!(sent(Method::GET, "/oauth/token", None, String::new()).await, invalid(405));
    assert_eq!(sent(Method::POST, "/oauth/token", None, full.clone()).await, invalid(400));
    assert_eq!(sent(Method::POST, "/oauth/token", Some("application/json"), full.clone()).await, invalid(400));
    assert_eq!(sent(Method::POST, &format!("/oauth/token?{full}"), form, full.clone()).await, invalid(400));
    assert_eq!(sent(Method::POST, "/oauth/token", form, "x".repeat(20_000)).await, invalid(413));
    assert_eq!(sent(Method::POST, "/oauth/token", form, "x".repeat(2 << 20)).await, invalid(413));
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    assert_eq!(refused(&send(&service, Some(&basic), &full).await), "invalid_request");
    // A client's secret opens nothing else.
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, basic)
        .body(Body::from(r#"{"query": "{ viewer { scopes } }"}"#));
    assert_eq!(service.send(request.unwrap()).await.status, StatusCode::UNAUTHORIZED);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_secrets_hold_during_a_rotation_and_a_leaked_one_ends_at_once(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let (id, first) = client(&service, &reads()).await;
    let operator = service.operator();
    let rotate = async |overlap| operator.rotate_client(&id, None, overlap).await;
    let second = rotate(Overlap::For(Duration::days(7))).await.unwrap().secret.unwrap();
    for secret in [&*first, &second] {
        token(&by_secret(&service, &id, secret).await);
    }
    assert!(
        matches!(rotate(Overlap::For(Duration::days(7))).await, Err(Error::Conflict(told)) if told.contains("--at-once"))
    );
    let after = later(&service, Duration::days(7)).await;
    assert_eq!(refused(&by_secret(&after, &id, &first).await), "invalid_client");
    let old = token(&by_secret(&after, &id, &second).await);
    assert!(is_taken(&after, &old).await);
    let operator = after.exchange.operator(Authority::of_the_operator());
    let third = operator.rotate_client(&id, None, Overlap::AtOnce).await.unwrap().secret.unwrap();
    assert_eq!(refused(&by_secret(&after, &id, &second).await), "invalid_client", "although it was worked out before");
    assert!(!is_taken(&after, &old).await, "what it got by a leaked secret is taken back");
    let last = later(&service, Duration::days(7) + Duration::milliseconds(1)).await;
    assert!(is_taken(&last, &token(&by_secret(&last, &id, &third).await)).await);
    let listed = operator.clients(Some(LEP)).await.unwrap();
    assert_eq!((listed.len(), listed[0].credentials.len(), listed[0].name.as_str()), (1, 3, "nightly"));
    assert_eq!(listed[0].holding(after.exchange.now()).count(), 1);
    assert!(operator.clients(Some(HUB)).await.unwrap().is_empty());
    assert!(matches!(operator.clients(Some("NOBODY")).await, Err(Error::NotFound(_))));
    assert!(matches!(operator.rotate_client("nobody", None, Overlap::AtOnce).await, Err(Error::NotFound(_))));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_revoked_client_gets_no_token_and_keeps_none_on_every_replica(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let (id, secret) = client(&service, &reads()).await;
    let (other, others) = client(&service, &reads()).await;
    let held = token(&by_secret(&service, &id, &secret).await);
    let kept = token(&by_secret(&service, &other, &others).await);
    // As a replica signs it whose clock is ahead.
    let ahead = NewToken {
        organisation: LEP.into(),
        client: Some(id.clone()),
        scopes: reads(),
        issued_at: clock().now() + Duration::seconds(20),
        ttl: CLIENT_TOKEN,
        id: "ahead".into(),
    };
    let ahead = service.key().sign(&ahead).unwrap();
    assert!(is_taken(&replica, &held).await && is_taken(&replica, &ahead).await);
    service.operator().revoke_client(&id).await.unwrap();
    assert_eq!(refused(&by_secret(&replica, &id, &secret).await), "invalid_client", "from the same moment on");
    replica.exchange.refresh_trust().await.unwrap();
    for service in [&service, &replica] {
        assert!(!is_taken(service, &held).await && !is_taken(service, &ahead).await);
        assert!(is_taken(service, &kept).await, "another client's stands");
        assert_eq!(refused(&by_secret(service, &id, &secret).await), "invalid_client");
    }
    assert!(matches!(service.operator().revoke_client(&id).await, Err(Error::Conflict(_))));
    assert!(matches!(service.operator().revoke_client("nobody").await, Err(Error::NotFound(_))));
    let again = service.operator().rotate_client(&id, None, Overlap::AtOnce).await;
    assert!(matches!(again, Err(Error::Conflict(told)) if told.contains("for good")));
}

#[tokio::test]
async fn the_clients_of_an_organisation_that_ended_get_no_token() {
    let service = Service::empty(Engine::Sqlite).await;
    let (id, secret) = client(&service, &reads()).await;
    token(&by_secret(&service, &id, &secret).await);
    service.operator().end_organisation(LEP).await.unwrap();
    assert_eq!(refused(&by_secret(&service, &id, &secret).await), "invalid_client");
    let again = service.operator().rotate_client(&id, None, Overlap::AtOnce).await;
    assert!(matches!(again, Err(Error::Conflict(told)) if told.contains("for good")));
    let another = service.operator().add_client(LEP, "nightly", &reads(), None).await;
    assert!(another.err().unwrap().to_string().contains("ended"));
}

/// An assertion that a key signs: good, but for what is changed.
fn asserted(key: &Key, client: &str, id: &str, change: &Value) -> String {
    let mut claims = json!({"iss": client, "sub": client, "aud": format!("{HERE}/oauth/token"), "jti": id,
        "exp": clock().now().timestamp() + 120});
    for (name, value) in change.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    key.signed(&json!({"alg": key.algorithm, "typ": "JWT"}), &claims)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_assertion_opens_once_on_all_replicas_together(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let add = async |key: &Key| {
        let given = service.operator().add_client(LEP, "", &reads(), Some(&key.jwk.to_string())).await.unwrap();
        assert!(given.secret.is_none(), "it has a key, and no secret");
        given.client
    };
    for key in [Key::ed25519(), Key::p256(), Key::rsa("RS256"), Key::rsa("PS256")] {
        let id = add(&key).await;
        let assertion = asserted(&key, &id, "1", &Value::Null);
        assert!(is_taken(&replica, &token(&by_assertion(&service, &assertion).await)).await, "{}", key.algorithm);
        for service in [&service, &replica] {
            assert_eq!(refused(&by_assertion(service, &assertion).await), "invalid_client", "a second time");
        }
        token(&by_assertion(&replica, &asserted(&key, &id, "2", &json!({ "aud": HERE }))).await);
        token(&by_assertion(&replica, &asserted(&key, &id, "3", &json!({ "aud": "benchmark-exchange" }))).await);
    }
    let (key, stranger) = (Key::ed25519(), Key::ed25519());
    let (id, other) = (add(&key).await, add(&stranger).await);
    let past = clock().now().timestamp() - 60;
    for (assertion, why) in [
        (asserted(&stranger, &id, "4", &Value::Null), "another client's key"),
        (asserted(&key, &other, "4", &Value::Null), "for another client"),
        (asserted(&key, "nobody", "4", &Value::Null), "for nobody"),
        (asserted(&key, &id, "4", &json!({ "iss": other })), "by another"),
        (asserted(&key, &id, "4", &json!({ "aud": "https://elsewhere.example/oauth/token" })), "for elsewhere"),
        (asserted(&key, &id, "4", &json!({ "aud": [HERE, "https://elsewhere.example"] })), "for several"),
        (asserted(&key, &id, "4", &json!({ "exp": past })), "over"),
        (asserted(&key, &id, "4", &json!({ "exp": past + 86_400 })), "for a day"),
        ("a.b.c".to_owned(), "none"),
    ] {
        let answer = by_assertion(&service, &assertion).await;
        assert_eq!((answer.status.as_u16(), refused(&answer)), (401, "invalid_client".to_owned()), "{why}");
    }
    token(&by_assertion(&service, &asserted(&key, &id, "4", &Value::Null)).await);
    // Many at once: the database decides.
    let assertion = asserted(&key, &id, "5", &Value::Null);
    let answers = tokio::join!(
        by_assertion(&service, &assertion),
        by_assertion(&replica, &assertion),
        by_assertion(&service, &assertion),
        by_assertion(&replica, &assertion),
    );
    let given = [answers.0, answers.1, answers.2, answers.3].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(given, 1);
    // A key takes the place of another, and what is no longer needed is forgotten.
    let next = Key::p256();
    let (operator, public) = (service.operator(), next.jwk.to_string());
    let rotated = operator.rotate_client(&id, Some(&public), Overlap::For(Duration::hours(1))).await.unwrap();
    assert!(rotated.secret.is_none());
    for key in [&key, &next] {
        token(&by_assertion(&service, &asserted(key, &id, key.algorithm, &Value::Null)).await);
    }
    let after = later(&service, Duration::hours(1)).await;
    let exp = json!({"exp": clock().now().timestamp() + 3_660});
    assert_eq!(refused(&by_assertion(&after, &asserted(&key, &id, "7", &exp)).await), "invalid_client");
    token(&by_assertion(&after, &asserted(&next, &id, "7", &exp)).await);
    let used = format!("SELECT COUNT(*) FROM used_assertion WHERE client_id = '{id}'");
    assert_eq!(service.database.numbers(&used).await, [[1]]);
}

#[tokio::test]
async fn a_flood_of_wrong_secrets_costs_less_than_a_few_right_ones() {
    let service = Service::empty(Engine::Sqlite).await;
    let (id, secret) = client(&service, &reads()).await;
    let began = Instant::now();
    for _ in 0..10 {
        hash_secret(&secret).unwrap();
    }
    let ten_hashes = began.elapsed();
    let began = Instant::now();
    for number in 0..100_u8 {
        let wrong = format!("bxs_{}", URL_SAFE_NO_PAD.encode([number; 40]));
        assert_eq!(refused(&by_secret(&service, &id, &wrong).await), "invalid_client");
    }
    let hundred_wrong = began.elapsed();
    assert!(hundred_wrong < ten_hashes, "{hundred_wrong:?} for 100 wrong secrets, {ten_hashes:?} for 10 hashes");
    token(&by_secret(&service, &id, &secret).await);
    let began = Instant::now();
    for _ in 0..100 {
        token(&by_secret(&service, &id, &secret).await);
    }
    assert!(began.elapsed() < ten_hashes, "a secret is worked out once");
}

#[tokio::test]
async fn others_can_check_a_token_by_what_is_published() {
    let service = Service::empty(Engine::Sqlite).await;
    let get = async |path: &str| {
        let answer = service.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        answer.json()
    };
    let metadata = get("/.well-known/oauth-authorization-server").await;
    assert_eq!(metadata["issuer"], HERE);
    assert_eq!(metadata["token_endpoint"], format!("{HERE}/oauth/token"));
    assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(metadata["jwks_uri"], format!("{HERE}/.well-known/jwks.json"));
    let (id, secret) = client(&service, &reads()).await;
    let held = token(&by_secret(&service, &id, &secret).await);
    service.operator().rotate_key().await.unwrap();
    let keys: JwkSet = serde_json::from_value(get("/.well-known/jwks.json").await).unwrap();
    assert_eq!(keys.keys.len(), 2, "the one that signs, and the one before it");
    for (held, place) in [(held, 1), (token(&by_secret(&service, &id, &secret).await), 0)] {
        let kid = jsonwebtoken::decode_header(&held).unwrap().kid.unwrap();
        assert_eq!(keys.keys[place].common.key_id.as_deref(), Some(&*kid));
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["benchmark-exchange"]);
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
        let claims = jsonwebtoken::decode::<Value>(&held, &key, &validation).unwrap().claims;
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(LEP), &json!(id)));
    }
    assert!(!get("/.well-known/jwks.json").await.to_string().contains("\"d\""));
}

#[tokio::test]
async fn a_client_that_makes_no_sense_is_not_made() {
    let service = Service::empty(Engine::Sqlite).await;
    let operator = service.operator();
    let none = Scopes::default();
    assert!(matches!(operator.add_client("NOBODY", "", &reads(), None).await, Err(Error::NotFound(_))));
    assert!(matches!(operator.add_client(LEP, "", &none, None).await, Err(Error::BadRequest(_))));
    assert!(matches!(operator.add_client(LEP, "a\nb", &reads(), None).await, Err(Error::BadRequest(_))));
    assert!(matches!(operator.add_client(LEP, "", &reads(), Some("{}")).await, Err(Error::BadRequest(_))));
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM api_client").await, [[0]]);
}

#[test]
fn clients_are_managed_by_command_and_a_running_service_follows() {
    let desk = Desk::filled();
    let refuses = |arguments: &[&str]| desk.refuses(&[arguments, &OWN_FILES].concat());
    let pair = |told: &str| {
        let lines: Vec<_> = told.lines().map(|line| line.split_once(' ').unwrap()).collect();
        assert_eq!((lines[0].0, lines[1].0), ("client_id", "client_secret"), "{told}");
        (lines[0].1.to_owned(), lines[1].1.to_owned())
    };
    let add = ["client", "add", "--organisation", "NE-HUB", "--name", "nightly"];
    assert!(refuses(&add).contains("--scope"));
    let (id, secret) = pair(&desk.does_own(&[&add[..], &["--scope", "outcomes:read"]].concat()));
    let mut serve = desk.command(&[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
    let log = std::fs::File::create(desk.path("log")).unwrap();
    serve.env("EXCHANGE_LOG", "trace").stderr(log);
    let running = Running::of(serve);
    let ask = |id: &str, secret: &str| -> Value {
        let form = format!("{GRANT}&client_id={id}&client_secret={secret}");
        serde_json::from_str(&running.form("/oauth/token", &form).unwrap()).unwrap()
    };
    let given = ask(&id, &secret);
    let token = given["access_token"].as_str().unwrap().to_owned();
    let question = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { summary { published } } }"#;
    assert_eq!(running.ask(&token, question)["data"]["outcomes"]["summary"]["published"], 8);
    let (_, second) = pair(&desk.does_own(&["client", "rotate", &id, "--overlap", "12h"]));
    assert!(ask(&id, &secret)["access_token"].is_string() && ask(&id, &second)["access_token"].is_string());
    let listed = desk.does_own(&["client", "list"]);
    assert!(listed.starts_with(&format!("{id}  NE-HUB  outcomes:read  made ")), "{listed}");
    assert!(listed.contains("  nightly\n  secret  made ") && listed.contains("  until "), "{listed}");
    assert!(!listed.contains("argon2") && !listed.contains(&secret), "{listed}");
    assert!(refuses(&["client", "rotate", &id]).contains("--at-once"));
    desk.write("key.json", &Key::p256().jwk.to_string());
    let keyed = desk.does_own(&["client", "rotate", &id, "--at-once", "--public-key", "key.json"]);
    assert_eq!(keyed, format!("client_id {id}\n"));
    assert_eq!(ask(&id, &second)["error"], "invalid_client");
    let (last, others) =
        pair(&desk.does_own(&["client", "add", "--organisation", "NE-HUB", "--scope", "outcomes:read"]));
    let token = ask(&last, &others)["access_token"].as_str().unwrap().to_owned();
    assert!(desk.does_own(&["client", "revoke", &last]).contains("its tokens are refused"));
    running.until(|running| running.ask(&token, question)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED");
    running.end();
    // No secret and no token is anywhere but with the client.
    let log = std::fs::read_to_string(desk.path("log")).unwrap();
    assert!(log.contains("/oauth/token"), "the log was written");
    let database = std::fs::read(desk.path("exchange.db")).unwrap();
    for secret in [&secret, &second, &others, &token] {
        assert!(!log.contains(secret.as_str()), "in the log");
        assert!(!database.windows(secret.len()).any(|part| part == secret.as_bytes()), "in the database");
    }
}
