//! One operation as one tree, by `CollectFields` and `MergeSelectionSets` of the specification (6.3.2, 6.4.3).

use std::{collections::HashSet, sync::Arc};

use apollo_compiler::{
    ExecutableDocument as Validated, Node, ast,
    executable::{self, DirectiveList},
    parser::SourceMap,
    validation::Valid,
};
use arc_swap::ArcSwap;
use async_graphql::{
    InputType, Name, OutputType, Pos, Positioned, Value, Variables,
    indexmap::IndexMap,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, InlineFragment, OperationDefinition, OperationType, Selection,
        SelectionSet, Type, TypeCondition, VariableDefinition,
    },
};
use async_graphql_value::Value as InputValue;

use crate::graphql::declared;

use super::{Contract, List, Places, value};

/// The key of a field that no client can ask for: the name of an object's type. The library is asked for it where the type says
/// what is selected, and where nothing is, for it makes a null of an object without fields.
pub(super) const TYPE_NAME: &str = "";

/// The key, which no client can ask for either, of the kind of a type of the contract whose interfaces are asked for.
pub(super) const TYPE_KIND: &str = " ";

/// How many of the things that an operation came to are kept: what a client leaves out is mostly the same each time.
pub(in crate::graphql) const LATELY: usize = 2;

/// A condition has no value: its variable is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::graphql) struct Undecided {
    /// The name of the directive.
    pub(in crate::graphql) directive: String,
    /// Where it is.
    pub(in crate::graphql) at: Pos,
}

/// What of each variable decides what is selected.
type Decisive = Box<[Given]>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Not,
    Null,
    True,
    False,
    Other,
}

/// One operation of a validated document.
#[derive(Debug)]
pub(in crate::graphql) struct Operation {
    pub(in crate::graphql) name: Option<String>,
    pub(in crate::graphql) kind: OperationType,
    pub(in crate::graphql) variables: Vec<Node<ast::VariableDefinition>>,
    pub(in crate::graphql) sources: SourceMap,
    /// What it came to lately, by what of the variables decides it.
    lately: ArcSwap<Vec<(Decisive, Arc<Collected>)>>,
    source: Node<executable::Operation>,
}

/// What an operation selects, decided.
#[derive(Debug)]
pub(in crate::graphql) struct Collected {
    /// For the library that executes.
    pub(in crate::graphql) document: ExecutableDocument,
    /// The fields of the root.
    pub(in crate::graphql) fields: Vec<Selected>,
    /// Whether it selects nothing but the catalogue and the contract, which answer everybody alike.
    pub(in crate::graphql) catalogue_only: bool,
    /// Whether its response may be cached, see [`crate::graphql::response_cache`].
    pub(in crate::graphql) cacheable: bool,
}

/// A selected field. Each key stands once in an object, in the order of the answer.
#[derive(Debug)]
pub(in crate::graphql) struct Selected {
    pub(in crate::graphql) key: Name,
    pub(in crate::graphql) name: Name,
    pub(in crate::graphql) kind: ast::Type,
    /// Those that were given, over the variables.
    pub(in crate::graphql) arguments: Vec<(Name, InputValue)>,
    /// Those that may not be null, with the variables that stand for them: one that may be null may, for the sake of a default.
    never_null: Vec<(Name, Name)>,
    pub(in crate::graphql) below: Below,
    /// What it is a list of, where that is long.
    pub(in crate::graphql) list: Option<List>,
    at: Pos,
}

/// What is selected below a field.
#[derive(Debug)]
pub(in crate::graphql) enum Below {
    /// It has no fields.
    Leaf,
    /// Of an object.
    Fields(Vec<Selected>),
    /// Of an interface or a union: what is selected of each type that stands for it.
    ByType(Vec<(Name, Vec<Selected>)>),
}

impl Below {
    /// What is selected of an object of a type.
    pub(in crate::graphql) fn of(&self, object: &str) -> &[Selected] {
        match self {
            Self::Leaf => &[],
            Self::Fields(fields) => fields,
            Self::ByType(types) => types.iter().find(|(name, _)| name == object).map_or(&[], |(_, fields)| fields),
        }
    }
}

impl Operation {
    /// The operations of a document.
    pub(in crate::graphql) fn all(document: &Valid<Validated>) -> Vec<Self> {
        let operations = document.operations.iter().map(|source| Self {
            name: source.name.as_ref().map(ToString::to_string),
            kind: match source.operation_type {
                ast::OperationType::Query => OperationType::Query,
                ast::OperationType::Mutation => OperationType::Mutation,
                ast::OperationType::Subscription => OperationType::Subscription,
            },
            variables: source.variables.clone(),
            sources: document.sources.clone(),
            lately: ArcSwap::default(),
            source: source.clone(),
        });
        operations.collect()
    }

