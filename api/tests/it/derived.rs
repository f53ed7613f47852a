//! What is made of published values: totals, changes, quartiles, previews.

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Service};
use serde_json::{Value, json};

const ESTIMATE: &str = "fragment E on Estimate { value standardError bound status reason remedy }";

fn cells(answer: &Value, list: &str) -> Vec<Value> {
    answer["outcomes"][list].as_array().unwrap().clone()
}

fn worth(cell: &Value, institutions: f64) -> f64 {
    cell["achievedShare"]["value"].as_f64().unwrap() * institutions
}

/// A question by setting, which in this population has one category, and by type, which has two.
async fn with_totals(service: &Service, reconcile: bool) -> (Vec<Value>, Vec<Value>) {
    let query = format!(
        r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: COUNTRY, benchmarks: [2],
            by: [TYPE, SETTING], reconcile: {reconcile}}}) {{
            cells {{ ...C }} totals {{ ...C }} }} }}
           fragment C on OutcomeCell {{ total reconciled categories {{ dimension code }} institutions achievedShare {{ ...E }} }} {ESTIMATE}"#
    );
    let data = service.ask(Some(LEP), &query).await.data();
    (cells(&data, "cells"), cells(&data, "totals"))
}

#[tokio::test]
async fn totals_stand_beside_the_breakdown_and_add_up_only_when_asked() {
    let service = Service::filled(Engine::Sqlite).await;
    let (parts, totals) = with_totals(&service, false).await;
    assert_eq!((parts.len(), totals.len()), (8 * 2, 8 + 2 + 1));
    assert!(parts.iter().all(|cell| cell["total"] == false) && totals.iter().all(|cell| cell["total"] == true));
    let named: Vec<usize> = totals.iter().map(|cell| cell["categories"].as_array().unwrap().len()).collect();
    assert!(named.iter().all(|&named| named < 2) && named.last() == Some(&0), "{named:?}");

    // How many institutions there are is public; here it is read from the population.
    let population = Population::standard(1);
    let assessed = |kind: &str| {
        let rows = population.0.iter().filter(|row| row.framework == "GATSBY-2014" && row.period == "202324T3");
        rows.filter(|row| kind.is_empty() || row.kind == kind).filter(|row| row.scores[1].is_some()).count() as f64
    };
    let gap = |parts: &[Value], totals: &[Value]| {
        let of = |code: &str| {
            let shown = |cell: &&Value| cell["categories"][0]["code"] == code && cell["institutions"] != Value::Null;
            worth(parts.iter().find(shown).unwrap(), assessed(code))
        };
        of("academy") + of("maintained") - worth(totals.last().unwrap(), assessed(""))
    };
    assert!(gap(&parts, &totals).abs() > 0.01, "each carries noise of its own");
    let (fitted, sums) = with_totals(&service, true).await;
    assert!(gap(&fitted, &sums).abs() < 0.01, "{}", gap(&fitted, &sums));
    let published = |cells: &[Value]| cells.iter().filter(|cell| cell["reconciled"] == true).count();
    assert_eq!((published(&parts), published(&fitted), published(&sums)), (0, 2, 4));
    for (before, after) in parts.iter().chain(&totals).zip(fitted.iter().chain(&sums)) {
        let error = |cell: &Value| cell["achievedShare"]["standardError"].as_f64();
        assert!(error(after) <= error(before));
        assert_eq!(before["achievedShare"]["reason"], after["achievedShare"]["reason"]);
    }
}

#[tokio::test]
async fn reconciling_what_nobody_reads_does_no_harm() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = |fields: &str| {
        format!(
            r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["E92000001"], by: [TYPE], reconcile: true}}) {{ {fields} }} }}"#
        )
    };
    let citation = service.ask(Some(LEP), &query("citation")).await.data()["outcomes"]["citation"].clone();
    assert!(citation.is_string());
    service.ask(Some(LEP), &query("overall { institutions }")).await.data();
    let again = format!("{{ table(citation: {citation}) {{ overall {{ institutions }} }} }}");
    service.ask(Some(LEP), &again).await.data();
}

