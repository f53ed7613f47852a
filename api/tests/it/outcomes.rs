//! Answers: correct where they are exact, the same however they are asked, complete, and mapped through the crosswalk.

use std::collections::HashMap;

use api::domain::{Clock, Dimension, NewAgreement, OrganisationKind};
use disclosure::Tier;

use crate::support::{Database, Engine, HUB, LEP, PARTNER, Population, Service, clock, question};
use rstest::rstest;
use serde_json::{Value, json};

fn key(cell: &Value) -> (String, String, u64) {
    let text = |value: &Value| value["code"].as_str().unwrap().to_owned();
    (text(&cell["area"]), text(&cell["period"]), cell["benchmark"]["number"].as_u64().unwrap())
}

/// An organisation's own results are answered exactly, so the whole chain can be held against SQL over the same rows.
#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn exact_answers_agree_with_sql_over_the_same_rows(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let input = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY,
        periods: ["202324T3", "202324T2"]}"#;
    let cells: HashMap<_, Value> = service.cells(LEP, input).await.into_iter().map(|cell| (key(&cell), cell)).collect();
    let sql = format!(
        "SELECT CAST(substr(a.code, 2) AS BIGINT), CAST(substr(r.period, 8) AS BIGINT), CAST(s.benchmark AS BIGINT), \
         CAST(COUNT(*) AS BIGINT), CAST(SUM(s.score) AS BIGINT), CAST(SUM(CASE WHEN s.score = 100 THEN 1 ELSE 0 END) AS BIGINT) \
         FROM result r JOIN benchmark_score s ON s.result_id = r.id JOIN area a ON a.id = r.local_authority_id \
         JOIN submission m ON m.id = r.submission_id JOIN organisation o ON o.id = m.organisation_id \
         JOIN framework f ON f.id = r.framework_id \
         WHERE o.code = '{LEP}' AND f.code = 'GATSBY-2014' AND a.code IN ('E08000022', 'E06000001') \
         GROUP BY 1, 2, 3"
    );
    let rows = service.database.numbers(&sql).await;
    assert_eq!(rows.len(), 2 * 2 * 8);
    for row in rows {
        let [area, term, benchmark, count, sum, achieved] = row[..] else { panic!("{row:?}") };
        let cell = &cells[&(format!("E{area:08}"), format!("202324T{term}"), u64::try_from(benchmark).unwrap())];
        assert_eq!(cell["institutions"], count, "{cell}");
        assert_eq!(cell["achieved"]["value"].as_f64(), Some(achieved as f64), "{cell}");
        assert_eq!(cell["achieved"]["standardError"].as_f64(), Some(0.0));
        let close = |value: &Value, expected: f64| (value["value"].as_f64().unwrap() - expected).abs() < 1e-4;
        assert!(close(&cell["achievedShare"], achieved as f64 / count as f64), "{cell}");
        assert!(close(&cell["meanScore"], sum as f64 / count as f64), "{cell}");
    }
    let elsewhere = &cells[&("E06000047".to_owned(), "202324T3".to_owned(), 1)];
    assert_eq!(elsewhere["achieved"]["reason"], "NOT_COLLECTED", "another organisation handed those in");
}

#[tokio::test]
async fn the_same_question_gets_the_same_answer_however_it_is_spelled() {
    let service = Service::filled(Engine::Sqlite).await;
    let plain = r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"], periods: ["202324T2", "202324T3"],
        benchmarks: [1, 2], by: [PHASE], where: [{dimension: TYPE, in: ["academy"]}]}"#;
    let respelled = r#"{where: [{in: ["academy", "academy"], dimension: TYPE}, {dimension: TYPE, in: ["academy", "college"]},
        {dimension: SIZE, in: ["small", "medium", "large"]}], by: [PHASE, PHASE], benchmarks: [2, 1, 2],
        periods: ["202324T3", "202324T2", "202324T3"], areas: ["E12000003", "E12000001", "E12000003"], areaKind: REGION,
        purpose: "benchmarking", mapped: false, framework: "GATSBY-2014", release: 1}"#;
    let first = service.ask(Some(LEP), &question(plain)).await.data();
    assert_eq!(first, service.ask(Some(LEP), &question(plain)).await.data());
    let second = service.ask(Some(LEP), &question(respelled)).await.data();
    assert_eq!(first, second);
    let aliased = format!("{{ mine: outcomes(input: {plain}) {{ cells {{ it: achievedShare {{ value }} }} }} }}");
    let aliased = service.ask(Some(LEP), &aliased).await.data();
    for (cell, alias) in
        first["outcomes"]["cells"].as_array().unwrap().iter().zip(aliased["mine"]["cells"].as_array().unwrap())
    {
        assert_eq!(cell["achievedShare"]["value"], alias["it"]["value"]);
    }
}

