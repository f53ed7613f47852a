//! Which fields and arguments of the contract the operations use.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Positioned, Value,
    parser::{
        parse_query, parse_schema,
        types::{
            BaseType, Field, FieldDefinition, InputValueDefinition, Selection, SelectionSet, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};

/// The contract as far as an operation can use it.
pub(super) struct Contract {
    roots: HashMap<&'static str, String>,
    /// By type, then by field: the type of the field, and of each of its arguments. Input types have no arguments.
    types: HashMap<String, HashMap<String, Member>>,
    inputs: BTreeSet<String>,
}

#[derive(Default)]
struct Member {
    ty: String,
    arguments: HashMap<String, String>,
}

impl Contract {
    pub(super) fn read(sdl: &str) -> Self {
        let mut contract = Self { roots: HashMap::new(), types: HashMap::new(), inputs: BTreeSet::new() };
        for definition in parse_schema(sdl).unwrap().definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    for (name, root) in
                        [("query", schema.query), ("mutation", schema.mutation), ("subscription", schema.subscription)]
                    {
                        contract.roots.extend(root.map(|root| (name, root.node.to_string())));
                    }
                }
                TypeSystemDefinition::Type(definition) => {
                    let name = definition.node.name.node.to_string();
                    let members = match definition.node.kind {
                        TypeKind::Object(object) => outputs(&object.fields),
                        TypeKind::Interface(interface) => outputs(&interface.fields),
                        TypeKind::InputObject(input) => {
                            contract.inputs.insert(name.clone());
                            let member = |(name, ty)| (name, Member { ty, ..Member::default() });
                            values(&input.fields).into_iter().map(member).collect()
                        }
                        _ => HashMap::new(),
                    };
                    contract.types.insert(name, members);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        contract
    }

    /// What none of some documents uses.
    pub(super) fn missing<'a>(&self, documents: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut used = BTreeSet::new();
        documents.for_each(|document| self.used(document, &mut used));
        self.everything().difference(&used).cloned().collect()
    }

    /// Every root field, every argument of any field and every field of any input.
    fn everything(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (ty, members) in &self.types {
            let counts = self.inputs.contains(ty) || self.roots.values().any(|root| root == ty);
            for (field, member) in members {
                names.extend(counts.then(|| format!("{ty}.{field}")));
                names.extend(member.arguments.keys().map(|argument| format!("{ty}.{field}({argument})")));
            }
        }
        names
    }

    /// Those that a document uses.
    fn used(&self, document: &str, names: &mut BTreeSet<String>) {
        for (_, operation) in parse_query(document).unwrap().operations.iter() {
            let root = &self.roots[operation.node.ty.to_string().as_str()];
            self.selected(root, &operation.node.selection_set.node, names);
        }
    }

    fn selected(&self, ty: &str, selection: &SelectionSet, names: &mut BTreeSet<String>) {
        for item in &selection.items {
            match &item.node {
                Selection::Field(field) if field.node.name.node.starts_with("__") => {}
                Selection::Field(field) => self.field(ty, &field.node, names),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.to_string());
                    self.selected(on.as_deref().unwrap_or(ty), &fragment.node.selection_set.node, names);
                }
                Selection::FragmentSpread(_) => panic!("the operations of the table spread no fragment"),
            }
        }
    }

    fn field(&self, ty: &str, field: &Field, names: &mut BTreeSet<String>) {
        let name = field.name.node.as_str();
        let member = &self.types[ty][name];
        names.insert(format!("{ty}.{name}"));
        for (argument, value) in &field.arguments {
            names.insert(format!("{ty}.{name}({})", argument.node));
            let value = value.node.clone().into_const().unwrap();
            self.value(&member.arguments[argument.node.as_str()], &value, names);
        }
        self.selected(&member.ty, &field.selection_set.node, names);
    }

    fn value(&self, ty: &str, value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::List(items) => items.iter().for_each(|item| self.value(ty, item, names)),
            Value::Object(fields) => {
                for (field, value) in fields {
                    names.insert(format!("{ty}.{field}"));
                    self.value(&self.types[ty][field.as_str()].ty, value, names);
                }
            }
            _ => {}
        }
    }
}

fn outputs(fields: &[Positioned<FieldDefinition>]) -> HashMap<String, Member> {
    let member = |field: &Positioned<FieldDefinition>| {
        let field = &field.node;
        (field.name.node.to_string(), Member { ty: named(&field.ty.node), arguments: values(&field.arguments) })
    };
    fields.iter().map(member).collect()
}

fn values(values: &[Positioned<InputValueDefinition>]) -> HashMap<String, String> {
    values.iter().map(|value| (value.node.name.node.to_string(), named(&value.node.ty.node))).collect()
}

/// The name of a type without lists.
fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(item) => named(item),
    }
}

#[test]
fn what_no_operation_uses_is_named() {
    let contract = Contract::read(
        "type Query { a(x: [In!]!, y: Int): Deep b: Int } type Deep { c(z: Int): Int d: Int } type Mutation { m: Int }
         input In { p: Int q: Inner } input Inner { r: Int } schema { query: Query mutation: Mutation }",
    );
    let missing = |document| contract.missing(std::iter::once(document));
    assert_eq!(
        missing("{ a(x: [{p: 1}]) { d } }"),
        ["Deep.c(z)", "In.q", "Inner.r", "Mutation.m", "Query.a(y)", "Query.b"]
    );
    assert_eq!(missing("{ b a(x: [{p: 1}, {q: {r: 2}}], y: 1) { ... on Deep { c(z: 3) } } }"), ["Mutation.m"]);
}
