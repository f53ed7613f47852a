//! Tokens as the providers in use make them for programs, each set up as its product is (`exchange issuer add --like`).

use api::domain::IssuerRules;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Engine, Key, LEP, Service};

use super::{
    Here,
    provider::{Provider, set},
    reads,
};

/// The application that asks, as Microsoft and others name it.
const APPLICATION: &str = "0e2b1f63-9d0a-4a2e-8f0c-1b7a8b1c2d3e";

/// The tenant of Microsoft's examples here.
const TENANT: &str = "7a1c5b9e-3f24-4f5c-9f3e-5d2c6b7a8e90";

/// The claims of each product for a program that asks for itself, but for times and issuer; where the client stands and where the
/// rights do.
fn shape(product: &str) -> (Value, &'static str, &'static str, &'static str) {
    match product {
        "entra-v1" => (
            json!({"aud": "api://benchmark-exchange", "aio": "E2NgYA==", "appid": APPLICATION, "appidacr": "1",
                "idp": format!("https://sts.windows.net/{TENANT}/"), "oid": "5d0f9c1e-1111-4a9b-8d7e-9c0b1a2d3e4f", "rh": "0.AAAA.",
                "roles": ["outcomes:read"], "sub": "5d0f9c1e-1111-4a9b-8d7e-9c0b1a2d3e4f", "tid": TENANT, "uti": "abc", "ver": "1.0"}),
            APPLICATION,
            "appid",
            "roles",
        ),
        "entra-v2" => (
            json!({"aud": "2f8d7c6b-5a49-4838-9271-605f4e3d2c1b", "aio": "E2NgYA==", "azp": APPLICATION, "azpacr": "1",
                "oid": "5d0f9c1e-1111-4a9b-8d7e-9c0b1a2d3e4f", "rh": "0.AAAA.", "roles": ["outcomes:read"],
                "sub": "5d0f9c1e-1111-4a9b-8d7e-9c0b1a2d3e4f", "tid": TENANT, "uti": "abc", "ver": "2.0"}),
            APPLICATION,
            "azp",
            "roles",
        ),
        "okta" => (
            json!({"ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE", "aud": "api://default",
                "cid": "0oaulob4BFVa4zQvt0g3", "scp": ["outcomes:read"], "sub": "0oaulob4BFVa4zQvt0g3"}),
            "0oaulob4BFVa4zQvt0g3",
            "cid",
            "scp",
        ),
        "auth0" => (
            json!({"aud": ["https://exchange.example/api"], "azp": "Zm9vYmFyYmF6cXV4", "sub": "Zm9vYmFyYmF6cXV4@clients",
                "gty": "client-credentials", "scope": "outcomes:read", "permissions": ["outcomes:read"]}),
            "Zm9vYmFyYmF6cXV4",
            "azp",
            "permissions",
        ),
        "keycloak" | "keycloak-without-sub" => {
            let mut claims = json!({"jti": "trrtcc:5b1d", "aud": "account", "sub": "f3d3b0f4-0d5e-4a5c-9d1b-2c3d4e5f6a7b", "typ": "Bearer",
                "azp": "exchange-nightly", "acr": "1", "realm_access": {"roles": ["offline_access", "uma_authorization"]},
                "resource_access": {"benchmark-exchange": {"roles": ["outcomes:read"]},
                    "account": {"roles": ["manage-account", "view-profile"]}},
                "scope": "email profile", "clientHost": "127.0.0.1", "client_id": "exchange-nightly"});
            if product == "keycloak-without-sub" {
                claims.as_object_mut().unwrap().remove("sub");
            }
            (claims, "exchange-nightly", "azp", "resource_access.benchmark-exchange.roles")
        }
        other => panic!("{other}"),
    }
}

#[rstest]
#[case("entra-v1")]
#[case("entra-v2")]
#[case("okta")]
#[case("auth0")]
#[case("keycloak")]
#[case("keycloak-without-sub")]
#[tokio::test]
async fn a_token_of_a_product_in_use_is_taken_for_its_client(#[case] product: &str) {
    let key = Key::rsa("RS256");
    let mut keys = set(&[(&key, Some("k1"))]);
    // Microsoft names no algorithm of its keys, and shows certificates beside them.
    keys["keys"][0].as_object_mut().unwrap().remove("alg");
    keys["keys"][0]["use"] = json!("sig");
    keys["keys"][0]["x5t"] = json!("k1");
    keys["keys"][0]["x5c"] = json!(["MIIC"]);
    keys["keys"][0]["issuer"] = json!("https://login.example/{tenantid}/v2.0");
    let provider = Provider::showing(keys).await;
    let here = Here::over(Service::empty(Engine::Sqlite).await).await;
    let (mut claims, client, client_claim, rights_claim) = shape(product);
    // Microsoft's two kinds of issuer; Auth0's ends with a slash.
    let iss = match product {
        "entra-v1" => format!("https://sts.windows.net/{TENANT}/"),
        "auth0" => format!("{}/", provider.issuer),
        _ => provider.issuer.clone(),
    };
    provider.claim(&iss);
    let audience = match &claims["aud"] {
        Value::Array(several) => several[0].clone(),
        one => one.clone(),
    };
    let rules = IssuerRules {
        accepted: vec![iss.clone(), "https://login.example/v2.0".to_owned()],
        audiences: vec!["unused".to_owned(), audience.as_str().unwrap().to_owned()],
        discovery: format!("{}/.well-known/openid-configuration", provider.issuer),
        client_claim: client_claim.to_owned(),
        rights_claim: rights_claim.to_owned(),
        prefix: String::new(),
        algorithms: vec!["RS256".to_owned()],
        public_only: false,
    };
    here.service.operator().add_issuer(product, &rules, "benchmark-exchange").await.unwrap();
    here.service.operator().let_in(product, client, LEP, &reads()).await.unwrap();
    here.later(1).await;
    claims["iss"] = json!(iss);
    claims["iat"] = json!(here.now());
    claims["nbf"] = json!(here.now());
    claims["exp"] = json!(here.now() + 3_600);
    // Okta names no type, Auth0 and Microsoft `JWT`, and some the one of RFC 9068.
    let header = match product {
        "okta" => json!({"alg": "RS256", "kid": "k1"}),
        "keycloak" => json!({"alg": "RS256", "kid": "k1", "typ": "at+jwt"}),
        _ => json!({"alg": "RS256", "kid": "k1", "typ": "JWT", "x5t": "k1"}),
    };
    let answer = here.ask(&key.signed(&header, &claims)).await;
    let viewer = &answer.data()["viewer"];
    assert_eq!(
        (&viewer["organisation"]["code"], &viewer["scopes"]),
        (&json!(LEP), &json!(["outcomes:read"])),
        "{product}"
    );
    // The algorithm is pinned, although the key names none.
    let other = key.signed(&json!({"alg": "PS256", "kid": "k1"}), &claims);
    assert_eq!(here.taken(&other).await.unwrap_err().0, 401);
    claims[client_claim] = json!("another");
    assert_eq!(here.taken(&key.signed(&header, &claims)).await.unwrap_err().0, 401);
}
