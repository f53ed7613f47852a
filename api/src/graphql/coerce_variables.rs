//! The values of variables, checked against the types that their operation declares.
//!
//! Everything else about a document is checked once and cached; this is what is left to check each time. It follows
//! `CoerceVariableValues` of the GraphQL specification (October 2021, 6.1.2), but leaves the values as they came: the
//! library makes one value a list of one. Defaults are put in here, for async-graphql 7.2.1 forgets those of the variables
//! in `@skip` and `@include`.

use apollo_compiler::{ast::Type, schema::ExtendedType};
use async_graphql::{Name, Pos, Value, Variables};
use serde_json::{Number, Value as Json};

use super::{
    document::{Contract, Operation, Places, constant},
    types,
};

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
    contract: &Contract,
    operation: &Operation,
    given: Json,
    most: usize,
) -> Result<Variables, CoercionError> {
    let mut given = match given {
        Json::Object(given) => given,
        _ => serde_json::Map::new(),
    };
    let mut coerced = Variables::default();
    let mut left = most;
    for definition in &operation.variables {
        let (name, kind) = (definition.name.as_str(), &*definition.ty);
        let at = || Places::of_document(&operation.sources).of_span(definition.location()).unwrap_or_default();
        let Some(value) = given.remove(name) else {
            match &definition.default_value {
                Some(value) => _ = coerced.insert(Name::new(name), constant(value)),
                None if kind.is_non_null() => {
                    return Err(CoercionError::Missing { name: name.to_owned(), at: at() });
                }
                None => {}
            }
            continue;
        };
        if kind.is_non_null() && value.is_null() {
            return Err(CoercionError::Missing { name: name.to_owned(), at: at() });
        }
        let mut check = Check { contract, most, left, path: vec![Step::Name(name)], at: &at };
        check.value(kind, &value)?;
        left = check.left;
        coerced.insert(Name::new(name), constant_of(value));
    }
    Ok(coerced)
}

/// One walk through the values.
struct Check<'a> {
    contract: &'a Contract,
    most: usize,
    left: usize,
    path: Vec<Step<'a>>,
    /// Where the variable is declared.
    at: &'a dyn Fn() -> Pos,
}

/// A step down into a value: a variable or a field, or an item of a list.
enum Step<'a> {
    Name(&'a str),
    Item(usize),
}

/// Up to here a double tells every whole number from its neighbours.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;

/// A number that is whole, however it is written: JSON knows one kind of number, so `1.0`, `1e0` and `-0` are.
fn whole(number: &Number) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within what a double tells apart")]
    let read = |value: f64| (value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE).then_some(value as i64);
    number.as_i64().or_else(|| number.as_f64().and_then(read))
}

/// A value as the library that executes wants it.
fn constant_of(value: Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(yes) => Value::Boolean(yes),
        Json::Number(number) => Value::Number(whole(&number).map_or(number, Into::into)),
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::List(items.into_iter().map(constant_of).collect()),
        Json::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), constant_of(value))).collect())
        }
    }
}

