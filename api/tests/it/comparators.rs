//! Comparators: named lists of areas that stand for their members wherever a question names areas.

use api::{domain::ComparatorChange, ingest::Form};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    destinations,
    support::{Engine, HUB, LEP, PARTNER, Service, question},
};

/// Local authorities of the North East, of which the LEP has an agreement.
const MEMBERS: [&str; 3] = ["E06000047", "E08000021", "E08000037"];

fn neighbours() -> ComparatorChange {
    ComparatorChange {
        code: "SN-DURHAM".into(),
        name: Some("Statistical neighbours of County Durham".into()),
        about: Some("E06000047".into()),
        members: MEMBERS.map(Into::into).to_vec(),
        source: Some("a table of neighbours".into()),
        ..ComparatorChange::default()
    }
}

/// A service whose newest release knows the neighbours.
async fn compared(engine: Engine) -> Service {
    known_to(Service::filled(engine).await).await
}

async fn known_to(service: Service) -> Service {
    let changed = service.operator().add_comparator(neighbours()).await.unwrap();
    assert_eq!((changed.version, changed.is_new), (2, true));
    service.operator().publish(None).await.unwrap();
    service
}

fn input(areas: &str) -> String {
    format!(r#"{{framework: "GATSBY-2014", areas: [{areas}], benchmarks: [2]}}"#)
}

fn written_out() -> String {
    MEMBERS.map(|code| format!(r#""{code}""#)).join(", ")
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_comparator_is_another_word_for_its_members(#[case] engine: Engine) {
    let service = compared(engine).await;
    let named = service.ask(Some(LEP), &question(&input(r#""SN-DURHAM""#))).await.data();
    let cells = named["outcomes"]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), MEMBERS.len());
    assert_eq!(named, service.ask(Some(LEP), &question(&input(&written_out()))).await.data());
    let beside = input(r#""SN-DURHAM", "E06000047", "SN-DURHAM", "E06000057""#);
    let beside = service.ask(Some(LEP), &question(&beside)).await.data();
    assert_eq!(beside["outcomes"]["cells"].as_array().unwrap().len(), MEMBERS.len() + 1);

    let charged = |areas: &str| {
        format!(
            r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: [{areas}], benchmarks: [2], by: [TYPE]}}) {{
                citation cost {{ tabulations }} cells {{ achieved {{ value }} change(since: "202324T2") {{ achievedShare {{ value }} }} }}
                totals {{ achieved {{ value }} }} }} }}"#
        )
    };
    let used = async || service.ask(Some(LEP), "{ viewer { budget { measure used } } }").await.data();
    let written = service.ask(Some(LEP), &charged(&written_out())).await.data();
    let before = used().await;
    let named = service.ask(Some(LEP), &charged(r#""SN-DURHAM""#)).await.data();
    assert!(before["viewer"]["budget"].as_array().is_some_and(|lines| !lines.is_empty()), "{before}");
    assert_eq!(used().await, before, "what was asked by its codes is not charged again");
    for part in ["citation", "cost", "cells", "totals"] {
        assert_eq!(named["outcomes"][part], written["outcomes"][part], "{part}");
    }

    let preview =
        |areas: &str| format!("{{ preview(input: {}) {{ cells {{ area {{ code }} institutions }} }} }}", input(areas));
    let named = service.ask(Some(LEP), &preview(r#""SN-DURHAM""#)).await.data();
    assert_eq!(named, service.ask(Some(LEP), &preview(&written_out())).await.data());
}

#[tokio::test]
async fn destinations_know_comparators_too() {
    let service = known_to(destinations::standard(Engine::Sqlite, 1).await).await;
    let asked = |areas: &str| destinations::question(&format!("{{areas: [{areas}]}}"));
    let named = service.ask(Some(LEP), &asked(r#""SN-DURHAM""#)).await.data();
    assert_eq!(named["destinations"]["cells"][0]["area"]["code"], MEMBERS[0]);
    assert_eq!(named, service.ask(Some(LEP), &asked(&written_out())).await.data());
}

#[tokio::test]
async fn agreements_must_reach_every_member() {
    let service = compared(Engine::Sqlite).await;
    let refusal =
        async |organisation: &str, areas: &str| service.ask(Some(organisation), &question(&input(areas))).await.error();
    let hubs: Vec<String> = (1..=21).map(|number| format!(r#""HUB-2018-{number:02}""#)).collect();
    for (organisation, comparator, members) in
        [(HUB, r#""HUBS-FIRST-WAVE""#, hubs.join(", ")), (PARTNER, r#""SN-DURHAM""#, written_out())]
    {
        let refused = refusal(organisation, comparator).await;
        assert!(["FORBIDDEN", "NOT_FOUND"].contains(&refused.0.as_str()), "{refused:?}");
        assert_eq!(refused, refusal(organisation, &members).await, "as if the members were written out");
    }
    let (code, told) = refusal(LEP, r#""SN-DURHAM", "E12000001""#).await;
    assert!(code == "BAD_REQUEST" && told.starts_with("one table holds one kind of area"), "{told}");
}

#[tokio::test]
async fn a_citation_holds_when_its_comparator_changes_or_ends() {
    let service = compared(Engine::Sqlite).await;
    let operator = service.operator();
    let ask = format!(
        "{{ outcomes(input: {}) {{ citation cells {{ area {{ code }} achieved {{ value }} }} }} }}",
        input(r#""SN-DURHAM""#)
    );
    let before = service.ask(Some(LEP), &ask).await.data()["outcomes"].take();
    let citation = before["citation"].as_str().unwrap();
    let by_codes = format!("{{ outcomes(input: {}) {{ citation }} }}", input(&written_out()));
    assert_eq!(service.ask(Some(LEP), &by_codes).await.data()["outcomes"]["citation"], citation);
    let fewer =
        ComparatorChange { code: "SN-DURHAM".into(), members: vec![MEMBERS[0].into()], ..ComparatorChange::default() };
    assert!(operator.change_comparators(std::slice::from_ref(&fewer)).await.unwrap().is_new);
    assert!(!operator.change_comparators(&[fewer]).await.unwrap().is_new);
    let unpublished = service.ask(Some(LEP), &ask).await.data();
    assert_eq!(unpublished["outcomes"], before, "a release keeps the comparators that it was published with");
    operator.publish(None).await.unwrap();
    let after = service.ask(Some(LEP), &ask).await.data();
    assert_eq!(after["outcomes"]["cells"].as_array().unwrap().len(), 1);
    let again = format!(
        r#"{{ table(citation: "{citation}") {{ citation cells {{ area {{ code }} achieved {{ value }} }} }} }}"#
    );
    assert_eq!(service.ask(Some(LEP), &again).await.data()["table"], before);

    operator.end_comparator("SN-DURHAM", "2020-01-01".parse().unwrap()).await.unwrap();
    operator.publish(None).await.unwrap();
    let (code, told) = service.ask(Some(LEP), &ask).await.error();
    assert_eq!((code.as_str(), told.as_str()), ("NOT_FOUND", "the comparator `SN-DURHAM` ended on 2020-01-01"));
    assert_eq!(service.ask(Some(LEP), &again).await.data()["table"], before);
    let listed = service
        .ask(None, "{ now: comparators { totalCount } all: comparators(ended: true) { totalCount } }")
        .await
        .data();
    assert_eq!(listed, json!({"now": {"totalCount": 1}, "all": {"totalCount": 2}}));
}

#[tokio::test]
async fn the_catalogue_tells_what_an_area_is_put_beside() {
    let service = compared(Engine::Sqlite).await;
    let fields = "code basis about { code } kind members { code } validFrom validTo source";
    let query = format!(
        r#"{{ durham: area(code: "E06000047") {{ comparators {{ {fields} }} }} hub: area(code: "HUB-2018-21") {{ comparators {{ code basis }} }}
             comparator(code: "SN-DURHAM") {{ {fields} }} none: comparator(code: "E06000047") {{ code }}
             comparators(about: "E06000047") {{ nodes {{ code }} }} found: comparators(search: "first wave") {{ totalCount nodes {{ members {{ code }} }} }} }}"#
    );
    let found = service.ask(None, &query).await.data();
    let codes: Vec<&Value> =
        found["durham"]["comparators"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["E12000001", "E92000001", "SN-DURHAM"]);
    let members: Vec<Value> = MEMBERS.map(|code| json!({"code": code})).to_vec();
    let expected = json!({
        "code": "SN-DURHAM", "basis": "OPERATOR", "about": {"code": "E06000047"}, "kind": "LOCAL_AUTHORITY", "members": members,
        "validFrom": null, "validTo": null, "source": "a table of neighbours"});
    assert_eq!(found["comparator"], expected);
    assert_eq!(found["durham"]["comparators"][2], expected);
    let around = json!({"code": "E12000001", "basis": "SURROUNDING", "members": [{"code": "E12000001"}]});
    for (field, value) in around.as_object().unwrap() {
        assert_eq!(found["durham"]["comparators"][0][field], *value, "{field}");
    }
    assert_eq!(found["none"], Value::Null);
    assert_eq!(found["comparators"]["nodes"], json!([{"code": "SN-DURHAM"}]));
    assert_eq!(found["found"]["nodes"][0]["members"].as_array().unwrap().len(), 21);
    let of_hub = found["hub"]["comparators"].as_array().unwrap();
    assert_eq!(of_hub.last().unwrap(), &json!({"code": "HUBS-FIRST-WAVE", "basis": "PUBLISHED"}));
    let (code, _) = service.ask(None, r#"{ comparators(about: "X99") { totalCount } }"#).await.error();
    assert_eq!(code, "NOT_FOUND");
}

#[tokio::test]
async fn a_file_of_comparators_is_taken_whole_or_not_at_all() {
    let service = Service::filled(Engine::Sqlite).await;
    let operator = service.operator();
    let wrong = "code,name,about,members,source\n\
                 SN-1,One,E06000047,E08000021 E08000037,a table\nSN-2,Two,,E08000021 E12000001,a table\nE12000001,x,,E08000021,y\n";
    let report = operator.import_comparators(&Form::default(), wrong.as_bytes()).await.unwrap();
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(report.stored.is_none() && told.len() == 2, "{told:?}");
    assert!(told[0].contains("areas of one kind") && told[0].contains('3'), "{told:?}");
    assert!(told[1].contains("a code that no area has"), "{told:?}");
    let right = wrong.lines().take(2).collect::<Vec<_>>().join("\n");
    let report = operator.import_comparators(&Form::default(), right.as_bytes()).await.unwrap();
    assert!(report.stored.unwrap().is_new);
    let taken = api::domain::AreaChange {
        code: "SN-1".into(),
        name: Some("x".into()),
        kind: Some(api::domain::AreaKind::Hub),
        ..api::domain::AreaChange::default()
    };
    let told = operator.add_area(taken).await.unwrap_err().to_string();
    assert!(told.contains("a code that no comparator has"), "{told}");
    assert!(operator.add_comparator(neighbours()).await.unwrap().is_new);
    assert!(operator.add_comparator(neighbours()).await.unwrap_err().to_string().contains("is there already"));
    assert!(operator.end_comparator("X99", "2020-01-01".parse().unwrap()).await.is_err());
}
