//! Who asked what: recorded before the answer leaves, in chains that show every change, told to those whose area it is.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use api::{
    auth::{NewToken, Scope},
    domain::{AuditEntry, AuditHead, AuditKind, Clock, Secret, clock::FixedClock},
    service::{Authority, Error, Exchange, Verified},
};
use chrono::TimeDelta;
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Database, Desk, Engine, HUB, LEP, OWN_FILES, Running, Service, ask_router, clock};

/// A standard table, which is free.
const FREE: &str =
    r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { tier cells { institutions } } }"#;

/// A breakdown, which is charged.
const CHARGED: &str = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE]}) { tier cells { institutions } } }"#;

/// Every question that was recorded, and the counts that were written.
async fn recorded(service: &Service) -> Vec<AuditEntry> {
    let mut entries = Vec::new();
    let operator = service.operator();
    let all = operator.each_audited(None, None, None, |entry| {
        entries.extend((entry.kind != AuditKind::Change).then(|| entry.clone()));
        Ok::<_, Error>(())
    });
    all.await.unwrap();
    entries
}

/// The same, once something holds of it: counts are written a little later.
async fn recorded_until(service: &Service, holds: impl Fn(&[AuditEntry]) -> bool) -> Vec<AuditEntry> {
    let began = Instant::now();
    loop {
        let entries = recorded(service).await;
        if holds(&entries) {
            return entries;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{entries:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn is_whole(service: &Service) -> bool {
    matches!(service.operator().verify_audit(&[]).await.unwrap(), Verified::Whole { .. })
}

/// The place and the reason of the first link that does not hold.
async fn broken(service: &Service) -> (i64, String) {
    match service.operator().verify_audit(&[]).await.unwrap() {
        Verified::Broken { number, why, .. } => (number, why),
        whole @ Verified::Whole { .. } => panic!("{whole:?}"),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_answered_question_is_recorded_once_and_its_repeats_are_counted(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    assert!(recorded(&service).await.is_empty());
    for query in [FREE, CHARGED] {
        service.ask(Some(LEP), query).await.data();
        let entries = recorded(&service).await;
        let last = entries.last().unwrap();
        assert_eq!((last.kind, &*last.organisation, &*last.purpose), (AuditKind::Question, LEP, "benchmarking"));
        assert_eq!((&*last.tier, &*last.dataset, last.release, last.times), ("regional", "outcomes", 1, 1));
        assert!(last.question.contains("E12000001"), "{}", last.question);
        assert_eq!(last.tabulations > 0, query == CHARGED);
    }
    // Refused: no answer left, so there is nothing to account for.
    service.ask(Some(LEP), &FREE.replace("E12000001", "X99")).await.error();
    assert_eq!(recorded(&service).await.len(), 2);
    // As it was sent, and spelled another way.
    let respelled = FREE.replace("cells {", "release { number } cells {");
    for query in [FREE, FREE, &respelled] {
        service.ask(Some(LEP), query).await.data();
    }
    let entries = recorded_until(&service, |entries| entries.iter().map(|entry| entry.times).sum::<i64>() == 5).await;
    assert_eq!(entries.iter().filter(|entry| entry.kind == AuditKind::Question).count(), 2);
    // Another organisation, a replica, a client: each has an entry of its own.
    service.ask(Some(HUB), FREE).await.data();
    let replica = service.replica().await;
    replica.ask(Some(LEP), FREE).await.data();
    let token = NewToken {
        organisation: LEP.into(),
        client: Some("nightly".into()),
        scopes: [Scope::OutcomesRead].into_iter().collect(),
        issued_at: clock().now(),
        ttl: TimeDelta::hours(1),
        id: "1".into(),
    };
    ask_router(&service.router, &service.key().sign(&token).unwrap(), FREE).await.data();
    let entries = recorded(&service).await;
    assert_eq!(entries.iter().filter(|entry| entry.kind == AuditKind::Question).count(), 5);
    assert_eq!(entries.iter().filter(|entry| entry.client == "nightly").count(), 1);
    let found = service.operator().verify_audit(&[]).await.unwrap();
    let Verified::Whole { chains, dropped, .. } = found else { panic!("{found:?}") };
    assert_eq!((chains, dropped), (3, 0), "two of questions, one of changes");
    // What is published, and a preview, tell nothing that is limited.
    let before = recorded(&service).await.len();
    let preview = r#"{ preview(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { cells { institutions } } }"#;
    service.ask(Some(LEP), preview).await.data();
    assert_eq!(recorded(&service).await.len(), before);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whatever_is_done_to_the_audit_is_found_and_named(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    for area in ["E12000001", "E06000047", "E37000025"] {
        service.ask(Some(LEP), &FREE.replace("E12000001", area)).await.data();
    }
    let replica = service.replica().await;
    replica.ask(Some(HUB), FREE).await.data();
    assert!(is_whole(&service).await);
    let execute = async |sql: &str| service.database.execute(sql).await;
    // The first chain: its start, that it bears witness of the changes, and a question, which are one link; then one of each of the
    // two others.
    let first = "chain = (SELECT chain FROM audit_group WHERE lines LIKE '%NE-LEP%' LIMIT 1)";
    let tampered = [
        ("lines = REPLACE(lines, 'NE-LEP', 'NE-HUB')", "lines = REPLACE(lines, 'NE-HUB', 'NE-LEP')"),
        ("lines = REPLACE(lines, ',1]', ',7]')", "lines = REPLACE(lines, ',7]', ',1]')"),
        ("lines = REPLACE(lines, 'benchmarking', 'other')", "lines = REPLACE(lines, 'other', 'benchmarking')"),
        ("asked_from = '2020-01-01 00:00:00+00:00'", "asked_from = '2026-11-24 10:00:00+00:00'"),
        ("asked_until = '2030-01-01 00:00:00+00:00'", "asked_until = '2026-11-24 10:00:00+00:00'"),
        (
            "lines = REPLACE(lines, '\"question\"', '\"repeat\"')",
            "lines = REPLACE(lines, '\"repeat\"', '\"question\"')",
        ),
        // Written into it, with its places made to fit.
        ("lines = lines || lines, first = 3", "lines = SUBSTR(lines, 1, LENGTH(lines) / 2), first = 4"),
    ];
    for (change, back) in tampered {
        let change_to = async |set: &str| {
            let only = "last = 4 AND lines LIKE '%E06000047%'";
            execute(&format!("UPDATE audit_group SET {set} WHERE {only}")).await;
        };
        change_to(change).await;
        assert_eq!(broken(&service).await.0, 4, "{change}");
        change_to(back).await;
        assert!(is_whole(&service).await, "{change}");
    }
    execute(&format!("UPDATE audit_group SET lines = REPLACE(lines, 'start', 'repeat') WHERE last = 3 AND {first}"))
        .await;
    let (number, why) = broken(&service).await;
    assert_eq!(number, 1);
    assert!(why.starts_with("it, or one up to 3 that was written with it, or what came before it,"), "{why}");
    execute(&format!("UPDATE audit_group SET lines = REPLACE(lines, 'repeat', 'start') WHERE last = 3 AND {first}"))
        .await;
    let rows = service.database.numbers("SELECT COUNT(*) FROM audit_group").await;
    assert_eq!(rows, [[4]], "each question, the first of each chain with its start and what that bears witness of");
    // The end of a chain, of which another bears witness.
    execute(&format!("CREATE TABLE taken AS SELECT * FROM audit_group WHERE last = 5 AND {first}")).await;
    execute(&format!("DELETE FROM audit_group WHERE last = 5 AND {first}")).await;
    let (number, why) = broken(&service).await;
    assert_eq!(number, 5);
    assert!(why.contains("bears witness"), "{why}");
    execute("INSERT INTO audit_group SELECT * FROM taken").await;
    assert!(is_whole(&service).await);
    // One in the middle.
    execute("DELETE FROM taken").await;
    execute(&format!("INSERT INTO taken SELECT * FROM audit_group WHERE last = 4 AND {first}")).await;
    execute(&format!("DELETE FROM audit_group WHERE last = 4 AND {first}")).await;
    assert_eq!(broken(&service).await, (4, "it is missing: entry 5 follows entry 3".to_owned()));
    // As if its time had been over.
    execute(&format!("UPDATE audit_chain SET cut = 4, cut_hash = (SELECT hash FROM taken) WHERE {first}")).await;
    execute(&format!("DELETE FROM audit_group WHERE last < 4 AND {first}")).await;
    let (number, why) = broken(&service).await;
    assert_eq!((number, why.as_str()), (4, "the service did not drop the entries up to it"));
}

/// The same database, seen by a service whose clock is later.
async fn later(service: &Service, days: i64) -> Exchange {
    let clock = FixedClock(clock().now() + TimeDelta::days(days));
    let exchange = Exchange::open(&service.database.url, Secret::new([1; 32]), Arc::new(clock)).await.unwrap();
    exchange.start().await.unwrap();
    exchange
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_past_its_time_is_dropped_and_the_rest_still_holds(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    for area in ["E12000001", "E06000047", "E37000025"] {
        service.ask(Some(LEP), &FREE.replace("E12000001", area)).await.data();
    }
    let replica = service.replica().await;
    replica.ask(Some(HUB), FREE).await.data();
    assert_eq!(service.operator().cut_audit(30).await.unwrap(), 0, "nothing is as old");
    let Verified::Whole { entries: all, .. } = service.operator().verify_audit(&[]).await.unwrap() else { panic!() };
    let exchange = later(&service, 31).await;
    let dropped = exchange.operator(Authority::of_the_operator()).cut_audit(30).await.unwrap();
    // The last of each chain stays: a question, the replica's with the start and the witness that it was written with, a change.
    assert_eq!(dropped, all - 1 - 3 - 1);
    let whole = async |kept: &[AuditHead]| match service.operator().verify_audit(kept).await.unwrap() {
        Verified::Whole { chains: 3, entries, dropped, heads } => (entries, dropped, heads),
        other => panic!("{other:?}"),
    };
    let (entries, cut, kept) = whole(&[]).await;
    assert_eq!((entries, cut, kept.len()), (5, dropped, 3));
    // What goes on follows what was there.
    service.ask(Some(LEP), CHARGED).await.data();
    let (entries, cut, _) = whole(&kept).await;
    assert_eq!((entries, cut), (6, dropped));
    assert_eq!(exchange.operator(Authority::of_the_operator()).cut_audit(30).await.unwrap(), 1);
    let (entries, cut, _) = whole(&kept).await;
    assert_eq!((entries, cut), (5, dropped + 1), "what was dropped in time is missed by nobody who kept it");
    service.database.execute("DELETE FROM audit_group").await;
    assert!(broken(&service).await.1.contains("no entry any more"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_makes_entries_look_old_has_them_dropped_by_nobody(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    for area in ["E12000001", "E06000047"] {
        service.ask(Some(LEP), &FREE.replace("E12000001", area)).await.data();
    }
    let changes = "chain = 'changes' AND number = 1";
    for (table, column, only) in [("audit_group", "asked_until", "first = 1"), ("audit_entry", "asked_at", changes)] {
        service.database.execute(&format!("CREATE TABLE taken AS SELECT * FROM {table}")).await;
        service
            .database
            .execute(&format!("UPDATE {table} SET {column} = '2020-01-01T00:00:00.000+00:00' WHERE {only}"))
            .await;
        assert_eq!(service.operator().cut_audit(30).await.unwrap(), 0, "{table}");
        assert!(!is_whole(&service).await, "it is still there to be found");
        service
            .database
            .execute(&format!("UPDATE {table} SET {column} = (SELECT {column} FROM taken WHERE {only}) WHERE {only}"))
            .await;
        service.database.execute("DROP TABLE taken").await;
        assert!(is_whole(&service).await, "{table}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_recorded_is_not_answered_unless_it_is_free(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.ask(Some(LEP), FREE).await.data();
    service.database.execute("ALTER TABLE audit_group RENAME TO audit_away").await;
    let (code, told) = service.ask(Some(LEP), CHARGED).await.error();
    assert_eq!(code, "UNAVAILABLE", "{told}");
    let other = FREE.replace("E12000001", "E06000047");
    service.ask(Some(LEP), &other).await.data();
    service.ask(Some(LEP), FREE).await.data();
    service.database.execute("ALTER TABLE audit_away RENAME TO audit_group").await;
    let entries = recorded_until(&service, |entries| entries.len() >= 4).await;
    assert!(entries.iter().any(|entry| entry.question.contains("E06000047")), "written when it can be");
    service.ask(Some(LEP), CHARGED).await.data();
    assert!(is_whole(&service).await);
}

/// A token that reads the audit.
fn auditor(service: &Service, organisation: &str) -> String {
    let token = NewToken {
        organisation: organisation.into(),
        client: None,
        scopes: [Scope::AuditRead].into_iter().collect(),
        issued_at: clock().now(),
        ttl: TimeDelta::hours(1),
        id: "1".into(),
    };
    service.key().sign(&token).unwrap()
}

async fn exposure(service: &Service, token: &str, arguments: &str) -> Answer {
    let query = format!(
        "{{ exposure({arguments}) {{ area {{ code }} since statement askers {{ organisation name purpose tier questions times \
         breakdowns finest tabulations statement }} }} }}"
    );
    ask_router(&service.router, token, &query).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_is_told_who_asked_what_about_its_area(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.add_partner("ELSEWHERE", "E12000003", Tier::Regional).await;
    service.exchange.refresh().await.unwrap();
    let hub = auditor(&service, HUB);
    let told = exposure(&service, &hub, r#"area: "HUB-2018-21""#).await.data();
    assert_eq!(told["exposure"]["askers"], json!([]));
    assert!(told["exposure"]["statement"].as_str().unwrap().starts_with("Since 24 November 2025 nobody asked about"));
    for query in [FREE, FREE, CHARGED, r#"{ destinations(input: {areas: ["E12000001"]}) { tier } }"#] {
        service.ask(Some(LEP), query).await;
    }
    service.ask(Some(LEP), &FREE.replace("E12000001", "E92000001")).await.data();
    // Neither concerns the hub: another region, and what is one's own.
    service.ask(Some("ELSEWHERE"), &FREE.replace("E12000001", "E12000003")).await.data();
    service.ask(Some(HUB), &FREE.replace("framework:", r#"purpose: "OWN_RESULTS", framework:"#)).await.data();
    recorded_until(&service, |entries| entries.iter().any(|entry| entry.kind == AuditKind::Repeat)).await;
    let told = exposure(&service, &hub, r#"area: "HUB-2018-21", since: "2026-09-01""#).await.data();
    let askers = told["exposure"]["askers"].as_array().unwrap();
    assert_eq!(askers.len(), 1, "{told}");
    let asker = &askers[0];
    assert_eq!((&asker["organisation"], &asker["tier"]), (&json!(LEP), &json!("REGIONAL")));
    let questions = asker["questions"].as_i64().unwrap();
    assert!((3..=4).contains(&questions), "{asker}");
    assert_eq!(asker["times"], questions + 1);
    assert_eq!((&asker["breakdowns"], &asker["finest"]), (&json!(["PHASE"]), &json!(1)));
    assert_eq!(asker["tabulations"], 8);
    let statement = asker["statement"].as_str().unwrap();
    assert!(
        statement.contains(
            "on 24 November 2026, for the purpose `benchmarking` at the tier REGIONAL: broken down or filtered by PHASE"
        ),
        "{statement}"
    );
    // One asks about one's own area alone, and with the scope.
    let elsewhere = auditor(&service, "ELSEWHERE");
    for (token, area, code) in [
        (&hub, "E12000001", "NOT_FOUND"),
        (&hub, "X99", "NOT_FOUND"),
        (&elsewhere, "HUB-2018-21", "NOT_FOUND"),
        (&service.token(HUB), "HUB-2018-21", "FORBIDDEN"),
    ] {
        assert_eq!(exposure(&service, token, &format!("area: \"{area}\"")).await.error().0, code, "{area}");
    }
    let beside = r#"{ exposure(area: "HUB-2018-21") { since } frameworks { code } }"#;
    let answer: Value = serde_json::from_slice(&service.ask(Some(HUB), beside).await.body).unwrap();
    assert_eq!((&answer["data"]["exposure"], &answer["errors"][0]["path"]), (&Value::Null, &json!(["exposure"])));
    assert!(answer["data"]["frameworks"][0]["code"].is_string(), "what else was asked stands: {answer}");
    let query = r#"{ exposure(area: "HUB-2018-21") { since } }"#;
    assert_eq!(service.ask(None, query).await.error().0, "UNAUTHENTICATED");
    assert_eq!(
        exposure(&service, &hub, r#"area: "HUB-2018-21", since: "2026-11-25""#).await.data()["exposure"]["askers"],
        json!([])
    );
    // What cannot be read may be about the area: nobody is told that nobody asked.
    let unknown = "INSERT INTO audit_entry (chain, number, kind, asked_at, organisation, client, purpose, tier, dataset, question, \
                   release, cells, tabulations, times, hash, change, object, detail, concerns) \
                   SELECT MIN(chain), 1000, 'question', '2026-11-25T10:00:00+00:00', 'ELSEWHERE', '', 'benchmarking', 'regional', \
                   'outcomes', 'GATSBY-2014;near=E12000001', 1, 8, 0, 1, '', '', '', '', '' FROM audit_chain";
    service.database.execute(unknown).await;
    let told = exposure(&service, &hub, r#"area: "HUB-2018-21", since: "2026-11-25""#).await;
    assert_eq!(told.error().0, "INTERNAL");
}

#[test]
fn the_audit_is_exported_as_a_file_and_whoever_changed_it_is_found_by_command() {
    let desk = Desk::filled();
    let token = desk.token();
    // Purposes are as a provider words them, codes as an operator does.
    desk.does_own(&["organisation", "add", "@A1", "--kind", "lep", "--name", "A LEP", "--area", "E37000025"]);
    let formula = ["--consumer", "@A1", "--area", "E12000001", "--tier", "regional", "--purpose", "=1+1"];
    desk.does_own(&[&["agreement", "add"][..], &formula].concat());
    let running = Running::start(&desk, &[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
    assert!(running.ask(&token, FREE)["data"]["outcomes"].is_object());
    let of_lep = desk.does_own(&["token", "--organisation", "@A1"]);
    assert!(running.ask(of_lep.trim(), FREE)["data"]["outcomes"].is_object());
    running.end();
    let all = desk.does_own(&["audit", "export"]);
    assert!(all.contains(",question,'@A1,,'=1+1,") && all.contains(",'@A1\n"), "{all}");
    assert!(!all.contains(",=") && !all.contains(",@"), "no spreadsheet takes a text for a formula: {all}");
    assert!(desk.does_own(&["audit", "verify"]).starts_with("every link holds"));
    let lines = desk.does_own(&["audit", "export", "--since", "2020-01-01", "--organisation", "NE-HUB"]);
    assert!(lines.starts_with(
        "at,kind,organisation,client,purpose,tier,dataset,release,question,cells,tabulations,times,chain,number,\
         change,object,detail,concerns\n"
    ));
    assert_eq!(lines.lines().filter(|line| line.contains(",question,NE-HUB,")).count(), 1);
    assert!(lines.contains(",change,,operator,") && lines.contains(",organisation.added,NE-HUB,"), "{lines}");
    assert!(!lines.contains(",repeat,"), "{lines}");
    assert_eq!(desk.does_own(&["audit", "export", "--until", "2020-01-01"]).lines().count(), 1);
    let refused = desk.refuses(&[&["audit", "export", "--organisation", "NOBODY"][..], &OWN_FILES].concat());
    assert!(refused.contains("no organisation has the code `NOBODY`"), "{refused}");
    let heads = desk.does_own(&["audit", "verify", "--heads"]);
    assert!(heads.lines().filter(|line| line.starts_with("head ")).count() > 1, "{heads}");
    desk.write("seen", &heads);
    assert!(desk.does_own(&["audit", "verify", "--seen", "seen"]).starts_with("every link holds"));
    desk.write("wrong", "head changes x");
    let told = desk.refuses(&[&["audit", "verify", "--seen", "wrong"][..], &OWN_FILES].concat());
    assert!(told.contains("line 1: expected `head CHAIN NUMBER HASH`, found `head changes x`"), "{told}");
    // Somebody with the database alone.
    let database = Database::at(&desk.url());
    crate::support::block_on(async move {
        database.execute("UPDATE audit_group SET lines = REPLACE(lines, 'NE-HUB', 'OTHER')").await;
    });
    let told = desk.refuses(&[&["audit", "verify"][..], &OWN_FILES].concat());
    assert!(told.contains("the audit is broken at entry ") && told.contains("not as it was written"), "{told}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_kept_how_far_the_chains_had_come_sees_what_is_taken_away_from_their_ends(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.ask(Some(HUB), FREE).await.data();
    service.ask(Some(HUB), CHARGED).await.data();
    let Verified::Whole { heads, chains, .. } = service.operator().verify_audit(&[]).await.unwrap() else { panic!() };
    assert_eq!(heads.len(), chains);
    let own = heads.iter().find(|head| head.chain != "changes").unwrap();
    // The process went on since.
    service.ask(Some(LEP), FREE).await.data();
    assert!(matches!(service.operator().verify_audit(&heads).await.unwrap(), Verified::Whole { .. }));
    let told = async |heads: &[AuditHead]| match service.operator().verify_audit(heads).await.unwrap() {
        Verified::Broken { chain, number, why } => (chain, number, why),
        whole @ Verified::Whole { .. } => panic!("{whole:?}"),
    };
    let other = [AuditHead { hash: "0".repeat(64), ..own.clone() }];
    assert_eq!(told(&other).await.1, own.number, "a head of another database");
    // What no other process bears witness of goes without it unseen.
    let taken = format!("DELETE FROM audit_group WHERE chain = '{}' AND last >= {}", own.chain, own.number);
    service.database.execute(&taken).await;
    assert!(is_whole(&service).await);
    let (chain, number, why) = told(&heads).await;
    assert_eq!((&chain, number), (&own.chain, own.number));
    assert!(why.contains("as it was kept"), "{why}");
    service.database.execute(&format!("DELETE FROM audit_group WHERE chain = '{}'", own.chain)).await;
    service.database.execute(&format!("DELETE FROM audit_chain WHERE chain = '{}'", own.chain)).await;
    assert!(is_whole(&service).await);
    let (chain, _, why) = told(&heads).await;
    assert!(chain == own.chain && why.contains("its chain is not there any more"), "{why}");
}