#[tokio::test]
async fn periods_named_in_three_ways_are_one_question() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = async |periods: &str| {
        let input =
            format!(r#"{{framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE], benchmarks: [1] {periods}}}"#);
        service.ask(Some(LEP), &question(&input)).await
    };
    let known = service.ask(None, "{ periods { code } }").await.data();
    let known: Vec<&str> =
        known["periods"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    let [.., before, newest] = known[..] else { panic!("{known:?}") };
    let named = ask(&format!(r#"periods: ["{newest}", "{before}"]"#)).await.data();
    let charged = async || service.database.numbers("SELECT CAST(COUNT(*) AS BIGINT) FROM budget_entry").await[0][0];
    let before_others = charged().await;
    assert!(before_others > 0);
    for same in [
        format!(r#"periodRange: {{from: "{before}", to: "{newest}"}}"#),
        format!(r#"periodRange: {{from: "{before}"}}"#),
        format!(r#"periodRange: {{from: "{before}", to: "209798T3"}}, newest: null"#),
        "newest: 2".to_owned(),
    ] {
        assert_eq!(ask(&same).await.data(), named, "{same}");
    }
    assert_eq!(charged().await, before_others, "one tabulation, however its periods are named");
    assert_eq!(ask("newest: 1").await.data(), ask("").await.data());
    let all = ask("newest: 400").await.data();
    assert_eq!(all["outcomes"]["cells"].as_array().unwrap().len(), known.len() * 7);

    for (wrong, code, told) in [
        (r#"newest: 2, periods: ["202324T3"]"#, "BAD_REQUEST", "found `periods` and `newest`"),
        (r#"newest: 2, periodRange: {from: "202324T1"}"#, "BAD_REQUEST", "found `periodRange` and `newest`"),
        ("newest: 0", "BAD_REQUEST", "from 1 to 400, found 0"),
        ("newest: 401", "BAD_REQUEST", "found 401"),
        (r#"periodRange: {from: "202324T3", to: "202324T1"}"#, "BAD_REQUEST", "ends before it begins"),
        (r#"periodRange: {from: "2023"}"#, "BAD_REQUEST", "`202324T1`"),
        (r#"periodRange: {from: "209798T1"}"#, "NOT_FOUND", "holds no period"),
    ] {
        let (found, message) = ask(wrong).await.error();
        assert_eq!(found, code, "{wrong}");
        assert!(message.contains(told), "{message}");
    }
}

#[tokio::test]
async fn a_cell_has_one_value_wherever_it_stands() {
    let service = Service::filled(Engine::Sqlite).await;
    let values = |cells: Vec<Value>| -> HashMap<_, Value> {
        cells.into_iter().map(|cell| (key(&cell), cell["meanScore"].clone())).collect()
    };
    let wide =
        values(service.cells(LEP, r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION}"#).await);
    let narrow =
        values(service.cells(LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [4]}"#).await);
    let cell = ("E12000001".to_owned(), "202324T3".to_owned(), 4);
    assert_eq!(wide[&cell], narrow[&cell]);
    let filtered = r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [4], where: [{dimension: TYPE, in: ["academy"]}]}"#;
    let grouped = r#"{framework: "GATSBY-2014", areas: ["E12000001"], benchmarks: [4], by: [TYPE]}"#;
    let academy = |cells: Vec<Value>| {
        cells.into_iter().find(|cell| cell["institutions"] != Value::Null).unwrap()["meanScore"].clone()
    };
    assert_eq!(academy(service.cells(LEP, filtered).await), academy(service.cells(LEP, grouped).await));
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_process_with_the_same_secret_gives_the_same_numbers_and_another_secret_others(#[case] engine: Engine) {
    let input = question(r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"]}"#);
    let first = Service::filled(engine).await;
    let same = Service::filled(Engine::Sqlite).await;
    let answer = first.ask(Some(LEP), &input).await.data();
    assert_eq!(answer, same.ask(Some(LEP), &input).await.data());
    let other = Service::over(Database::fresh(Engine::Sqlite).await, 2).await;
    other.hand_in_everything(&Population::standard(1)).await;
    other.operator().publish(None).await.unwrap();
    assert_ne!(answer["outcomes"]["cells"], other.ask(Some(LEP), &input).await.data()["outcomes"]["cells"]);
}

#[tokio::test]
async fn the_matrix_is_complete_and_in_the_order_of_its_codes() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP, by: [PHASE], periods: ["202324T2", "202324T3"]}"#;
    let data = service.ask(Some(LEP), &question(input)).await.data();
    let cells = data["outcomes"]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 38 * 2 * 8 * 7);
    assert!(cells.iter().map(key).is_sorted());
    assert_eq!(data["outcomes"]["overall"].as_array().unwrap().len(), 38 * 2 * 7);
    let summary = &data["outcomes"]["summary"];
    let hidden: u64 = summary["hidden"].as_array().unwrap().iter().map(|entry| entry["count"].as_u64().unwrap()).sum();
    assert_eq!(summary["published"].as_u64().unwrap() + hidden, cells.len() as u64);
    for cell in cells {
        for name in ["achieved", "achievedShare", "meanScore"] {
            let estimate = &cell[name];
            let hidden = estimate["reason"] != Value::Null;
            assert_eq!(hidden, estimate["value"] == Value::Null, "{cell}");
            assert!(
                !hidden || (cell["institutions"] == Value::Null && estimate["standardError"] == Value::Null),
                "{cell}"
            );
        }
    }
}

#[tokio::test]
async fn hong_kongs_results_are_reported_in_englands_numbering_and_the_other_way_round() {
    let service = Service::filled(Engine::Sqlite).await;
    let cells = |input: &'static str| async { service.cells(PARTNER, input).await };
    let native = cells(r#"{framework: "HKBM-2019", areas: ["HK"], benchmarks: [8]}"#).await;
    let mapped = cells(r#"{framework: "GATSBY-2014", areas: ["HK"], mapped: true}"#).await;
    for number in [5, 6] {
        let cell = mapped.iter().find(|cell| cell["benchmark"]["number"] == number).unwrap();
        assert_eq!(cell["comparability"], "BROAD");
        assert_eq!(cell["achieved"], native[0]["achieved"], "the same results draw the same noise in either numbering");
        assert_eq!(cell["meanScore"], native[0]["meanScore"]);
    }
    let unmapped = cells(r#"{framework: "GATSBY-2014", areas: ["HK"]}"#).await;
    assert!(unmapped.iter().all(|cell| cell["achieved"]["reason"] == "NOT_COLLECTED"));
    assert_eq!(unmapped[0]["achieved"]["remedy"], json!(["set mapped to true"]));

    // More tabulations than an organisation may open.
    service.database.execute("DELETE FROM budget_entry").await;
    let regions =
        cells(r#"{framework: "HKBM-2019", areas: ["HK", "E12000001"], areaKind: REGION, mapped: true}"#).await;
    let north_east =
        |number: u64| regions.iter().find(|cell| key(cell).0 == "E12000001" && key(cell).2 == number).unwrap();
    for number in [5, 10] {
        assert_eq!(north_east(number)["achieved"]["status"], "NOT_APPLICABLE");
        assert_eq!(north_east(number)["achieved"]["reason"], "NO_COUNTERPART");
    }
    assert_eq!(north_east(8)["comparability"], "NARROW");
    assert_eq!(north_east(4)["comparability"], "CLOSE");
    let overall = async |input: &str| {
        let query = format!("{{ outcomes(input: {input}) {{ overall {{ comparability institutions }} }} }}");
        service.ask(Some(PARTNER), &query).await.data()["outcomes"]["overall"][0].clone()
    };
    let numbered = overall(r#"{framework: "GATSBY-2014", areas: ["HK"], mapped: true}"#).await;
    assert_eq!(numbered["comparability"], "MIXED", "some are close and others broader: {numbered}");
    let own = overall(r#"{framework: "HKBM-2019", areas: ["HK"], mapped: true}"#).await;
    assert_eq!(own["comparability"], "EXACT", "{own}");
    assert_ne!(north_east(8)["achieved"]["value"], Value::Null);
    assert!(regions.iter().any(|cell| key(cell).0 == "HK-NT" && cell["achieved"]["value"] != Value::Null));
}

#[tokio::test]
async fn a_question_that_breaks_a_rule_is_told_which() {
    let service = Service::filled(Engine::Sqlite).await;
    for (organisation, input, code, part) in [
        (LEP, r#"{framework: "GATSBY-1066"}"#, "NOT_FOUND", "`GATSBY-1066`"),
        (LEP, r#"{framework: "GATSBY-2014", periods: ["2024"]}"#, "BAD_REQUEST", "`202324T1`"),
        (LEP, r#"{framework: "GATSBY-2014", benchmarks: [9]}"#, "BAD_REQUEST", "1 to 8, found 9"),
        (LEP, r#"{framework: "GATSBY-2014", areas: []}"#, "BAD_REQUEST", "`areas` is empty"),
        (LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001", "E37000025"]}"#, "BAD_REQUEST", "REGION, LEP"),
        (
            LEP,
            r#"{framework: "GATSBY-2014", where: [{dimension: PHASE, in: ["nursery"]}]}"#,
            "BAD_REQUEST",
            "all-through",
        ),
        (LEP, r#"{framework: "GATSBY-2014", by: [PHASE, TYPE, SIZE]}"#, "FORBIDDEN", "allows 2 dimensions"),
        (LEP, r#"{framework: "GATSBY-2014", purpose: "marketing"}"#, "FORBIDDEN", "`benchmarking`"),
        (LEP, r#"{framework: "GATSBY-2014", release: 7}"#, "NOT_FOUND", "number 7"),
        (
            PARTNER,
            r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY}"#,
            "FORBIDDEN",
            "REGION and LEP",
        ),
        (PARTNER, r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: HUB}"#, "FORBIDDEN", "REGION and LEP"),
        (HUB, r#"{framework: "GATSBY-2014", areaKind: COUNTRY}"#, "NOT_FOUND", "COUNTRY"),
        (
            LEP,
            r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, by: [PHASE, TYPE]}"#,
            "LIMIT_EXCEEDED",
            "20000",
        ),
    ] {
        let (found, message) = service.ask(Some(organisation), &question(input)).await.error();
        assert_eq!(found, code, "{input}: {message}");
        assert!(message.contains(part), "{input}: {message}");
    }
}

/// Two agreements over one area, each with a dimension of its own, and one with both over a part of it.
#[tokio::test]
async fn dimensions_of_several_agreements_do_not_add_up_to_a_table_of_both() {
    let service = Service::filled(Engine::Sqlite).await;
    service.operator().add_organisation("TWICE", OrganisationKind::Partner, "Twice", "HK").await.unwrap();
    for (area, dimensions) in [
        ("E92000001", vec![Dimension::Phase]),
        ("E92000001", vec![Dimension::Type]),
        ("E12000003", vec![Dimension::Phase, Dimension::Type]),
    ] {
        let agreement = NewAgreement {
            consumer: "TWICE".into(),
            area: area.into(),
            tier: Tier::Regional,
            purposes: vec!["benchmarking".into()],
            dimensions: Some(dimensions),
            valid_from: clock().today(),
            valid_until: None,
        };
        service.operator().add_agreement(&agreement).await.unwrap();
    }
    service.exchange.refresh().await.unwrap();
    let ask = async |areas: &str, more: &str| {
        let input = format!(r#"{{framework: "GATSBY-2014", areas: [{areas}], periods: ["202324T3"], {more}}}"#);
        let answer = service.ask(Some("TWICE"), &format!("{{ outcomes(input: {input}) {{ citation }} }}")).await;
        answer.json()["errors"][0]["message"].as_str().map(str::to_owned)
    };
    let (north, both) = (r#""E12000001""#, r#""E12000001", "E12000003""#);
    for one in ["by: [PHASE]", "by: [TYPE]", r#"where: [{dimension: TYPE, in: ["academy"]}]"#] {
        assert_eq!(ask(north, one).await, None, "{one}");
        assert_eq!(ask(both, one).await, None, "{one}");
    }
    for together in ["by: [PHASE, TYPE]", r#"by: [PHASE], where: [{dimension: TYPE, in: ["academy"]}]"#] {
        for areas in [north, both] {
            let refused = ask(areas, together).await.unwrap_or_default();
            assert!(refused.contains("PHASE, TYPE, which are of several"), "{areas} {together}: {refused}");
        }
        assert_eq!(ask(r#""E12000003""#, together).await, None, "where one agreement has both");
    }
    let denied = ask(north, "by: [SIZE]").await.unwrap_or_default();
    assert!(denied.contains("do not allow the dimension SIZE"), "{denied}");
}
