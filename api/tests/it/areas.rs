//! Areas in time, and areas of an operator's own.

use api::{
    domain::{AreaChange, AreaKind, SuccessionKind},
    ingest::Form,
    service::AreasWanted,
};
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, LEP, PARTNER, Population, Row, Service, question};

const BARNSLEY: &str = "E08000038";
const BARNSLEY_BEFORE: &str = "E08000016";
const LEEDS: &str = "E08000035";

/// The institutions of Leeds, as if they stood elsewhere, in another term.
fn stood_in(local_authority: &'static str, period: &'static str) -> Population {
    let rows = Population::standard(1).only(|row| row.local_authority == LEEDS && row.period == "202324T3").0;
    Population(rows.into_iter().map(|row| Row { id: row.id + 7_000, local_authority, period, ..row }).collect())
}

async fn institutions(service: &Service, organisation: &str, input: &str) -> Value {
    let table = service.ask(Some(organisation), &question(input)).await.data();
    table["outcomes"]["cells"][0]["institutions"].clone()
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn hub() -> AreaChange {
    AreaChange {
        code: "HUB-OURS".into(),
        name: Some("Our Careers Hub".into()),
        kind: Some(AreaKind::Hub),
        within: vec!["E37000062".into()],
        ..AreaChange::default()
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_result_under_the_code_of_its_time_counts_in_todays_area(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let before = stood_in(BARNSLEY_BEFORE, "202122T1");
    let report = service.hand_in(LEP, &before).await;
    assert!(report.problems.is_empty(), "{:?}", report.problems.first());
    service.hand_in(LEP, &stood_in(BARNSLEY, "202526T1")).await;
    let too_late = service.hand_in(LEP, &stood_in(BARNSLEY_BEFORE, "202526T2")).await;
    let told = too_late.problems[0].to_string();
    assert!(told.contains("ended on 2025-04-30; after it: `E08000038` (Barnsley)"), "{told}");
    service.operator().publish(None).await.unwrap();

    let input = |code: &str| {
        format!(
            r#"{{framework: "GATSBY-2014", areas: ["{code}"], periods: ["202122T1", "202526T1"], benchmarks: [2]}}"#
        )
    };
    let now = service.ask(Some(LEP), &question(&input(BARNSLEY))).await.data();
    let cells = now["outcomes"]["cells"].as_array().unwrap();
    assert_eq!(cells[0]["institutions"], cells[1]["institutions"]);
    assert!(cells[0]["institutions"].as_u64().unwrap() > 50);
    let under_the_old = service.ask(Some(LEP), &question(&input(BARNSLEY_BEFORE))).await.data();
    assert_eq!(now, under_the_old, "the code of before is another word for it, and no other look");
    let query = format!(
        r#"{{ area(code: "{BARNSLEY_BEFORE}") {{ inUse validTo successors {{ on kind area {{ code inUse }} }} }}
             areas(search: "barnsley") {{ nodes {{ code }} }} ended: areas(search: "barnsley", ended: true) {{ totalCount }} }}"#
    );
    let expected = json!({
        "area": {"inUse": false, "validTo": "2025-04-30",
            "successors": [{"on": "2025-05-01", "kind": "RECODE", "area": {"code": BARNSLEY, "inUse": true}}]},
        "areas": {"nodes": [{"code": BARNSLEY}]}, "ended": {"totalCount": 2}});
    assert_eq!(service.ask(None, &query).await.data(), expected);
}

#[tokio::test]
async fn what_was_split_is_asked_for_under_its_own_code_and_counts_in_what_lies_around() {
    let service = Service::empty(Engine::Sqlite).await;
    service.hand_in(LEP, &stood_in("E10000006", "202122T1")).await;
    let too_late = service.hand_in(LEP, &stood_in("E10000006", "202324T1")).await;
    let told = too_late.problems[0].to_string();
    assert!(told.contains("after it: `E06000063` (Cumberland), `E06000064` (Westmorland and Furness)"), "{told}");
    service.operator().publish(None).await.unwrap();
    for area in ["E10000006", "E37000007", "E12000002"] {
        let input = format!(r#"{{framework: "GATSBY-2014", areas: ["{area}"], benchmarks: [2]}}"#);
        assert!(institutions(&service, LEP, &input).await.as_u64().unwrap() > 50, "{area}");
    }
    let merged = question(r#"{framework: "GATSBY-2014", areas: ["E06000028"]}"#);
    let (code, told) = service.ask(Some(LEP), &merged).await.error();
    assert_eq!(
        (code.as_str(), told.as_str()),
        ("NOT_FOUND", "the area `E06000028` ended on 2019-03-31; after it: E06000058")
    );
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_hub_of_ones_own_hands_in_and_outlasts_the_next_migration(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let operator = service.operator();
    let asked = question(r#"{framework: "GATSBY-2014", areas: ["E12000003"], areaKind: LEP}"#);
    let before = service.ask(Some(LEP), &asked).await;
    let changed = operator.add_area(hub()).await.unwrap();
    assert_eq!((changed.version, changed.is_new), (2, true));
    assert!(operator.add_area(hub()).await.unwrap_err().to_string().contains("is there already"));
    operator.add_organisation("OURS", api::domain::OrganisationKind::Hub, "Ours", "HUB-OURS").await.unwrap();

    let mut rows = stood_in(LEEDS, "202425T1");
    rows.0.iter_mut().for_each(|row| row.hub = "HUB-OURS");
    let report = service.hand_in("OURS", &rows).await;
    assert!(report.problems.is_empty(), "{:?}", report.problems.first());
    assert_eq!(text(&service.ask(Some(LEP), &asked).await), text(&before), "nothing changes before it is published");
    service.operator().publish(None).await.unwrap();
    let of_hub = r#"{framework: "GATSBY-2014", areas: ["HUB-OURS"], periods: ["202425T1"], benchmarks: [2]}"#;
    assert!(institutions(&service, LEP, of_hub).await.as_u64().unwrap() > 50);
    let shown = service.ask(None, r#"{ area(code: "HUB-OURS") { name kind parents { code } } }"#).await.data();
    let expected = json!({"name": "Our Careers Hub", "kind": "HUB", "parents": [{"code": "E37000062"}]});
    assert_eq!(shown["area"], expected);

    operator.migrate().await.unwrap();
    let (catalogue, own) =
        operator.areas(&AreasWanted { search: Some("our careers"), ..AreasWanted::default() }).await.unwrap();
    assert_eq!(own.len(), 1);
    assert!(catalogue.areas()[own[0]].own);

    let ended = operator.end_area("HUB-OURS", day("2026-03-31")).await.unwrap();
    assert!(ended.is_new);
    rows.0.iter_mut().for_each(|row| row.period = "202526T3");
    let told = service.hand_in("OURS", &rows).await.problems[0].to_string();
    assert!(told.contains("`HUB-OURS` (Our Careers Hub) ended on 2026-03-31"), "{told}");
    rows.0.iter_mut().for_each(|row| row.period = "202526T2");
    assert!(service.hand_in("OURS", &rows).await.problems.is_empty(), "in its time");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_recode_from_a_file_takes_results_agreements_and_organisations_along(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.add_partner("LEEDS", LEEDS, Tier::Regional).await;
    let of = |code: &str| {
        format!(r#"{{framework: "GATSBY-2014", areas: ["{code}"], periods: ["202324T3"], benchmarks: [2]}}"#)
    };
    let before = institutions(&service, "LEEDS", &of(LEEDS)).await;
    let cited = service.ask(Some("LEEDS"), &question(&of(LEEDS))).await;
    let citation = cited.data()["outcomes"]["citation"].clone();

    let file = "code,valid_from,succeeds,succession,name\nLEEDS-2,2026-04-01,E08000035,recode,City of Leeds\n";
    let report = service.operator().import_areas(&Form::default(), file.as_bytes()).await.unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let concerned = report.stored.unwrap().concerned;
    assert_eq!(concerned.len(), 1);
    assert!(
        concerned[0].contains("is about `E08000035` (Leeds), which ended on 2026-03-31; then it is about `LEEDS-2`")
    );
    assert!(!service.operator().import_areas(&Form::default(), file.as_bytes()).await.unwrap().stored.unwrap().is_new);
    service.operator().publish(None).await.unwrap();
    for code in ["LEEDS-2", LEEDS] {
        assert_eq!(institutions(&service, "LEEDS", &of(code)).await, before, "{code}");
    }
    let again = question(&of(LEEDS))
        .replace(&format!("outcomes(input: {})", of(LEEDS)), &format!("outcomes: table(citation: {citation})"));
    assert_eq!(text(&service.ask(Some("LEEDS"), &again).await), text(&cited), "a citation comes back as it was");
    // In the LEP and the combined authority that the place lay in.
    let parents = service.ask(None, r#"{ area(code: "LEEDS-2") { parents { kind } } }"#).await.data();
    let kinds: Vec<&str> =
        parents["area"]["parents"].as_array().unwrap().iter().map(|parent| parent["kind"].as_str().unwrap()).collect();
    assert!(["REGION", "LEP", "LSIP", "COMBINED_AUTHORITY"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let corrected = Population::standard(2).only(|row| row.local_authority == LEEDS && row.period == "202324T3");
    assert!(service.hand_in(LEP, &corrected).await.problems.is_empty(), "the code of its time");
}

#[tokio::test]
async fn a_file_of_areas_with_a_problem_stores_nothing() {
    let service = Service::empty(Engine::Sqlite).await;
    let file =
        "code,name,kind,within,members\nH1,A hub,hub,E37000062,\nL9,A LEP,lep,E92000001,E08000035\nX,,,,\nY,Y,hub,Z,\n";
    let report = service.operator().import_areas(&Form::default(), file.as_bytes()).await.unwrap();
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("line 4, column `kind`") && told[1].starts_with("line 5, column `within`: found `Z`"));
    let file = "code,name,kind,within,members\nL9,A LEP,lep,E92000001,E08000035\n";
    let error = service.operator().import_areas(&Form::default(), file.as_bytes()).await.unwrap_err().to_string();
    assert!(error.contains("do not overlap, found `L9` and `E37000062` (Leeds City Region)"), "{error}");
    assert_eq!(service.database.numbers("SELECT MAX(number) FROM catalogue_version").await, [[1]]);
}

#[tokio::test]
async fn what_ends_is_told_with_the_agreements_that_it_concerns() {
    let service = Service::empty(Engine::Sqlite).await;
    service.add_partner("SURREY", "E10000030", Tier::Regional).await;
    let part = |code: &str| AreaChange {
        code: code.into(),
        name: Some(code.into()),
        valid_from: Some(day("2027-04-01")),
        succeeds: vec!["E10000030".into()],
        succession: Some(SuccessionKind::Split),
        ..AreaChange::default()
    };
    let changed = service.operator().change_areas(&[part("EAST"), part("WEST")]).await.unwrap();
    assert_eq!(changed.concerned.len(), 1);
    let told = &changed.concerned[0];
    assert!(
        told.contains("which ends on 2027-03-31; after it come `EAST`, `WEST`, which it does not name: amend it"),
        "{told}"
    );
    let (catalogue, surrey) = service
        .operator()
        .areas(&AreasWanted { within: Some("E12000008"), search: Some("EAST"), ended: true, ..AreasWanted::default() })
        .await
        .unwrap();
    assert!(surrey.iter().any(|&area| catalogue.areas()[area].code == "EAST" && !catalogue.is_in_use(area)));
}

#[tokio::test]
async fn areas_of_skills_plans_can_be_asked_for_and_are_charged() {
    let service = Service::filled(Engine::Sqlite).await;
    let input =
        r#"{framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LSIP, periods: ["202324T3"], benchmarks: [2]}"#;
    let cost =
        |data: &Value| (data["outcomes"]["cost"]["standard"].clone(), data["outcomes"]["cost"]["tabulations"].clone());
    let query = format!(
        "{{ outcomes(input: {input}) {{ cost {{ standard tabulations }} cells {{ area {{ code }} institutions }} }} }}"
    );
    let data = service.ask(Some(LEP), &query).await.data();
    assert_eq!(cost(&data), (json!(false), json!(1)));
    let codes: Vec<&str> = data["outcomes"]["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell["area"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["E69000031", "E69000045"], "those of today alone");
    let abroad = question(r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LSIP}"#);
    assert_eq!(service.ask(Some(PARTNER), &abroad).await.error().0, "FORBIDDEN");
    let (code, told) =
        service.ask(Some(LEP), &question(r#"{framework: "GATSBY-2014", areas: ["E69000023"]}"#)).await.error();
    assert_eq!(code, "NOT_FOUND");
    assert_eq!(told, "the area `E69000023` ended on 2025-09-28; after it: E69000045");
}
