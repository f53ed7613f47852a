//! Tokens of other identity providers: which are taken, for whom, and what nobody gets by lying.

mod provider;
mod shapes;

use std::{sync::Arc, time::Instant};

use api::{
    app,
    auth::{Scope, Scopes},
    domain::{Clock, IssuerChange, IssuerRules, Secret},
    service::{Error, Exchange},
};
use axum::{Router, http::StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, HUB, Key, LEP, MovedClock, Service, ask_router};

use provider::{Manner, Provider, set};

/// A service whose time a test moves on, over the database of another.
struct Here {
    service: Service,
    exchange: Arc<Exchange>,
    router: Router,
    clock: Arc<MovedClock>,
}

impl Here {
    async fn over(service: Service) -> Self {
        let clock = Arc::new(MovedClock::default());
        let exchange = Exchange::open(&service.database.url, Secret::new([1; 32]), clock.clone()).await.unwrap();
        exchange.start().await.unwrap();
        let exchange = Arc::new(exchange);
        let router = app::router(&service.settings, &exchange).unwrap();
        Self { service, exchange, router, clock }
    }

    /// Lets time pass, and what was set up meanwhile be read.
    async fn later(&self, seconds: i64) {
        self.clock.move_on(seconds);
        self.exchange.refresh_trust().await.unwrap();
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }

    async fn ask(&self, token: &str) -> Answer {
        ask_router(&self.router, token, "{ viewer { scopes organisation { code } } }").await
    }

    /// Whether a token is taken: the code of its organisation, or the status and the reason.
    async fn taken(&self, token: &str) -> Result<String, (u16, String)> {
        let answer = self.ask(token).await;
        if answer.status == StatusCode::OK {
            return Ok(answer.data()["viewer"]["organisation"]["code"].as_str().unwrap().to_owned());
        }
        if answer.status == StatusCode::UNAUTHORIZED {
            assert!(answer.headers.contains_key("www-authenticate"));
        }
        Err((answer.status.as_u16(), answer.error().1))
    }
}

fn rules(issuer: &str) -> IssuerRules {
    IssuerRules {
        accepted: vec![issuer.to_owned()],
        audiences: vec!["https://exchange.example".to_owned()],
        discovery: format!("{issuer}/.well-known/openid-configuration"),
        client_claim: "azp".to_owned(),
        rights_claim: "scope".to_owned(),
        prefix: String::new(),
        algorithms: vec!["RS256".to_owned(), "ES256".to_owned(), "EdDSA".to_owned()],
        public_only: false,
    }
}

fn reads() -> Scopes {
    [Scope::OutcomesRead].into_iter().collect()
}

/// A service with an issuer whose client `program` asks for the LEP.
async fn with(provider: &Provider) -> Here {
    let here = Here::over(Service::empty(Engine::Sqlite).await).await;
    here.service.operator().add_issuer("login", &rules(&provider.issuer), "benchmark-exchange").await.unwrap();
    here.service.operator().let_in("login", "program", LEP, &reads()).await.unwrap();
    here.later(0).await;
    here
}

fn claims(here: &Here, provider: &Provider) -> Value {
    json!({"iss": provider.issuer, "aud": "https://exchange.example", "azp": "program", "scope": "outcomes:read",
        "iat": here.now(), "exp": here.now() + 300})
}