    /// What it selects with these variables, which are coerced.
    ///
    /// # Errors
    /// [`Undecided`].
    pub(in crate::graphql) fn with(
        &self,
        contract: &Contract,
        document: &Valid<Validated>,
        variables: &Variables,
    ) -> Result<Arc<Collected>, Undecided> {
        let decisive = self.decisive(variables);
        let lately = self.lately.load();
        if let Some((_, collected)) = lately.iter().find(|(known, _)| *known == decisive) {
            return Ok(collected.clone());
        }
        let collected = Arc::new(self.collect(contract, document, variables)?);
        let others = lately.iter().take(LATELY - 1).cloned();
        self.lately.store(Arc::new([(decisive, collected.clone())].into_iter().chain(others).collect()));
        Ok(collected)
    }

    /// What of the variables decides what is selected: which were given, and which of these are true or false.
    fn decisive(&self, variables: &Variables) -> Decisive {
        let of = |variable: &Node<ast::VariableDefinition>| match variables.get(variable.name.as_str()) {
            None => Given::Not,
            Some(Value::Boolean(true)) => Given::True,
            Some(Value::Boolean(false)) => Given::False,
            Some(Value::Null) => Given::Null,
            Some(_) => Given::Other,
        };
        self.variables.iter().map(of).collect()
    }

    fn collect(
        &self,
        contract: &Contract,
        document: &Valid<Validated>,
        variables: &Variables,
    ) -> Result<Collected, Undecided> {
        let collector = Collector { contract, document, places: Places::of_document(&document.sources), variables };
        let root = &self.source.selection_set;
        let fields = collector.object(&root.ty, &[root])?;
        let variable_definitions = self.variables.iter().filter_map(|variable| {
            let at = collector.place(variable);
            let definition = VariableDefinition {
                name: Positioned::new(Name::new(&variable.name), at),
                var_type: Positioned::new(Type::new(&variable.ty.to_string())?, at),
                directives: Vec::new(),
                default_value: variable.default_value.as_ref().map(|value| Positioned::new(value::constant(value), at)),
            };
            Some(Positioned::new(definition, at))
        });
        let operation = OperationDefinition {
            ty: self.kind,
            variable_definitions: variable_definitions.collect(),
            directives: Vec::new(),
            selection_set: asked(&fields),
        };
        let operations = DocumentOperations::Single(Positioned::new(operation, collector.place(&self.source)));
        Ok(Collected {
            document: ExecutableDocument { operations, fragments: std::collections::HashMap::new() },
            catalogue_only: fields.iter().all(|field| declared::is_for_everybody(&field.name)),
            cacheable: fields.iter().all(|field| declared::lasts(&field.name)),
            fields,
        })
    }
}

struct Collector<'a> {
    contract: &'a Contract,
    document: &'a Valid<Validated>,
    places: Places,
    variables: &'a Variables,
}

/// The fields of an object by their key, in the order in which they are met, each with all that is selected under it.
type Groups<'a> = IndexMap<&'a str, Vec<&'a Node<executable::Field>>>;

