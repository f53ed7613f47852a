//! The nulls of failed fields, put where the specification wants them.
//!
//! async-graphql 7.2.1 leaves a failed field out of `data`, even one that may not be null. Clients with generated types
//! expect a null there, or, where the type does not allow one, a null at the nearest ancestor that allows one.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, PathSegment, Positioned, ServerError, Value,
    parser::types::{
        BaseType, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet,
        Type,
    },
};

use super::declared::Declared;

/// Selection sets of one object, each with the type that its fields belong to.
type Sets<'a> = Vec<(&'a str, &'a SelectionSet)>;

impl Declared {
    /// Puts into `data` the nulls that `errors` ask for.
    pub(super) fn complete(
        &self,
        data: &mut Value,
        document: &ExecutableDocument,
        name: Option<&str>,
        errors: &[ServerError],
    ) {
        let operation = match (&document.operations, name) {
            (DocumentOperations::Single(operation), _) => Some(operation),
            (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
            // One that has a name need not be asked for by it.
            (DocumentOperations::Multiple(all), None) => all.values().next().filter(|_| all.len() == 1),
        };
        let Some(operation) = operation else { return };
        let root = if operation.node.ty == OperationType::Mutation { &self.mutation } else { &self.query };
        let kind = Type { base: BaseType::Named(Name::new(root)), nullable: true };
        let mut walk = Walk { declared: self, fragments: &document.fragments, path: &[], nulled: HashSet::new() };
        for error in errors.iter().filter(|error| !error.path.is_empty()) {
            walk.path = &error.path;
            walk.settle(data, 0, &kind, vec![(root, &operation.node.selection_set.node)]);
        }
    }
}

/// One walk along the path of one error.
struct Walk<'a> {
    declared: &'a Declared,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    path: &'a [PathSegment],
    /// The paths at which a null has already replaced an object or a list.
    nulled: HashSet<String>,
}

impl<'a> Walk<'a> {
    /// Settles `value`, `depth` segments down the path. True when it is null and its type does not allow that.
    fn settle(&mut self, value: &mut Value, depth: usize, kind: &Type, sets: Sets<'a>) -> bool {
        let Some(segment) = self.path.get(depth) else { return *value == Value::Null && !kind.nullable };
        let below = match (&kind.base, segment) {
            (BaseType::List(inner), PathSegment::Index(index)) => match value {
                Value::List(items) => {
                    items.get_mut(*index).is_some_and(|item| self.settle(item, depth + 1, inner, sets))
                }
                _ => *value == Value::Null && !kind.nullable,
            },
            (BaseType::Named(_), PathSegment::Field(key)) => {
                let prefix = self.prefix(depth);
                if *value == Value::Null && self.nulled.contains(&prefix) {
                    return false;
                }
                let Some((kind, sets)) = self.field(key, &sets) else { return false };
                if *value == Value::Null {
                    // An object of which every field failed.
                    *value = Value::Object(async_graphql::indexmap::IndexMap::new());
                }
                let Value::Object(fields) = value else { return false };
                if let Some(field) = fields.get_mut(key.as_str()) {
                    self.settle(field, depth + 1, kind, sets)
                } else {
                    fields.insert(Name::new(key), Value::Null);
                    !kind.nullable
                }
            }
            _ => return false,
        };
        if below {
            *value = Value::Null;
            let prefix = self.prefix(depth);
            self.nulled.insert(prefix);
        }
        below && !kind.nullable
    }

    /// The first `depth` segments of the path, as text.
    fn prefix(&self, depth: usize) -> String {
        self.path[..depth].iter().fold(String::new(), |text, segment| match segment {
            PathSegment::Field(key) => text + "." + key,
            PathSegment::Index(index) => text + "#" + &index.to_string(),
        })
    }

    /// The type of the field that answers as `key`, and what is selected of it.
    fn field(&self, key: &str, sets: &Sets<'a>) -> Option<(&'a Type, Sets<'a>)> {
        let (mut kind, mut below, mut rest) = (None, Vec::new(), sets.clone());
        while let Some((parent, set)) = rest.pop() {
            for item in &set.items {
                match &item.node {
                    Selection::Field(field) if field.node.response_key().node == key => {
                        let declared = self.declared.fields.get(parent)?.get(field.node.name.node.as_str())?;
                        kind = Some(declared);
                        below.push((named(declared), &field.node.selection_set.node));
                    }
                    Selection::Field(_) => {}
                    Selection::InlineFragment(inline) => {
                        let on = inline.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                        rest.push((on, &inline.node.selection_set.node));
                    }
                    Selection::FragmentSpread(spread) => {
                        let fragment = self.fragments.get(&spread.node.fragment_name.node)?;
                        rest.push((&fragment.node.type_condition.node.on.node, &fragment.node.selection_set.node));
                    }
                }
            }
        }
        kind.map(|kind| (kind, below))
    }
}

/// The name inside all lists of a type.
fn named(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    const SDL: &str = "type Query { a: A b: A! list: [A!] holes: [A]! n: Int! } type A { a: A! x: Int y: Int! }";

    fn check(query: &str, data: Json, paths: &[&[&str]], expected: &Json) {
        let segment = |text: &&str| match text.parse() {
            Ok(index) => PathSegment::Index(index),
            Err(_) => PathSegment::Field((*text).to_owned()),
        };
        let errors: Vec<ServerError> = paths
            .iter()
            .map(|path| ServerError { path: path.iter().map(segment).collect(), ..ServerError::new("x", None) })
            .collect();
        let mut data = Value::from_json(data).unwrap();
        Declared::of(SDL).complete(&mut data, &parse_query(query).unwrap(), None, &errors);
        assert_eq!(&data.into_json().unwrap(), expected, "{query}");
    }

    #[test]
    fn a_failed_field_that_may_be_null_is_null() {
        check("{ a { x y } }", json!({"a": {"y": 1}}), &[&["a", "x"]], &json!({"a": {"x": null, "y": 1}}));
        check("{ z: a { w: x } }", json!({"z": null}), &[&["z", "w"]], &json!({"z": {"w": null}}));
        check(
            "{ ...f } fragment f on Query { a { ... { x } } }",
            json!({"a": {}}),
            &[&["a", "x"]],
            &json!({"a": {"x": null}}),
        );
    }

    #[test]
    fn a_failed_field_that_may_not_be_null_makes_the_nearest_ancestor_null() {
        check(
            "{ a { a { y } } n }",
            json!({"a": {"a": null}, "n": 1}),
            &[&["a", "a", "y"]],
            &json!({"a": null, "n": 1}),
        );
        check("{ b { a { y } } n }", json!({"b": {}, "n": 1}), &[&["b", "a"]], &json!(null));
        check("{ list { y } }", json!({"list": [{"y": 1}, null]}), &[&["list", "1", "y"]], &json!({"list": null}));
        check(
            "{ holes { y } }",
            json!({"holes": [{"y": 1}, null]}),
            &[&["holes", "1", "y"]],
            &json!({"holes": [{"y": 1}, null]}),
        );
    }

    #[test]
    fn several_errors_under_one_null_leave_it_null() {
        let paths: &[&[&str]] = &[&["a", "y"], &["a", "x"]];
        check("{ a { x y } }", json!({"a": null}), paths, &json!({"a": null}));
        let paths: &[&[&str]] = &[&["a", "x"], &["a", "y"]];
        check("{ a { x y } }", json!({"a": null}), paths, &json!({"a": null}));
    }
}
