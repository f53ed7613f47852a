//! Values of a document as the library that executes wants them.

use apollo_compiler::ast;
use async_graphql::{Name, Number, Value as Constant, Variables, indexmap::IndexMap};
use async_graphql_value::Value;

/// A value that refers to no variable; null in place of one.
pub(in crate::graphql) fn constant(value: &ast::Value) -> Constant {
    match value {
        ast::Value::Null | ast::Value::Variable(_) => Constant::Null,
        ast::Value::Enum(name) => Constant::Enum(Name::new(name)),
        ast::Value::String(text) => Constant::String(text.clone()),
        ast::Value::Float(number) => number_of(number.as_str()),
        ast::Value::Int(number) => number_of(number.as_str()),
        ast::Value::Boolean(yes) => Constant::Boolean(*yes),
        ast::Value::List(items) => Constant::List(items.iter().map(|item| constant(item)).collect()),
        ast::Value::Object(fields) => {
            Constant::Object(fields.iter().map(|(name, value)| (Name::new(name), constant(value))).collect())
        }
    }
}

/// A value whose variables are `given`. A field of an object whose variable was not given is not
/// there, and in a list there is a null for it (6.1.2 and 3.12); `None` where the whole is such a variable.
pub(super) fn value(value: &ast::Value, given: &Variables) -> Option<Value> {
    Some(match value {
        ast::Value::Variable(name) => {
            let name = Name::new(name);
            if !given.contains_key(&name) {
                return None;
            }
            Value::Variable(name)
        }
        ast::Value::List(items) => {
            Value::List(items.iter().map(|item| self::value(item, given).unwrap_or(Value::Null)).collect())
        }
        ast::Value::Object(fields) => {
            let fields = fields.iter().filter_map(|(name, value)| Some((Name::new(name), self::value(value, given)?)));
            Value::Object(fields.collect::<IndexMap<_, _>>())
        }
        other => constant(other).into_value(),
    })
}

/// A number. A whole one beyond 64 bits and a sign stays a text, which an `ID` may be.
fn number_of(text: &str) -> Constant {
    if let Ok(number) = text.parse::<i64>() {
        return Constant::Number(number.into());
    }
    let float = text.parse().ok().filter(|_| text.contains(['.', 'e', 'E'])).and_then(Number::from_f64);
    float.map_or_else(|| Constant::String(text.to_owned()), Constant::Number)
}
