//! Editions: a period is published at most three times, and a correction waits for the next of them.

use api::{domain::Publication, service::Error};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    destinations,
    support::{Engine, LEP, Population, Row, Service, revising},
};

/// What is asked about the term, at the tier of the agreement.
const LEEDS: &str = r#"{framework: "GATSBY-2014", areas: ["E08000035"], periods: ["202324T3"]}"#;
/// The same about one's own results, which are exact.
const OWN: &str = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E08000035"], periods: ["202324T3"], benchmarks: [1]}"#;
/// What a release tells of its editions.
const EDITIONS: &str = "{ release { number editions { period { code } edition release } \
                        destinationEditions { cohortYear edition release } } }";

/// The results of Leeds in the third term, all corrected: so many achieve the first benchmark, and the others have this score.
fn leeds(achieve: usize, others: u8) -> Population {
    let mut rows = Population::standard(1).only(|row| row.local_authority == "E08000035" && row.period == "202324T3");
    for (position, row) in rows.0.iter_mut().enumerate() {
        row.scores[0] = Some(if position < achieve { 100 } else { others });
        row.scores[1] = Some(others);
    }
    rows
}

/// The results of the LEP in the term that follows.
fn next_term(salt: u32) -> Population {
    let of_lep = |row: &Row| row.hub.is_empty() && row.scheme == "URN" && row.period == "202324T3";
    let mut rows = Population::standard(salt).only(of_lep);
    rows.0.iter_mut().for_each(|row| row.period = "202425T1");
    rows
}

async fn cells(service: &Service, input: &str) -> Vec<Value> {
    service.cells(LEP, input).await
}

async fn editions(service: &Service) -> Value {
    service.ask(None, EDITIONS).await.data()["release"].take()
}

