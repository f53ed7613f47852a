//! How many fields of each row of a table a question selects: with the number of rows, what its answer takes.

use async_graphql::{
    Context,
    parser::types::{Field, Selection},
};

use crate::graphql::declared::List;

use super::FieldByField;

/// The flat rows of a table, each of which has as many values as a table may have columns.
const DATA: &str = "data";
const COLUMNS: usize = 24;

/// How many areas a list of them is reckoned to hold.
const AREAS_OF_ONE: usize = 5;

/// How many times as much a field takes that the library resolves by itself.
const BY_ITSELF: usize = 2;

/// The fields of each row of a table, of which some fields are selected. Rows of different kinds are different cells, so the kind
/// with the most counts.
pub(in crate::graphql) fn fields_of_rows(context: &Context<'_>, table: &[&Field]) -> usize {
    let of = |list: &str| {
        let lists = table.iter().filter(|field| field.name.node == list);
        lists.map(|field| below(field)).fold(0, usize::saturating_add)
    };
    let most = List::of_rows().map(of).max().unwrap_or(0);
    if context.data_opt::<FieldByField>().is_some() { most.saturating_mul(BY_ITSELF) } else { most }
}

/// The guard has bounded how deep this goes and how many there are.
fn below(field: &Field) -> usize {
    let fields = field.selection_set.node.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => {
            let name = field.node.name.node.as_str();
            let times = if List::of(name) == Some(List::Areas) { AREAS_OF_ONE } else { 1 };
            let own = if name == DATA { COLUMNS } else { 1 };
            below(&field.node).saturating_mul(times).saturating_add(own)
        }
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => 0,
    });
    fields.fold(0, usize::saturating_add)
}
