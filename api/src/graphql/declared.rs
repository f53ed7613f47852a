//! What the schema declares, read once from its own text: the type of every field, and what may come in.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::{
    parse_schema,
    types::{InputObjectType, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

/// The declared types of a schema.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) fields: HashMap<String, HashMap<String, Type>>,
    pub(super) inputs: HashMap<String, Input>,
    pub(super) query: String,
    pub(super) mutation: String,
}

/// A type that a variable may have, beside the scalars.
#[derive(Debug)]
pub(super) enum Input {
    /// One of these names.
    Enum(HashSet<String>),
    /// An object.
    Object {
        /// Its fields.
        fields: HashMap<String, InputField>,
        /// Whether exactly one of them is given.
        one_of: bool,
    },
}

/// A field of an input object.
#[derive(Debug)]
pub(super) struct InputField {
    pub(super) kind: Type,
    /// Whether it must be given: not null and without a default.
    pub(super) required: bool,
}

impl Declared {
    /// What `sdl` declares.
    pub(super) fn of(sdl: &str) -> Self {
        let mut declared = Self { query: "Query".to_owned(), mutation: "Mutation".to_owned(), ..Self::default() };
        let document = match parse_schema(sdl) {
            Ok(document) => document,
            Err(error) => {
                tracing::error!(%error, "the schema's own text does not parse; failed fields stay left out");
                return declared;
            }
        };
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    if let Some(query) = schema.node.query {
                        declared.query = query.node.to_string();
                    }
                    if let Some(mutation) = schema.node.mutation {
                        declared.mutation = mutation.node.to_string();
                    }
                }
                TypeSystemDefinition::Type(defined) => declared.add(defined.node),
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        declared
    }

    fn add(&mut self, defined: TypeDefinition) {
        let name = defined.name.node.to_string();
        let fields = match defined.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::Enum(choice) => {
                let names = choice.values.into_iter().map(|value| value.node.value.node.to_string());
                self.inputs.insert(name, Input::Enum(names.collect()));
                return;
            }
            TypeKind::InputObject(object) => {
                let one_of = defined.directives.iter().any(|directive| directive.node.name.node == "oneOf");
                self.inputs.insert(name, Input::Object { fields: input_fields(object), one_of });
                return;
            }
            TypeKind::Scalar | TypeKind::Union(_) => return,
        };
        let own = self.fields.entry(name).or_default();
        own.extend(fields.into_iter().map(|field| (field.node.name.node.to_string(), field.node.ty.node)));
    }
}

fn input_fields(object: InputObjectType) -> HashMap<String, InputField> {
    let fields = object.fields.into_iter().map(|field| {
        let kind = field.node.ty.node;
        let required = !kind.nullable && field.node.default_value.is_none();
        (field.node.name.node.to_string(), InputField { kind, required })
    });
    fields.collect()
}
