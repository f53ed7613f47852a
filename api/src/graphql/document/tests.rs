//! What operations are collected to, and where nulls and fields go.

use apollo_compiler::{ExecutableDocument, ast::Document, schema::ExtendedType, validation::Valid};
use async_graphql::{
    PathSegment, ServerError, Value, Variables,
    parser::types::{DocumentOperations, Selection, SelectionSet},
};
use serde_json::{Value as Json, json};

use super::{Collected, Contract, List, Operation, Undecided, write};

const SDL: &str = "type Query { a: A b: A! list: [A!] holes: [A]! n: Int! node: Node f(i: In, s: String = \"d\", l: [String]): Int \
    g(one: Int!): Int h(day: Date, days: [Date!], kind: Kind): Int } scalar Date enum Kind { OPEN SHUT } interface Node { id: ID! } type A implements Node { id: ID! a: A! x: Int y: Int! } \
    type B implements Node { id: ID! b: B! z: Int } input In { p: Int q: String! = \"\" r: [Int!] }";

fn validated(query: &str) -> Result<(Contract, Vec<Operation>, Valid<ExecutableDocument>), Vec<String>> {
    let contract = Contract::of(SDL, &[], true);
    let document = Document::parse(query, "document").unwrap();
    match contract.validate(&document) {
        Ok(document) => {
            let operations = Operation::all(&document);
            Ok((contract, operations, document))
        }
        Err(errors) => Err(errors.into_iter().map(|error| error.message).collect()),
    }
}

fn collected(query: &str, variables: &Json) -> Result<std::sync::Arc<Collected>, Undecided> {
    let (contract, operations, document) = validated(query).unwrap();
    let variables = Variables::from_json(variables.clone());
    operations[0].with(&contract, &document, &variables)
}

/// A set as short text: keys, arguments, fragments.
fn written(set: &SelectionSet) -> String {
    let items = set.items.iter().map(|item| match &item.node {
        Selection::Field(field) => {
            let (field, mut text) = (&field.node, field.node.response_key().node.to_string());
            for (name, value) in &field.arguments {
                text += &format!("({}:{})", name.node, value.node);
            }
            if !field.selection_set.node.items.is_empty() {
                text += &format!("{{{}}}", written(&field.selection_set.node));
            }
            text
        }
        Selection::InlineFragment(fragment) => {
            let on = &fragment.node.type_condition.as_ref().unwrap().node.on.node;
            format!("[{on} {}]", written(&fragment.node.selection_set.node))
        }
        Selection::FragmentSpread(_) => unreachable!("fragments are gone"),
    });
    items.collect::<Vec<_>>().join(" ")
}

fn check(query: &str, variables: &Json, expected: &str) {
    let collected = collected(query, variables).unwrap();
    let DocumentOperations::Single(operation) = &collected.document.operations else { unreachable!("one operation") };
    assert_eq!(written(&operation.node.selection_set.node), expected, "{query}");
}

#[test]
fn fields_are_merged_in_the_order_in_which_they_are_met() {
    check("{ n a { x } ...f a { y } } fragment f on Query { z: n a { a { x } x } }", &json!({}), "n a{x a{x} y} z");
    check("{ ... { ... on Query { n } } ...f ...f } fragment f on Query { n b { x } }", &json!({}), "n b{x}");
}

#[test]
fn conditions_leave_out_and_what_is_empty_has_a_field_that_nobody_asked_for() {
    let query = "query($b: Boolean!) { a @skip(if: $b) { x } b { x @include(if: $b) ... @skip(if: $b) { y } } }";
    check(query, &json!({"b": true}), "b{x}");
    check(query, &json!({"b": false}), "a{x} b{y}");
    check("query($b: Boolean!) { a @include(if: $b) { x } }", &json!({"b": false}), "");
    check("{ a { x @skip(if: true) } }", &json!({}), "a{}");
    check("query($b: Boolean = true) { n @skip(if: $b) m: n }", &json!({"b": true}), "m");
    let null = collected("query($b: Boolean = true) { n @skip(if: $b) }", &json!({"b": null})).unwrap_err();
    assert_eq!(null.directive, "skip");
}

#[test]
fn an_interface_has_what_is_selected_for_each_of_its_types() {
    check("{ node { ... on B { z } } }", &json!({}), "node{ [B z]}");
    check(
        "{ node { id ... on A { x } ...b ... on Node { ... on B { b { z } } } } } fragment b on B { id k: z }",
        &json!({}),
        "node{ [A id x] [B id k b{z}]}",
    );
}

