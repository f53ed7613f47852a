//! Who changed what: a row of the audit in the transaction of each change, told to those whom it concerns.

use std::collections::BTreeSet;

use api::{
    auth::Scope,
    domain::{
        AuditEntry, AuditKind, ChangeKind, Clock, IssuerChange, IssuerRules, OrganisationChange, OrganisationKind,
        Revoked, Secret,
    },
    service::{Erasure, Error, Overlap, Transfer, Verified, WithdrawRequest},
};
use rstest::rstest;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    changes::{change, rows_of_the_hub, token},
    store::{of_version, steps_to},
    support::{Engine, HUB, LEP, PARTNER, Service, ask_router, clock, identifier},
};

/// Every change that was recorded, in order.
async fn recorded(service: &Service) -> Vec<AuditEntry> {
    let mut entries = Vec::new();
    let operator = service.operator();
    let all = operator.each_audited(None, None, None, |entry| {
        entries.extend((entry.kind == AuditKind::Change).then(|| entry.clone()));
        Ok::<_, Error>(())
    });
    all.await.unwrap();
    entries
}

async fn is_whole(service: &Service) -> bool {
    matches!(service.operator().verify_audit(&[]).await.unwrap(), Verified::Whole { .. })
}

/// What was changed, and of which object, since so many were recorded.
async fn since(service: &Service, before: usize) -> Vec<(String, String)> {
    recorded(service).await.into_iter().skip(before).map(|entry| (entry.change, entry.object)).collect()
}

fn rules() -> IssuerRules {
    IssuerRules {
        accepted: vec!["https://login.example".into()],
        audiences: vec!["api".into()],
        discovery: "https://login.example/.well-known/openid-configuration".into(),
        client_claim: "azp".into(),
        rights_claim: "scope".into(),
        prefix: String::new(),
        algorithms: vec!["RS256".into()],
        public_only: false,
    }
}

