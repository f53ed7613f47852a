//! The values of variables, checked against the types that their operation declares.
//!
//! Everything else about a document is checked once and cached; this is what is left to check each time. It follows
//! `CoerceVariableValues` of the GraphQL specification (October 2021, 6.1.2), but leaves the values as they came: the
//! library makes one value a list of one. Defaults are put in here, for async-graphql 7.2.1 forgets those of the variables
//! in `@skip` and `@include`.

use async_graphql::{
    Name, Pos, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};
use serde_json::Value as Json;

use super::declared::{Declared, Input};

/// The longest name that is told as it was sent, characters.
const LONGEST_NAME: usize = 100;

/// Why variables cannot be coerced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CoercionError {
    /// One that must be given is not.
    #[error("the variable `${name}` is required")]
    Missing {
        /// The variable.
        name: String,
        /// Where it is declared.
        at: Pos,
    },
    /// A value is not of the type that is declared.
    #[error("the variable `{path}`: expected {expected}, found {found}")]
    Wrong {
        /// The variable and the path into it.
        path: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
        /// Where it is declared.
        at: Pos,
    },
    /// More values than are allowed.
    #[error("the variables hold too many values: the most is {0}")]
    TooMany(usize),
}

impl CoercionError {
    /// Where the variable is declared.
    pub(super) fn position(&self) -> Option<Pos> {
        match self {
            Self::Missing { at, .. } | Self::Wrong { at, .. } => Some(*at),
            Self::TooMany(_) => None,
        }
    }
}

/// The variables that `operation` declares, out of those that were given; others are ignored.
///
/// # Errors
/// [`CoercionError`] for the first that does not fit. It tells where and what kind of value, never the value.
pub(super) fn coerce(
    declared: &Declared,
    operation: &OperationDefinition,
    given: Json,
    most: usize,
) -> Result<Variables, CoercionError> {
    let mut given = match given {
        Json::Object(given) => given,
        _ => serde_json::Map::new(),
    };
    let mut coerced = Variables::default();
    let mut check = Check { declared, most, left: most, path: Vec::new(), at: Pos::default() };
    for definition in &operation.variable_definitions {
        let (name, kind) = (definition.node.name.node.as_str(), &definition.node.var_type.node);
        check.at = definition.pos;
        let Some(value) = given.remove(name) else {
            match &definition.node.default_value {
                Some(value) => _ = coerced.insert(Name::new(name), value.node.clone()),
                None if !kind.nullable => return Err(CoercionError::Missing { name: name.to_owned(), at: check.at }),
                None => {}
            }
            continue;
        };
        if !kind.nullable && value.is_null() {
            return Err(CoercionError::Missing { name: name.to_owned(), at: check.at });
        }
        check.path.push(format!("${name}"));
        check.value(kind, &value)?;
        check.path.pop();
        coerced.insert(Name::new(name), Value::from_json(value).unwrap_or_default());
    }
    Ok(coerced)
}

/// One walk through the values.
struct Check<'a> {
    declared: &'a Declared,
    most: usize,
    left: usize,
    path: Vec<String>,
    at: Pos,
}

impl Check<'_> {
    /// Values nest as far as the JSON reader lets them, so recursion is bounded.
    fn value(&mut self, kind: &Type, value: &Json) -> Result<(), CoercionError> {
        self.left = self.left.checked_sub(1).ok_or(CoercionError::TooMany(self.most))?;
        if value.is_null() {
            return if kind.nullable { Ok(()) } else { Err(self.wrong(&format!("`{kind}`"), value)) };
        }
        match (&kind.base, value) {
            (BaseType::List(inner), Json::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(index.to_string(), inner, item)?;
                }
                Ok(())
            }
            (BaseType::List(inner), single) => self.value(inner, single),
            (BaseType::Named(name), value) => self.named(name.as_str(), value),
        }
    }

    fn named(&mut self, name: &str, value: &Json) -> Result<(), CoercionError> {
        let declared = self.declared;
        match (declared.inputs.get(name), value) {
            (Some(Input::Enum(names)), Json::String(text)) if names.contains(text) => Ok(()),
            (Some(Input::Enum(_)), Json::String(_)) => {
                Err(self.fault(format!("one of the values of `{name}`"), "another text".to_owned()))
            }
            (Some(Input::Object { fields, one_of }), Json::Object(given)) => {
                for (key, field) in fields {
                    match given.get(key) {
                        Some(value) => self.below(key.clone(), &field.kind, value)?,
                        None if field.required => {
                            return Err(self.fault(format!("`{name}` with `{key}`"), "one without".to_owned()));
                        }
                        None => {}
                    }
                }
                if let Some(unknown) = given.keys().find(|key| !fields.contains_key(*key)) {
                    return Err(self.fault(format!("the fields of `{name}`"), format!("`{}`", shortened(unknown))));
                }
                let single = given.len() == 1 && given.values().all(|value| !value.is_null());
                if *one_of && !single {
                    return Err(self.fault(format!("exactly one field of `{name}`"), given.len().to_string()));
                }
                Ok(())
            }
            (Some(Input::Enum(_) | Input::Object { .. }), other) => Err(self.wrong(&format!("`{name}`"), other)),
            (None, value) => {
                let fits = match name {
                    "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                    "Float" => value.is_number(),
                    "String" => value.is_string(),
                    "Boolean" => value.is_boolean(),
                    "ID" => value.is_string() || value.is_i64(),
                    // Other scalars read their values themselves.
                    _ => true,
                };
                if fits { Ok(()) } else { Err(self.wrong(&format!("`{name}`"), value)) }
            }
        }
    }

    fn below(&mut self, step: String, kind: &Type, value: &Json) -> Result<(), CoercionError> {
        self.path.push(step);
        self.value(kind, value)?;
        self.path.pop();
        Ok(())
    }

    fn wrong(&self, expected: &str, found: &Json) -> CoercionError {
        let found = match found {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "another number",
            Json::String(_) => "a string",
            Json::Array(_) => "a list",
            Json::Object(_) => "an object",
        };
        self.fault(expected.to_owned(), found.to_owned())
    }

    fn fault(&self, expected: String, found: String) -> CoercionError {
        CoercionError::Wrong { path: self.path.join("."), expected, found, at: self.at }
    }
}