#[test]
fn lists_of_rows_and_lists_that_lead_to_themselves_are_long() {
    let contract = Contract::of(&crate::graphql::sdl(), &crate::graphql::rows::TYPES, false);
    let mut found: Vec<(&str, List)> = Vec::new();
    for (name, kind) in &contract.schema.types {
        let ExtendedType::Object(object) = kind else { continue };
        let fields = object.fields.keys().filter(|_| !name.starts_with("__"));
        found.extend(fields.filter_map(|field| Some((field.as_str(), contract.lists.get(field)?))));
    }
    found.sort_unstable();
    found.dedup();
    let around = ["children", "comparators", "members", "parents", "predecessors", "successors"]
        .map(|field| (field, List::Around));
    let rows = ["cells", "overall", "totals"].map(|field| (field, List::Rows));
    let mut expected: Vec<_> = around.into_iter().chain(rows).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_variable_that_was_not_given_is_as_if_it_were_not_there() {
    let query = "query($s: String, $p: Int, $l: String) { f(s: $s, i: {p: $p, q: \"\\u{1F600}\"}, l: [$l, \"a\"]) }";
    check(query, &json!({}), "f(i:{q: \"\u{1f600}\"})(l:[null, \"a\"])");
    check(query, &json!({"s": null, "p": 1, "l": "x"}), "f(s:$s)(i:{p: $p, q: \"\u{1f600}\"})(l:[$l, \"a\"])");
}

#[test]
fn what_the_rules_of_the_specification_forbid_is_refused() {
    for (query, expected) in [
        ("{ f(i: {p: 1, p: 2}) }", "the field `p` is given twice"),
        ("query($i: In = {p: 1, p: 2}) { f(i: $i) }", "the field `p` is given twice"),
        ("query($q: String) { f(i: {q: $q}) }", ""),
        ("query($r: [Int]) { f(i: {r: $r}) }", "the variable `$r` of type `[Int]` cannot stand for `[Int!]`"),
        ("query($r: Int) { f(i: {r: [$r]}) }", "the variable `$r` of type `Int` cannot stand for `Int!`"),
        ("query($r: Int!) { f(i: {r: [$r]}) }", ""),
        ("query($o: Int = null) { g(one: $o) }", "the variable `$o` of type `Int` cannot stand for `Int!`"),
        ("query($o: Int = 1) { g(one: $o) }", ""),
        (
            "query($b: Boolean) { n @skip(if: $b) }",
            "variable `$b` of type `Boolean` cannot be used for argument `if` of type `Boolean!`",
        ),
        ("query($b: Boolean!) { n ...f @include(if: $b) } fragment f on Query { n }", ""),
        ("{ lisst { x } }", "type `Query` does not have a field `lisst`. Did you mean `list`?"),
        ("{ f(ss: 1) }", "the argument `ss` is not supported by `Query.f`. Did you mean `s`?"),
        ("{ a { x: y } a { x } }", "operation must not select different types using the same name `x`"),
        ("{ n @skip(if: \"true\") }", "expected value of type Boolean!, found a string"),
        ("{ __typename(a: 1) }", "the argument `a` is not supported by `Query.__typename`"),
    ] {
        let found = validated(query).err().unwrap_or_default();
        assert_eq!(found.first().map_or("", String::as_str), expected, "{query}");
    }
}

fn completed(query: &str, data: Json, paths: &[&[&str]], expected: &Json) {
    let segment = |text: &&str| match text.parse() {
        Ok(index) => PathSegment::Index(index),
        Err(_) => PathSegment::Field((*text).to_owned()),
    };
    let errors: Vec<ServerError> = paths
        .iter()
        .map(|path| ServerError { path: path.iter().map(segment).collect(), ..ServerError::new("x", None) })
        .collect();
    let data = Value::from_json(data).unwrap();
    let (collected, mut text) = (collected(query, &json!({})).unwrap(), Vec::new());
    let has_value = write(&mut text, &collected.fields, &data, &errors);
    let found: Json = serde_json::from_slice(&text).unwrap();
    assert_eq!(&found, expected, "{query}");
    let any = |fields: &serde_json::Map<String, Json>| fields.values().any(|value| !value.is_null());
    assert_eq!(has_value, expected.as_object().is_some_and(any), "{query}");
}

#[test]
fn a_failed_field_that_may_be_null_is_null() {
    completed("{ a { x y } }", json!({"a": {"y": 1}}), &[&["a", "x"]], &json!({"a": {"x": null, "y": 1}}));
    completed("{ z: a { w: x } }", json!({"z": null}), &[&["z", "w"]], &json!({"z": {"w": null}}));
    completed("{ a { x } }", json!(null), &[&["a"]], &json!({"a": null}));
    let query = "{ ...f } fragment f on Query { a { ... { x } } }";
    completed(query, json!({"a": {}}), &[&["a", "x"]], &json!({"a": {"x": null}}));
    let query = "{ node { ... on A { k: a { x } } ... on B { k: b { z } } } }";
    completed(
        query,
        json!({"node": {"": "B", "k": null}}),
        &[&["node", "k", "z"]],
        &json!({"node": {"k": {"z": null}}}),
    );
}

#[test]
fn a_failed_field_that_may_not_be_null_makes_the_nearest_ancestor_null() {
    let data = json!({"a": {"a": null}, "n": 1});
    completed("{ a { a { y } } n }", data, &[&["a", "a", "y"]], &json!({"a": null, "n": 1}));
    completed("{ b { a { y } } n }", json!({"b": {}, "n": 1}), &[&["b", "a"]], &json!(null));
    completed("{ list { y } }", json!({"list": [{"y": 1}, null]}), &[&["list", "1", "y"]], &json!({"list": null}));
    let (data, expected) = (json!({"holes": [{"y": 1}, null]}), json!({"holes": [{"y": 1}, null]}));
    completed("{ holes { y } }", data, &[&["holes", "1", "y"]], &expected);
}

#[test]
fn several_errors_under_one_null_leave_it_null() {
    for paths in [[&["a", "y"], &["a", "x"]], [&["a", "x"], &["a", "y"]]] {
        let paths: Vec<&[&str]> = paths.iter().map(|path| path.as_slice()).collect();
        completed("{ a { x y } }", json!({"a": null}), &paths, &json!({"a": null}));
    }
    completed("{ n b { x } }", json!({"b": {"x": 1}}), &[&["n"], &["b", "x"]], &json!(null));
}

#[test]
fn fields_stand_in_the_order_of_the_question_at_every_level() {
    let check = |query: &str, data: &str, expected: &str| {
        let (collected, mut text) = (collected(query, &json!({})).unwrap(), Vec::new());
        let data = Value::from_json(serde_json::from_str(data).unwrap()).unwrap();
        assert!(write(&mut text, &collected.fields, &data, &[]));
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    };
    check("{ n a { x } c: n }", r#"{"c":1,"a":{"x":2},"n":3}"#, r#"{"n":3,"a":{"x":2},"c":1}"#);
    check(
        "{ ...f a { x } ... { b { x } } a { y } } fragment f on Query { c: b { a { y x } } }",
        r#"{"b":{"x":1},"a":{"y":2,"x":3},"c":{"a":{"x":4,"y":5}}}"#,
        r#"{"c":{"a":{"y":5,"x":4}},"a":{"x":3,"y":2},"b":{"x":1}}"#,
    );
    let node = "{ node { ... on B { z id } id ... on A { x } } }";
    check(node, r#"{"node":{"":"A","x":1,"id":2}}"#, r#"{"node":{"id":2,"x":1}}"#);
    check(node, r#"{"node":{"":"B","id":2,"z":1}}"#, r#"{"node":{"z":1,"id":2}}"#);
}

/// The errors of a document, each with its column.
fn refused(query: &str) -> Vec<(usize, String)> {
    let contract = Contract::of(SDL, &[], true);
    let errors = contract.validate(&Document::parse(query, "document").unwrap()).unwrap_err();
    errors.into_iter().map(|error| (error.locations[0].column, error.message)).collect()
}

#[test]
fn a_day_that_is_none_is_refused_with_its_document() {
    let day = "expected a day such as `2026-01-31`";
    for (query, place, found) in [
        ("{ h(day: \"2026-02-30\") }", 10, "`2026-02-30`"),
        ("{ h(day: 20260131) }", 10, "another value"),
        ("{ h(day: [\"2026-01-31\"]) }", 10, "another value"),
        ("{ h(days: [\"2026-01-31\", \"tomorrow\"]) }", 26, "`tomorrow`"),
        ("{ h(days: \"tomorrow\") }", 11, "`tomorrow`"),
        ("query($d: Date = \"1\") { h(day: $d) }", 18, "`1`"),
    ] {
        assert_eq!(refused(query), [(place, format!("{day}, found {found}"))], "{query}");
    }
    for query in ["{ h(day: null, days: \"2026-01-31\") }", "query($d: Date) { h(day: $d, days: [\"2026-01-31\"]) }"] {
        assert!(validated(query).is_ok(), "{query}");
    }
}

#[test]
fn places_are_told_in_characters() {
    assert_eq!(refused("{ f(s: \"香港\") a { nope } }")[0].0, 18);
    assert_eq!(refused("{\n f(s: \"香\") h(day: \"港\") }")[0].0, 19);
    let null =
        collected("query($b: Boolean = true) { f(s: \"香港\") n @skip(if: $b) }", &json!({"b": null})).unwrap_err();
    assert_eq!(null.at.column, 42);
}

#[test]
fn what_was_likely_meant_is_suggested() {
    for (query, suggested) in [
        ("{ a }", "`a { … }`"),
        ("{ x: list }", "`list { … }`"),
        ("{ f(s: word) }", "`\"word\"`"),
        ("{ h(kind: \"OPEN\") }", "`OPEN`"),
        ("{ h(kind: open) }", "`OPEN`"),
    ] {
        let message = &refused(query)[0].1;
        assert!(message.ends_with(&format!(". Did you mean {suggested}?")), "{query}: {message}");
    }
}
