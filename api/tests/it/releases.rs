//! Releases: frozen, numbered, swapped under running requests.

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Row, Service, publish_anew, question, revising};
use api::domain::Publication;
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

const INPUT: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"], periods: ["202324T3"]}"#;

fn of_release(number: u32) -> String {
    question(&INPUT.replace("202324T3\"]", &format!("202324T3\"], release: {number}")))
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_older_release_answers_as_it_did_after_a_correction(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let before = service.ask(Some(LEP), &question(INPUT)).await.data();
    assert_eq!(before, service.ask(Some(LEP), &of_release(1)).await.data());

    let mut corrected =
        Population::standard(1).only(|row| row.local_authority == "E08000035" && row.period == "202324T3");
    corrected.0.iter_mut().for_each(|row| row.scores[0] = Some(100));
    service.hand_in(LEP, &corrected).await;
    assert_eq!(before, service.ask(Some(LEP), &question(INPUT)).await.data(), "nothing changes before it is published");
    let release = service
        .operator()
        .publish(Publication { note: Some("corrected".into()), ..revising(&["202324T3"]) })
        .await
        .unwrap();
    assert_eq!(release.number, 2);

    let after = service.ask(Some(LEP), &question(INPUT)).await.data();
    assert_eq!(after["outcomes"]["release"]["number"], 2);
    assert_ne!(before["outcomes"]["cells"], after["outcomes"]["cells"]);
    assert_eq!(before, service.ask(Some(LEP), &of_release(1)).await.data());
    let north_east = |data: &serde_json::Value| data["outcomes"]["cells"][0].clone();
    assert_eq!(north_east(&before), north_east(&after), "cells without a correction keep their numbers");

    let list =
        service.ask(None, "{ releases { totalCount nodes { number note } } release(number: 1) { note } }").await.data();
    assert_eq!(
        list["releases"],
        json!({"totalCount": 2, "nodes": [{"number": 2, "note": "corrected"}, {"number": 1, "note": null}]})
    );
}

#[tokio::test]
async fn a_release_needs_something_new() {
    let service = Service::filled(Engine::Sqlite).await;
    let error = service.operator().publish(None).await.unwrap_err();
    assert!(error.to_string().starts_with("nothing to publish"), "{error}");
}

#[tokio::test]
async fn a_release_published_elsewhere_is_served_after_a_refresh() {
    let service = Service::filled(Engine::Sqlite).await;
    let elsewhere = api::service::Exchange::open(
        &service.database.url,
        api::domain::Secret::new([1; 32]),
        std::sync::Arc::new(crate::support::clock()),
    )
    .await
    .unwrap();
    elsewhere.start().await.unwrap();
    service.hand_in_everything(&Population::standard(2)).await;
    publish_anew(elsewhere.operator(api::service::Authority::of_the_operator())).await;
    assert_eq!(
        service
            .exchange
            .reader(api::auth::Viewer::Anonymous, std::time::Duration::from_secs(5))
            .release(None)
            .unwrap()
            .number,
        1
    );
    service.exchange.refresh().await.unwrap();
    assert_eq!(
        service
            .exchange
            .reader(api::auth::Viewer::Anonymous, std::time::Duration::from_secs(5))
            .release(None)
            .unwrap()
            .number,
        2
    );
}

#[tokio::test]
async fn until_the_standard_tables_of_a_release_are_made_they_are_counted_and_say_the_same() {
    let service = Service::filled(Engine::Sqlite).await;
    service.hand_in_everything(&Population::standard(2)).await;
    publish_anew(service.operator()).await;
    let counted = service.ask(Some(LEP), &of_release(2)).await.data();
    service.exchange.make_books().await.unwrap();
    // In other words, or it would be the answer that is kept.
    let looked_up = service.ask(Some(LEP), &format!("query After {}", of_release(2))).await.data();
    assert_eq!(counted, looked_up);
    assert!(!counted["outcomes"]["cells"].as_array().unwrap().is_empty(), "{counted}");
}

#[tokio::test]
async fn requests_go_on_while_releases_are_swapped() {
    let service = Service::filled(Engine::Sqlite).await;
    let expected: Vec<serde_json::Value> = vec![service.ask(Some(LEP), &of_release(1)).await.data()];
    let asking = async {
        for _ in 0..60 {
            let data = service.ask(Some(LEP), &of_release(1)).await.data();
            assert_eq!(data, expected[0]);
        }
    };
    let publishing = async {
        for salt in 2..4 {
            service.hand_in_everything(&Population::standard(salt)).await;
            service.publish_anew().await;
        }
    };
    tokio::join!(asking, publishing);
    assert_eq!(
        service
            .exchange
            .reader(api::auth::Viewer::Anonymous, std::time::Duration::from_secs(5))
            .release(None)
            .unwrap()
            .number,
        3
    );
}

/// The third term of institutions of Leeds that did not achieve benchmark 1 and were assessed on every benchmark.
fn below_in_leeds(number: usize) -> Vec<Row> {
    let wanted = |row: &Row| {
        row.local_authority == "E08000035"
            && row.period == "202324T3"
            && row.scores[0] != Some(100)
            && row.scores.iter().all(Option::is_some)
    };
    let rows = Population::standard(1).only(wanted).0;
    assert!(rows.len() >= number, "{}", rows.len());
    rows.into_iter().take(number).collect()
}

fn corrected(mut rows: Vec<Row>) -> Population {
    rows.iter_mut().for_each(|row| row.scores[0] = Some(100));
    Population(rows)
}

/// Somebody who handed nothing in.
const OUTSIDER: &str = "OUTSIDER";

/// How many institutions each cell and each row counts.
fn sizes(figures: &Value) -> Vec<Value> {
    let lists = figures.as_array().unwrap().iter();
    lists.flat_map(|list| list.as_array().unwrap()).map(|cell| cell["institutions"].clone()).collect()
}

/// Cells and rows over all benchmarks.
async fn figures(service: &Service, organisation: &str, input: &str) -> Value {
    let table = service.ask(Some(organisation), &question(input)).await.data()["outcomes"].take();
    json!([table["cells"], table["overall"]])
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn corrections_of_a_cell_show_all_at_once_when_there_are_enough(#[case] engine: Engine) {
    const LEEDS: &str = r#"{framework: "GATSBY-2014", areas: ["E12000003"], periods: ["202324T3"]}"#;
    const ENGLAND: &str = r#"{framework: "GATSBY-2014", areas: ["E92000001"], periods: ["202324T3"]}"#;
    let service = Service::filled(engine).await;
    // Who handed the corrections in does not wait for itself to be company.
    service.add_partner(OUTSIDER, "E92000001", Tier::Regional).await;
    let rows = below_in_leeds(10);
    let own = figures(&service, LEP, ENGLAND).await;
    let before = (figures(&service, OUTSIDER, LEEDS).await, figures(&service, OUTSIDER, ENGLAND).await);
    let abroad = figures(&service, PARTNER, ENGLAND).await;
    let mut answered = vec![service.ask(Some(OUTSIDER), &of_release(1)).await.body];
    for part in [&rows[..1], &rows[1..9]] {
        service.hand_in(LEP, &corrected(part.to_vec())).await;
    }
    service.publish_anew().await;
    assert_eq!(before, (figures(&service, OUTSIDER, LEEDS).await, figures(&service, OUTSIDER, ENGLAND).await));
    answered.push(service.ask(Some(OUTSIDER), &question(INPUT)).await.body);
    service.hand_in(LEP, &corrected(rows[9..].to_vec())).await;
    service.publish_anew().await;
    let after = (figures(&service, OUTSIDER, LEEDS).await, figures(&service, OUTSIDER, ENGLAND).await);
    answered.push(service.ask(Some(OUTSIDER), &question(INPUT)).await.body);
    let [cells, overall] = [0, 1].map(|part| (&before.0[part], &after.0[part]));
    assert_ne!(cells.0[0], cells.1[0], "benchmark 1 was corrected ten times");
    assert_ne!(overall.0, overall.1);
    assert_eq!(sizes(&before.0), sizes(&after.0), "nobody came or left");
    assert_ne!(before.1, after.1);
    assert_eq!(abroad, figures(&service, PARTNER, ENGLAND).await, "abroad it takes twenty");

    let mut all = Population::standard(1);
    for row in &mut all.0 {
        if rows.iter().any(|corrected| (corrected.id, corrected.period) == (row.id, row.period)) {
            row.scores[0] = Some(100);
        }
    }
    assert_eq!(own, figures(&service, LEP, ENGLAND).await, "ten of its own are no company");
    let at_once = Service::with(engine, &all).await;
    at_once.add_partner(OUTSIDER, "E92000001", Tier::Regional).await;
    let from_the_start = figures(&at_once, OUTSIDER, LEEDS).await;
    assert_eq!(sizes(&after.0), sizes(&from_the_start));
    let share = |figures: &Value| figures[0][0]["achievedShare"]["value"].as_f64().unwrap();
    let error = after.0[0][0]["achievedShare"]["standardError"].as_f64().unwrap();
    assert!((share(&after.0) - share(&from_the_start)).abs() < 5.0 * error, "as if they had been right from the start");
    assert_ne!(after.0, from_the_start, "but for the noise, which would else tell the sum of the corrections");

    // Every release still says, byte by byte, what it said; here, in another process, and after yet another release.
    let mut next = Population::standard(3).only(|row| row.hub.is_empty() && row.scheme == "URN");
    next.0.retain(|row| row.period == "202324T3");
    next.0.iter_mut().for_each(|row| row.period = "202425T1");
    service.hand_in_everything(&next).await;
    service.publish_anew().await;
    let replica = service.replica().await;
    for (position, expected) in answered.iter().enumerate() {
        let query = of_release(u32::try_from(position + 1).unwrap());
        for process in [&service, &replica] {
            let body = process.ask(Some(OUTSIDER), &query).await.body;
            assert_eq!(String::from_utf8(body).unwrap(), String::from_utf8(expected.clone()).unwrap());
        }
    }
    assert_eq!(figures(&service, OUTSIDER, LEEDS).await, figures(&replica, OUTSIDER, LEEDS).await);
}

#[tokio::test]
async fn an_organisation_sees_each_correction_of_its_own_results_at_once() {
    let own = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E08000035"], periods: ["202324T3"], benchmarks: [1]}"#;
    let service = Service::filled(Engine::Sqlite).await;
    let achieved = |figures: &Value| figures[0][0]["achieved"]["value"].as_f64().unwrap();
    let before = figures(&service, LEP, own).await;
    service.hand_in(LEP, &corrected(below_in_leeds(1))).await;
    service.publish_anew().await;
    let more = achieved(&figures(&service, LEP, own).await) - achieved(&before);
    assert!((more - 1.0).abs() < 1e-9, "{more}");
}

#[tokio::test]
async fn institutions_stay_where_a_period_was_released_with_them() {
    const PLACES: &str = r#"{framework: "GATSBY-2014", areas: ["E06000001", "E08000022"], areaKind: LOCAL_AUTHORITY,
        periods: ["202324T3"]}"#;
    const HUB_ITSELF: &str = r#"{framework: "GATSBY-2014", areas: ["HUB-2018-21"], periods: ["202324T3"]}"#;
    let service = Service::filled(Engine::Sqlite).await;
    let rows = Population::standard(1).only(|row| row.local_authority == "E06000001" && row.period == "202324T3").0;
    let there = |row: &Row| Row { local_authority: "E08000022", hub: "HUB-2018-21", ..row.clone() };
    let moved = Population(rows.iter().map(there).collect());
    let all = async || (figures(&service, LEP, PLACES).await, figures(&service, LEP, HUB_ITSELF).await);
    let before = all().await;
    let told = service.hand_in(LEP, &moved).await.receipt.unwrap().to_string();
    assert!(told.contains("0 results") && told.contains("25 keep the place and attributes"), "{told}");
    assert!(service.operator().publish(None).await.unwrap_err().to_string().starts_with("nothing to publish"));
    // With scores that did change, the place stays too, and the correction counts where the first result did.
    service.hand_in(LEP, &corrected(moved.0)).await;
    service.publish_anew().await;
    let after = all().await;
    assert_eq!((sizes(&before.0), sizes(&before.1)), (sizes(&after.0), sizes(&after.1)));
    assert_eq!(before.1, after.1, "in the hub nothing changed");
    assert_ne!(before.0, after.0);
}

#[tokio::test]
async fn late_arrivals_show_when_enough_have_come() {
    const LEEDS: &str = r#"{framework: "GATSBY-2014", areas: ["E12000003"], periods: ["202324T3"]}"#;
    const HONG_KONG: &str = r#"{framework: "GATSBY-2014", areas: ["HK-NT"], periods: ["202324T3"], mapped: true}"#;
    let service = Service::filled(Engine::Sqlite).await;
    let rows = below_in_leeds(12);
    let late = |range: std::ops::Range<usize>| {
        let newcomer = |row: &Row| Row { id: row.id + 5_000, ..row.clone() };
        Population(rows[range].iter().map(newcomer).collect())
    };
    let before = figures(&service, LEP, LEEDS).await;
    service.hand_in(LEP, &late(0..9)).await;
    service.publish_anew().await;
    assert_eq!(before, figures(&service, LEP, LEEDS).await, "nine that come late are too few");
    service.hand_in(LEP, &late(9..12)).await;
    service.publish_anew().await;
    let after = figures(&service, LEP, LEEDS).await;
    assert_eq!(after[0][0]["institutions"], 70, "{}", after[0][0]);
    assert_ne!(before[0][1], after[0][1]);

    // A term that comes in whole shows whole, whatever came before it.
    let mut next = Population::standard(1).only(|row| row.scheme == "URN" && row.period == "202324T3");
    next.0.iter_mut().for_each(|row| row.period = "202425T1");
    service.hand_in_everything(&next).await;
    service.publish_anew().await;
    let whole = figures(&service, LEP, &LEEDS.replace("202324T3", "202425T1")).await;
    assert_eq!(whole[0][0]["institutions"], 60);
    assert!(service.ask(Some(PARTNER), &question(HONG_KONG)).await.json()["errors"].is_null());
}

/// The question for a cited table, in the words of the one it was asked with.
fn cited(input: &str, table: &Value) -> String {
    let citation = table["outcomes"]["citation"].as_str().unwrap();
    question(input)
        .replace(&format!("outcomes(input: {input})"), &format!("outcomes: table(citation: {})", json!(citation)))
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cited_table_comes_back_byte_by_byte(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let tables = [
        (LEP, INPUT),
        (LEP, r#"{framework: "GATSBY-2014"}"#),
        (LEP, r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP, benchmarks: [3, 1], by: [PHASE]}"#),
        (LEP, r#"{framework: "GATSBY-2014", by: [TYPE], where: [{dimension: TYPE, in: ["maintained", "academy"]}]}"#),
        (LEP, r#"{framework: "GATSBY-2014", where: [{dimension: TYPE, in: ["maintained", "academy"]}]}"#),
        (
            LEP,
            r#"{framework: "GATSBY-2014", by: [DISADVANTAGE], where: [{dimension: DISADVANTAGE, in: ["1","2","3","4","5"]}]}"#,
        ),
        (PARTNER, r#"{framework: "HKBM-2019", areas: ["HK", "E92000001"], mapped: true}"#),
        (HUB, r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY}"#),
    ];
    let mut answers = Vec::new();
    for (organisation, input) in tables {
        // More tabulations than an organisation may open.
        service.database.execute("DELETE FROM budget_entry").await;
        let answer = service.ask(Some(organisation), &question(input)).await;
        answers.push((organisation, cited(input, &answer.data()), answer.body));
    }
    for salt in 2..4 {
        for organisation in [HUB, LEP, PARTNER] {
            let own = |row: &Row| {
                let owner = if row.scheme == "HK-EDB" {
                    PARTNER
                } else if row.hub.is_empty() {
                    LEP
                } else {
                    HUB
                };
                owner == organisation
            };
            service.hand_in(organisation, &Population::standard(salt).only(own)).await;
        }
        service.publish_anew().await;
    }
    let replica = service.replica().await;
    for (organisation, query, expected) in answers {
        for process in [&service, &replica] {
            service.database.execute("DELETE FROM budget_entry").await;
            let again = process.ask(Some(organisation), &query).await;
            assert_eq!(String::from_utf8(again.body).unwrap(), String::from_utf8(expected.clone()).unwrap(), "{query}");
        }
    }
}

#[tokio::test]
async fn a_citation_opens_nothing_that_the_asker_may_not_ask() {
    let service = Service::filled(Engine::Sqlite).await;
    let england = r#"{framework: "GATSBY-2014", areas: ["E92000001"]}"#;
    let own = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E92000001"]}"#;
    let of_lep = cited(england, &service.ask(Some(LEP), &question(england)).await.data());
    let own_of_lep = cited(own, &service.ask(Some(LEP), &question(own)).await.data());
    let of_partner = cited(england, &service.ask(Some(PARTNER), &question(england)).await.data());
    for (organisation, query, code, message) in [
        (Some(HUB), &of_lep, "NOT_FOUND", "no area `E92000001` is within"),
        (
            Some(PARTNER),
            &of_lep,
            "FORBIDDEN",
            "the table cited has the tier REGIONAL; for this purpose your agreements give INTERNATIONAL",
        ),
        (Some(LEP), &of_partner, "FORBIDDEN", "the table cited has the tier INTERNATIONAL"),
        (Some(HUB), &own_of_lep, "NOT_FOUND", "no table with this citation is within your agreements"),
        (None, &of_lep, "UNAUTHENTICATED", "outcomes need a bearer token"),
    ] {
        let (found, told) = service.ask(organisation, query).await.error();
        assert_eq!(found, code, "{told}");
        assert!(told.starts_with(message), "{told}");
    }
    let ask = async |citation: &str, purpose: &str| {
        let query = format!("{{ table(citation: {}{purpose}) {{ tier }} }}", json!(citation));
        service.ask(Some(LEP), &query).await
    };
    let known = service.ask(Some(LEP), &question(england)).await.data()["outcomes"]["citation"].clone();
    let known = known.as_str().unwrap();
    assert_eq!(ask(known, ", purpose: \"benchmarking\"").await.data(), json!({"table": {"tier": "REGIONAL"}}));
    for (citation, purpose, code, message) in [
        ("", "", "BAD_REQUEST", "expected a citation"),
        (&known[..known.len() - 3], "", "BAD_REQUEST", "expected a citation"),
        (&known.replace("release-1-", "release-9-"), "", "NOT_FOUND", "no release has the number 9"),
        (known, ", purpose: \"marketing\"", "FORBIDDEN", "no agreement of your organisation allows the purpose"),
        (known, ", purpose: \"OWN_RESULTS\"", "FORBIDDEN", "the table cited has the tier REGIONAL"),
    ] {
        let (found, told) = ask(citation, purpose).await.error();
        assert_eq!(found, code, "{told}");
        assert!(told.starts_with(message), "{told}");
    }
}