/// Makes every change that there is, by command or for the hub, and returns a secret that was given out.
async fn change_everything(service: &Service) -> Vec<String> {
    let operator = service.operator();
    operator.add_organisation("NEW", OrganisationKind::Lep, "A new one", "E12000003").await.unwrap();
    let other = OrganisationChange { name: Some("Another name".into()), ..OrganisationChange::default() };
    operator.change_organisation("NEW", &other).await.unwrap();
    let hub = token(service, HUB, &Scope::ALL);
    let granted = json!({"consumer": "NEW", "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["research"]});
    let granted = change(service, &hub, "grantAgreement", "agreement { number }", granted).await;
    let amended = json!({"number": granted["agreement"]["number"], "purposes": ["planning"]});
    let amended = change(service, &hub, "amendAgreement", "agreement { number }", amended).await;
    let ended = json!({"number": amended["agreement"]["number"]});
    assert_eq!(change(service, &hub, "endAgreement", "status", ended).await["status"], "DONE");
    let added = json!({"name": "a private name", "scopes": ["outcomes:read"]});
    let added = change(service, &hub, "addClient", "secret client { clientId }", added).await;
    let id = added["client"]["clientId"].as_str().unwrap();
    let rotated = operator.rotate_client(id, None, Overlap::AtOnce).await.unwrap();
    assert_eq!(change(service, &hub, "revokeClient", "status", json!({"clientId": id})).await["status"], "DONE");
    service.exchange.allow_webhooks_on_this_machine();
    let webhook = operator.add_webhook(HUB, "http://127.0.0.1:9/hook", &[]).await.unwrap().webhook.identifier;
    operator.rotate_webhook(&webhook, Overlap::AtOnce).await.unwrap();
    let given_up = "INSERT INTO webhook_delivery (message, webhook_id, event, subject, payload, made_at, due_at, attempts, given_up_at) \
        SELECT 'msg_1', id, 'release.published', '1', '{}', made_at, made_at, 12, made_at FROM webhook";
    service.database.execute(given_up).await;
    operator.resend_deliveries(&webhook, &[]).await.unwrap();
    operator.remove_webhook(&webhook).await.unwrap();
    operator.add_issuer("login", &rules(), "self").await.unwrap();
    let other = IssuerChange { rights_claim: Some("roles".into()), ..IssuerChange::default() };
    operator.change_issuer("login", &other, "self").await.unwrap();
    operator.let_in("login", "nightly", HUB, &[Scope::OutcomesRead].into_iter().collect()).await.unwrap();
    operator.let_out("login", "nightly").await.unwrap();
    operator.end_issuer("login").await.unwrap();
    let first = operator.keys().await.unwrap()[0].id.clone();
    operator.rotate_key().await.unwrap();
    operator.retire_key(&first).await.unwrap();
    let hub = token(service, HUB, &Scope::ALL);
    let mut rows = rows_of_the_hub();
    rows[0]["scores"][0] = json!(17);
    let handed_in = change(service, &hub, "importResults", "status", json!({ "rows": rows })).await;
    assert_eq!(handed_in["status"], "ACCEPTED", "{handed_in}");
    let institutions = vec![("URN".to_owned(), identifier(1).to_string())];
    let request = WithdrawRequest {
        organisation: HUB.into(),
        submission: None,
        periods: vec!["202324T3".parse().unwrap()],
        institutions,
        why: Some("a private reason".into()),
    };
    operator.withdraw(&request).await.unwrap();
    let roll = "institution_scheme,institution_id,local_authority,hub,phase,type,disadvantage_quintile,size_band,setting,provider\n\
        URN,100999,E08000035,,secondary,academy,3,medium,urban,NE-LEP\n";
    assert_eq!(operator.import_roll(roll.as_bytes(), |_| {}).await.unwrap().problems, []);
    operator.transfer(&Transfer::AllOf(PARTNER.into()), LEP).await.unwrap();
    operator.erase(&Erasure::HandedInBy(PARTNER.into())).await.unwrap();
    operator.end_organisation("NEW").await.unwrap();
    operator.revoke(Revoked::Organisation, LEP).await.unwrap();
    let secret = rotated.secret.as_ref().unwrap().to_string();
    vec![secret, added["secret"].as_str().unwrap().to_owned(), hub, "a private".to_owned(), identifier(1).to_string()]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_change_is_a_row_of_the_audit_and_holds_nothing_that_is_secret(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let secrets = change_everything(&service).await;
    let entries = recorded(&service).await;
    let kinds: BTreeSet<&str> = entries.iter().map(|entry| entry.change.as_str()).collect();
    assert_eq!(kinds, ChangeKind::ALL.iter().map(|kind| kind.as_str()).collect(), "each is made above");
    assert!(is_whole(&service).await);
    let chain = service.database.numbers("SELECT COUNT(*), MAX(number) FROM audit_entry WHERE chain = 'changes'").await;
    assert_eq!(chain, [[i64::try_from(entries.len()).unwrap() + 1; 2]], "one chain, after its start");
    // Who made it, of which object, and whom it concerns.
    let one = |change: &str| entries.iter().rev().find(|entry| entry.change == change).unwrap();
    let granted = one("agreement.granted");
    assert_eq!((&*granted.organisation, &*granted.client), (HUB, ""));
    assert_eq!(granted.concerned().collect::<Vec<_>>(), ["NE-HUB", "NEW"]);
    assert_eq!(granted.at, clock().now());
    let added = one("organisation.added");
    assert_eq!((&*added.organisation, &*added.client, &*added.object), ("", "operator", "NEW"));
    assert_eq!(one("organisation.ended").concerned().collect::<Vec<_>>(), ["NEW"], "its agreement ended before");
    assert_eq!(one("submission.withdrawn").detail, "1 of 202324T3");
    assert_eq!(one("issuer_client.admitted").object, "login/nightly");
    let texts =
        "SELECT CAST(change AS TEXT) || object || detail || concerns || question || purpose || client FROM audit_entry";
    let texts = service.database.texts(texts).await.concat();
    for secret in secrets {
        assert!(!texts.contains(&secret), "{secret} is in the audit");
    }
    // Whoever changes one is found.
    service.database.execute("UPDATE audit_entry SET detail = 'x' WHERE change = 'agreement.granted'").await;
    let found = service.operator().verify_audit(&[]).await.unwrap();
    assert!(matches!(&found, Verified::Broken { chain, .. } if chain == "changes"), "{found:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_change_is_made_without_its_row(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let hub = token(&service, HUB, &Scope::ALL);
    let before = recorded(&service).await.len();
    let tables = [
        "organisation",
        "agreement",
        "api_client",
        "issuer",
        "signing_key",
        "release",
        "submission",
        "result",
        "revocation",
    ];
    let count = async || {
        let mut counts = Vec::new();
        for table in tables {
            counts.push(service.database.count(table).await);
        }
        counts
    };
    let there = count().await;
    let refuse = match engine {
        Engine::Sqlite => {
            "CREATE TRIGGER refused BEFORE INSERT ON audit_entry WHEN NEW.kind = 'change' BEGIN SELECT RAISE(ABORT, 'full'); END"
        }
        Engine::Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$; \
             CREATE TRIGGER refused BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.kind = 'change') EXECUTE FUNCTION refuse()"
        }
    };
    for statement in refuse.split("; CREATE") {
        let statement =
            if statement.starts_with(" TRIGGER") { format!("CREATE{statement}") } else { statement.to_owned() };
        service.database.execute(&statement).await;
    }
    let operator = service.operator();
    assert!(operator.add_organisation("NEW", OrganisationKind::Lep, "New", "E12000003").await.is_err());
    assert!(operator.end_organisation(HUB).await.is_err());
    assert!(operator.add_issuer("login", &rules(), "self").await.is_err());
    assert!(operator.rotate_key().await.is_err());
    let mut rows = rows_of_the_hub();
    rows[0]["scores"][0] = json!(17);
    for (name, input) in [
        ("grantAgreement", json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["x"]})),
        ("addClient", json!({"scopes": ["outcomes:read"]})),
        ("importResults", json!({ "rows": rows })),
    ] {
        let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!("mutation($input: {input_type}!) {{ {name}(input: $input) {{ status }} }}");
        let body = json!({"query": document, "variables": {"input": input}}).to_string();
        let request = axum::http::Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {hub}"))
            .body(body.into())
            .unwrap();
        let answer = service.send(request).await.json();
        let status = &answer["data"][name]["status"];
        assert!(status != "DONE" && status != "ACCEPTED", "{name}: {answer}");
    }
    assert_eq!(count().await, there, "nothing is left of any");
    let off = if engine == Engine::Sqlite { "DROP TRIGGER refused" } else { "DROP TRIGGER refused ON audit_entry" };
    service.database.execute(off).await;
    service.operator().add_organisation("NEW", OrganisationKind::Lep, "New", "E12000003").await.unwrap();
    assert_eq!(since(&service, before).await, [("organisation.added".to_owned(), "NEW".to_owned())]);
    assert!(is_whole(&service).await);
}

