//! The budget: new tabulations are charged once, however they are asked, and end where the tier or the pool ends.

use std::sync::Arc;

use api::domain::{Clock, NewAgreement, OrganisationKind};
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Service, clock};

const TYPES: [&str; 8] =
    ["academy", "maintained", "independent", "college", "special", "aided", "direct-subsidy", "other"];

/// The nth set of 2 to 7 types of institution, for n up to 246: each is a tabulation of its own.
fn types(n: usize) -> String {
    let set = (0..=255_u32).filter(|set| (2..=7).contains(&set.count_ones())).nth(n).unwrap();
    let chosen = (0..8).filter(|bit| set & (1 << bit) != 0).map(|bit| format!("\"{}\"", TYPES[bit]));
    chosen.collect::<Vec<_>>().join(", ")
}

/// A question for one benchmark, or several, by the nth set of types.
fn nth(n: usize, benchmarks: &str) -> String {
    ask(&format!(
        r#"{{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [{benchmarks}], periods: ["202324T3"],
            where: [{{dimension: TYPE, in: [{}]}}]}}"#,
        types(n)
    ))
}

fn ask(input: &str) -> String {
    format!(
        "{{ outcomes(input: {input}) {{ citation cost {{ standard tabulations rho }} \
         cells {{ benchmark {{ number }} institutions achievedShare {{ value reason remedy }} }} }} }}"
    )
}

/// How many entries the ledger holds, all of them or those for which something holds.
async fn entries(service: &Service, condition: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM budget_entry WHERE {condition}");
    service.database.numbers(&sql).await[0][0]
}

/// What a tabulation costs at the regional tier.
const RHO: f64 = 1.0 / (1.5 * 6.0 * 6.0);

