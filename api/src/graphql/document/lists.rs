//! Lists that are long, or lead to many: read off the contract, so that no field is without.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    Name, Schema,
    ast::FieldDefinition,
    schema::{Component, ExtendedType},
};

/// What is long about a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::graphql) enum List {
    /// Rows of a table.
    Rows,
    /// What leads to a list of the same again, such as areas around an area: each step leads to many times as many.
    Around,
}

/// The lists of introspection, and how much of the contract they tell, as this contract has it in the mean: nested, they lead to
/// each other without end. A type that is named may be a large one.
const INTROSPECTION: [(&str, u64); 10] = [
    ("__type", 5),
    ("queryType", 5),
    ("mutationType", 5),
    ("fields", 8),
    ("inputFields", 4),
    ("enumValues", 4),
    ("possibleTypes", 4),
    ("interfaces", 2),
    ("args", 2),
    ("directives", 8),
];

/// The long lists by the name of their field.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Lists {
    own: HashMap<Name, List>,
    /// How many types a contract has.
    types: u64,
}

impl Lists {
    /// Those of a contract, `rows` being the types of rows.
    pub(super) fn of(schema: &Schema, rows: &[&str]) -> Self {
        let mut lists = HashMap::new();
        for object in schema.types.keys().filter(|name| !name.starts_with("__")) {
            for field in fields(schema, object).filter(|field| field.ty.is_list()) {
                let items = field.ty.inner_named_type();
                if rows.contains(&items.as_str()) {
                    lists.insert(field.name.clone(), List::Rows);
                } else if leads(schema, items, object) {
                    lists.insert(field.name.clone(), List::Around);
                }
            }
        }
        Self { own: lists, types: schema.types.len() as u64 }
    }

    /// What a field is a list of, where it is one of these.
    pub(in crate::graphql) fn get(&self, field: &str) -> Option<List> {
        self.own.get(field).copied()
    }

    /// How much of the contract a field of introspection tells.
    pub(in crate::graphql) fn introspected(&self, field: &str) -> u64 {
        match field {
            "types" => self.types.max(1),
            _ => INTROSPECTION.iter().find(|(name, _)| *name == field).map_or(1, |(_, length)| *length),
        }
    }
}

fn fields<'a>(schema: &'a Schema, object: &str) -> impl Iterator<Item = &'a Component<FieldDefinition>> {
    let object = match schema.types.get(object) {
        Some(ExtendedType::Object(object)) => Some(object),
        _ => None,
    };
    object.into_iter().flat_map(|object| object.fields.values())
}

/// Whether fields lead from one type to another, or it is the same.
fn leads(schema: &Schema, from: &Name, to: &Name) -> bool {
    let (mut met, mut next) = (HashSet::from([from]), vec![from]);
    while let Some(object) = next.pop() {
        if object == to {
            return true;
        }
        let behind = fields(schema, object).map(|field| field.ty.inner_named_type());
        next.extend(behind.filter(|object| met.insert(object)));
    }
    false
}