impl<'a> Collector<'a> {
    /// What sets select of an object. The guard has bounded how deep this goes, and how much it comes to.
    fn object(&self, name: &str, sets: &[&'a executable::SelectionSet]) -> Result<Vec<Selected>, Undecided> {
        let (mut groups, mut seen) = (Groups::new(), HashSet::new());
        for set in sets {
            self.gather(name, set, &mut groups, &mut seen)?;
        }
        let select = |(key, fields): (&str, Vec<&'a Node<executable::Field>>)| {
            let first = fields[0];
            let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
            let arguments = first.arguments.iter().filter_map(|argument| {
                Some((Name::new(&argument.name), value::value(&argument.value, self.variables)?))
            });
            let never_null = first.arguments.iter().filter_map(|argument| {
                let variable = argument.value.as_variable()?;
                let declared = first.definition.argument_by_name(&argument.name)?;
                declared.ty.is_non_null().then(|| (Name::new(&argument.name), Name::new(variable)))
            });
            Ok(Selected {
                key: Name::new(key),
                name: Name::new(&first.name),
                kind: first.ty().clone(),
                arguments: arguments.collect(),
                never_null: never_null.collect(),
                below: self.below(first.ty().inner_named_type(), &sets)?,
                list: self.contract.lists.get(&first.name),
                at: self.place(first),
            })
        };
        groups.into_iter().map(select).collect()
    }

    /// What sets select below a field of a type.
    fn below(&self, name: &str, sets: &[&'a executable::SelectionSet]) -> Result<Below, Undecided> {
        if sets.iter().all(|set| set.selections.is_empty()) {
            return Ok(Below::Leaf);
        }
        let Some(possible) = self.contract.possible(name) else { return self.object(name, sets).map(Below::Fields) };
        let each = possible.iter().map(|object| Ok((Name::new(object), self.object(object, sets)?)));
        each.collect::<Result<_, _>>().map(Below::ByType)
    }

    fn gather(
        &self,
        name: &str,
        set: &'a executable::SelectionSet,
        groups: &mut Groups<'a>,
        seen: &mut HashSet<&'a str>,
    ) -> Result<(), Undecided> {
        for selection in &set.selections {
            if !self.included(selection.directives())? {
                continue;
            }
            match selection {
                executable::Selection::Field(field) => {
                    groups.entry(field.response_key().as_str()).or_default().push(field);
                }
                executable::Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|on| self.contract.applies(on, name)) {
                        self.gather(name, &inline.selection_set, groups, seen)?;
                    }
                }
                executable::Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && seen.insert(&fragment.name)
                        && self.contract.applies(fragment.type_condition(), name)
                    {
                        self.gather(name, &fragment.selection_set, groups, seen)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether `@skip` and `@include` leave in what they stand at.
    fn included(&self, directives: &DirectiveList) -> Result<bool, Undecided> {
        for directive in directives {
            let wanted = match directive.name.as_str() {
                "skip" => false,
                "include" => true,
                _ => continue,
            };
            let decided = match directive.specified_argument_by_name("if").map(|value| &**value) {
                Some(ast::Value::Boolean(decided)) => Some(*decided),
                Some(ast::Value::Variable(name)) => match self.variables.get(name.as_str()) {
                    Some(Value::Boolean(decided)) => Some(*decided),
                    _ => None,
                },
                _ => None,
            };
            match decided {
                Some(decided) if decided == wanted => {}
                Some(_) => return Ok(false),
                None => {
                    let directive_name = directive.name.to_string();
                    return Err(Undecided { directive: directive_name, at: self.place(directive) });
                }
            }
        }
        Ok(true)
    }

    fn place<T>(&self, node: &Node<T>) -> Pos {
        self.places.of_span(node.location()).unwrap_or_default()
    }
}

/// What the library is asked for.
fn asked(fields: &[Selected]) -> Positioned<SelectionSet> {
    let mut items: Vec<_> = fields.iter().map(Selected::asked).collect();
    if items.is_empty() {
        items.push(hidden(TYPE_NAME, "__typename"));
    }
    if fields.iter().any(Selected::is_interfaces) {
        items.push(hidden(TYPE_KIND, "kind"));
    }
    Positioned::new(SelectionSet { items }, Pos::default())
}

impl Selected {
    /// Whether it is a `T`, or a list of them.
    pub(in crate::graphql) fn is_a<T: OutputType>(&self) -> bool {
        self.kind.inner_named_type().as_str() == T::type_name()
    }

    /// Whether it is the interfaces of a type of the contract.
    pub(super) fn is_interfaces(&self) -> bool {
        self.name == "interfaces" && self.kind.inner_named_type() == "__Type"
    }

    /// An argument that was given and is a `T`.
    pub(in crate::graphql) fn argument<T: InputType>(&self, name: &str, variables: &Variables) -> Option<T> {
        let (_, value) = self.arguments.iter().find(|(own, _)| own == name)?;
        let value = value.clone().into_const_with(|name| variables.get(&name).cloned().ok_or(())).ok()?;
        T::parse(Some(value)).ok()
    }

    /// An argument that may not be null, and for which a variable stands that is.
    pub(in crate::graphql) fn null_argument(&self, variables: &Variables) -> Option<&Name> {
        let is_null = |(_, variable): &&(Name, Name)| variables.get(variable) == Some(&async_graphql::Value::Null);
        self.never_null.iter().find(is_null).map(|(argument, _)| argument)
    }

    fn asked(&self) -> Positioned<Selection> {
        let named = |name: &Name| Positioned::new(name.clone(), self.at);
        let arguments = self.arguments.iter();
        let field = Field {
            alias: (self.key != self.name).then(|| named(&self.key)),
            name: named(&self.name),
            arguments: arguments.map(|(name, value)| (named(name), Positioned::new(value.clone(), self.at))).collect(),
            directives: Vec::new(),
            selection_set: match &self.below {
                Below::Leaf => Positioned::default(),
                // Rows are written along the tree itself.
                _ if self.list == Some(List::Rows) => Positioned::default(),
                Below::Fields(fields) => asked(fields),
                Below::ByType(types) => {
                    let each = types.iter().filter(|(_, fields)| !fields.is_empty());
                    let items = [hidden(TYPE_NAME, "__typename")]
                        .into_iter()
                        .chain(each.map(|(on, fields)| fragment(on, fields)));
                    Positioned::new(SelectionSet { items: items.collect() }, Pos::default())
                }
            },
        };
        Positioned::new(Selection::Field(Positioned::new(field, self.at)), self.at)
    }
}

/// What the library is asked for of one type.
fn fragment(on: &Name, fields: &[Selected]) -> Positioned<Selection> {
    let on = Positioned::new(on.clone(), Pos::default());
    let fragment = InlineFragment {
        type_condition: Some(Positioned::new(TypeCondition { on }, Pos::default())),
        directives: Vec::new(),
        selection_set: asked(fields),
    };
    Positioned::new(Selection::InlineFragment(Positioned::new(fragment, Pos::default())), Pos::default())
}

/// A field under a key that nobody can ask for.
fn hidden(key: &str, name: &str) -> Positioned<Selection> {
    let field = Field {
        alias: Some(Positioned::new(Name::new(key), Pos::default())),
        name: Positioned::new(Name::new(name), Pos::default()),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(Selection::Field(Positioned::new(field, Pos::default())), Pos::default())
}