fn header(key: &Key, id: &str) -> Value {
    json!({"alg": key.algorithm, "typ": "JWT", "kid": id})
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_client_of_another_issuer_asks_until_it_is_let_out_or_its_issuer_ends_on_every_replica(
    #[case] engine: Engine,
) {
    let key = Key::p256();
    let provider = Provider::showing(set(&[(&key, Some("1"))])).await;
    let here = Here::over(Service::filled(engine).await).await;
    let operator = here.service.operator();
    let token = key.signed(&header(&key, "1"), &claims(&here, &provider));
    let (status, reason) = here.taken(&token).await.unwrap_err();
    assert_eq!(status, 401, "before it is set up: {reason}");

    operator.add_issuer("login", &rules(&provider.issuer), "benchmark-exchange").await.unwrap();
    here.later(1).await;
    let unknown = (401, "the token is of a client that is not let in here".to_owned());
    assert_eq!(here.taken(&token).await, Err(unknown.clone()), "its issuer alone lets nobody in");
    operator.let_in("login", "program", LEP, &reads()).await.unwrap();
    here.later(1).await;
    assert_eq!(here.taken(&token).await, Ok(LEP.to_owned()), "although it was refused a moment ago");
    // What costs is recorded before it is answered.
    let question = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE]}) { tier } }"#;
    assert_eq!(ask_router(&here.router, &token, question).await.data()["outcomes"]["tier"], "REGIONAL");
    let asked = here.service.database.recorded(r#""login/program""#).await;
    assert_eq!(asked, 1, "the audit names issuer and client");

    operator.let_in("login", "program", HUB, &reads()).await.unwrap();
    here.later(1).await;
    assert_eq!(here.taken(&token).await, Ok(HUB.to_owned()), "let in under other terms, and cached before");
    operator.let_out("login", "program").await.unwrap();
    here.later(1).await;
    assert_eq!(here.taken(&token).await, Err(unknown));
    operator.let_in("login", "program", LEP, &reads()).await.unwrap();
    here.later(1).await;
    assert!(here.taken(&token).await.is_ok());
    operator.end_issuer("login").await.unwrap();
    here.later(1).await;
    assert_eq!(here.taken(&token).await.unwrap_err().0, 401, "its issuer ended");
    assert!(matches!(operator.end_issuer("login").await, Err(Error::NotFound(_))));

    // Under the same name again: nobody is let in by what was.
    operator.add_issuer("login", &rules(&provider.issuer), "benchmark-exchange").await.unwrap();
    here.later(1).await;
    assert_eq!(here.taken(&token).await.unwrap_err().0, 401);
    operator.let_in("login", "program", LEP, &reads()).await.unwrap();
    here.later(1).await;
    assert!(here.taken(&token).await.is_ok());
    operator.end_organisation(LEP).await.unwrap();
    here.later(1).await;
    assert_eq!(here.taken(&token).await.unwrap_err().0, 401, "its organisation ended");
}

#[tokio::test]
async fn a_token_may_do_what_it_claims_of_what_its_client_was_given() {
    let key = Key::ed25519();
    let provider = Provider::showing(set(&[(&key, Some("1"))])).await;
    let here = with(&provider).await;
    let both: Scopes = [Scope::OutcomesRead, Scope::AuditRead].into_iter().collect();
    here.service.operator().let_in("login", "program", LEP, &both).await.unwrap();
    let may = async |scope: Value| {
        let mut claims = claims(&here, &provider);
        claims["scope"] = scope;
        let answer = here.ask(&key.signed(&header(&key, "1"), &claims)).await;
        answer.data()["viewer"]["scopes"].clone()
    };
    here.later(1).await;
    assert_eq!(may(json!("outcomes:read")).await, json!(["outcomes:read"]));
    assert_eq!(may(json!("audit:read outcomes:read results:write")).await, json!(["outcomes:read", "audit:read"]));
    assert_eq!(may(json!(["audit:read", 7, "x"])).await, json!(["audit:read"]));
    for nothing in
        [json!(""), json!("releases:publish"), json!(null), json!({"outcomes:read": true}), json!("outcomes:readx")]
    {
        assert_eq!(may(nothing.clone()).await, json!([]), "{nothing}");
    }
    let change = IssuerChange { prefix: Some("exchange/".to_owned()), ..IssuerChange::default() };
    here.service.operator().change_issuer("login", &change, "benchmark-exchange").await.unwrap();
    here.later(1).await;
    assert_eq!(may(json!("exchange/outcomes:read audit:read")).await, json!(["outcomes:read"]));
    let change = IssuerChange {
        prefix: Some(String::new()),
        rights_claim: Some("resource_access.my.exchange.roles".to_owned()),
        ..IssuerChange::default()
    };
    here.service.operator().change_issuer("login", &change, "benchmark-exchange").await.unwrap();
    here.later(1).await;
    let mut deep = claims(&here, &provider);
    deep["resource_access"] = json!({"my.exchange": {"roles": ["outcomes:read"]}, "other": {"roles": ["audit:read"]}});
    let answer = here.ask(&key.signed(&header(&key, "1"), &deep)).await;
    assert_eq!(answer.data()["viewer"]["scopes"], json!(["outcomes:read"]));
}