/// Uses up some of a budget: tabulations `from..to` about benchmark 3.
async fn spend(service: &Service, organisation: &str, tabulations: std::ops::Range<usize>) {
    for n in tabulations {
        service.ask(Some(organisation), &nth(n, "3")).await.data();
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_tabulation_is_charged_once_however_it_is_asked(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let plain = r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"], benchmarks: [1, 2],
        periods: ["202324T2", "202324T3"], by: [PHASE], where: [{dimension: TYPE, in: ["academy", "college"]}]}"#;
    let first = service.ask(Some(LEP), &ask(plain)).await;
    let cost = &first.data()["outcomes"]["cost"];
    assert_eq!(cost["tabulations"], 2, "two benchmarks, whatever the periods");
    assert!((cost["rho"].as_f64().unwrap() - 2.0 * RHO).abs() < 1e-12);
    assert_eq!(entries(&service, "tabulation = 'REGION;PHASE=*;TYPE=academy,college' AND tier = 'regional'").await, 2);
    assert_eq!(service.ask(Some(LEP), &ask(plain)).await.body, first.body, "a repeat looks the same");

    for same in [
        // another order, repetitions, implied filters, the default purpose
        r#"{where: [{in: ["college", "academy", "academy"], dimension: TYPE}, {dimension: SIZE, in: ["large", "small", "medium"]}],
            by: [PHASE, PHASE], benchmarks: [2, 1, 2], periods: ["202324T3", "202324T2"], areas: ["E12000003", "E12000001"],
            purpose: "benchmarking", framework: "GATSBY-2014", release: 1}"#,
        // fewer areas, fewer benchmarks, fewer periods
        r#"{framework: "GATSBY-2014", areas: ["E12000003"], benchmarks: [2], periods: ["202324T2"], by: [PHASE],
            where: [{dimension: TYPE, in: ["academy", "college"]}]}"#,
        // another period
        r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1, 2], periods: ["202324T1"],
            by: [PHASE], where: [{dimension: TYPE, in: ["academy", "college"]}]}"#,
        // other areas of the same kind
        r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, benchmarks: [1], periods: ["202324T2"],
            by: [PHASE], where: [{dimension: TYPE, in: ["academy", "college"]}]}"#,
        // fewer categories of the breakdown, and one category of it
        r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1], periods: ["202324T3"], by: [PHASE],
            where: [{dimension: TYPE, in: ["academy", "college"]}, {dimension: PHASE, in: ["secondary", "special"]}]}"#,
        r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [1], periods: ["202324T3"],
            where: [{dimension: TYPE, in: ["academy", "college"]}, {dimension: PHASE, in: ["special"]}]}"#,
    ] {
        service.ask(Some(LEP), &ask(same)).await.data();
        assert_eq!(entries(&service, "1 = 1").await, 2, "{same}");
    }
    let aliased = format!(
        "{{ a: outcomes(input: {plain}) {{ it: cells {{ institutions }} }} b: outcomes(input: {plain}) {{ ...T }} }}
        fragment T on OutcomeTable {{ summary {{ published }} }}"
    );
    service.ask(Some(LEP), &aliased).await.data();

    service.hand_in_everything(&Population::standard(2)).await;
    service.publish_anew().await;
    service.ask(Some(LEP), &ask(plain)).await.data();
    assert_eq!(service.ask(Some(LEP), &ask(&plain.replace("by:", "release: 1, by:"))).await.body, first.body);
    assert_eq!(entries(&service, "1 = 1").await, 2, "another release of it is the same tabulation");

    let other = plain.replace("by: [PHASE],", "");
    service.ask(Some(LEP), &ask(&other)).await.data();
    assert_eq!(entries(&service, "1 = 1").await, 4, "without the breakdown it is another one");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn past_the_last_tabulation_nothing_new_is_answered_and_everything_else_goes_on(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    spend(&service, LEP, 0..3).await;
    let (code, message) = service.ask(Some(LEP), &nth(20, "3")).await.error();
    assert_eq!(code, "BUDGET_EXHAUSTED");
    for part in ["`GATSBY-2014/3`", "REGIONAL lets an organisation open 3", "standard tables", "anybody opened before"]
    {
        assert!(message.contains(part), "{message}");
    }

    let data = service.ask(Some(LEP), &nth(20, "3, 4")).await.data();
    let cells = data["outcomes"]["cells"].as_array().unwrap();
    assert_eq!(cells[0]["benchmark"]["number"], 3);
    let hidden = json!({"value": null, "reason": "BUDGET",
        "remedy": ["ask for a standard table: no breakdown, no filter, not mapped"]});
    assert_eq!((&cells[0]["achievedShare"], &cells[0]["institutions"]), (&hidden, &Value::Null));
    assert_ne!(cells[1]["achievedShare"]["reason"], "BUDGET", "benchmark 4 has a budget of its own");
    assert_eq!(entries(&service, "1 = 1").await, 4, "what is refused is not charged");
    assert_eq!(service.ask(Some(LEP), &nth(20, "3, 4")).await.data(), data, "and looks the same when asked again");

    let earlier = |n| nth(n, "3").replace("202324T3", "202324T2");
    assert_eq!(service.ask(Some(LEP), &earlier(20)).await.error().0, "BUDGET_EXHAUSTED", "one account for all periods");
    service.ask(Some(LEP), &earlier(2)).await.data();
    let standard = ask(r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [3], periods: ["202324T3"]}"#);
    let data = service.ask(Some(LEP), &standard).await.data();
    assert_eq!(data["outcomes"]["cost"], json!({"standard": true, "tabulations": 0, "rho": 0.0}));
    assert_ne!(data["outcomes"]["cells"][0]["achievedShare"]["value"], Value::Null);
    service.ask(Some(HUB), &nth(20, "3")).await.data();
    service.ask(Some(LEP), &nth(20, "3")).await.data();

    let after_a_restart = service.replica().await;
    assert_eq!(after_a_restart.ask(Some(LEP), &nth(21, "3")).await.error().0, "BUDGET_EXHAUSTED");
    after_a_restart.ask(Some(LEP), &nth(2, "3")).await.data();
    assert_eq!(entries(&service, "organisation_id = (SELECT id FROM organisation WHERE code = 'NE-LEP')").await, 4);
}

