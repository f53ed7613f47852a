//! Releases: frozen, numbered, swapped under running requests.

use crate::support::{Engine, LEP, Population, Service, question};
use rstest::rstest;
use serde_json::json;

const INPUT: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"], periods: ["202324T3"]}"#;

fn of_release(number: u32) -> String {
    question(&INPUT.replace("202324T3\"]", &format!("202324T3\"], release: {number}")))
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
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
    let release = service.exchange.publish(Some("corrected".into())).await.unwrap();
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
    let error = service.exchange.publish(None).await.unwrap_err();
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
    service.hand_in(LEP, &Population::standard(2)).await;
    elsewhere.publish(None).await.unwrap();
    assert_eq!(service.exchange.release(None).unwrap().number, 1);
    service.exchange.refresh().await.unwrap();
    assert_eq!(service.exchange.release(None).unwrap().number, 2);
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
        for salt in 2..5 {
            service.hand_in(LEP, &Population::standard(salt)).await;
            service.exchange.publish(None).await.unwrap();
        }
    };
    tokio::join!(asking, publishing);
    assert_eq!(service.exchange.release(None).unwrap().number, 4);
}
