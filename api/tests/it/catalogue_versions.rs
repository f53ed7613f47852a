//! A release holds its catalogue: other reference data change what the next release says, and nothing of those before.

use std::time::Duration;

use api::{
    app,
    auth::Viewer,
    config::EdgeSettings,
    domain::{Reference, Relation, RelationKind},
    ingest,
};
use axum::http::{StatusCode, header};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Engine, HUB, LEP, PARTNER, Population, Row, Service, ask_router, question};

const NORTH_EAST: &str = "E37000025";
const TEES_VALLEY: &str = "E37000034";
const DURHAM: &str = "E06000047";

/// Tables that memberships, the crosswalk, names or titles enter.
const TABLES: [(&str, &str); 5] = [
    (LEP, r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP, periods: ["202324T3"]}"#),
    (LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [TYPE], reconcile: true}"#),
    (LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY, mapped: true}"#),
    (PARTNER, r#"{framework: "HKBM-2019", areas: ["HK", "E92000001"], mapped: true}"#),
    (HUB, r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000001"], areaKind: LEP}"#),
];

/// Everything about the catalogue that a question may tell of the current release.
const CATALOGUE: &str = r#"{ frameworks { code title benchmarks { number title } crosswalk(to: "GATSBY-2014") { from { number } } }
    areas(first: 200) { nodes { code name parents { code } children { code } } } area(code: "E12000001") { name } }"#;

/// Another geography: Durham lies in another LEP, the North East has another name, one benchmark of Hong Kong stands in for
/// another of England's, and a framework and a benchmark have other titles.
fn redrawn() -> Reference {
    let mut reference = ingest::reference::load().unwrap();
    for membership in &mut reference.memberships {
        if membership.child == DURHAM && membership.parent == NORTH_EAST {
            TEES_VALLEY.clone_into(&mut membership.parent);
        }
    }
    for area in reference.areas.iter_mut().filter(|area| area.code == "E12000001") {
        "The North-East".clone_into(&mut area.name);
    }
    let first = |relation: &Relation| (relation.from_framework.as_str(), relation.from_number) == ("HKBM-2019", 1);
    reference.relations.retain(|relation| !(first(relation) && relation.to_framework == "GATSBY-2014"));
    reference.relations.push(Relation {
        from_framework: "HKBM-2019".into(),
        from_number: 1,
        to_framework: "GATSBY-2014".into(),
        to_number: 2,
        kind: RelationKind::Broad,
        basis: "test".into(),
    });
    for framework in reference.frameworks.iter_mut().filter(|framework| framework.code == "GATSBY-2014") {
        framework.title.push_str(", as amended");
        framework.benchmarks[0].title.push_str(", as amended");
    }
    reference
}

fn cited(input: &str, answer: &Answer) -> String {
    let citation = answer.data()["outcomes"]["citation"].clone();
    question(input).replace(&format!("outcomes(input: {input})"), &format!("outcomes: table(citation: {citation})"))
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn other_reference_data_change_no_release_that_is_there(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let replica = service.replica().await;
    let mut before = Vec::new();
    for (organisation, input) in TABLES {
        let answer = service.ask(Some(organisation), &question(input)).await;
        before.push((organisation, question(input), cited(input, &answer), text(&answer)));
    }
    let catalogue = text(&service.ask(None, CATALOGUE).await);
    let first = service.ask(None, "{ release { number checksum } }").await.data();

    assert_eq!(service.operator().load_reference(&redrawn()).await.unwrap(), 2);
    assert_eq!(service.operator().load_reference(&redrawn()).await.unwrap(), 2, "the same again makes no version");
    for process in [&service, &replica] {
        process.exchange.refresh().await.unwrap();
        assert_eq!(text(&process.ask(None, CATALOGUE).await), catalogue);
        for (organisation, asked, cited, expected) in &before {
            for query in [asked, cited] {
                assert_eq!(&text(&process.ask(Some(organisation), query).await), expected, "{query}");
            }
        }
    }
    let started_later = service.replica().await;
    assert_eq!(text(&started_later.ask(None, CATALOGUE).await), catalogue);

    // A catalogue alone is worth a release.
    let second = service.operator().publish(None).await.unwrap();
    assert_eq!((second.number, second.catalogue_version), (2, 2));
    assert_ne!(json!(second.checksum), first["release"]["checksum"], "the same results under another catalogue");
    replica.exchange.refresh().await.unwrap();
    started_later.exchange.refresh().await.unwrap();
    let asked = &before[0].1;
    for process in [&service, &replica, &started_later] {
        assert_eq!(
            process.ask(None, r#"{ area(code: "E12000001") { name } }"#).await.data()["area"]["name"],
            "The North-East"
        );
        let data = process.ask(Some(LEP), asked).await.data();
        assert_eq!(data["outcomes"]["release"]["number"], 2);
        assert_eq!(sizes(&data, TEES_VALLEY), json!(25 + 40), "Durham came");
        for (organisation, _, cited, expected) in &before {
            assert_eq!(&text(&process.ask(Some(organisation), cited).await), expected, "{cited}");
        }
    }
    assert_eq!(sizes(&serde_json::from_str::<Value>(&before[0].3).unwrap()["data"], TEES_VALLEY), json!(25));
}

/// How many institutions the first cell of an area counts, rounded to 5.
fn sizes(data: &Value, area: &str) -> Value {
    let cells = data["outcomes"]["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["area"]["code"] == area && cell["benchmark"]["number"] == 2).unwrap()["institutions"]
        .clone()
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rows_of_a_version_are_added_and_ended_and_never_edited(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let count = async |of: &str| service.database.numbers(&format!("SELECT COUNT(*) FROM {of}")).await[0][0];
    let tables = ["framework_version", "benchmark", "benchmark_relation", "area_version", "area_membership"];
    let mut before = Vec::new();
    for table in tables {
        before.push(count(table).await);
    }
    service.operator().load_reference(&redrawn()).await.unwrap();
    for (table, before) in tables.into_iter().zip(before) {
        assert_eq!(count(&format!("{table} WHERE added_in = 1")).await, before, "{table}: what was there stays");
        assert_eq!(count(&format!("{table} WHERE ended_in = 2")).await, 1, "{table}: one row is said no more");
        assert_eq!(count(&format!("{table} WHERE added_in = 2 AND ended_in IS NULL")).await, 1, "{table}");
    }
    service.operator().load_reference(&ingest::reference::load().unwrap()).await.unwrap();
    assert_eq!(count("catalogue_version").await, 3, "going back is another version");
    assert_eq!(count("area_version WHERE added_in = 3").await, 1);
}

#[tokio::test]
async fn a_catalogue_that_was_changed_behind_its_release_is_not_served() {
    let service = Service::filled(Engine::Sqlite).await;
    service.database.execute("UPDATE area_version SET name = 'Elsewhere' WHERE area_id = 1").await;
    let replica = api::service::Exchange::open(
        &service.database.url,
        api::domain::Secret::new([1; 32]),
        std::sync::Arc::new(crate::support::clock()),
    )
    .await
    .unwrap();
    let error = format!("{:#}", anyhow::Error::from(replica.start().await.unwrap_err()));
    assert!(error.contains("version 1 of the catalogue, which was changed"), "{error}");
}

#[tokio::test]
async fn reference_data_that_do_not_hang_together_are_refused_whole() {
    let service = Service::empty(Engine::Sqlite).await;
    let mut reference = ingest::reference::load().unwrap();
    reference.areas[0].name = "Another name".into();
    reference.memberships[0].parent = "NOWHERE".into();
    let error = service.operator().load_reference(&reference).await.unwrap_err().to_string();
    assert!(error.contains("NOWHERE"), "{error}");
    assert_eq!(service.database.numbers("SELECT MAX(number), COUNT(*) FROM catalogue_version").await, [[1, 1]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_document_is_answered_of_one_release_while_others_are_published() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#;
    let query = format!(
        "{{ release {{ number }} outcomes(input: {input}) {{ release {{ number }} cells {{ institutions }} }} }}"
    );
    let mut asking = JoinSet::new();
    let (done, finished) = tokio::sync::watch::channel(false);
    for _ in 0..4 {
        let (router, token, query, finished) =
            (service.router.clone(), service.token(LEP), query.clone(), finished.clone());
        asking.spawn(async move {
            let mut seen = Vec::new();
            while !*finished.borrow() {
                let data = ask_router(&router, &token, &query).await.data();
                assert_eq!(data["release"]["number"], data["outcomes"]["release"]["number"]);
                seen.push(data["release"]["number"].as_u64().unwrap());
                // What is asked again is answered without waiting: others must get their turn.
                tokio::task::yield_now().await;
            }
            seen
        });
    }
    for salt in 2..6 {
        let period = ["202324T2", "202324T3"][salt as usize % 2];
        let of_lep = |row: &Row| row.hub.is_empty() && row.scheme == "URN" && row.period == period;
        service.hand_in(LEP, &Population::standard(salt).only(of_lep)).await;
        service.publish_anew().await;
    }
    done.send_replace(true);
    while let Some(seen) = asking.join_next().await {
        assert!(seen.unwrap().is_sorted(), "a later request never sees an earlier release");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_who_waits_too_long_for_an_older_release_is_told_to_come_back_and_the_load_goes_on() {
    let service = Service::filled(Engine::Postgres).await;
    service.hand_in(LEP, &Population::standard(2).only(|row| row.hub.is_empty() && row.scheme == "URN")).await;
    service.publish_anew().await;
    let replica = service.replica().await;
    // Who asks here waits for four seconds of the five: the fifth is for a machine that is busy.
    let edge = EdgeSettings { request_timeout: 5, ..EdgeSettings::default() };
    let hasty = app::router_with(&replica.settings, &edge, &replica.exchange).unwrap();
    let old = question(r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"], release: 1}"#);

    let lock = replica.database.hold("LOCK TABLE result IN ACCESS EXCLUSIVE MODE").await;
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let (router, token, old) = (hasty.clone(), replica.token(LEP), old.clone());
        waiting.spawn(async move { ask_router(&router, &token, &old).await });
    }
    while let Some(answer) = waiting.join_next().await {
        let answer = answer.unwrap();
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", text(&answer));
        assert_eq!(answer.headers[header::RETRY_AFTER], "1");
        assert_eq!(answer.error().0, "UNAVAILABLE");
    }
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    assert_eq!(replica.database.numbers(sql).await, [[1]], "eight waited for one load");
    assert_eq!(replica.ask(Some(LEP), &question(TABLES[0].1)).await.data()["outcomes"]["release"]["number"], 2);
    lock.release().await;

    let reader = replica.exchange.reader(Viewer::Anonymous, Duration::from_secs(30));
    assert_eq!(reader.release(Some(1)).unwrap().number, 1);
    // The load goes on by itself: whoever asks now waits for what is left of it.
    assert_eq!(text(&replica.ask(Some(LEP), &old).await), text(&service.ask(Some(LEP), &old).await));
}
