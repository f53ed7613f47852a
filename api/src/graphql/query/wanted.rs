//! What is selected of a table, under any alias and in any fragment: what nobody reads is neither counted nor charged.

use async_graphql::{
    Context, Value,
    parser::types::{Field, Selection},
};

use crate::{datasets::outcomes::Parts, graphql::rows::fields_of_rows};

/// The fields of a cell that tell who partly achieved a benchmark, and who scored nothing.
const STATES: [&str; 2] = ["partlyShare", "noneShare"];

/// The fields that are selected of a table.
pub(super) struct Wanted<'a>(Vec<&'a Field>);

impl<'a> Wanted<'a> {
    /// Of a type that a field answers with, or may answer with. Fragments are gone but for those that tell the types of an
    /// interface apart ([`crate::graphql::document`]).
    pub(super) fn of(context: &Context<'a>, kind: &str) -> Self {
        let mut fields = Vec::new();
        for selection in &context.item.node.selection_set.node.items {
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    if on.is_none_or(|on| on == kind) {
                        fields.extend(below(&fragment.node.selection_set.node.items));
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        Self(fields)
    }

    /// How many fields of each row are selected.
    pub(super) fn fields_of_rows(&self, context: &Context<'_>) -> usize {
        fields_of_rows(context, &self.0)
    }

    /// Whether cells are wanted: themselves, as rows, or counted.
    pub(super) fn cells(&self) -> bool {
        let data = |field: &Field| below(&field.selection_set.node.items).any(|field| field.name.node == "data");
        self.selects("cells") || self.selects("summary") || self.named("rows").any(data)
    }

    /// The parts of a table of outcomes that are wanted.
    pub(super) fn parts(&self, context: &Context<'_>) -> Parts {
        let totals = self.selects("totals");
        Parts { cells: self.cells() || totals, overall: self.selects("overall"), totals, states: self.states(context) }
    }

    /// Whether who partly achieved a benchmark, or who scored nothing, is wanted: of cells, or of rows that say so.
    fn states(&self, context: &Context<'_>) -> bool {
        let cells = self.named("cells").chain(self.named("totals"));
        let mut fields = cells.flat_map(|cells| below(&cells.selection_set.node.items));
        fields.any(|field| STATES.contains(&field.name.node.as_str()))
            || self.named("rows").any(|rows| {
                let states = rows.arguments.iter().find(|(name, _)| name.node == "states");
                states.is_some_and(|(_, value)| constant(context, &value.node) == Some(Value::Boolean(true)))
            })
    }

    /// The earlier periods from which changes are wanted.
    pub(super) fn since(&self, context: &Context<'_>) -> Vec<String> {
        let cells = self.named("cells").chain(self.named("totals"));
        let changes = cells.flat_map(|cells| below(&cells.selection_set.node.items));
        let arguments = changes.filter(|field| field.name.node == "change").flat_map(|change| &change.arguments);
        let periods = arguments.filter_map(|(_, value)| match constant(context, &value.node) {
            Some(Value::String(period)) => Some(period),
            _ => None,
        });
        periods.collect()
    }

    fn selects(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'a Field> {
        self.0.iter().copied().filter(move |field| field.name.node == name)
    }
}

/// The value of an argument, variables put in.
fn constant(context: &Context<'_>, value: &async_graphql_value::Value) -> Option<Value> {
    let variables = &context.query_env.variables;
    value.clone().into_const_with(|name| variables.get(&name).cloned().ok_or(())).ok()
}

fn below(items: &[async_graphql::Positioned<Selection>]) -> impl Iterator<Item = &Field> {
    items.iter().filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node),
        _ => None,
    })
}