#[tokio::test]
async fn what_another_issuer_would_not_sign_is_refused() {
    let (key, stranger, rsa) = (Key::ed25519(), Key::ed25519(), Key::rsa("RS256"));
    let provider = Provider::showing(set(&[(&key, Some("1")), (&rsa, Some("2"))])).await;
    let elsewhere = Provider::showing(set(&[(&stranger, Some("1"))])).await;
    let here = with(&provider).await;
    here.service.operator().add_issuer("other", &rules(&elsewhere.issuer), "benchmark-exchange").await.unwrap();
    here.service.operator().let_in("other", "program", HUB, &reads()).await.unwrap();
    here.later(1).await;
    let good = claims(&here, &provider);
    assert_eq!(here.taken(&key.signed(&header(&key, "1"), &good)).await, Ok(LEP.to_owned()));
    let theirs = claims(&here, &elsewhere);
    assert_eq!(here.taken(&stranger.signed(&header(&stranger, "1"), &theirs)).await, Ok(HUB.to_owned()));

    let with = |name: &str, value: Value| {
        let mut claims = claims(&here, &provider);
        claims[name] = value;
        key.signed(&header(&key, "1"), &claims)
    };
    let without = |name: &str| {
        let mut claims = claims(&here, &provider);
        claims.as_object_mut().unwrap().remove(name);
        key.signed(&header(&key, "1"), &claims)
    };
    let under = |header: Value| key.signed(&header, &good);
    let now = here.now();
    // The public key as the secret of a symmetric signature, in the forms that libraries take.
    let symmetric = |secret: &[u8]| {
        let secret = jsonwebtoken::EncodingKey::from_secret(secret);
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.kid = Some("2".to_owned());
        jsonwebtoken::encode(&header, &good, &secret).unwrap()
    };
    let modulus = rsa.jwk["n"].as_str().unwrap();
    let unsigned = under(json!({"alg": "none", "kid": "1"}));
    let unsigned = unsigned.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).unwrap();
    let jwk = stranger.jwk.clone();
    for (token, why) in [
        (unsigned, "alg none"),
        (under(json!({"alg": "none", "kid": "1"})), "alg none, with a signature"),
        (symmetric(modulus.as_bytes()), "HS256 with the modulus"),
        (symmetric(rsa.jwk.to_string().as_bytes()), "HS256 with the public key"),
        (under(json!({"alg": "RS256", "kid": "1"})), "another algorithm than the key's"),
        (under(json!({"alg": "EdDSA", "kid": "2"})), "another key of the issuer"),
        (under(json!({"alg": "PS256", "kid": "2"})), "an algorithm that was not agreed"),
        (under(json!({"alg": "EdDSA", "kid": "../../etc/passwd"})), "kid as a path"),
        (under(json!({"alg": "EdDSA", "kid": "' OR 1=1 --"})), "kid as SQL"),
        (under(json!({"alg": "EdDSA", "kid": format!("{}/keys", elsewhere.issuer)})), "kid as an address"),
        (stranger.signed(&json!({"alg": "EdDSA", "kid": "1", "jwk": jwk}), &good), "a key of its own in jwk"),
        (
            stranger.signed(&json!({"alg": "EdDSA", "kid": "1", "jku": format!("{}/keys", elsewhere.issuer)}), &good),
            "jku",
        ),
        (stranger.signed(&json!({"alg": "EdDSA", "kid": "1", "x5u": "https://evil.example/x"}), &good), "x5u"),
        (stranger.signed(&header(&stranger, "1"), &good), "another issuer's key"),
        (key.signed(&header(&key, "1"), &theirs), "a token of another issuer"),
        (under(json!({"alg": "EdDSA", "kid": "1", "crit": ["exp"]})), "crit"),
        (under(json!({"alg": "EdDSA", "kid": "1", "typ": "secevent+jwt"})), "another typ"),
        (with("exp", json!(now - 31)), "expired"),
        (with("exp", json!(now + 400 * 86_400)), "for more than a year"),
        (with("exp", json!("soon")), "exp as a text"),
        (with("nbf", json!(now + 31)), "not yet"),
        (with("iat", json!(now + 31)), "issued in the future"),
        (with("aud", json!("https://elsewhere.example")), "another audience"),
        (with("aud", json!(["https://elsewhere.example"])), "another audience, in a list"),
        (with("aud", json!({"0": "https://exchange.example"})), "aud as an object"),
        (with("iss", json!([provider.issuer])), "iss as a list"),
        (with("iss", json!("https://elsewhere.example")), "an issuer that nobody knows"),
        (with("iss", json!("benchmark-exchange")), "the service's own issuer"),
        (with("azp", json!("other")), "a client that is not let in"),
        (with("azp", json!("")), "a client without a name"),
        (with("azp", json!(["program"])), "clients in a list"),
        (with("azp", json!("PROGRAM")), "a client in capitals"),
        (without("exp"), "no exp"),
        (without("aud"), "no aud"),
        (without("iss"), "no iss"),
        (without("azp"), "no client"),
        (with("more", json!("x".repeat(9_000))), "too long"),
        ("a.b.c".to_owned(), "none"),
    ] {
        let refused = here.taken(&token).await;
        assert!(matches!(refused, Err((401, _))), "{why}: {refused:?}");
    }
    // A slash too many is what goes wrong first, and is told as what it is.
    let (_, told) = here.taken(&with("iss", json!(format!("{}/", provider.issuer)))).await.unwrap_err();
    assert!(told.contains("by another issuer"), "{told}");
    for (name, value) in
        [("exp", json!(now - 29)), ("nbf", json!(now + 29)), ("aud", json!(["x", "https://exchange.example"]))]
    {
        assert_eq!(here.taken(&with(name, value.clone())).await, Ok(LEP.to_owned()), "{name}: {value}");
    }
    here.later(331).await;
    let told = here.taken(&key.signed(&header(&key, "1"), &good)).await.unwrap_err();
    assert_eq!(told, (401, "the token has expired".to_owned()), "although it was taken before");
}

