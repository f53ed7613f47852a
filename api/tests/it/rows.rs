//! Rows that are written straight to JSON are the same bytes as those that are resolved field by field.

use std::collections::BTreeMap;

use api::{app, config::EdgeSettings};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};

use crate::{
    destinations,
    support::{Engine, LEP, Service},
};

/// How many selections are tried on each table.
const SELECTIONS: u64 = 40;

/// How deep selections go below a row.
const DEPTH: usize = 4;

/// The periods that changes are asked since.
const SINCE: [&str; 2] = ["202324T2", "202223T3"];

/// The variables of selections, and how they are declared.
const VARIABLES: [(&str, &str); 3] =
    [("$yes", "$yes: Boolean = true"), ("$no", "$no: Boolean!"), ("$since", "$since: String!")];

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

/// Makes selections up. One key always stands for one field with one argument, so that selections can be merged.
struct Inventor<'a> {
    contract: &'a Contract,
    state: u64,
    fragments: Vec<String>,
    /// How many lists of areas around or within areas may still come: the guard lets no document walk far.
    walks: usize,
}

impl Inventor<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state % u64::try_from(bound).unwrap()).unwrap()
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// Something selected of a type, of which at least one thing stays whatever the directives say.
    fn selection(&mut self, kind: &str, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(4) {
            let item = self.item(kind, depth);
            text = format!("{text} {item}");
        }
        let stays = self.field(kind, 0, false).unwrap_or_else(|| "__typename".to_owned());
        if self.is(2) { format!("{text} {stays}") } else { format!("{stays} {text}") }
    }

    fn item(&mut self, kind: &str, depth: usize) -> String {
        let directive = self.directive();
        match self.below(8) {
            // Without a variable: async-graphql 7.2.1 takes those that only `__typename` uses for unused.
            0 => "__typename".to_owned(),
            1 => "own_type: __typename @include(if: true)".to_owned(),
            2 if depth > 0 => format!("...{directive} {{ {} }}", self.selection(kind, depth - 1)),
            3 if depth > 0 => format!("... on {kind}{directive} {{ {} }}", self.selection(kind, depth - 1)),
            4 if depth > 0 => {
                let selection = self.selection(kind, depth - 1);
                let name = format!("f{}", self.fragments.len());
                self.fragments.push(format!("fragment {name} on {kind} {{ {selection} }}"));
                format!("...{name}{directive}")
            }
            5 if matches!(kind, "Area" | "Benchmark") => format!("... on Node{directive} {{ id __typename }}"),
            _ => self.field(kind, depth, true).unwrap_or_else(|| "__typename".to_owned()),
        }
    }

    fn directive(&mut self) -> &'static str {
        let all = ["@skip(if: $yes)", "@skip(if: $no)", "@include(if: $yes)", "@include(if: false)"];
        if self.is(4) { all[self.below(all.len())] } else { "" }
    }

    /// A field; `None` where the type has none that may stand so deep.
    fn field(&mut self, kind: &str, depth: usize, may_be_left_out: bool) -> Option<String> {
        let contract = self.contract;
        let has_fields = |behind: &str| contract.0.contains_key(behind);
        let all: Vec<&(String, String)> =
            contract.0[kind].iter().filter(|(_, behind)| depth > 0 || !has_fields(behind)).collect();
        if all.is_empty() {
            return None;
        }
        let (name, behind) = all[self.below(all.len())];
        let since = SINCE[self.below(SINCE.len())];
        let key = match (name.as_str(), self.is(3)) {
            ("change", _) => format!("since{since}: "),
            (_, true) => format!("my_{name}: "),
            (_, false) => String::new(),
        };
        let arguments = match name.as_str() {
            "change" if since == SINCE[0] => "(since: $since)".to_owned(),
            "change" => format!("(since: \"{since}\")"),
            "wording" => "(in: TRADITIONAL_CHINESE)".to_owned(),
            _ => String::new(),
        };
        let directive = if may_be_left_out { self.directive() } else { "" };
        let is_walk =
            matches!(name.as_str(), "parents" | "children" | "comparators" | "members" | "predecessors" | "successors");
        if is_walk && self.walks == 0 {
            return None;
        }
        self.walks -= usize::from(is_walk);
        let depth = if is_walk { 1 } else { depth };
        let below =
            if has_fields(behind) { format!(" {{ {} }}", self.selection(behind, depth - 1)) } else { String::new() };
        Some(format!("{key}{name}{arguments}{directive}{below}"))
    }
}