#[tokio::test]
async fn only_what_is_selected_is_charged() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = |n: usize| {
        format!(
            r#"{{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"],
                where: [{{dimension: TYPE, in: [{}]}}]}}"#,
            types(n)
        )
    };
    for (n, selection, units, fragments) in [
        (0, "citation tier", 0, ""),
        (1, "summary { published }", 8, ""),
        // Outcomes over all benchmarks tell about each of them.
        (2, "overall { institutions }", 8, ""),
        (3, "rows: cells { institutions } all: overall { institutions }", 8, ""),
        (
            4,
            "... on OutcomeTable { ...T }",
            8,
            "fragment T on OutcomeTable { cells { institutions } overall { institutions } }",
        ),
        (5, "cells { institutions } overall @include(if: false) { institutions }", 8, ""),
    ] {
        // Each of them is another organisation's, so that none uses its budget up.
        let asker = [LEP, HUB, PARTNER][n % 3];
        let before = entries(&service, "1 = 1").await;
        let query =
            format!("{{ outcomes(input: {}) {{ cost {{ tabulations cells }} {selection} }} }} {fragments}", input(n));
        let data = service.ask(Some(asker), &query).await.data();
        assert_eq!(data["outcomes"]["cost"], json!({"tabulations": units, "cells": 8}), "{selection}");
        assert_eq!(entries(&service, "1 = 1").await - before, units, "{selection}");
        for (name, length) in [("cells", 8), ("rows", 8), ("overall", 1), ("all", 1)] {
            let list = &data["outcomes"][name];
            assert!(list.is_null() || list.as_array().unwrap().len() == length, "{selection}: {data}");
        }
    }
    let twice = format!(
        "{{ outcomes(input: {0}) {{ cells {{ institutions }} }} outcomes(input: {0}) {{ overall {{ institutions }} }} }}",
        input(1)
    );
    let data = service.ask(Some(LEP), &twice).await.data();
    assert_eq!(data["outcomes"]["cells"].as_array().unwrap().len(), 8);
    assert_eq!(data["outcomes"]["overall"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn own_results_and_questions_that_break_a_rule_are_never_charged() {
    let service = Service::filled(Engine::Sqlite).await;
    for n in 0..25 {
        let own = nth(n, "3").replace("GATSBY-2014\"", "GATSBY-2014\", purpose: \"OWN_RESULTS\"");
        let data = service.ask(Some(HUB), &own).await.data();
        assert_eq!(data["outcomes"]["cost"], json!({"standard": false, "tabulations": 0, "rho": 0.0}));
    }
    for broken in [
        r#"{framework: "GATSBY-2014", by: [PHASE, TYPE, SIZE]}"#,
        r#"{framework: "GATSBY-2014", by: [PHASE], benchmarks: [9]}"#,
        r#"{framework: "GATSBY-2014", by: [PHASE], areas: ["E12000003"]}"#,
        r#"{framework: "GATSBY-2014", by: [PHASE], release: 7}"#,
    ] {
        service.ask(Some(HUB), &ask(broken)).await.error();
    }
    service.ask(Some(HUB), &ask(r#"{framework: "GATSBY-2014", by: [PHASE], periods: ["203031T1"]}"#)).await.data();
    assert_eq!(entries(&service, "1 = 1").await, 0);
}

#[tokio::test]
async fn a_mapped_question_is_charged_for_every_benchmark_that_is_counted() {
    let service = Service::filled(Engine::Sqlite).await;
    let mapped = |framework: &str, benchmark: u8, organisation: &'static str| {
        let input = format!(
            r#"{{framework: "{framework}", areas: ["E12000001"], benchmarks: [{benchmark}], periods: ["202324T3"], mapped: true}}"#
        );
        let service = &service;
        async move { service.ask(Some(organisation), &ask(&input)).await.data()["outcomes"]["cost"].clone() }
    };
    let cost = mapped("HKBM-2019", 8, LEP).await;
    assert_eq!((&cost["standard"], &cost["tabulations"]), (&json!(false), &json!(3)));
    let joined = "tabulation = 'REGION;mapped=GATSBY-2014/5&6+HKBM-2019/8'";
    for measure in ["GATSBY-2014/5", "GATSBY-2014/6", "HKBM-2019/8"] {
        assert_eq!(entries(&service, &format!("{joined} AND measure = '{measure}'")).await, 1);
    }
    assert_eq!(
        mapped("GATSBY-2014", 5, LEP).await["tabulations"],
        2,
        "England's 5 beside Hong Kong's 8 is another one"
    );
    assert_eq!(entries(&service, "measure = 'GATSBY-2014/5'").await, 2);
    let nothing_joins = mapped("HKBM-2019", 5, LEP).await;
    assert_eq!(nothing_joins["tabulations"], 0, "Hong Kong's 5 has no counterpart: it is the standard table");

    for n in 0..1 {
        service.ask(Some(LEP), &nth(n, "5")).await.data();
    }
    let fresh = ask(
        r#"{framework: "HKBM-2019", areas: ["E12000001"], benchmarks: [8], periods: ["202324T3"], mapped: true, by: [PHASE]}"#,
    );
    let (code, message) = service.ask(Some(LEP), &fresh).await.error();
    assert_eq!(code, "BUDGET_EXHAUSTED");
    assert!(message.contains("`GATSBY-2014/5`"), "{message}");
    assert_eq!(entries(&service, "measure = 'GATSBY-2014/6'").await, 1, "what it also needs is not charged");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn organisations_use_up_the_pool_together(#[case] engine: Engine) {
    const THIRD: &str = "TEES";
    let service = Service::filled(engine).await;
    let agreement = NewAgreement {
        consumer: THIRD.into(),
        area: "E92000001".into(),
        tier: Tier::Regional,
        purposes: vec!["benchmarking".into()],
        dimensions: None,
        valid_from: clock().today(),
        valid_until: None,
    };
    service.operator().add_organisation(THIRD, OrganisationKind::Lep, THIRD, "E37000025").await.unwrap();
    service.operator().add_agreement(&agreement).await.unwrap();
    service.exchange.refresh().await.unwrap();

    spend(&service, LEP, 0..3).await;
    spend(&service, HUB, 0..6).await;
    assert_eq!(entries(&service, "1 = 1").await, 6, "what another opened is free");
    spend(&service, THIRD, 6..9).await;
    for organisation in [LEP, HUB, THIRD] {
        assert_eq!(service.ask(Some(organisation), &nth(9, "3")).await.error().0, "BUDGET_EXHAUSTED");
    }
    spend(&service, PARTNER, 9..10).await;
    assert_eq!(entries(&service, "1 = 1").await, 10, "three cannot lock a fourth out");

    let (code, message) = service.ask(Some(PARTNER), &nth(60, "3")).await.error();
    assert_eq!(code, "BUDGET_EXHAUSTED");
    assert!(message.contains("all organisations together may open 10"), "{message}");
    for organisation in [LEP, HUB, THIRD, PARTNER] {
        spend(&service, organisation, 0..10).await;
    }
    service.ask(Some(PARTNER), &nth(60, "4")).await.data();
    assert_eq!(entries(&service, "measure = 'GATSBY-2014/3'").await, 10);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_at_once_with_one_unit_left_exactly_one_is_answered(#[case] engine: Engine) {
    let service = Arc::new(Service::filled(engine).await);
    let replicas = [service.clone(), Arc::new(service.replica().await)];
    for n in 0..2 {
        service.ask(Some(LEP), &nth(n, "1, 2, 3, 4")).await.data();
    }
    let at_once = async |queries: Vec<String>| {
        let mut asked = tokio::task::JoinSet::new();
        for (n, query) in queries.into_iter().enumerate() {
            let replica = replicas[n % 2].clone();
            asked.spawn(async move { replica.ask(Some(LEP), &query).await.json() });
        }
        asked.join_all().await
    };
    // Opens every connection of both pools, so that the questions do not queue behind one.
    at_once(vec!["{ viewer { budget { used } } }".to_owned(); 200]).await;
    for benchmark in ["1", "2", "3", "4"] {
        let answers = at_once((2..202).map(|n| nth(n, benchmark)).collect()).await;
        let codes: Vec<&Value> = answers.iter().map(|answer| &answer["errors"][0]["extensions"]["code"]).collect();
        assert_eq!(codes.iter().filter(|code| code.is_null()).count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| **code == "BUDGET_EXHAUSTED").count(), 199, "{codes:?}");
        assert_eq!(entries(&service, &format!("measure = 'GATSBY-2014/{benchmark}'")).await, 3);
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_the_database_nothing_new_is_answered_but_repeats_and_standard_tables_are(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let standard = ask(r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"]}"#);
    let before = [nth(0, "3, 4"), standard.clone()];
    let mut answers = Vec::new();
    for question in &before {
        answers.push(service.ask(Some(LEP), question).await.body);
    }
    match engine {
        Engine::Sqlite => service.database.execute("DROP TABLE budget_entry").await,
        Engine::Postgres => service.database.drop_it().await,
    }
    for (question, answer) in before.iter().zip(&answers) {
        assert_eq!(service.ask(Some(LEP), question).await.body, *answer, "{question}");
    }
    service.ask(Some(LEP), &nth(0, "4")).await.data();
    for new in [nth(1, "3"), nth(0, "3, 5")] {
        let (code, message) = service.ask(Some(LEP), &new).await.error();
        assert_eq!(code, "UNAVAILABLE", "{message}");
        assert!(message.contains("standard tables"), "{message}");
    }
    service.ask(Some(HUB), &nth(0, "3")).await.data();
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_viewer_sees_what_it_has_used(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    spend(&service, LEP, 0..2).await;
    spend(&service, PARTNER, 0..3).await;
    service.ask(Some(LEP), &nth(0, "3, 4").replace("202324T3", "202324T2")).await.data();

    let line = |measure: &str, used: i32| json!({"tier": "REGIONAL", "measure": measure, "used": used, "limit": 3, "remaining": 3 - used});
    let query =
        |arguments: &str| format!("{{ viewer {{ budget{arguments} {{ tier measure used limit remaining }} }} }}");
    let all = service.ask(Some(LEP), &query("")).await.data();
    assert_eq!(all["viewer"]["budget"], json!([line("GATSBY-2014/3", 2), line("GATSBY-2014/4", 1)]));
    let one = service.ask(Some(LEP), &query(r#"(measure: "GATSBY-2014/4")"#)).await.data();
    assert_eq!(one["viewer"]["budget"], json!([line("GATSBY-2014/4", 1)]));
    assert_eq!(service.ask(Some(HUB), &query("")).await.data()["viewer"]["budget"], json!([]));
    assert_eq!(service.ask(None, &query("")).await.data()["viewer"]["budget"], json!([]));

    let rho = "{ viewer { budget { tier limit rho } limits { tabulationsTogether allowances { tier tabulations } } } }";
    let viewer = service.ask(Some(PARTNER), rho).await.data()["viewer"].take();
    assert_eq!((&viewer["budget"][0]["tier"], &viewer["budget"][0]["limit"]), (&json!("INTERNATIONAL"), &json!(3)));
    assert!((viewer["budget"][0]["rho"].as_f64().unwrap() - 1.0 / (1.5 * 6.7 * 6.7)).abs() < 1e-12);
    let allowance = |tier: &str, tabulations: Option<i32>| json!({"tier": tier, "tabulations": tabulations});
    let allowances = [allowance("OWN", None), allowance("REGIONAL", Some(3)), allowance("INTERNATIONAL", Some(3))];
    assert_eq!(viewer["limits"], json!({"tabulationsTogether": 10, "allowances": allowances}));
    let absent = service.ask(Some(LEP), r#"{ viewer { budget(measure: "\u0000") { measure } } }"#).await.data();
    assert_eq!(absent["viewer"]["budget"], json!([]), "no measure has such a name");
}
