//! Protection through the real API: what is hidden, what is never said, and what does not depend on scores.

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Service, question};
use serde_json::Value;

const ESTIMATES: [&str; 3] = ["achieved", "achievedShare", "meanScore"];

/// The number of institutions behind each cell, by area: the largest that the population could hold there.
fn everyone(population: &Population, wanted: impl Fn(&crate::support::Row) -> bool) -> usize {
    population.0.iter().filter(|row| row.period == "202324T3" && wanted(row)).count()
}

#[tokio::test]
async fn a_cell_below_the_threshold_is_hidden_in_every_tier_and_never_looks_like_zero() {
    let population = Population::standard(1);
    let service = Service::filled(Engine::Sqlite).await;
    let newcastle = everyone(&population, |row| row.local_authority == "E08000021");
    assert_eq!(newcastle, 8);
    let special =
        everyone(&population, |row| row.scheme == "HK-EDB" && row.phase == "special" && row.local_authority == "HK-KT");
    assert!(special < 20);
    for (organisation, input) in [
        (HUB, r#"{framework: "GATSBY-2014", areas: ["E08000021"]}"#),
        (
            LEP,
            r#"{framework: "GATSBY-2014", areas: ["E12000001"], where: [{dimension: PHASE, in: ["special"]}, {dimension: TYPE, in: ["maintained"]}, {dimension: TYPE, in: ["maintained"]}], areaKind: LOCAL_AUTHORITY}"#,
        ),
        (PARTNER, r#"{framework: "HKBM-2019", areas: ["HK-KLN"], where: [{dimension: PHASE, in: ["special"]}]}"#),
        (
            HUB,
            r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E08000021"], where: [{dimension: PHASE, in: ["special"]}]}"#,
        ),
    ] {
        let data = service.ask(Some(organisation), &question(input)).await.data();
        let cells = data["outcomes"]["cells"].as_array().unwrap();
        assert!(!cells.is_empty());
        for cell in cells {
            assert_eq!(cell["institutions"], Value::Null, "{cell}");
            for name in ESTIMATES {
                assert_eq!(cell[name]["value"], Value::Null, "{cell}");
                assert_eq!(cell[name]["standardError"], Value::Null, "{cell}");
                assert!(["SMALL_GROUP", "NOT_COLLECTED"].contains(&cell[name]["reason"].as_str().unwrap()), "{cell}");
            }
        }
        assert!(cells.iter().any(|cell| cell["achieved"]["reason"] == "SMALL_GROUP"), "{input}");
        for row in data["outcomes"]["overall"].as_array().unwrap() {
            assert_eq!(row["meanAchieved"]["value"], Value::Null, "{row}");
            assert!(row["distribution"].as_array().unwrap().iter().all(|bin| bin["value"] == Value::Null), "{row}");
        }
    }
}

#[tokio::test]
async fn advice_about_a_hidden_cell_leads_to_a_number() {
    let service = Service::filled(Engine::Sqlite).await;
    let cells = service.cells(HUB, r#"{framework: "GATSBY-2014", areas: ["E08000021"]}"#).await;
    let remedy: Vec<&str> =
        cells[0]["achieved"]["remedy"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(remedy.contains(&"ask for the REGION E12000001 (North East)"), "{remedy:?}");
    assert!(!remedy.iter().any(|text| text.contains("E92000001")), "England is not within the agreement: {remedy:?}");
    let wider = service.cells(HUB, r#"{framework: "GATSBY-2014", areas: ["E12000001"]}"#).await;
    assert!(wider.iter().all(|cell| cell["achieved"]["value"] != Value::Null));

    let input = r#"{framework: "GATSBY-2014", areas: ["E08000022"], by: [PHASE]}"#;
    let cells = service.cells(LEP, input).await;
    let special = cells.iter().find(|cell| cell["categories"][0]["code"] == "special").unwrap();
    assert_eq!(special["achieved"]["reason"], "SMALL_GROUP");
    assert_eq!(special["achieved"]["remedy"][0], "drop PHASE");
}

#[tokio::test]
async fn no_share_is_nothing_or_everything_where_all_or_none_achieve() {
    for achieved in [100, 0] {
        let mut population = Population::standard(1);
        for row in &mut population.0 {
            row.scores.iter_mut().for_each(|score| *score = Some(achieved));
        }
        let service = Service::with(Engine::Sqlite, &population).await;
        for (organisation, input) in [
            (HUB, r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E06000047", "E06000057"]}"#),
            (LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"], by: [TYPE]}"#),
            (PARTNER, r#"{framework: "HKBM-2019", areas: ["HK-NT", "HK-KLN"]}"#),
        ] {
            let data = service.ask(Some(organisation), &question(input)).await.data();
            let mut shown = 0;
            for cell in data["outcomes"]["cells"].as_array().unwrap() {
                if let Some(share) = cell["achievedShare"]["value"].as_f64() {
                    shown += 1;
                    assert!(share > 0.0 && share < 1.0, "{cell}");
                    let mean = cell["meanScore"]["value"].as_f64().unwrap();
                    assert!(mean > 0.0 && mean < 100.0, "{cell}");
                    let count = cell["achieved"]["value"].as_f64().unwrap();
                    assert!(count > 0.0 || cell["achieved"]["status"] == "ROUNDS_TO_ZERO", "{cell}");
                    assert!(count < cell["institutions"].as_f64().unwrap(), "{cell}");
                }
            }
            assert!(shown > 0);
            for row in data["outcomes"]["overall"].as_array().unwrap() {
                assert!(row["shareWithAll"]["value"].as_f64().is_none_or(|share| share < 1.0), "{row}");
            }
        }
    }
}

/// With every score drawn anew, nothing changes but values: no error, no reason, no remedy, no pattern of what is hidden.
#[tokio::test]
async fn what_is_refused_or_hidden_does_not_depend_on_scores() {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map.iter_mut() {
                    if ["value", "bound", "standardError", "status"].contains(&name.as_str()) && !map_is_hidden(inner) {
                        *inner = Value::Null;
                    } else {
                        blank(inner);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(blank),
            _ => {}
        }
    }
    fn map_is_hidden(status: &Value) -> bool {
        ["CONFIDENTIAL", "NOT_AVAILABLE", "NOT_APPLICABLE"].iter().any(|hidden| status == hidden)
    }
    let services = [
        Service::with(Engine::Sqlite, &Population::standard(1)).await,
        Service::with(Engine::Sqlite, &Population::standard(2)).await,
    ];
    for (organisation, input) in [
        (
            LEP,
            r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, benchmarks: [1, 5], by: [PHASE]}"#,
        ),
        (
            PARTNER,
            r#"{framework: "GATSBY-2014", areas: ["HK", "E92000001"], areaKind: REGION, mapped: true, by: [TYPE]}"#,
        ),
        (HUB, r#"{framework: "HKBM-2019", mapped: true}"#),
        (HUB, r#"{framework: "GATSBY-2014", areas: ["E12000003"]}"#),
        (LEP, r#"{framework: "GATSBY-2014", by: [PHASE, TYPE, SIZE]}"#),
    ] {
        let mut answers = Vec::new();
        for service in &services {
            let mut answer = service.ask(Some(organisation), &question(input)).await.json();
            blank(&mut answer);
            if let Some(errors) = answer.get_mut("errors").and_then(Value::as_array_mut) {
                errors.iter_mut().for_each(|error| error["extensions"]["requestId"] = Value::Null);
            }
            answers.push(answer);
        }
        assert_eq!(answers[0], answers[1], "{input}");
    }
}

#[tokio::test]
async fn a_partner_abroad_gets_the_regional_answer_with_noise_on_top() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1]}"#;
    let regional = service.cells(LEP, input).await;
    let international = service.cells(PARTNER, input).await;
    let error = |cells: &[Value]| cells[0]["meanScore"]["standardError"].as_f64().unwrap();
    assert!(error(&international) > error(&regional));
    assert_eq!(international[0]["institutions"].as_i64().unwrap() % 10, 0);
    assert_eq!(regional[0]["institutions"].as_i64().unwrap() % 5, 0);
}