#[tokio::test]
async fn keys_are_fetched_again_for_one_that_is_unknown_and_not_before_30_seconds() {
    let (old, new) = (Key::ed25519(), Key::ed25519());
    let provider = Provider::showing(set(&[(&old, Some("old"))])).await;
    let here = with(&provider).await;
    let by = |key: &Key, id: &str| key.signed(&header(key, id), &claims(&here, &provider));
    assert_eq!(provider.asked(), 0);
    let first = by(&old, "old");
    let all = tokio::join!(here.taken(&first), here.taken(&first), here.taken(&first));
    assert!([all.0, all.1, all.2].iter().all(Result::is_ok), "all wait for one fetch");
    assert_eq!(provider.asked(), 1);

    provider.behave(Manner::Shows(set(&[(&new, Some("new")), (&old, Some("old"))])));
    here.later(29).await;
    assert_eq!(here.taken(&by(&new, "new")).await.unwrap_err().0, 401, "too short a while ago");
    assert_eq!(provider.asked(), 1);
    here.later(1).await;
    assert!(here.taken(&by(&new, "new")).await.is_ok() && here.taken(&by(&old, "old")).await.is_ok());
    assert_eq!(provider.asked(), 2);

    // Another key under an identifier that is known, as of a provider that was set up anew.
    let again = Key::ed25519();
    provider.behave(Manner::Shows(set(&[(&again, Some("new")), (&old, Some("old"))])));
    assert_eq!(here.taken(&by(&again, "new")).await.unwrap_err().0, 401, "too short a while ago");
    here.later(30).await;
    assert!(here.taken(&by(&again, "new")).await.is_ok());
    assert_eq!(here.taken(&by(&new, "new")).await.unwrap_err().0, 401, "although it was cached");
    assert_eq!(provider.asked(), 3);
    here.later(30).await;
    provider.behave(Manner::Shows(set(&[(&new, Some("new")), (&old, Some("old"))])));
    assert!(here.taken(&by(&new, "new")).await.is_ok());
    assert_eq!(provider.asked(), 4);

    // What is shown no longer is given up when the keys are fetched anew, also where a token is cached.
    provider.behave(Manner::Shows(set(&[(&new, Some("new"))])));
    let cached = by(&old, "old");
    assert!(here.taken(&cached).await.is_ok());
    here.later(600).await;
    here.exchange.refresh_issuer_keys();
    let fresh = async || {
        while provider.asked() < 5 || here.taken(&by(&old, "old")).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), fresh()).await.unwrap();
    assert!(here.taken(&by(&new, "new")).await.is_ok());
}

