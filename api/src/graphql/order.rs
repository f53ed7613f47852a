//! The fields of an answer, in the order in which they were asked for.
//!
//! async-graphql 7.2.1 puts a field where it was resolved, so that one that waits for the database comes last. The
//! specification wants the order of the question, and an answer that is repeated must be the same byte by byte. Only fields
//! of the root and of what stands directly under it wait for anything, so no more than that is put in order.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};

/// How many levels of objects are put in order: the root, and the objects that are its fields.
const LEVELS: usize = 2;

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Puts the fields of an operation's answer in order.
pub(super) fn arrange(data: &mut Value, document: &ExecutableDocument, operation: &OperationDefinition) {
    arrange_object(data, &[&operation.selection_set.node], &document.fragments, LEVELS);
}

/// Whether an operation selects an object or a list several times under one key, within as many levels. The library
/// resolves such a field each time, and puts the values together.
pub(super) fn repeats(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter();
    operations
        .map(|(_, operation)| vec![&operation.node.selection_set.node])
        .any(|sets| repeats_below(&sets, &document.fragments, LEVELS))
}

/// Whether a fragment stands directly in a fragment on another type. It may then hold for no value there is: of an area,
/// what `... on Node { ... on Benchmark { … } }` selects is nothing.
pub(super) fn narrows(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| (None, &operation.node.selection_set.node));
    let fragments = document
        .fragments
        .values()
        .map(|fragment| (Some(fragment.node.type_condition.node.on.node.as_str()), &fragment.node.selection_set.node));
    operations.chain(fragments).any(|(on, set)| narrows_below(on, set, &document.fragments))
}

/// `on` is the type of the fragment that the set stands in. The guard has bounded how deep sets nest.
fn narrows_below(on: Option<&str>, set: &SelectionSet, fragments: &Fragments) -> bool {
    let differs = |inner: &str| on.is_some_and(|outer| outer != inner);
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => narrows_below(None, &field.node.selection_set.node, fragments),
        Selection::InlineFragment(inline) => {
            let inner = inline.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
            inner.is_some_and(differs) || narrows_below(inner.or(on), &inline.node.selection_set.node, fragments)
        }
        Selection::FragmentSpread(spread) => fragments
            .get(&spread.node.fragment_name.node)
            .is_some_and(|fragment| differs(fragment.node.type_condition.node.on.node.as_str())),
    })
}

fn repeats_below(sets: &[&SelectionSet], fragments: &Fragments, levels: usize) -> bool {
    if levels == 0 {
        return false;
    }
    let mut keys = Vec::new();
    sets.iter().for_each(|set| collect(set, fragments, &mut keys));
    keys.iter().any(|(_, below)| {
        let selects = below.iter().filter(|set| !set.items.is_empty()).count();
        selects > 1 || repeats_below(below, fragments, levels - 1)
    })
}

fn arrange_object(value: &mut Value, sets: &[&SelectionSet], fragments: &Fragments, levels: usize) {
    let Value::Object(fields) = value else { return };
    if levels == 0 {
        return;
    }
    let mut keys = Vec::new();
    sets.iter().for_each(|set| collect(set, fragments, &mut keys));
    let mut left = std::mem::take(fields);
    for (key, below) in keys {
        if let Some((name, mut value)) = left.swap_remove_entry(key) {
            arrange_object(&mut value, &below, fragments, levels - 1);
            fields.insert(name, value);
        }
    }
    fields.extend(left);
}

/// The response keys of a selection in the order in which they are met, each with what is selected below it.
fn collect<'a>(set: &'a SelectionSet, fragments: &'a Fragments, keys: &mut Vec<(&'a str, Vec<&'a SelectionSet>)>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let key = field.node.response_key().node.as_str();
                let below = &field.node.selection_set.node;
                match keys.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sets)) => sets.push(below),
                    None => keys.push((key, vec![below])),
                }
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, fragments, keys),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, keys);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn check(query: &str, data: &str, expected: &str) {
        let document = parse_query(query).unwrap();
        let mut data = Value::from_json(serde_json::from_str(data).unwrap()).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        arrange(&mut data, &document, &operation.node);
        assert_eq!(serde_json::to_string(&data).unwrap(), expected);
    }

    #[test]
    fn fields_stand_in_the_order_of_the_question() {
        check("{ a b c: d }", r#"{"c":1,"b":2,"a":3}"#, r#"{"a":3,"b":2,"c":1}"#);
        check(
            "{ ...f a { x } ... { b { p } } a { y } } fragment f on Query { c { n m } }",
            r#"{"b":{"p":1},"a":{"y":2,"x":3},"c":{"m":4,"n":5}}"#,
            r#"{"c":{"n":5,"m":4},"a":{"x":3,"y":2},"b":{"p":1}}"#,
        );
    }

    #[test]
    fn a_fragment_on_another_type_in_a_fragment_is_found() {
        let check =
            |query: &str, expected: bool| assert_eq!(narrows(&parse_query(query).unwrap()), expected, "{query}");
        check("{ a { ... on Node { id } ... on Area { b { ... on Benchmark { x } } } } }", false);
        check("{ a { ... on Node { ... { ... on Benchmark { x } } } } }", true);
        check("{ a { ...f } } fragment f on Node { b { ...g } } fragment g on Area { x }", false);
        check("{ a { ...f } } fragment f on Node { id ...g } fragment g on Area { x }", true);
    }

    #[test]
    fn a_key_that_is_selected_in_two_places_is_found() {
        let check =
            |query: &str, expected: bool| assert_eq!(repeats(&parse_query(query).unwrap()), expected, "{query}");
        check("{ a b: a { x } c { x } }", false);
        check("{ a { x } a { y } }", true);
        check("{ a a }", false);
        check("{ a { b { x } ...f } } fragment f on A { b { y } }", true);
        check("{ a { b { x } ...f } } fragment f on A { c: b { y } }", false);
        check("query p { a { x } } query q { a { b { x } ... { b { x } } } }", true);
    }

    #[test]
    fn what_was_left_out_or_is_null_does_no_harm() {
        check("{ a @skip(if: true) b c { d } }", r#"{"c":null,"b":[1,2]}"#, r#"{"b":[1,2],"c":null}"#);
    }
}