/// A name that somebody sent, as much of it as fits a message.
fn shortened(name: &str) -> String {
    let mut short: String = name.chars().take(LONGEST_NAME).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    const SDL: &str = "type Query { a(i: In, o: One, e: E): Int } enum E { A B } scalar Date \
        input In { must: String! some: [Int!] given: Int! = 3 deep: In } input One @oneOf { x: Int y: Int }";

    fn check(definitions: &str, given: Json, expected: &str) {
        let document = parse_query(format!("query({definitions}) {{ a }}")).unwrap();
        let operation = &document.operations.iter().next().unwrap().1.node;
        let found = match coerce(&Declared::of(SDL), operation, given, 12) {
            Ok(coerced) => coerced.keys().map(Name::as_str).collect::<Vec<_>>().join(","),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{definitions}");
    }

    #[test]
    fn values_that_fit_are_coerced_and_others_ignored() {
        check("$a: Int, $b: [E!]!, $c: In", json!({"a": null, "b": "A", "c": {"must": ""}, "d": 1}), "a,b,c");
        check("$a: Int! = 3, $b: Date", json!({"b": {"any": []}}), "a,b");
        check(
            "$a: Float, $b: ID, $c: ID, $d: [[Int]]",
            json!({"a": 1, "b": 1, "c": "1", "d": [1, [2, null]]}),
            "a,b,c,d",
        );
        check("$a: One", json!({"a": {"x": 1}}), "a");
        check("$a: Int", Json::Null, "");
    }

    #[test]
    fn values_that_do_not_fit_are_told_with_their_path() {
        check("$a: Int!", json!({}), "the variable `$a` is required");
        check("$a: Int! = 3", json!({"a": null}), "the variable `$a` is required");
        check("$a: Int", json!({"a": 2_147_483_648_i64}), "the variable `$a`: expected `Int`, found another number");
        check("$a: Int", json!({"a": 1.5}), "the variable `$a`: expected `Int`, found another number");
        check("$a: String", json!({"a": 1}), "the variable `$a`: expected `String`, found another number");
        check("$a: [Int!]", json!({"a": [1, null]}), "the variable `$a.1`: expected `Int!`, found null");
        check("$a: E", json!({"a": "C"}), "the variable `$a`: expected one of the values of `E`, found another text");
        check("$a: E", json!({"a": {}}), "the variable `$a`: expected `E`, found an object");
        check("$a: In", json!({"a": {}}), "the variable `$a`: expected `In` with `must`, found one without");
        check("$a: In", json!({"a": []}), "the variable `$a`: expected `In`, found a list");
        let deep = json!({"a": {"must": "", "deep": {"must": "", "some": ["x"]}}});
        check("$a: In", deep, "the variable `$a.deep.some.0`: expected `Int`, found a string");
        let more = json!({"a": {"must": "", "more": 1}});
        check("$a: In", more, "the variable `$a`: expected the fields of `In`, found `more`");
        let long = json!({"a": {"must": "", "m".repeat(101): 1}});
        let told = format!("the variable `$a`: expected the fields of `In`, found `{}…`", "m".repeat(100));
        check("$a: In", long, &told);
        check(
            "$a: One",
            json!({"a": {"x": 1, "y": 2}}),
            "the variable `$a`: expected exactly one field of `One`, found 2",
        );
        check("$a: One", json!({"a": {"x": null}}), "the variable `$a`: expected exactly one field of `One`, found 1");
    }

    #[test]
    fn too_many_values_are_refused() {
        check("$a: [Int]", json!({"a": vec![1; 11]}), "a");
        check("$a: [Int]", json!({"a": vec![1; 12]}), "the variables hold too many values: the most is 12");
    }
}