#[tokio::test]
async fn a_change_has_an_error_of_its_own_and_says_whether_it_stands_out() {
    let service = Service::filled(Engine::Sqlite).await;
    let change = r#"change(since: "202324T2") { since { code } achievedShare { ...E } meanScore { ...E } sameInstitutions distinguishable meanDistinguishable }"#;
    let query = |input: &str| {
        format!("{{ outcomes(input: {input}) {{ cells {{ achievedShare {{ ...E }} {change} }} }} }} {ESTIMATE}")
    };
    let now = r#"{framework: "GATSBY-2014", areas: ["E92000001"]}"#;
    let then = r#"{framework: "GATSBY-2014", areas: ["E92000001"], periods: ["202324T2"]}"#;
    let answer = service.ask(Some(LEP), &query(now)).await.data();
    let earlier = service.ask(Some(LEP), &query(then)).await.data();
    for (now, then) in cells(&answer, "cells").iter().zip(cells(&earlier, "cells")) {
        let change = &now["change"];
        assert_eq!((&change["since"]["code"], &change["sameInstitutions"]), (&json!("202324T2"), &json!(true)));
        let value = |cell: &Value| cell["achievedShare"]["value"].as_f64().unwrap();
        assert!((value(change) - (value(now) - value(&then))).abs() < 1e-9, "{now}");
        let error = |cell: &Value| cell["achievedShare"]["standardError"].as_f64().unwrap();
        assert!(error(change) < error(now) * 1.1 && error(change) > error(now) * 0.6);
        assert_eq!(change["distinguishable"], value(change).abs() > 1.96 * error(change));
        assert_eq!(then["change"]["achievedShare"]["value"], 0.0, "nothing changes within one period");
    }
    let own = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E08000022"]}"#;
    let own = service.ask(Some(LEP), &query(own)).await.data();
    assert!(cells(&own, "cells").iter().any(|cell| cell["change"]["achievedShare"]["standardError"] == 0.0));

    let hidden = r#"{framework: "GATSBY-2014", areas: ["E08000021"]}"#;
    let hidden = service.ask(Some(HUB), &query(hidden)).await.data();
    let change = &cells(&hidden, "cells")[0]["change"];
    assert_eq!(change["achievedShare"]["reason"], "SMALL_GROUP");
    assert_eq!((&change["sameInstitutions"], &change["distinguishable"]), (&Value::Null, &json!(false)));
    let wrong = query(now).replace("202324T2", "2024");
    assert_eq!(service.ask(Some(LEP), &wrong).await.error().0, "BAD_REQUEST");
}

#[tokio::test]
async fn aliased_changes_and_those_in_fragments_are_answered_too() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = r#"query($since: String!) { outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"], by: [TYPE], benchmarks: [1],
        periods: ["202324T3"]}) { cells { ...C } totals { zero: change(since: "202324T3") { achievedShare { value } } } } }
        fragment C on OutcomeCell { categories { code } one: change(since: $since) { achievedShare { value reason } } }"#;
    let data = service.ask_with(Some(LEP), query, json!({"since": "202324T2"})).await.data();
    let academies = cells(&data, "cells")[0].clone();
    assert!(academies["one"]["achievedShare"]["value"].as_f64().is_some(), "{academies}");
    assert_eq!(data["outcomes"]["totals"][0]["zero"]["achievedShare"]["value"], 0.0);
}

#[tokio::test]
async fn fields_stand_in_the_order_of_the_question_though_some_wait_for_the_database() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = r#"{ viewer { budget { used } scopes } outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"], by: [TYPE]}) { tier }
        preview(input: {framework: "GATSBY-2014", areas: ["E92000001"], by: [PHASE]}) { tier } dimensions { dimension } }"#;
    for _ in 0..20 {
        let body = String::from_utf8(service.ask(Some(LEP), query).await.body).unwrap();
        let places: Vec<usize> = ["viewer", "budget", "scopes", "outcomes", "preview", "dimensions"]
            .iter()
            .map(|field| body.find(&format!("\"{field}\":")).unwrap())
            .collect();
        assert!(places.is_sorted(), "{body}");
    }
}

#[tokio::test]
async fn a_table_is_not_charged_that_what_stands_beside_it_takes_away() {
    let service = Service::filled(Engine::Sqlite).await;
    let table =
        r#"outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"], by: [TYPE]}) { cells { institutions } }"#;
    for beside in [
        r#"frameworks { crosswalk(to: "nope") { comparability } }"#,
        "methodology { protection(sizes: []) { tier } }",
        "viewer { grantedAgreements(ended: $null) { area { code } } }",
    ] {
        let parameters = if beside.contains("$null") { "query($null: Boolean = false) " } else { "" };
        let query = format!("{parameters}{{ {table} {beside} }}");
        let answer = service.ask_with(Some(LEP), &query, json!({"null": null})).await.json();
        assert_eq!(answer["data"], Value::Null, "{beside}: {answer}");
        assert_eq!(service.database.numbers("SELECT COUNT(*) FROM budget_entry").await, [[0]], "{beside}");
    }
}

