//! Rules of the specification that apollo-compiler 1.33 leaves out: a field of an input object stands once (5.6.3), and
//! variables fit where they stand inside of lists and objects too, with a default of null being none (5.8.5), and a value of a
//! scalar of ours is one (5.6.1).

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{Selection, SelectionSet},
    schema::ExtendedType,
};
use async_graphql::ServerError;

use crate::graphql::types;

use super::Places;

/// What is wrong with a document that holds to every other rule.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Vec<ServerError> {
    let (mut errors, places) = (Vec::new(), Places::of_document(&document.sources));
    for operation in document.operations.iter() {
        let mut check = Check {
            schema,
            document,
            places: &places,
            variables: &operation.variables,
            seen: HashSet::new(),
            errors: &mut errors,
        };
        for variable in &operation.variables {
            check.directives(&variable.directives);
            if let Some(default) = &variable.default_value {
                check.value(&variable.ty, false, default);
            }
        }
        check.directives(&operation.directives);
        check.selections(&operation.selection_set);
    }
    errors
}

struct Check<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    places: &'a Places,
    variables: &'a [Node<VariableDefinition>],
    /// Fragments that were looked at with these variables.
    seen: HashSet<&'a str>,
    errors: &'a mut Vec<ServerError>,
}

impl<'a> Check<'a> {
    /// The guard has bounded how deep this goes.
    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.definition.arguments, &field.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.seen.insert(&fragment.name)
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives {
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&definition.arguments, &directive.arguments);
            }
        }
    }

    fn arguments(&mut self, declared: &[Node<InputValueDefinition>], given: &'a [Node<Argument>]) {
        for argument in given {
            if let Some(declared) = declared.iter().find(|declared| declared.name == argument.name) {
                self.value(&declared.ty, declared.default_value.is_some(), &argument.value);
            }
        }
    }

    /// A value where `kind` is expected, with a default or without.
    fn value(&mut self, kind: &Type, defaulted: bool, value: &'a Node<Value>) {
        let alone = !kind.is_list() || !matches!(**value, Value::List(_));
        if alone && !matches!(**value, Value::Variable(_) | Value::Null) {
            let text = value.as_str();
            if let Some(expected) = types::expected_of_scalar(kind.inner_named_type(), text) {
                let found = text.map_or_else(|| "another value".to_owned(), |text| format!("`{text}`"));
                return self.fault(value, format!("expected {expected}, found {found}"));
            }
        }
        match &**value {
            Value::Variable(name) => {
                let Some(variable) = self.variables.iter().find(|variable| variable.name == *name) else { return };
                if !fits(variable, kind, defaulted) {
                    let message = format!("the variable `${name}` of type `{}` cannot stand for `{kind}`", variable.ty);
                    self.fault(value, message);
                }
            }
            Value::List(items) => {
                let inner = if kind.is_list() { kind.item_type() } else { kind };
                items.iter().for_each(|item| self.value(inner, false, item));
            }
            Value::Object(fields) => {
                let mut names = HashSet::new();
                if let Some((name, value)) = fields.iter().find(|(name, _)| !names.insert(name)) {
                    self.fault(value, format!("the field `{name}` is given twice"));
                }
                if let Some(ExtendedType::InputObject(object)) = self.schema.types.get(kind.inner_named_type()) {
                    for (name, value) in fields {
                        if let Some(field) = object.fields.get(name) {
                            self.value(&field.ty, field.default_value.is_some(), value);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn fault(&mut self, at: &Node<Value>, message: String) {
        self.errors.push(ServerError::new(message, self.places.of_span(at.location())));
    }
}

/// `IsVariableUsageAllowed` of the specification.
fn fits(variable: &VariableDefinition, kind: &Type, defaulted: bool) -> bool {
    if kind.is_non_null() && !variable.ty.is_non_null() {
        let own_default = variable.default_value.as_ref().is_some_and(|value| !value.is_null());
        return (own_default || defaulted) && variable.ty.is_assignable_to(&kind.clone().nullable());
    }
    variable.ty.is_assignable_to(kind)
}
