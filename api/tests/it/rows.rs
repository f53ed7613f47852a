//! Rows are written along what is selected: everything that the contract has of them, and with the values that it has elsewhere.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};

use crate::{
    destinations,
    support::{Engine, LEP, Service},
};

/// Tables to select from: a field of the root with its arguments, and the type of its lists of rows by name.
const TABLES: [(&str, &[(&str, &str)]); 7] = [
    (
        r#"outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP, periods: ["202324T3"]})"#,
        &[("cells", "OutcomeCell"), ("overall", "OverallCell"), ("totals", "OutcomeCell")],
    ),
    (
        r#"outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, benchmarks: [3], by: [PHASE, TYPE], reconcile: true})"#,
        &[("cells", "OutcomeCell"), ("totals", "OutcomeCell"), ("overall", "OverallCell")],
    ),
    (
        r#"outcomes(input: {framework: "HKBM-2019", areas: ["E92000001"], areaKind: REGION, mapped: true})"#,
        &[("cells", "OutcomeCell"), ("overall", "OverallCell")],
    ),
    (
        r#"preview(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, by: [PHASE]})"#,
        &[("cells", "PreviewCell")],
    ),
    (r#"destinations(input: {areas: ["E92000001"], areaKind: REGION})"#, &[("cells", "DestinationCell")]),
    (
        r#"destinations(input: {areas: ["E92000001"], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}})"#,
        &[("cells", "DestinationCell")],
    ),
    (
        r#"destinationPreview(input: {areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}})"#,
        &[("cells", "DestinationPreviewCell")],
    ),
];

/// Every field of every type of the contract, with the type behind it and whether that has fields of its own.
struct Contract(BTreeMap<String, Vec<(String, String)>>);

impl Contract {
    fn read() -> Self {
        let mut types = BTreeMap::new();
        for definition in parse_schema(api::graphql::sdl()).unwrap().definitions {
            let TypeSystemDefinition::Type(defined) = definition else { continue };
            let TypeKind::Object(object) = defined.node.kind else { continue };
            let field = |field: &async_graphql::parser::types::FieldDefinition| {
                (field.name.node.to_string(), named(&field.ty.node).to_owned())
            };
            let fields = object.fields.iter().map(|definition| field(&definition.node)).collect();
            types.insert(defined.node.name.node.to_string(), fields);
        }
        Self(types)
    }
}

fn named(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

impl Contract {
    /// Everything that can be selected of a type; of areas within areas their code, for the guard lets no document walk far.
    fn whole(&self, kind: &str) -> String {
        let field = |(name, behind): &(String, String)| {
            let arguments = match name.as_str() {
                "change" => "(since: \"202324T2\")",
                "wording" => "(in: TRADITIONAL_CHINESE)",
                "official" | "officialFigures" => "(indicator: \"NEET_percent\")",
                _ => "",
            };
            let below = match (kind, behind.as_str()) {
                ("Area" | "Comparator", "Area") => " { code }".to_owned(),
                ("Area", "Comparator") => " { __typename code basis about { code } }".to_owned(),
                ("Area", "AreaSuccession") => " { __typename on kind area { code } }".to_owned(),
                (_, behind) if self.0.contains_key(behind) => format!(" {{ {} }}", self.whole(behind)),
                _ => String::new(),
            };
            format!("{name}{arguments}{below}")
        };
        let fields: Vec<String> = self.0[kind].iter().map(field).collect();
        format!("__typename {}", fields.join(" "))
    }
}

/// What the catalogue tells, resolved field by field: areas by code, periods, benchmarks by code, categories.
struct Catalogue {
    areas: BTreeMap<String, Value>,
    lists: Value,
}

impl Catalogue {
    async fn ask(service: &Service, contract: &Contract) -> Self {
        let [period, benchmark, category] = ["Period", "Benchmark", "Category"].map(|kind| contract.whole(kind));
        let lists = format!(
            "{{ periods {{ {period} }} frameworks {{ benchmarks {{ {benchmark} }} }} dimensions {{ categories {{ {category} }} }} }}"
        );
        Self { areas: BTreeMap::new(), lists: service.ask(Some(LEP), &lists).await.data() }
    }

    async fn area(&mut self, service: &Service, contract: &Contract, code: &str) -> &Value {
        if !self.areas.contains_key(code) {
            let query = format!("{{ area(code: \"{code}\") {{ {} }} }}", contract.whole("Area"));
            self.areas.insert(code.to_owned(), service.ask(Some(LEP), &query).await.data()["area"].clone());
        }
        &self.areas[code]
    }

    fn has(&self, value: &Value) -> bool {
        let below = |list: &Value, key: &str| {
            let items = self.lists[list.as_str().unwrap()].as_array().unwrap().iter();
            items.flat_map(|item| item[key].as_array().unwrap().clone()).collect::<Vec<_>>()
        };
        match value["__typename"].as_str().unwrap() {
            "Period" => self.lists["periods"].as_array().unwrap().contains(value),
            "Benchmark" => below(&json!("frameworks"), "benchmarks").contains(value),
            "Category" => below(&json!("dimensions"), "categories").contains(value),
            other => panic!("{other} is not in the catalogue"),
        }
    }
}

#[tokio::test]
async fn everything_of_a_row_can_be_asked_for_and_is_what_the_catalogue_tells() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let contract = Contract::read();
    let mut catalogue = Catalogue::ask(&service, &contract).await;
    let mut held = BTreeMap::<String, usize>::new();
    for (table, lists) in TABLES {
        for (list, kind) in lists {
            let query = format!("{{ table: {table} {{ {list} {{ {} }} }} }}", contract.whole(kind));
            let data = service.ask(Some(LEP), &query).await.data();
            for row in data["table"][list].as_array().unwrap() {
                assert_eq!(row["__typename"], *kind);
                let area = catalogue.area(&service, &contract, row["area"]["code"].as_str().unwrap()).await;
                assert_eq!(row["area"], *area, "{query}");
                let categories = row["categories"].as_array().into_iter().flatten();
                let known = [&row["period"], &row["benchmark"], &row["change"]["since"]].into_iter().chain(categories);
                for value in known.filter(|value| !value.is_null()) {
                    assert!(catalogue.has(value), "{value} of {query}");
                    *held.entry(value["__typename"].to_string()).or_default() += 1;
                }
                for estimate in row.as_object().unwrap().values().filter(|value| value["__typename"] == "Estimate") {
                    assert_eq!(estimate["value"].is_null(), !estimate["reason"].is_null(), "{estimate} of {query}");
                    *held.entry("estimates".to_owned()).or_default() += 1;
                }
            }
        }
    }
    assert!(held.len() == 4 && held.values().all(|count| *count > 50), "enough is held to something: {held:?}");
}

#[tokio::test]
async fn a_list_that_is_selected_in_two_places_is_answered_once_and_whole() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let input = r#"(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP})"#;
    let once = format!("{{ outcomes{input} {{ cells {{ institutions area {{ code name }} total }} }} }}");
    let once = service.ask(Some(LEP), &once).await.body;
    for query in [
        format!(
            "{{ outcomes{input} {{ cells {{ institutions area {{ code }} }} cells {{ area {{ name }} total }} }} }}"
        ),
        format!(
            "{{ outcomes{input} {{ cells {{ institutions area {{ code name }} }} }} ...f }} fragment f on Query {{ outcomes{input} {{ cells {{ total }} }} }}"
        ),
        format!(
            "{{ outcomes{input} {{ ...f ...g }} }} fragment f on OutcomeTable {{ cells {{ institutions area {{ code name }} }} }} fragment g on OutcomeTable {{ cells {{ total }} }}"
        ),
    ] {
        assert_eq!(service.ask(Some(LEP), &query).await.body, once, "{query}");
    }
}