/// The service as it is, and the same resolving field by field.
async fn both() -> (Service, axum::Router) {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let edge = EdgeSettings { field_by_field: true, ..EdgeSettings::default() };
    let by_field = app::router_with(&service.settings, &edge, &service.exchange).unwrap();
    (service, by_field)
}

/// An answer without what it took, which is more where the library resolves rows.
fn without_cost(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.split(",\"extensions\":{\"cost\":").next().unwrap_or_default().to_owned()
}

/// What both answer; panics where they differ or fail.
async fn same(service: &mut Service, by_field: &axum::Router, query: &str, variables: Value) -> Vec<u8> {
    let written = service.ask_with(Some(LEP), query, variables.clone()).await;
    let written_by = std::mem::replace(&mut service.router, by_field.clone());
    let resolved = service.ask_with(Some(LEP), query, variables).await;
    service.router = written_by;
    assert!(resolved.json().get("errors").is_none(), "{query}\n{}", String::from_utf8_lossy(&resolved.body));
    let written = without_cost(&written.body);
    assert_eq!(written, without_cost(&resolved.body), "{query}");
    written.into_bytes()
}

#[tokio::test]
async fn written_rows_are_resolved_rows_whatever_is_selected() {
    let (mut service, by_field) = both().await;
    let contract = Contract::read();
    let mut bytes = 0;
    for (table, lists) in TABLES {
        for seed in 1..=SELECTIONS {
            let mut inventor = Inventor {
                contract: &contract,
                state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                fragments: Vec::new(),
                walks: 2,
            };
            let mut selected = String::new();
            for (list, kind) in lists {
                if selected.is_empty() || inventor.is(2) {
                    let rows = inventor.selection(kind, DEPTH);
                    selected = format!("{selected} {list} {{ {rows} }}");
                }
            }
            let whole = format!("{selected} {}", inventor.fragments.join(" "));
            let declared: Vec<&str> =
                VARIABLES.iter().filter(|(name, _)| whole.contains(name)).map(|(_, text)| *text).collect();
            let declared =
                if declared.is_empty() { String::new() } else { format!("query q({}) ", declared.join(" ")) };
            let query = format!("{declared}{{ {table} {{ {selected} }} }} {}", inventor.fragments.join(" "));
            bytes += same(&mut service, &by_field, &query, json!({"no": false, "since": SINCE[0]})).await.len();
        }
    }
    assert!(bytes > 1_000_000, "the selections are worth comparing: {bytes} bytes");
}

/// The library merges the values of a key that is selected twice, so such lists are resolved.
#[tokio::test]
async fn a_list_that_is_selected_in_two_places_is_answered_once_and_whole() {
    let (mut service, by_field) = both().await;
    let input = r#"(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP})"#;
    let once = format!("{{ outcomes{input} {{ cells {{ institutions area {{ code name }} total }} }} }}");
    let once = same(&mut service, &by_field, &once, Value::Null).await;
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
        assert_eq!(same(&mut service, &by_field, &query, Value::Null).await, once, "{query}");
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
    let (mut service, by_field) = both().await;
    let input = r#"(input: {framework: "GATSBY-2014", areas: ["E12000001"]})"#;
    for (selected, expected) in [
        ("area { name ... on Node { ... on Benchmark { code title } } }", json!({"area": {"name": "North East"}})),
        (
            "area { ...f } } } } fragment f on Node { ...g ... on Area { x: name } } fragment g on Benchmark { x: code } query q { __typename a: frameworks { code benchmarks { code",
            json!({"area": {"x": "North East"}}),
        ),
    ] {
        let query = format!("query p {{ outcomes{input} {{ cells {{ {selected} }} }} }}");
        let request = |router: &axum::Router| {
            let body = json!({"query": query, "operationName": "p"}).to_string();
            let request = axum::http::Request::post("/graphql")
                .header("content-type", "application/json")
                .header("authorization", format!("Bearer {}", service.token(LEP)))
                .body(axum::body::Body::from(body))
                .unwrap();
            (router.clone(), request)
        };
        let (_, written) = request(&service.router);
        let cells = service.send(written).await.data()["outcomes"]["cells"].clone();
        assert_eq!(cells[0], expected, "{query}");
        let (router, resolved) = request(&by_field);
        let before = std::mem::replace(&mut service.router, router);
        assert_eq!(service.send(resolved).await.data()["outcomes"]["cells"][0], expected, "{query}");
        service.router = before;
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
