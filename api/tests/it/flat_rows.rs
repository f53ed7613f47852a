//! A table as arrays holds what its cells hold, and costs what they cost.

use serde_json::{Value, json};

use crate::{
    destinations,
    support::{Engine, LEP, Service},
};

const ESTIMATE: &str = "{ value standardError bound status reason }";

/// What a cell has at a path such as `achievedShare.value`; of a list, what stands at a place.
fn at<'a>(cell: &'a Value, path: &str, place: usize) -> &'a Value {
    let inside = |value: &'a Value, key: &str| match value {
        Value::Array(items) => &items[place][key],
        other => &other[key],
    };
    path.split('.').fold(cell, inside)
}

/// Holds the rows of a table against its cells; tells how many there are.
fn hold(table: &Value) -> usize {
    let (schema, data) = (table["rows"]["schema"].as_array().unwrap(), table["rows"]["data"].as_array().unwrap());
    let cells = table["cells"].as_array().unwrap();
    assert_eq!(data.len(), cells.len());
    let names: std::collections::BTreeSet<&str> =
        schema.iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), schema.len(), "every name once");
    for (row, cell) in data.iter().zip(cells) {
        let row = row.as_array().unwrap();
        assert_eq!(row.len(), schema.len());
        let mut category = 0;
        for (column, value) in schema.iter().zip(row) {
            let path = column["path"].as_str().unwrap();
            assert_eq!(value, at(cell, path, category), "{column}");
            category += usize::from(path == "categories.code");
            let fits = match column["type"].as_str().unwrap() {
                "TEXT" => value.is_string(),
                "INTEGER" => value.is_i64(),
                _ => value.is_number(),
            };
            assert!(fits || value.is_null(), "{column}: {value}");
        }
    }
    cells.len()
}

#[tokio::test]
async fn rows_are_the_cells() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let outcomes = format!(
        "rows {{ schema {{ name type path }} data }} cells {{ area {{ code name }} period {{ code }} benchmark {{ number }}
         categories {{ code }} comparability institutions achieved {ESTIMATE} achievedShare {ESTIMATE} meanScore {ESTIMATE} }}"
    );
    for (input, cells) in [
        (r#"framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, newest: 2"#, 9 * 2 * 8),
        (r#"framework: "GATSBY-2014", areas: ["E12000001"], by: [TYPE, PHASE], benchmarks: [3]"#, 8 * 7),
        (r#"framework: "HKBM-2019", areas: ["E12000001"], mapped: true"#, 10),
        (r#"framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000001"]"#, 8),
    ] {
        let data = service.ask(Some(LEP), &format!("{{ outcomes(input: {{{input}}}) {{ {outcomes} }} }}")).await.data();
        assert_eq!(hold(&data["outcomes"]), cells, "{input}");
    }
    let destinations = format!(
        "rows {{ schema {{ name type path }} data }} cells {{ area {{ code name }} cohortYear stage category
         benchmarksAchieved {{ lowest highest of }} institutions cohort {ESTIMATE} students {ESTIMATE} share {ESTIMATE} }}"
    );
    for (input, cells) in [
        (r#"areas: ["E92000001"], areaKind: REGION"#, 9 * 2 * 5),
        (
            r#"areas: ["E92000001"], stages: [KS4], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}"#,
            5 * 3,
        ),
    ] {
        let query = format!("{{ destinations(input: {{{input}}}) {{ {destinations} }} }}");
        assert_eq!(hold(&service.ask(Some(LEP), &query).await.data()["destinations"]), cells, "{input}");
    }
}

#[tokio::test]
async fn rows_are_charged_as_cells_are_and_their_schema_is_free() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = async |selection: &str| {
        let input = r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE], benchmarks: [2]}"#;
        let query = format!("{{ outcomes(input: {input}) {{ {selection} cost {{ tabulations }} }} }}");
        let data = service.ask(Some(LEP), &query).await.data();
        let entries = service.database.numbers("SELECT CAST(COUNT(*) AS BIGINT) FROM budget_entry").await[0][0];
        (data["outcomes"]["cost"]["tabulations"].clone(), entries)
    };
    assert_eq!(ask("rows { schema { name } }").await, (json!(0), 0));
    assert_eq!(ask("flat: rows { values: data }").await, (json!(1), 1));
    assert_eq!(ask("cells { institutions }").await, (json!(1), 1), "the same tabulation");
}

#[tokio::test]
async fn rows_count_into_what_an_answer_has_room_for() {
    let service = Service::filled(Engine::Sqlite).await;
    // All local authorities × 3 periods × 8 benchmarks, each row with 24 values: so many of them are too much.
    let table = |key: usize| {
        format!(
            r#"t{key}: outcomes(input: {{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, newest: 3}}) {{ rows {{ data }} }}"#
        )
    };
    let tables = |number| format!("{{ {} }}", (0..number).map(table).collect::<Vec<_>>().join(" "));
    let refused = service.ask(Some(LEP), &tables(20)).await.json();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{}", refused["errors"]);
}