impl<'a> Check<'a> {
    /// Values nest as far as the JSON reader lets them, so recursion is bounded.
    fn value(&mut self, kind: &'a Type, value: &Json) -> Result<(), CoercionError> {
        self.left = self.left.checked_sub(1).ok_or(CoercionError::TooMany(self.most))?;
        if value.is_null() {
            return if kind.is_non_null() { Err(self.wrong(&format!("`{kind}`"), value)) } else { Ok(()) };
        }
        match (kind, value) {
            (Type::List(inner) | Type::NonNullList(inner), Json::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(Step::Item(index), inner, item)?;
                }
                Ok(())
            }
            (Type::List(inner) | Type::NonNullList(inner), single) => self.value(inner, single),
            (Type::Named(name) | Type::NonNullNamed(name), value) => self.named(name.as_str(), value),
        }
    }

    fn named(&mut self, name: &'a str, value: &Json) -> Result<(), CoercionError> {
        let contract = self.contract;
        match (contract.input(name), value) {
            (Some(ExtendedType::Enum(choice)), Json::String(text)) if choice.values.contains_key(text.as_str()) => {
                Ok(())
            }
            (Some(ExtendedType::Enum(_)), Json::String(_)) => {
                Err(self.fault(format!("one of the values of `{name}`"), "another text".to_owned()))
            }
            (Some(ExtendedType::InputObject(object)), Json::Object(given)) => {
                for (key, field) in &object.fields {
                    match given.get(key.as_str()) {
                        Some(value) => self.below(Step::Name(key.as_str()), &field.ty, value)?,
                        None if field.is_required() => {
                            return Err(self.fault(format!("`{name}` with `{key}`"), "one without".to_owned()));
                        }
                        None => {}
                    }
                }
                if let Some(unknown) = given.keys().find(|key| !object.fields.contains_key(key.as_str())) {
                    return Err(self.fault(format!("the fields of `{name}`"), format!("`{}`", shortened(unknown))));
                }
                let single = given.len() == 1 && given.values().all(|value| !value.is_null());
                if object.directives.has("oneOf") && !single {
                    return Err(self.fault(format!("exactly one field of `{name}`"), given.len().to_string()));
                }
                Ok(())
            }
            (Some(ExtendedType::Enum(_) | ExtendedType::InputObject(_)), other) => {
                Err(self.wrong(&format!("`{name}`"), other))
            }
            (_, value) => {
                if let Some(expected) = types::expected_of_scalar(name, value.as_str()) {
                    return Err(match value {
                        Json::String(_) => self.fault(expected.to_owned(), "another text".to_owned()),
                        other => self.wrong(expected, other),
                    });
                }
                let whole = || value.as_number().and_then(whole);
                let fits = match name {
                    "Int" => whole().is_some_and(|number| i32::try_from(number).is_ok()),
                    "Float" => value.is_number(),
                    "String" => value.is_string(),
                    "Boolean" => value.is_boolean(),
                    "ID" => value.is_string() || whole().is_some(),
                    // No other scalar comes in.
                    _ => true,
                };
                if fits { Ok(()) } else { Err(self.wrong(&format!("`{name}`"), value)) }
            }
        }
    }

    fn below(&mut self, step: Step<'a>, kind: &'a Type, value: &Json) -> Result<(), CoercionError> {
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
        let mut path = String::from("$");
        for (depth, step) in self.path.iter().enumerate() {
            if depth > 0 {
                path.push('.');
            }
            match step {
                Step::Name(name) => path.push_str(name),
                Step::Item(index) => path.push_str(&index.to_string()),
            }
        }
        CoercionError::Wrong { path, expected, found, at: (self.at)() }
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
    use apollo_compiler::ast::Document;
    use serde_json::json;

    use super::*;

    const SDL: &str = "directive @oneOf on INPUT_OBJECT type Query { a(i: In, o: One, e: E): Int } enum E { A B } scalar Date \
        input In { must: String! some: [Int!] given: Int! = 3 deep: In } input One @oneOf { x: Int y: Int }";

    fn check(definitions: &str, given: Json, expected: &str) {
        let contract = Contract::of(SDL, &[], false);
        let document = Document::parse(format!("query({definitions}) {{ a }}"), "document").unwrap();
        let operations = Operation::all(&contract.read(&document));
        let found = match coerce(&contract, &operations[0], given, 12) {
            Ok(coerced) => coerced.keys().map(Name::as_str).collect::<Vec<_>>().join(","),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{definitions}");
    }

    #[test]
    fn values_that_fit_are_coerced_and_others_ignored() {
        check("$a: Int, $b: [E!]!, $c: In", json!({"a": null, "b": "A", "c": {"must": ""}, "d": 1}), "a,b,c");
        check("$a: Int! = 3, $b: Date", json!({"b": "2024-02-29"}), "a,b");
        check(
            "$a: Float, $b: ID, $c: ID, $d: [[Int]]",
            json!({"a": 1, "b": 1, "c": "1", "d": [1, [2, null]]}),
            "a,b,c,d",
        );
        check("$a: One", json!({"a": {"x": 1}}), "a");
        check("$a: Int", Json::Null, "");
    }

    #[test]
    fn a_whole_number_is_one_however_json_writes_it() {
        let contract = Contract::of(SDL, &[], false);
        let document = Document::parse("query($a: [Int], $b: ID, $c: In) { a }", "document").unwrap();
        let operations = Operation::all(&contract.read(&document));
        let given = r#"{"a": [1.0, 2e0, -0, -0.0, -2147483648.0], "b": 5.0, "c": {"must": "", "given": 3.0}}"#;
        let coerced = coerce(&contract, &operations[0], serde_json::from_str(given).unwrap(), 99).unwrap();
        let read = |name: &str| coerced[&Name::new(name)].clone().into_json().unwrap();
        assert_eq!(read("a"), json!([1, 2, 0, 0, -2_147_483_648_i64]));
        assert_eq!((read("b"), read("c")), (json!(5), json!({"must": "", "given": 3})));
        for wrong in ["2147483648.0", "1e300", "0.5"] {
            let given = serde_json::from_str(&format!(r#"{{"a": {wrong}}}"#)).unwrap();
            let found = coerce(&contract, &operations[0], given, 99).unwrap_err().to_string();
            assert_eq!(found, "the variable `$a`: expected `Int`, found another number", "{wrong}");
        }
        check("$b: ID", json!({"b": 5.5}), "the variable `$b`: expected `ID`, found another number");
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
        let day = "expected a day such as `2026-01-31`";
        check("$a: Date", json!({"a": "2026-02-29"}), &format!("the variable `$a`: {day}, found another text"));
        check("$a: Date", json!({"a": 20_260_131}), &format!("the variable `$a`: {day}, found another number"));
        check("$a: Date", json!({"a": ["2026-01-31"]}), &format!("the variable `$a`: {day}, found a list"));
        check(
            "$a: [Date]",
            json!({"a": ["2026-01-31", "tomorrow"]}),
            &format!("the variable `$a.1`: {day}, found another text"),
        );
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
