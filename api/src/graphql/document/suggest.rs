//! Names of the contract that are close to those that a document uses and the contract does not have.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, Definition, Document, Field, FieldDefinition, InputValueDefinition, Selection, Type, Value},
    parser::SourceSpan,
    schema::ExtendedType,
};

/// The most names that are suggested.
const MOST: usize = 3;

/// Suggestions by the place, bytes from the start, at which the unknown name stands.
struct Suggestions<'a> {
    schema: &'a Schema,
    found: HashMap<usize, String>,
}

/// What to suggest for each unknown field, argument and value of a document, by its place in bytes from the start.
pub(super) fn names(schema: &Schema, document: &Document) -> HashMap<usize, String> {
    let mut suggestions = Suggestions { schema, found: HashMap::new() };
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                if let Some(root) = schema.root_operation(operation.operation_type) {
                    suggestions.selections(root, &operation.selection_set);
                }
            }
            Definition::FragmentDefinition(fragment) => {
                suggestions.selections(&fragment.type_condition, &fragment.selection_set);
            }
            _ => {}
        }
    }
    suggestions.found
}

impl Suggestions<'_> {
    /// The guard has bounded how deep this goes.
    fn selections(&mut self, on: &str, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    if let Ok(definition) = self.schema.type_field(on, &field.name) {
                        self.arguments(&definition.arguments, &field.arguments);
                        self.nothing_selected(definition, field);
                        self.selections(definition.ty.inner_named_type(), &field.selection_set);
                        continue;
                    }
                    let known: Vec<&str> = match self.schema.types.get(on) {
                        Some(ExtendedType::Object(object)) => object.fields.keys().map(Name::as_str).collect(),
                        Some(ExtendedType::Interface(kind)) => kind.fields.keys().map(Name::as_str).collect(),
                        _ => Vec::new(),
                    };
                    self.suggest(field.name.location(), &field.name, known);
                }
                Selection::InlineFragment(inline) => {
                    self.selections(inline.type_condition.as_deref().unwrap_or(on), &inline.selection_set);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Suggests to select something of an object where nothing is.
    fn nothing_selected(&mut self, definition: &FieldDefinition, field: &Node<Field>) {
        let kind = self.schema.types.get(definition.ty.inner_named_type());
        let has_fields = kind.is_some_and(|kind| kind.is_object() || kind.is_interface() || kind.is_union());
        if let Some(at) = field.location().filter(|_| has_fields && field.selection_set.is_empty()) {
            self.found.insert(at.offset(), format!("`{} {{ … }}`", field.name));
        }
    }

    fn arguments(&mut self, known: &[Node<InputValueDefinition>], given: &[Node<Argument>]) {
        for argument in given {
            if let Some(known) = known.iter().find(|known| known.name == argument.name) {
                self.value(&known.ty, &argument.value);
            } else {
                let names = known.iter().map(|known| known.name.as_str());
                self.suggest(argument.location(), &argument.name, names);
            }
        }
    }

    fn value(&mut self, kind: &Type, value: &Node<Value>) {
        match (self.schema.types.get(kind.inner_named_type()), &**value) {
            (_, Value::List(items)) => items.iter().for_each(|item| self.value(kind, item)),
            (Some(ExtendedType::Enum(choice)), Value::Enum(name)) if !choice.values.contains_key(name) => {
                self.suggest(value.location(), name, choice.values.keys().map(Name::as_str));
            }
            (Some(ExtendedType::Enum(choice)), Value::String(text)) => {
                self.suggest(value.location(), text, choice.values.keys().map(Name::as_str));
            }
            (Some(ExtendedType::Scalar(scalar)), Value::Enum(name)) if matches!(&*scalar.name, "String" | "ID") => {
                if let Some(at) = value.location() {
                    self.found.insert(at.offset(), format!("`\"{name}\"`"));
                }
            }
            (Some(ExtendedType::InputObject(object)), Value::Object(fields)) => {
                for (name, value) in fields {
                    match object.fields.get(name) {
                        Some(field) => self.value(&field.ty, value),
                        None => self.suggest(value.location(), name, object.fields.keys().map(Name::as_str)),
                    }
                }
            }
            _ => {}
        }
    }

    fn suggest<'n>(&mut self, at: Option<SourceSpan>, name: &str, known: impl IntoIterator<Item = &'n str>) {
        let Some(at) = at else { return };
        let most = name.chars().count() * 2 / 5 + 1;
        let distance = |known: &str| strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase());
        let mut near: Vec<(usize, &str)> = known.into_iter().map(|known| (distance(known), known)).collect();
        near.retain(|(distance, _)| *distance <= most);
        near.sort_unstable();
        let near: Vec<String> = near.iter().take(MOST).map(|(_, known)| format!("`{known}`")).collect();
        if !near.is_empty() {
            self.found.insert(at.offset(), near.join(" or "));
        }
    }
}