#[tokio::test]
async fn quartiles_are_whole_numbers_in_order_and_hidden_for_few() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = |organisation: &'static str, area: &'static str| {
        let service = &service;
        async move {
            let query = format!(
                r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["{area}"]}}) {{ overall {{ institutions
                    quartiles {{ lower {{ ...E }} median {{ ...E }} upper {{ ...E }} }} }} }} }} {ESTIMATE}"#
            );
            service.ask(Some(organisation), &query).await.data()["outcomes"]["overall"][0].clone()
        }
    };
    let england = ask(LEP, "E92000001").await;
    let value = |name: &str| england["quartiles"][name]["value"].as_f64().unwrap();
    assert!(value("lower") <= value("median") && value("median") <= value("upper"), "{england}");
    assert!((2.0..=6.0).contains(&value("median")) && value("median").fract() == 0.0, "{england}");
    let few = ask(LEP, "E06000001").await;
    assert_ne!(few["institutions"], Value::Null);
    assert_eq!(few["quartiles"]["median"]["reason"], "SMALL_GROUP");
}

#[tokio::test]
async fn a_preview_tells_what_comes_and_charges_nothing() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"{framework: "GATSBY-2014", areas: ["E12000001", "E12000003"], by: [PHASE], benchmarks: [1, 5]}"#;
    let preview = format!(
        "{{ preview(input: {input}) {{ tier purpose release {{ number }} framework {{ code }} \
         cost {{ cells standard tabulations newTabulations rho }} summary {{ published hidden {{ reason count }} }} \
         cells {{ area {{ code }} period {{ code }} benchmark {{ number }} categories {{ code }} institutions status reason \
         remedy achievedError shareError meanError }} }} }}"
    );
    let before = service.ask(Some(LEP), &preview).await.data();
    assert_eq!(before, service.ask(Some(LEP), &preview).await.data(), "a preview charges nothing");
    let cost = &before["preview"]["cost"];
    assert_eq!((&cost["cells"], &cost["tabulations"], &cost["newTabulations"]), (&json!(28), &json!(2), &json!(2)));

    let answer = service
        .ask(
            Some(LEP),
            &format!(
                "{{ outcomes(input: {input}) {{ cost {{ cells standard tabulations rho }} summary {{ published hidden {{ reason count }} }} \
                 cells {{ area {{ code }} period {{ code }} benchmark {{ number }} categories {{ code }} institutions \
                 achieved {{ ...E }} achievedShare {{ ...E }} meanScore {{ ...E }} }} }} }} {ESTIMATE}"
            ),
        )
        .await
        .data();
    assert_eq!(answer["outcomes"]["summary"], before["preview"]["summary"]);
    for name in ["cells", "standard", "tabulations", "rho"] {
        assert_eq!(answer["outcomes"]["cost"][name], cost[name]);
    }
    let expected = before["preview"]["cells"].as_array().unwrap();
    for (cell, expected) in cells(&answer, "cells").iter().zip(expected) {
        for name in ["area", "period", "benchmark", "categories", "institutions"] {
            assert_eq!(cell[name], expected[name]);
        }
        assert_eq!(cell["achievedShare"]["reason"], expected["reason"]);
        assert_eq!(cell["achievedShare"]["remedy"], expected["remedy"]);
        for (estimate, error) in
            [("achieved", "achievedError"), ("achievedShare", "shareError"), ("meanScore", "meanError")]
        {
            if cell[estimate]["bound"] == Value::Null && cell[estimate]["status"] != "ROUNDS_TO_ZERO" {
                assert_eq!(cell[estimate]["standardError"], expected[error], "{cell}");
            }
        }
    }
    let after = service.ask(Some(LEP), &preview).await.data();
    assert_eq!(after["preview"]["cost"]["newTabulations"], 0);

    let whole = preview.replace(&format!("input: {input})"), &format!("input: {input}, overall: true, totals: true)"));
    let whole = service.ask(Some(LEP), &whole).await.data();
    assert_eq!(
        whole["preview"]["cost"]["tabulations"], 8,
        "every benchmark, for the outcomes over all; the totals are standard"
    );
    let changes = preview.replace(&format!("input: {input})"), &format!("input: {input}, since: [\"202324T2\"])"));
    let changes = service.ask(Some(LEP), &changes).await.data();
    assert_eq!(changes["preview"]["cost"]["tabulations"], 2, "whatever the periods");
    assert_eq!(service.ask(Some(PARTNER), &preview.replace("PHASE", "PHASE, TYPE")).await.error().0, "FORBIDDEN");
    assert_eq!(service.ask(None, &preview).await.error().0, "UNAUTHENTICATED");
}
