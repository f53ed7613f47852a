//! Administrators manage organisations and issuers, and nobody else does.

use api::{auth::Scope, service::Overlap};
use rstest::rstest;
use serde_json::{Value, json};

use super::{change, refused, send, token};
use crate::support::{Engine, HUB, LEP, Service, question};

const ORGANISATION: &str = "status message organisation { code name kind area { code } endedOn }";
const ISSUER: &str = "status message issuer { name accepted discovery clientClaim publicOnly endedAt clients { client organisation scopes } }";
const STANDARD: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#;

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_administrator_adds_changes_and_ends_organisations(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let admin = token(&service, LEP, &[Scope::OrganisationsManage]);
    let input =
        json!({"code": "NEW", "kind": "HUB", "name": "A new hub", "area": "HUB-2018-21", "idempotencyKey": "k"});
    let added = change(&service, &admin, "addOrganisation", ORGANISATION, input.clone()).await;
    let expected =
        json!({"code": "NEW", "name": "A new hub", "kind": "HUB", "area": {"code": "HUB-2018-21"}, "endedOn": null});
    assert_eq!((&added["status"], &added["organisation"]), (&json!("DONE"), &expected), "{added}");
    assert_eq!(change(&service, &admin, "addOrganisation", ORGANISATION, input).await, added, "made once");
    let again = json!({"code": "NEW", "kind": "HUB", "name": "x", "area": "HUB-2018-21"});
    assert_eq!(change(&service, &admin, "addOrganisation", ORGANISATION, again).await["status"], "CONFLICT");
    for (input, status) in [
        (json!({"code": "OTHER", "kind": "HUB", "name": "x", "area": "X99"}), "NOT_FOUND"),
        (json!({"code": "new", "kind": "HUB", "name": "x", "area": "E12000001"}), "INVALID"),
        (json!({"code": "a\nb", "kind": "HUB", "name": "x", "area": "E12000001"}), "INVALID"),
        (json!({"code": "OTHER", "kind": "HUB", "name": " ", "area": "E12000001"}), "INVALID"),
        (json!({"code": "OTHER", "kind": "HUB", "name": "x", "area": "E\u{0}"}), "INVALID"),
    ] {
        let told = change(&service, &admin, "addOrganisation", ORGANISATION, input.clone()).await;
        assert_eq!((&told["status"], &told["organisation"]), (&json!(status), &Value::Null), "{input}: {told}");
    }
    // Who was added takes part at once, on every replica.
    let hub = token(&service, HUB, &[Scope::AgreementsManage]);
    let grant = json!({"consumer": "NEW", "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["research"]});
    assert_eq!(change(&service, &hub, "grantAgreement", "status message", grant).await["status"], "DONE");
    let asked = r#"{framework: "GATSBY-2014", areas: ["HUB-2018-21"], periods: ["202324T3"]}"#;
    service.ask(Some("NEW"), &question(asked)).await.data();

    // Its first client is an administrator's to make, and nobody else's.
    let of_new = json!({"organisation": "NEW", "name": "first", "scopes": ["outcomes:read"]});
    let clients = token(&service, LEP, &[Scope::ClientsManage, Scope::OutcomesRead]);
    let told = change(&service, &clients, "addClient", "status message", of_new.clone()).await;
    assert_eq!(told["status"], "NOT_ALLOWED", "{told}");
    let both = token(&service, LEP, &[Scope::ClientsManage, Scope::OrganisationsManage, Scope::OutcomesRead]);
    let first = change(&service, &both, "addClient", "status secret client { clientId }", of_new).await;
    assert!(first["secret"].is_string(), "{first}");
    let id = json!({"clientId": first["client"]["clientId"]});
    assert_eq!(change(&service, &clients, "revokeClient", "status", id.clone()).await["status"], "NOT_FOUND");
    assert_eq!(change(&service, &both, "rotateClientSecret", "status", id.clone()).await["status"], "NOT_FOUND");
    assert_eq!(change(&service, &both, "revokeClient", "status", id).await["status"], "DONE");
    let of_nobody = json!({"organisation": "X99", "name": "first", "scopes": ["outcomes:read"]});
    assert_eq!(change(&service, &both, "addClient", "status", of_nobody).await["status"], "NOT_FOUND");

    let input = json!({"code": "NEW", "name": "Another name", "kind": "LEP"});
    let changed = change(&service, &admin, "changeOrganisation", ORGANISATION, input).await;
    assert_eq!(
        (&changed["organisation"]["name"], &changed["organisation"]["kind"]),
        (&json!("Another name"), &json!("LEP"))
    );
    for (input, status) in [(json!({"code": "NEW"}), "INVALID"), (json!({"code": "X99", "name": "x"}), "NOT_FOUND")] {
        assert_eq!(change(&service, &admin, "changeOrganisation", ORGANISATION, input).await["status"], status);
    }
    let listed = "{ organisations(first: 2) { totalCount nodes { code } pageInfo { hasNextPage endCursor } } }";
    let page = send(&service, &admin, listed, Value::Null).await.data()["organisations"].take();
    assert_eq!(
        (&page["totalCount"], &page["nodes"]),
        (&json!(4), &json!([{"code": "HK-PARTNER"}, {"code": "NE-HUB"}]))
    );
    let after = page["pageInfo"]["endCursor"].clone();
    let rest = "query($after: String) { organisations(after: $after) { nodes { code } pageInfo { hasNextPage } } }";
    let rest = send(&service, &admin, rest, json!({ "after": after })).await.data();
    let expected = json!({"nodes": [{"code": "NE-LEP"}, {"code": "NEW"}], "pageInfo": {"hasNextPage": false}});
    assert_eq!(rest["organisations"], expected);

    let ended = change(&service, &admin, "endOrganisation", ORGANISATION, json!({"code": "NEW"})).await;
    assert_eq!(
        (&ended["status"], &ended["organisation"]["endedOn"]),
        (&json!("DONE"), &json!("2026-11-24")),
        "{ended}"
    );
    assert_eq!(service.ask(Some("NEW"), &question(asked)).await.json()["data"]["outcomes"], Value::Null);
    for (name, input) in [
        ("changeOrganisation", json!({"code": "N\u{0}", "name": "x"})),
        ("changeOrganisation", json!({"code": LEP, "area": "N\u{0}"})),
        ("endOrganisation", json!({"code": "N\u{0}"})),
    ] {
        assert_eq!(change(&service, &admin, name, ORGANISATION, input).await["status"], "INVALID", "{name}");
    }
    let own = change(&service, &admin, "endOrganisation", ORGANISATION, json!({"code": LEP})).await;
    assert_eq!(own["status"], "NOT_ALLOWED", "{own}");
    for (code, status) in [("NEW", "CONFLICT"), ("X99", "NOT_FOUND")] {
        let told = change(&service, &admin, "endOrganisation", ORGANISATION, json!({ "code": code })).await;
        assert_eq!(told["status"], status, "{told}");
    }
    let with_ended = "{ organisations(ended: true) { totalCount } }";
    assert_eq!(send(&service, &admin, with_ended, Value::Null).await.data()["organisations"]["totalCount"], 4);
}

#[tokio::test]
async fn an_administrator_manages_issuers_on_the_public_network() {
    let service = Service::filled(Engine::Sqlite).await;
    let admin = token(&service, LEP, &[Scope::IssuersManage, Scope::OutcomesRead]);
    let input = json!({"name": "login", "accepted": ["https://login.example/"], "audiences": ["api"]});
    let added = change(&service, &admin, "addIssuer", ISSUER, input).await;
    let expected = json!({"name": "login", "accepted": ["https://login.example/"], "clientClaim": "azp", "publicOnly": true,
        "discovery": "https://login.example/.well-known/openid-configuration", "endedAt": null, "clients": []});
    assert_eq!((&added["status"], &added["issuer"]), (&json!("DONE"), &expected), "{added}");
    let other = |discovery: &str| json!({"name": "x", "accepted": ["https://x.example"], "audiences": ["api"], "discovery": discovery});
    for inside in [
        "http://localhost:8080/x",
        "http://127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://0x7f000001/x",
        "https://user:word@x.example/",
        "file:///etc/passwd",
    ] {
        let told = change(&service, &admin, "addIssuer", ISSUER, other(inside)).await;
        assert_eq!(told["status"], "INVALID", "{inside}: {told}");
        let input = json!({"name": "login", "discovery": inside});
        assert_eq!(change(&service, &admin, "changeIssuer", ISSUER, input).await["status"], "INVALID", "{inside}");
    }
    let own = json!({"name": "x", "accepted": [service.settings.issuer], "audiences": ["api"], "discovery": "https://x.example/"});
    assert_eq!(change(&service, &admin, "addIssuer", ISSUER, own).await["status"], "INVALID", "the service itself");
    let changed =
        change(&service, &admin, "changeIssuer", ISSUER, json!({"name": "login", "clientClaim": "cid"})).await;
    assert_eq!(changed["issuer"]["clientClaim"], "cid");

    let allow = |scopes: Value| json!({"issuer": "login", "client": "nightly", "organisation": HUB, "scopes": scopes});
    let allowed = change(&service, &admin, "allowIssuerClient", ISSUER, allow(json!(["outcomes:read"]))).await;
    let client = json!([{"client": "nightly", "organisation": HUB, "scopes": ["outcomes:read"]}]);
    assert_eq!((&allowed["status"], &allowed["issuer"]["clients"]), (&json!("DONE"), &client), "{allowed}");
    for scope in ["releases:publish", "issuers:manage", "organisations:manage"] {
        let told = change(&service, &admin, "allowIssuerClient", ISSUER, allow(json!([scope]))).await;
        assert_eq!(told["status"], "NOT_ALLOWED", "{scope}: {told}");
    }
    let issuers = "{ issuers { name clients { client } } }";
    let seen = send(&service, &admin, issuers, Value::Null).await.data()["issuers"].take();
    assert_eq!(seen, json!([{"name": "login", "clients": [{"client": "nightly"}]}]));
    let deny = json!({"issuer": "login", "client": "nightly"});
    let denied = change(&service, &admin, "denyIssuerClient", ISSUER, deny.clone()).await;
    assert_eq!((&denied["status"], &denied["issuer"]["clients"]), (&json!("DONE"), &json!([])));
    assert_eq!(change(&service, &admin, "denyIssuerClient", ISSUER, deny).await["status"], "NOT_FOUND");
    let ended = change(&service, &admin, "endIssuer", ISSUER, json!({"name": "login"})).await;
    assert!(ended["issuer"]["endedAt"].is_string(), "{ended}");
    assert_eq!(change(&service, &admin, "endIssuer", ISSUER, json!({"name": "login"})).await["status"], "NOT_FOUND");
    assert_eq!(send(&service, &admin, issuers, Value::Null).await.data()["issuers"], json!([]));
}

#[tokio::test]
async fn administration_is_given_by_command_alone() {
    let service = Service::filled(Engine::Sqlite).await;
    let all = token(&service, HUB, &Scope::ALL);
    for scope in ["organisations:manage", "issuers:manage"] {
        let told = change(&service, &all, "addClient", "status message", json!({ "scopes": [scope] })).await;
        assert_eq!(told["status"], "NOT_ALLOWED", "{scope}: {told}");
    }
    // A client that the operator made an administrator keeps its secret new by itself.
    let scopes = [Scope::ClientsManage, Scope::OrganisationsManage].into_iter().collect();
    let given = service.operator().add_client(HUB, "admin", &scopes, None).await.unwrap();
    let rotate = json!({"clientId": given.client});
    let lacks = token(&service, HUB, &[Scope::ClientsManage]);
    assert_eq!(change(&service, &lacks, "rotateClientSecret", "status", rotate.clone()).await["status"], "NOT_ALLOWED");
    assert_eq!(change(&service, &all, "rotateClientSecret", "status", rotate).await["status"], "DONE");
    service.operator().rotate_client(&given.client, None, Overlap::AtOnce).await.unwrap();

    let others: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| !scope.is_of_administrators()).collect();
    let provider = token(&service, HUB, &others);
    for (name, input) in [
        ("addOrganisation", json!({"code": "N", "kind": "HUB", "name": "x", "area": "E12000001"})),
        ("changeOrganisation", json!({"code": HUB, "name": "x"})),
        ("endOrganisation", json!({"code": LEP})),
        ("addIssuer", json!({"name": "x", "accepted": ["https://x.example"], "audiences": ["a"]})),
        ("changeIssuer", json!({"name": "x", "prefix": "y"})),
        ("endIssuer", json!({"name": "x"})),
        ("allowIssuerClient", json!({"issuer": "x", "client": "y", "organisation": HUB, "scopes": ["outcomes:read"]})),
        ("denyIssuerClient", json!({"issuer": "x", "client": "y"})),
    ] {
        assert_eq!(refused(&service, &provider, name, "status", input).await, "FORBIDDEN", "{name}");
    }
    for query in ["{ organisations { totalCount } }", "{ issuers { name } }"] {
        assert_eq!(send(&service, &provider, query, Value::Null).await.error().0, "FORBIDDEN", "{query}");
    }
    service.ask(Some(HUB), &question(STANDARD)).await.data();
}