#[tokio::test]
async fn a_flood_of_made_up_tokens_starts_no_fetch_beyond_the_floor() {
    let (key, stranger) = (Key::ed25519(), Key::ed25519());
    let provider = Provider::showing(set(&[(&key, Some("1"))])).await;
    let here = with(&provider).await;
    let good = key.signed(&header(&key, "1"), &claims(&here, &provider));
    assert!(here.taken(&good).await.is_ok());
    here.later(60).await;
    provider.behave(Manner::Silent);
    let mut first = tokio::task::JoinSet::new();
    for number in 0..1_000 {
        let mut claims = claims(&here, &provider);
        claims["jti"] = json!(number);
        let token = stranger.signed(&header(&stranger, &format!("made-up-{number}")), &claims);
        let router = here.router.clone();
        first.spawn(async move { ask_router(&router, &token, "{ viewer { scopes } }").await.status });
    }
    // While some wait for the fetch, and the issuer says nothing, good tokens are taken at once.
    assert!(here.taken(&good).await.is_ok());
    assert!(first.try_join_next().is_none(), "nobody who has a good token waits");
    let statuses = first.join_all().await;
    assert!(statuses.iter().all(|status| *status == StatusCode::UNAUTHORIZED), "{statuses:?}");
    assert_eq!(provider.asked(), 2, "one fetch at the start, and one for all of them");
}

#[tokio::test]
async fn an_issuer_that_is_away_slow_or_lies_takes_nothing_from_what_is_known_and_gives_nothing_new() {
    let (key, stranger) = (Key::ed25519(), Key::ed25519());
    let keys = set(&[(&key, Some("1"))]);
    let provider = Provider::showing(keys.clone()).await;
    let here = with(&provider).await;
    let good = || key.signed(&header(&key, "1"), &claims(&here, &provider));
    let forged = || stranger.signed(&header(&stranger, "2"), &claims(&here, &provider));
    // Never seen: it cannot be known whether a token is good, and that is what is said.
    provider.behave(Manner::Broken);
    let answer = here.ask(&good()).await;
    assert_eq!((answer.status.as_u16(), answer.error().0), (503, "UNAVAILABLE".to_owned()));
    let again: i64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&again), "{again}");
    provider.behave(Manner::Shows(keys.clone()));
    assert_eq!(here.taken(&good()).await.unwrap_err().0, 503, "not tried again at once");
    here.later(30).await;
    assert!(here.taken(&good()).await.is_ok());

    let mut private = set(&[(&stranger, Some("2"))]);
    private["keys"][0]["use"] = json!("enc");
    for (manner, why) in [
        (Manner::Broken, "a fault"),
        (Manner::Page, "a page"),
        (Manner::Redirect, "a redirect"),
        (Manner::Endless, "a hundred megabytes"),
        (Manner::Silent, "silence"),
        (Manner::Shows(json!({"keys": []})), "no key"),
        (Manner::Shows(json!({"keys": {"0": 1}})), "no list"),
        (Manner::Shows(json!([])), "a list"),
        (Manner::Shows(private), "a key for encryption"),
        (Manner::Shows(json!({"keys": [{"kty": "oct", "k": "AAAA", "kid": "2"}]})), "a symmetric key"),
        (
            Manner::Shows(
                json!({"keys": [7, {"kty": "AKP", "kid": "2"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "2"}]}),
            ),
            "odd keys",
        ),
    ] {
        provider.behave(manner);
        here.later(600).await;
        let began = Instant::now();
        assert_eq!(here.taken(&forged()).await.unwrap_err().0, 401, "{why}");
        assert!(began.elapsed() < std::time::Duration::from_mins(1), "{why}");
        assert!(here.taken(&good()).await.is_ok(), "{why}: what was known stays");
    }
    provider.behave(Manner::Shows(set(&[(&stranger, Some("2"))])));
    provider.claim("https://another.example");
    here.later(600).await;
    assert_eq!(here.taken(&forged()).await.unwrap_err().0, 401, "the discovery document is of another issuer");
    provider.claim(&provider.issuer);
    let elsewhere = Provider::showing(set(&[(&stranger, Some("2"))])).await;
    for inside in [
        &format!("{}/keys", elsewhere.issuer),
        "https://169.254.169.254/keys",
        "https://localhost/keys",
        "file:///keys",
        "",
    ] {
        provider.point(inside);
        here.later(600).await;
        assert_eq!(here.taken(&forged()).await.unwrap_err().0, 401, "{inside}");
        assert!(here.taken(&good()).await.is_ok(), "{inside}");
    }
    assert_eq!(elsewhere.asked(), 0, "an issuer sends us nowhere inside");
}

