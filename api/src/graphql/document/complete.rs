//! The nulls of failed fields, put where the specification wants them.
//!
//! async-graphql 7.2.1 leaves a failed field out of `data`, even one that may not be null. Clients with generated types
//! expect a null there, or, where the type does not allow one, a null at the nearest ancestor that allows one.

use std::collections::HashSet;

use apollo_compiler::ast::Type;
use async_graphql::{Name, PathSegment, ServerError, Value, indexmap::IndexMap};

use super::Selected;

impl Selected {
    /// Puts into the root of an answer the nulls that `errors` ask for.
    pub(in crate::graphql) fn complete(data: &mut Value, fields: &[Self], errors: &[ServerError]) {
        let mut walk = Walk { path: &[], nulled: HashSet::new() };
        for error in errors.iter().filter(|error| !error.path.is_empty()) {
            walk.path = &error.path;
            if walk.object(data, 0, fields) {
                *data = Value::Null;
                walk.nulled.insert(String::new());
            }
        }
    }
}

/// One walk along the path of one error.
struct Walk<'a> {
    path: &'a [PathSegment],
    /// The paths at which a null has already replaced an object or a list.
    nulled: HashSet<String>,
}

impl Walk<'_> {
    /// Settles a value of a type, `depth` segments down the path. True when it is null and its type does not allow that.
    fn settle(&mut self, value: &mut Value, depth: usize, kind: &Type, fields: &[Selected]) -> bool {
        if depth == self.path.len() {
            return *value == Value::Null && kind.is_non_null();
        }
        let below = match (kind, &self.path[depth]) {
            (Type::List(inner) | Type::NonNullList(inner), PathSegment::Index(index)) => match value {
                Value::List(items) => {
                    items.get_mut(*index).is_some_and(|item| self.settle(item, depth + 1, inner, fields))
                }
                _ => return *value == Value::Null && kind.is_non_null(),
            },
            (Type::Named(_) | Type::NonNullNamed(_), PathSegment::Field(_)) => self.object(value, depth, fields),
            _ => return false,
        };
        if below {
            *value = Value::Null;
            let prefix = self.prefix(depth);
            self.nulled.insert(prefix);
        }
        below && kind.is_non_null()
    }

    /// Settles the field of an object that is next on the path. True when the object cannot be without it.
    fn object(&mut self, value: &mut Value, depth: usize, fields: &[Selected]) -> bool {
        let PathSegment::Field(key) = &self.path[depth] else { return false };
        if *value == Value::Null && self.nulled.contains(&self.prefix(depth)) {
            return false;
        }
        let Some(field) = fields.iter().find(|field| field.key == key.as_str()) else { return false };
        if *value == Value::Null {
            // An object of which every field failed.
            *value = Value::Object(IndexMap::new());
        }
        let Value::Object(values) = value else { return false };
        if let Some(value) = values.get_mut(key.as_str()) {
            self.settle(value, depth + 1, &field.kind, &field.below)
        } else {
            values.insert(Name::new(key), Value::Null);
            field.kind.is_non_null()
        }
    }

    /// The first `depth` segments of the path, as text.
    fn prefix(&self, depth: usize) -> String {
        self.path[..depth].iter().fold(String::new(), |text, segment| match segment {
            PathSegment::Field(key) => text + "." + key,
            PathSegment::Index(index) => text + "#" + &index.to_string(),
        })
    }
}