fn told<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Conflict(told)) => told,
        other => panic!("expected a conflict, found {other:?}"),
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_correction_shows_in_the_next_edition_of_its_period_and_not_before(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let before = (cells(&service, LEEDS).await, cells(&service, OWN).await);
    let report = service.hand_in(LEP, &leeds(20, 41)).await;
    let waiting: Vec<String> = report.waiting.iter().map(ToString::to_string).collect();
    assert_eq!(waiting, ["202324T3: 60 results wait for its revised edition (publish --revise 202324T3)"]);
    assert_eq!(
        told(service.operator().publish(None).await),
        "nothing to publish: all that came in is of periods that were published before; 202324T3: 60 results wait for its \
         revised edition (publish --revise 202324T3)"
    );

    // Another term is published, and leaves the one before as it was: for its provider too.
    assert!(service.hand_in(LEP, &next_term(1)).await.waiting.is_empty());
    let second = service.operator().publish(None).await.unwrap();
    assert_eq!(before, (cells(&service, LEEDS).await, cells(&service, OWN).await));
    assert_eq!(
        editions(&service).await,
        json!({"number": 2, "destinationEditions": [], "editions": [
            {"period": {"code": "202324T2"}, "edition": "PROVISIONAL", "release": 1},
            {"period": {"code": "202324T3"}, "edition": "PROVISIONAL", "release": 1},
            {"period": {"code": "202425T1"}, "edition": "PROVISIONAL", "release": 2},
        ]})
    );

    let third = service.operator().publish(revising(&["202324T3"])).await.unwrap();
    assert_ne!(second.checksum, third.checksum);
    let after = (cells(&service, LEEDS).await, cells(&service, OWN).await);
    assert_ne!(before.0, after.0);
    assert_eq!(after.1[0]["achieved"]["value"], 20.0);
    assert_eq!(
        editions(&service).await["editions"][1],
        json!({"period": {"code": "202324T3"}, "edition": "REVISED", "release": 3})
    );
    // Older releases say what they said, and tell the editions that they show.
    let older = service.ask(None, "{ release(number: 2) { editions { edition } } }").await.data();
    assert_eq!(older["release"]["editions"][1]["edition"], "PROVISIONAL");
    for release in [1, 2] {
        let input = LEEDS.replace("periods", &format!("release: {release}, periods"));
        assert_eq!(cells(&service, &input).await, before.0);
    }
    assert!(service.operator().waiting().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_corrected_again_before_the_next_edition_is_never_seen() {
    let service = Service::filled(Engine::Sqlite).await;
    let achieved = async || cells(&service, OWN).await[0]["achieved"]["value"].as_f64().unwrap();
    service.hand_in(LEP, &leeds(20, 41)).await;
    service.hand_in(LEP, &next_term(1)).await;
    service.operator().publish(None).await.unwrap();
    service.hand_in(LEP, &leeds(40, 42)).await;
    let waiting = service.operator().waiting().await.unwrap();
    assert_eq!((waiting.len(), waiting[0].records), (1, 60), "each result waits once");
    service.operator().publish(revising(&["202324T3"])).await.unwrap();
    assert!((achieved().await - 40.0).abs() < 1e-9);
    let table = cells(&service, LEEDS).await;
    let replica = service.replica().await;
    assert_eq!(table, cells(&replica, LEEDS).await);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_fourth_edition_is_refused_and_those_there_were_are_named(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let refused = async |period: &str| told(service.operator().publish(revising(&[period])).await);
    assert_eq!(
        refused("202526T1").await,
        "202526T1 was not published yet, so there is nothing to revise: its first edition needs no naming"
    );
    assert_eq!(
        refused("202324T3").await,
        "nothing waits for another edition of 202324T3: no result and no count of it came in since the newest"
    );
    for (others, edition) in [(41, "REVISED"), (42, "FINAL")] {
        service.hand_in(LEP, &leeds(20, others)).await;
        service.operator().publish(revising(&["202324T3", "202324T3"])).await.unwrap();
        assert_eq!(editions(&service).await["editions"][1]["edition"], edition);
    }
    let last = cells(&service, LEEDS).await;
    let report = service.hand_in(LEP, &leeds(20, 43)).await;
    assert_eq!(
        report.waiting[0].to_string(),
        "202324T3: 60 results came after its final edition and will not be published"
    );
    assert_eq!(
        refused("202324T3").await,
        "202324T3 had its last edition (provisional in release 1, revised in release 2, final in release 3): what comes in \
         later stays unpublished"
    );
    // Whatever else is published, it stays.
    service.hand_in(LEP, &next_term(1)).await;
    let publication = Publication { note: Some("another term".into()), ..Publication::default() };
    assert_eq!(service.operator().publish(publication).await.unwrap().number, 4);
    assert_eq!(cells(&service, LEEDS).await, last);
}

#[tokio::test]
async fn a_cohort_year_has_editions_of_its_own() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let year = |edition: &str, release: u32| json!({"cohortYear": "202324", "edition": edition, "release": release});
    assert_eq!(editions(&service).await["destinationEditions"][1], year("PROVISIONAL", 2));
    let input = r#"{areas: ["E12000003"], cohortYears: ["202324"], stages: [KS4]}"#;
    let query = destinations::question(input);
    let before = service.ask(Some(LEP), &query).await.data()["destinations"]["cells"].take();
    let report = destinations::correct_leeds(&service).await;
    let waiting: Vec<String> = report.waiting.iter().map(ToString::to_string).collect();
    assert_eq!(waiting.len(), 2);
    assert!(
        waiting[1].starts_with("202324: 120 counts of destinations wait for its revised edition"),
        "{}",
        waiting[1]
    );
    service.hand_in(LEP, &leeds(20, 41)).await;
    service.operator().publish(revising(&["202324T3"])).await.unwrap();
    assert_eq!(before, service.ask(Some(LEP), &query).await.data()["destinations"]["cells"]);
    service.operator().publish(revising(&["202324"])).await.unwrap();
    assert_ne!(before, service.ask(Some(LEP), &query).await.data()["destinations"]["cells"]);
    let told = editions(&service).await["destinationEditions"].take();
    assert_eq!(told[1], year("REVISED", 4));
    assert_eq!(told[0]["edition"], "PROVISIONAL", "the other year was not named");
}