#[tokio::test]
async fn one_issuer_that_says_nothing_delays_no_other() {
    let (slow, quick) = (Key::ed25519(), Key::ed25519());
    let (silent, other) = (Provider::showing(json!({})).await, Provider::showing(set(&[(&quick, Some("1"))])).await);
    silent.behave(Manner::Silent);
    let here = with(&silent).await;
    here.service.operator().add_issuer("other", &rules(&other.issuer), "benchmark-exchange").await.unwrap();
    here.service.operator().let_in("other", "program", HUB, &reads()).await.unwrap();
    here.later(1).await;
    let waiting = slow.signed(&header(&slow, "1"), &claims(&here, &silent));
    let router = here.router.clone();
    let waiting = tokio::spawn(async move { ask_router(&router, &waiting, "{ viewer { scopes } }").await.status });
    let token = quick.signed(&header(&quick, "1"), &claims(&here, &other));
    assert_eq!(here.taken(&token).await, Ok(HUB.to_owned()));
    assert!(!waiting.is_finished());
    assert_eq!(waiting.await.unwrap(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn keys_without_an_identifier_or_with_one_for_two_are_tried() {
    let (one, two, rsa) = (Key::ed25519(), Key::ed25519(), Key::rsa("RS256"));
    let mut unnamed = rsa.jwk.clone();
    unnamed.as_object_mut().unwrap().remove("alg");
    let mut keys = set(&[(&one, Some("same")), (&two, Some("same"))]);
    keys["keys"].as_array_mut().unwrap().push(unnamed);
    let provider = Provider::showing(keys).await;
    let here = with(&provider).await;
    let good = claims(&here, &provider);
    for (token, why) in [
        (one.signed(&header(&one, "same"), &good), "the first of two"),
        (two.signed(&header(&two, "same"), &good), "the second"),
        (two.signed(&json!({"alg": "EdDSA"}), &good), "a token that names none"),
        (rsa.signed(&json!({"alg": "RS256"}), &good), "a key without one, and without an algorithm"),
    ] {
        assert_eq!(here.taken(&token).await, Ok(LEP.to_owned()), "{why}");
    }
    assert_eq!(here.taken(&rsa.signed(&header(&rsa, "same"), &good)).await.unwrap_err().0, 401);
    assert_eq!(here.taken(&rsa.signed(&header(&rsa, "other"), &good)).await.unwrap_err().0, 401);
}

#[tokio::test]
async fn rules_that_cannot_be_meant_are_refused_and_no_two_issuers_take_the_same_tokens() {
    let service = Service::empty(Engine::Sqlite).await;
    let operator = service.operator();
    let add = async |name: &str, change: IssuerChange| {
        operator.add_issuer(name, &rules("https://login.example").changed(&change), "benchmark-exchange").await
    };
    let none = IssuerChange::default;
    let some = |value: &str| Some(vec![value.to_owned()]);
    for (name, change, told) in [
        ("", none(), "it is blank"),
        ("a/b", none(), "a blank or a slash"),
        ("a b", none(), "a blank or a slash"),
        ("a", IssuerChange { accepted: some("benchmark-exchange"), ..none() }, "the service itself"),
        ("a", IssuerChange { accepted: Some(vec![]), ..none() }, "values of `iss`"),
        ("a", IssuerChange { accepted: some("a b"), ..none() }, "without a blank"),
        ("a", IssuerChange { audiences: Some(vec![]), ..none() }, "values of `aud`"),
        (
            "a",
            IssuerChange { discovery: Some("http://login.example/".into()), ..none() },
            "`http` on this machine alone",
        ),
        ("a", IssuerChange { client_claim: Some("email".into()), ..none() }, "azp, appid, cid"),
        ("a", IssuerChange { rights_claim: Some(String::new()), ..none() }, "names rights"),
        ("a", IssuerChange { algorithms: some("HS256"), ..none() }, "found `HS256`"),
        ("a", IssuerChange { algorithms: some("none"), ..none() }, "found `none`"),
        ("a", IssuerChange { algorithms: Some(vec![]), ..none() }, "an algorithm"),
    ] {
        match add(name, change).await {
            Err(Error::BadRequest(reason)) => assert!(reason.contains(told), "{reason}"),
            other => panic!("{told}: {other:?}"),
        }
    }
    add("a", none()).await.unwrap();
    assert!(matches!(
        add("a", IssuerChange { accepted: some("https://b.example"), ..none() }).await,
        Err(Error::Conflict(_))
    ));
    let same = add("b", none()).await;
    assert!(matches!(&same, Err(Error::BadRequest(told)) if told.contains("which is of `a`")), "{same:?}");
    add("b", IssuerChange { accepted: some("https://b.example"), ..none() }).await.unwrap();
    let taking = IssuerChange { accepted: some("https://login.example"), ..none() };
    assert!(matches!(operator.change_issuer("b", &taking, "benchmark-exchange").await, Err(Error::BadRequest(_))));
    assert!(matches!(operator.change_issuer("b", &none(), "benchmark-exchange").await, Err(Error::BadRequest(_))));
    assert!(matches!(operator.let_in("c", "program", LEP, &reads()).await, Err(Error::NotFound(_))));
    assert!(matches!(operator.let_in("a", "program", "NOBODY", &reads()).await, Err(Error::NotFound(_))));
    assert!(matches!(operator.let_in("a", " ", LEP, &reads()).await, Err(Error::BadRequest(_))));
    assert!(matches!(operator.let_in("a", "program", LEP, &Scopes::default()).await, Err(Error::BadRequest(_))));
    assert!(matches!(operator.let_out("a", "program").await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn who_set_an_issuer_up_is_told_what_its_tokens_are_taken_for() {
    let key = Key::ed25519();
    let provider = Provider::showing(set(&[(&key, Some("1"))])).await;
    let here = with(&provider).await;
    let operator = here.service.operator();
    let token = key.signed(&header(&key, "1"), &claims(&here, &provider));
    let found = operator.check_issuer("login", Some(&token)).await.unwrap();
    assert_eq!(found.keys, [(Some("1".to_owned()), "EdDSA".to_owned())]);
    let taken = found.token.unwrap().map_err(|reason| panic!("{reason}")).unwrap();
    assert_eq!((taken.organisation.as_str(), taken.client.as_str()), (LEP, "login/program"));
    assert_eq!(taken.scopes, [Scope::OutcomesRead]);
    let mut other = claims(&here, &provider);
    other["aud"] = json!("account");
    let found = operator.check_issuer("login", Some(&key.signed(&header(&key, "1"), &other))).await.unwrap();
    assert_eq!(found.token.unwrap().err().unwrap(), "the token is for another audience");
    provider.behave(Manner::Page);
    let away = operator.check_issuer("login", None).await.err().unwrap();
    assert!(matches!(&away, Error::Unavailable(told) if told.contains("JSON Web Key Set")), "{away}");
    provider.claim("https://another.example");
    let lies = operator.check_issuer("login", None).await.err().unwrap();
    assert!(lies.to_string().contains("of another issuer"), "{lies}");
}
