//! What an organisation that handed in a part of a cell itself is told of the rest, and what it is told of its own.

use serde_json::Value;

use api::domain::OrganisationKind;
use disclosure::Tier;

use crate::support::{Engine, HUB, LEP, Population, Row, Service};

/// The standard population with some schools of North Tyneside, by place, in the hub: 30 stand there, and the LEP hands in the
/// others.
async fn with_some_of_north_tyneside(own: impl Fn(usize) -> bool) -> Service {
    let mut population = Population::standard(1);
    let mut schools: Vec<u32> =
        population.0.iter().filter(|row| row.local_authority == "E08000022").map(|row| row.id).collect();
    schools.dedup();
    for row in &mut population.0 {
        if schools.iter().position(|&id| id == row.id).is_some_and(&own) {
            row.hub = "HUB-2018-21";
        }
    }
    Service::with(Engine::Sqlite, &population).await
}

const NORTH_TYNESIDE: &str = r#"{framework: "GATSBY-2014", areas: ["E08000022"], periods: ["202324T3"]}"#;

fn reasons(cells: &[Value]) -> Vec<&str> {
    let mut reasons: Vec<&str> =
        cells.iter().map(|cell| cell["achievedShare"]["reason"].as_str().unwrap_or_default()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

#[tokio::test]
async fn whoever_handed_in_all_but_a_few_of_a_cell_is_not_told_of_those_few() {
    let service = with_some_of_north_tyneside(|place| place < 4).await;
    let hidden = service.cells(LEP, NORTH_TYNESIDE).await;
    assert_eq!(reasons(&hidden), ["LOW_EFFECT"], "30 schools less the 26 that it knows are four");
    for cell in &hidden {
        let remedies = cell["achievedShare"]["remedy"].to_string();
        assert!(remedies.contains("you handed in all but a few"), "{remedies}");
    }
    let preview = format!(
        "{{ preview(input: {NORTH_TYNESIDE}, totals: false) {{ cells {{ reason remedy }} summary {{ published }} }} }}"
    );
    let preview = service.ask(Some(LEP), &preview).await.data()["preview"].take();
    assert_eq!(preview["summary"]["published"], 0, "a preview says so beforehand");
    assert!(preview["cells"][0]["remedy"].to_string().contains("you handed in all but a few"), "{preview}");
    assert_eq!(reasons(&service.cells(HUB, NORTH_TYNESIDE).await), [""], "who knows four of them is told of the 26");
    service.add_partner("NE-CA", "E12000001", Tier::Regional).await;
    assert_eq!(reasons(&service.cells("NE-CA", NORTH_TYNESIDE).await), [""], "and who knows none of all");
    let own = NORTH_TYNESIDE.replace("{framework", r#"{purpose: "OWN_RESULTS", framework"#);
    assert_eq!(reasons(&service.cells(LEP, &own).await), [""]);
}

/// Of thirty schools of North Tyneside a hub hands in thirteen, their local authority thirteen, and the LEP of all England four.
#[tokio::test]
async fn what_organisations_under_one_agreement_handed_in_protects_others_from_none_of_them() {
    let service = Service::empty(Engine::Sqlite).await;
    service.operator().add_organisation("NT-LA", OrganisationKind::Authority, "NT-LA", "E08000022").await.unwrap();
    service.exchange.refresh().await.unwrap();
    let mut schools =
        Population::standard(1).only(|row| row.local_authority == "E08000022" && row.period == "202324T3");
    schools.0.retain(|row| row.hub.is_empty());
    assert_eq!(schools.0.len(), 30);
    schools.0[..13].iter_mut().for_each(|row| row.hub = "HUB-2018-21");
    for (organisation, places) in [(HUB, 0..13), ("NT-LA", 13..26), (LEP, 26..30)] {
        let report = service.hand_in(organisation, &Population(schools.0[places].to_vec())).await;
        assert!(report.problems.is_empty(), "{organisation}: {:?}", report.problems);
    }
    service.operator().publish(None).await.unwrap();
    assert_eq!(reasons(&service.cells(HUB, NORTH_TYNESIDE).await), [""], "seventeen are not its own");

    service.add_partner("NE-CA", "E12000001", Tier::Regional).await;
    service.add_partner_of("ABROAD", "HK", "E12000001", Tier::Regional).await;
    let known = service.cells("NE-CA", NORTH_TYNESIDE).await;
    assert_eq!(reasons(&known), ["LOW_EFFECT"], "within its area 26 of the 30 are handed in");
    assert!(known[0]["achievedShare"]["remedy"].to_string().contains("under one agreement with you"), "{}", known[0]);
    assert_eq!(
        reasons(&service.cells(HUB, NORTH_TYNESIDE).await),
        ["LOW_EFFECT"],
        "the hub stands under that agreement too"
    );
    assert_eq!(reasons(&service.cells("ABROAD", NORTH_TYNESIDE).await), [""], "who works elsewhere knows none of them");
    assert_eq!(reasons(&service.cells(LEP, NORTH_TYNESIDE).await), [""], "and who knows the four is told of the 26");
}

/// The hub and an authority around it correct schools of their own; a third organisation of the region corrects one.
#[tokio::test]
async fn with_changes_within_its_circle_an_organisation_does_not_lift_a_correction_of_another_out() {
    const NORTH_EAST: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#;
    let service = Service::filled(Engine::Sqlite).await;
    service.add_partner("NE-CA", "E12000001", Tier::Regional).await;
    service.add_partner_of("ABROAD", "HK", "E12000001", Tier::Regional).await;
    let all = async || [service.cells("NE-CA", NORTH_EAST).await, service.cells("ABROAD", NORTH_EAST).await];
    let [circle, elsewhere] = all().await;
    assert_eq!(circle, elsewhere);
    service.hand_in(HUB, &changed(HUB, 12)).await;
    service.hand_in(LEP, &changed(LEP, 1)).await;
    service.publish_anew().await;
    let after = all().await;
    assert_eq!(after[0], circle, "within its area the twelve are known, so the thirteenth would be told");
    assert_ne!(after[1], elsewhere, "to others twelve are enough");
}

#[tokio::test]
async fn what_an_organisation_handed_in_alone_is_not_kept_from_it_at_any_tier() {
    let service = with_some_of_north_tyneside(|_| false).await;
    assert_eq!(reasons(&service.cells(LEP, NORTH_TYNESIDE).await), [""], "all 30 are its own");
}

#[tokio::test]
async fn differences_are_counted_in_what_others_handed_in() {
    // Of thirty schools twenty are academies. Fifteen are the hub's, ten of them academies: without the type, five more of others.
    let service = with_some_of_north_tyneside(|place| place < 15).await;
    service.add_partner_of("ABROAD", "HK", "E12000001", Tier::Regional).await;
    assert_eq!(reasons(&service.cells(LEP, NORTH_TYNESIDE).await), [""], "fifteen are enough");
    let academies = NORTH_TYNESIDE.replace("periods", r#"where: [{dimension: TYPE, in: ["academy"]}], periods"#);
    let [known, unknown] = [service.cells(LEP, &academies).await, service.cells("ABROAD", &academies).await];
    assert_eq!(reasons(&known), ["LOW_EFFECT"]);
    assert!(reasons(&unknown).contains(&""), "who knows none of them is told");
}

/// Schools of a provider outside Leeds, each with other scores than it had.
fn changed(of: &str, count: usize) -> Population {
    let of_provider =
        |row: &Row| row.scheme == "URN" && row.period == "202324T3" && (row.hub.is_empty() == (of == LEP));
    let mut rows = Population::standard(1).only(|row| of_provider(row) && row.local_authority != "E08000035").0;
    rows.retain(|row| row.scores.iter().all(Option::is_some));
    rows.truncate(count);
    rows.iter_mut().for_each(|row| row.scores = vec![Some(100); 8]);
    Population(rows)
}

#[tokio::test]
async fn with_changes_of_its_own_an_organisation_does_not_lift_a_correction_of_another_out() {
    const NORTH_EAST: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#;
    let service = Service::filled(Engine::Sqlite).await;
    service.add_partner("NE-CA", "E12000001", Tier::Regional).await;
    let all = async || {
        [
            service.cells(LEP, NORTH_EAST).await,
            service.cells(HUB, NORTH_EAST).await,
            service.cells("NE-CA", NORTH_EAST).await,
        ]
    };
    let [lep, hub, other] = all().await;
    assert!(lep == hub && hub == other, "one figure for everybody");
    service.hand_in(LEP, &changed(LEP, 12)).await;
    service.hand_in(HUB, &changed(HUB, 1)).await;
    service.publish_anew().await;
    let after = all().await;
    assert_eq!(after[0], lep, "to whom knows the twelve, the thirteenth would be told");
    assert_ne!(after[1], hub, "to others twelve are enough");
    assert_eq!(after[1], after[2], "and all of them are told the same");
}

#[tokio::test]
async fn nothing_of_ones_own_is_hidden_because_another_cell_is_close() {
    let service = Service::filled(Engine::Sqlite).await;
    let of =
        |rest: &str| format!(r#"{{purpose: "OWN_RESULTS", framework: "GATSBY-2014", areas: ["E12000001"]{rest}}}"#);
    for rest in ["", ", areaKind: LOCAL_AUTHORITY", ", by: [PHASE]", ", areaKind: LOCAL_AUTHORITY, by: [PHASE, TYPE]"] {
        for organisation in [LEP, HUB] {
            let cells = service.cells(organisation, &of(rest)).await;
            assert!(!reasons(&cells).contains(&"LOW_EFFECT"), "{organisation} {rest}: {:?}", reasons(&cells));
            for cell in cells {
                let told = cell["achievedShare"]["reason"].is_null();
                assert!(!told || cell["institutions"].as_u64().unwrap() >= 7, "{cell}");
            }
        }
        let destinations = r#"{ destinations(input: {purpose: "OWN_RESULTS"}) { summary { hidden { reason } } } }"#;
        let answer = service.ask(Some(LEP), destinations).await.json().to_string();
        assert!(!answer.contains("LOW_EFFECT"), "{answer}");
    }
}