const CHANGES: &str =
    "totalCount nodes { at organisation client change object detail statement } pageInfo { hasNextPage endCursor }";

async fn told(service: &Service, token: &str, arguments: &str) -> Value {
    let query = format!("{{ recordedChanges{arguments} {{ {CHANGES} }} }}");
    ask_router(&service.router, token, &query).await.data()["recordedChanges"].take()
}

fn objects(page: &Value) -> Vec<(&str, &str)> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes.iter().map(|node| (node["change"].as_str().unwrap(), node["object"].as_str().unwrap())).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn changes_are_told_to_those_whom_they_concern_and_to_nobody_else(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let hub = token(&service, HUB, &[Scope::AgreementsManage]);
    let granted = json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["research"]});
    let granted = change(&service, &hub, "grantAgreement", "agreement { number }", granted).await;
    let number = granted["agreement"]["number"].to_string();
    let auditor = |code: &str| token(&service, code, &[Scope::AuditRead]);
    for code in [HUB, LEP] {
        let page = told(&service, &auditor(code), "(first: 2)").await;
        assert_eq!(objects(&page)[0], ("agreement.granted", number.as_str()), "{code}");
        let node = &page["nodes"][0];
        assert_eq!((&node["organisation"], &node["client"]), (&json!(HUB), &Value::Null));
        let statement = node["statement"].as_str().unwrap();
        assert!(
            statement.starts_with(&format!("On 24 November 2026 at 10:00 UTC NE-HUB granted the agreement {number}: NE-LEP may ask about HUB-2018-21, regional, for research")),
            "{statement}"
        );
        assert_eq!(objects(&page)[1], ("release.published", "1"), "which concerns everybody");
        assert_eq!((&page["nodes"][1]["organisation"], &page["nodes"][1]["client"]), (&Value::Null, &Value::Null));
        assert!(page["nodes"][1]["statement"].as_str().unwrap().contains(" the operator published the release 1"));
        // The rest of the list is the next pages'.
        let all = told(&service, &auditor(code), "").await;
        let mut pages: Vec<(String, String)> = Vec::new();
        let mut page = page;
        loop {
            pages.extend(objects(&page).into_iter().map(|(change, object)| (change.to_owned(), object.to_owned())));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            let after = page["pageInfo"]["endCursor"].to_string();
            page = told(&service, &auditor(code), &format!("(first: 2, after: {after})")).await;
        }
        let all: Vec<(String, String)> =
            objects(&all).into_iter().map(|(change, object)| (change.to_owned(), object.to_owned())).collect();
        assert_eq!(pages, all);
        assert!(all.contains(&("organisation.added".to_owned(), code.to_owned())));
        assert_eq!(all.iter().filter(|(change, _)| change == "organisation.added").count(), 1, "its own alone");
    }
    let page = told(&service, &auditor(PARTNER), "").await;
    assert!(!objects(&page).contains(&("agreement.granted", number.as_str())), "{page}");
    assert_eq!(told(&service, &auditor(HUB), r#"(since: "2026-11-25")"#).await["totalCount"], 0);
    // Codes are told apart to the letter, also those that a pattern would take for one another.
    service.operator().add_organisation("NE%", OrganisationKind::Lep, "New", "E12000003").await.unwrap();
    service.exchange.refresh().await.unwrap();
    let page = told(&service, &auditor("NE%"), "").await;
    assert_eq!(objects(&page), [("organisation.added", "NE%"), ("release.published", "1")]);
    let refused = |token: String| {
        let service = &service;
        async move { ask_router(&service.router, &token, "{ recordedChanges { totalCount } }").await.error().0 }
    };
    assert_eq!(refused(service.token(HUB)).await, "FORBIDDEN");
    assert_eq!(service.ask(None, "{ recordedChanges { totalCount } }").await.error().0, "UNAUTHENTICATED");
    let query = r#"{ recordedChanges(after: "x") { totalCount } }"#;
    assert_eq!(ask_router(&service.router, &auditor(HUB), query).await.error().0, "BAD_REQUEST");
}

/// A chain as an earlier version wrote it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_chain_of_an_earlier_version_stays_valid(#[case] engine: Engine) {
    let (database, connection) = of_version(engine, steps_to("m0033_official_figures")).await;
    let key = Secret::new([1; 32]).audit_key();
    let at = clock().now();
    connection
        .execute_unprepared(
            "INSERT INTO audit_chain (chain, started_at, witnessed, cut, cut_hash, cut_seal) \
             VALUES ('old', '2026-11-24 10:00:00+00:00', 0, 0, '', '')",
        )
        .await
        .unwrap();
    let mut before = String::new();
    for (number, kind) in [(1, AuditKind::Start), (2, AuditKind::Question), (3, AuditKind::Repeat)] {
        let entry = AuditEntry { chain: "old".into(), number, ..AuditEntry::bare(kind, at, "q".into()) };
        before = entry.link(&key, &before);
        let sql = format!(
            "INSERT INTO audit_entry (chain, number, kind, asked_at, organisation, client, purpose, tier, dataset, question, \
             release, cells, tabulations, times, hash) VALUES ('old', {number}, '{kind}', '2026-11-24 10:00:00+00:00', \
             '', '', '', '', '', 'q', 0, 0, 0, 0, '{before}')"
        );
        connection.execute_unprepared(&sql).await.unwrap();
    }
    connection.close().await.unwrap();
    let service = Service::migrated(database).await;
    service.operator().add_organisation("NEW", OrganisationKind::Lep, "New", "E12000001").await.unwrap();
    let found = service.operator().verify_audit(&[]).await.unwrap();
    assert!(matches!(found, Verified::Whole { chains: 2, entries: 5, dropped: 0, .. }), "{found:?}");
    service.database.execute("UPDATE audit_entry SET object = 'x' WHERE chain = 'old' AND number = 2").await;
    let found = service.operator().verify_audit(&[]).await.unwrap();
    assert!(matches!(&found, Verified::Broken { chain, number: 2, .. } if chain == "old"), "{found:?}");
}

/// Two processes that change something at the same moment write one chain.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn processes_that_change_something_at_once_write_one_chain(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let before = recorded(&service).await.len();
    let add = async |of: &Service, name: &str| {
        for number in 0..10 {
            let code = format!("{name}-{number}");
            of.operator().add_organisation(&code, OrganisationKind::Lep, &code, "E12000001").await.unwrap();
        }
    };
    tokio::join!(add(&service, "A"), add(&replica, "B"), add(&service, "C"), add(&replica, "D"));
    assert_eq!(since(&service, before).await.len(), 40);
    assert!(is_whole(&service).await);
}
