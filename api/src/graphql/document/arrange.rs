//! The fields of an answer, in the order in which they were asked for.
//!
//! async-graphql 7.2.1 puts a field where it was resolved, so that one that waits for the database comes last. The
//! specification wants the order of the question, and an answer that is repeated must be the same byte by byte. Only fields
//! of the root and of what stands directly under it wait for anything, so no more than that is put in order.

use async_graphql::Value;

use super::Selected;

/// How many levels of objects are put in order: the root, and the objects that are its fields.
const LEVELS: usize = 2;

impl Selected {
    /// Puts the fields of the root of an answer in order.
    pub(in crate::graphql) fn arrange(data: &mut Value, fields: &[Self]) {
        arrange(data, fields, LEVELS);
    }
}

fn arrange(value: &mut Value, selected: &[Selected], levels: usize) {
    let Value::Object(fields) = value else { return };
    let mut left = std::mem::take(fields);
    for field in selected {
        if let Some((name, mut value)) = left.swap_remove_entry(field.key.as_str()) {
            if levels > 1 && field.ordered {
                arrange(&mut value, &field.below, levels - 1);
            }
            fields.insert(name, value);
        }
    }
    fields.extend(left);
}