/// async-graphql 7.2.1 answers null for an object of which everything is left out; the specification wants an empty one.
#[tokio::test]
async fn a_row_of_which_everything_is_left_out_is_empty() {
    let service = Service::filled(Engine::Sqlite).await;
    let query =
        r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"]}) { cells { total @skip(if: true) } } }"#;
    let cells = service.ask(Some(LEP), query).await.data()["outcomes"]["cells"].clone();
    assert_eq!(cells, json!([{}, {}, {}, {}, {}, {}, {}, {}]));
}

/// Validation lets a fragment on another type stand in one on an interface that both have; it holds for nothing.
#[tokio::test]
async fn a_fragment_on_another_type_selects_nothing() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let input = r#"(input: {framework: "GATSBY-2014", areas: ["E12000001"]})"#;
    for (selected, expected) in [
        ("area { name ... on Node { ... on Benchmark { code title } } }", json!({"area": {"name": "North East"}})),
        (
            "area { ...f } } } } fragment f on Node { ...g ... on Area { x: name } } fragment g on Benchmark { x: code } query q { __typename a: frameworks { code benchmarks { code",
            json!({"area": {"x": "North East"}}),
        ),
    ] {
        let query = format!("query p {{ outcomes{input} {{ cells {{ {selected} }} }} }}");
        let body = json!({"query": query, "operationName": "p"}).to_string();
        let request = axum::http::Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", service.token(LEP)))
            .body(axum::body::Body::from(body))
            .unwrap();
        let cells = service.send(request).await.data()["outcomes"]["cells"].clone();
        assert_eq!(cells[0], expected, "{query}");
    }
}

/// Areas lead to areas: a document of 250 bytes could ask for more than any machine holds.
#[tokio::test]
async fn areas_within_areas_are_bounded_before_anything_is_done() {
    let service = Service::filled(Engine::Sqlite).await;
    let walk =
        |steps: usize| (0..steps).fold("code".to_owned(), |inner, _| format!("parents {{ children {{ {inner} }} }}"));
    let ask = async |selected: String| service.ask(Some(LEP), &selected).await;
    for steps in [2, 3, 8] {
        let (code, message) = ask(format!(r#"{{ area(code: "E12000001") {{ {} }} }}"#, walk(steps))).await.error();
        assert_eq!(code, "LIMIT_EXCEEDED", "{message}");
    }
    let cells = |selected: &str| {
        format!(
            r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["E92000001"]}}) {{ cells {{ area {{ {selected} }} }} }} }}"#
        )
    };
    assert_eq!(ask(cells(&walk(1))).await.error().0, "LIMIT_EXCEEDED");
    ask(cells("children { code name }")).await.data();
    ask(format!(r#"{{ area(code: "E12000001") {{ {} }} }}"#, walk(1))).await.data();
}
