//! `data` of an answer: what the library resolved, written along the tree.
//!
//! Fields stand in the order of the tree (async-graphql 7.2.1 puts one that waits for the database last). A field that it left
//! out failed: there is a null in its place or, where its type allows none, in that of the nearest thing around it that may be
//! null.

use apollo_compiler::ast::Type;
use async_graphql::{Name, PathSegment, ServerError, Value, indexmap::IndexMap};

use crate::graphql::json::json;

use super::{
    Below, Selected,
    operation::{TYPE_KIND, TYPE_NAME},
};

/// The interfaces of an interface that implements none, as those of the contract.
static NO_TYPES: Value = Value::List(Vec::new());

/// What is left of the path of an error, below where one stands.
type Rest<'a> = &'a [PathSegment];

/// Writes what the root came to. Tells whether any of its fields has a value.
pub(in crate::graphql) fn write(text: &mut Vec<u8>, fields: &[Selected], data: &Value, errors: &[ServerError]) -> bool {
    let errors: Vec<Rest<'_>> = errors.iter().map(|error| &*error.path).filter(|path| !path.is_empty()).collect();
    let (start, nothing) = (text.len(), IndexMap::new());
    let values = if let Value::Object(values) = data { values } else { &nothing };
    let has_value = object(text, fields, values, &errors);
    if has_value.is_none() {
        text.truncate(start);
        text.extend_from_slice(b"null");
    }
    has_value == Some(true)
}

/// Writes an object. Tells whether any of its fields has a value; `None` where one is null that may not be.
fn object(
    text: &mut Vec<u8>,
    fields: &[Selected],
    values: &IndexMap<Name, Value>,
    errors: &[Rest<'_>],
) -> Option<bool> {
    let mut has_value = false;
    text.push(b'{');
    for (position, field) in fields.iter().enumerate() {
        if position > 0 {
            text.push(b',');
        }
        json(text, field.key.as_str());
        text.push(b':');
        let start = text.len();
        let next = values.get_index(position).filter(|(key, _)| **key == field.key).map(|(_, value)| value);
        let found = next.or_else(|| values.get(&field.key)).unwrap_or(&Value::Null);
        let found = if *found == Value::Null && lacks_interfaces(field, values) { &NO_TYPES } else { found };
        let below = at(errors, |segment| matches!(segment, PathSegment::Field(key) if *key == field.key.as_str()));
        value(text, &field.kind, &field.below, found, &below)?;
        has_value |= &text[start..] != b"null";
    }
    text.push(b'}');
    Some(has_value)
}

/// Whether a field is the interfaces of an interface, which are a list (4.5.2); async-graphql 7.2.1 tells those of objects alone.
fn lacks_interfaces(field: &Selected, values: &IndexMap<Name, Value>) -> bool {
    let kind = values.get(TYPE_KIND).filter(|_| field.is_interfaces());
    kind.is_some_and(|kind| matches!(kind, Value::Enum(kind) if kind == "INTERFACE"))
}

/// Writes a value, null where there is none and its type allows that; `None` where it does not.
fn value(text: &mut Vec<u8>, kind: &Type, below: &Below, found: &Value, errors: &[Rest<'_>]) -> Option<()> {
    let start = text.len();
    if there(text, kind, below, found, errors).is_none() {
        text.truncate(start);
        if kind.is_non_null() {
            return None;
        }
        text.extend_from_slice(b"null");
    }
    Some(())
}

/// Writes a value that there is.
fn there(text: &mut Vec<u8>, kind: &Type, below: &Below, found: &Value, errors: &[Rest<'_>]) -> Option<()> {
    match (kind, found) {
        // What `rows` wrote goes in as it is.
        (_, Value::Binary(written)) => {
            // A little more than it takes, so that what closes the answer does not double it.
            text.reserve(written.len() + 256);
            text.extend_from_slice(written);
        }
        (Type::List(inner) | Type::NonNullList(inner), Value::List(items)) => {
            text.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(b',');
                }
                let errors = at(errors, |segment| matches!(segment, PathSegment::Index(at) if *at == index));
                value(text, inner, below, item, &errors)?;
            }
            text.push(b']');
        }
        (Type::Named(_) | Type::NonNullNamed(_), Value::Object(values)) if !matches!(below, Below::Leaf) => {
            let name = match values.get(TYPE_NAME) {
                Some(Value::String(name)) => name.as_str(),
                _ => "",
            };
            object(text, below.of(name), values, errors)?;
        }
        // An object of which every field failed is told as none.
        (Type::Named(_) | Type::NonNullNamed(_), Value::Null) if all_below(errors) => {
            object(text, below.of(""), &IndexMap::new(), errors)?;
        }
        (_, Value::Null) => return None,
        (_, leaf) => json(text, leaf),
    }
    Some(())
}

/// Whether there are errors and each is one of something below.
fn all_below(errors: &[Rest<'_>]) -> bool {
    !errors.is_empty() && errors.iter().all(|rest| !rest.is_empty())
}

/// What is left of the errors one step down.
fn at<'a>(errors: &[Rest<'a>], is: impl Fn(&PathSegment) -> bool) -> Vec<Rest<'a>> {
    let steps = errors.iter().filter_map(|rest| rest.split_first());
    steps.filter(|(first, _)| is(first)).map(|(_, rest)| rest).collect()
}
