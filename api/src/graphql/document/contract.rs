//! The contract as the validator knows it: read once from its own text.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name, Schema, ast,
    diagnostic::ToCliReport,
    schema::ExtendedType,
    validation::{DiagnosticList, Valid},
};
use async_graphql::ServerError;

use super::{Lists, Places, rules, suggest};

/// What apollo-compiler 1.33 does not know yet of introspection as the specification of September 2025 has it.
const INTROSPECTION: &str = "extend type __Type { isOneOf: Boolean }";

/// The contract.
pub(in crate::graphql) struct Contract {
    pub(super) schema: Valid<Schema>,
    /// The types of objects that stand for each interface and union, by name.
    possible: HashMap<Name, Vec<Name>>,
    /// The lists that are long.
    pub(in crate::graphql) lists: Lists,
    suggestions: bool,
}

impl Contract {
    /// The contract in the schema definition language; the types that are rows of tables; whether errors suggest names that are
    /// close to an unknown one.
    #[expect(
        clippy::expect_used,
        reason = "the text is our own, and a test compares it with the one in the repository"
    )]
    pub(in crate::graphql) fn of(sdl: &str, rows: &[&str], suggestions: bool) -> Self {
        let builder =
            Schema::builder().ignore_builtin_redefinitions().parse(sdl, "schema.graphql").parse(INTROSPECTION, "");
        let schema = builder.build().and_then(Schema::validate).expect("the contract is a valid schema");
        let mut possible: HashMap<Name, Vec<Name>> = HashMap::new();
        for (name, kind) in &schema.types {
            let members: Vec<Name> = match kind {
                ExtendedType::Union(union) => union.members.iter().map(|member| member.name.clone()).collect(),
                ExtendedType::Interface(_) => {
                    let objects = schema.types.iter().filter(|(_, kind)| matches!(kind, ExtendedType::Object(_)));
                    objects
                        .map(|(object, _)| object)
                        .filter(|object| schema.is_subtype(name, object))
                        .cloned()
                        .collect()
                }
                _ => continue,
            };
            possible.insert(name.clone(), members);
        }
        Self { lists: Lists::of(&schema, rows), schema, possible, suggestions }
    }

    /// The types of objects that a type stands for, where it is an interface or a union.
    pub(super) fn possible(&self, name: &str) -> Option<&[Name]> {
        self.possible.get(name).map(Vec::as_slice)
    }

    /// Whether a fragment on `condition` holds for an object of type `object`.
    pub(super) fn applies(&self, condition: &str, object: &str) -> bool {
        condition == object || self.schema.is_subtype(condition, object)
    }

    /// What may come in under a name: an enumeration, an input object, a scalar.
    pub(in crate::graphql) fn input(&self, name: &str) -> Option<&ExtendedType> {
        self.schema.types.get(name)
    }

    /// Validates a document, with every rule of the specification.
    ///
    /// # Errors
    /// Each with its place, in the order of the document.
    pub(in crate::graphql) fn validate(
        &self,
        document: &ast::Document,
    ) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
        // In two steps: a field that there is not would else be missed where it is the only one selected.
        let read = document.to_executable(&self.schema).map_err(|invalid| self.errors(&invalid.errors, document))?;
        let document = read.validate(&self.schema).map_err(|invalid| self.errors(&invalid.errors, document))?;
        let errors = rules::check(&self.schema, &document);
        if errors.is_empty() { Ok(document) } else { Err(errors) }
    }

    /// A document whose uses of variables are not validated.
    #[cfg(test)]
    pub(in crate::graphql) fn read(&self, document: &ast::Document) -> Valid<ExecutableDocument> {
        Valid::assume_valid(document.to_executable(&self.schema).unwrap())
    }

    fn errors(&self, found: &DiagnosticList, document: &ast::Document) -> Vec<ServerError> {
        let suggested = if self.suggestions { suggest::names(&self.schema, document) } else { HashMap::new() };
        let places = Places::of_document(&document.sources);
        let errors = found.iter().map(|diagnostic| {
            let place = places.of_span(diagnostic.error.location());
            let mut message = diagnostic.error.to_string();
            let near = diagnostic.error.location().and_then(|span| suggested.get(&span.offset()));
            if let Some(near) = near {
                message = format!("{message}. Did you mean {near}?");
            }
            ServerError::new(message, place)
        });
        errors.collect()
    }
}
