//! How many fields of each row of a table a question selects: with the number of rows, what its answer takes.

use async_graphql::{Context, SelectionField};

use crate::graphql::declared::List;

use super::FieldByField;

/// How many areas a list of them is reckoned to hold.
const AREAS_OF_ONE: usize = 5;

/// How many times as much a field takes that the library resolves by itself.
const BY_ITSELF: usize = 2;

/// The fields of each row of the table that a field answers with. Rows of different kinds are different cells, so the kind with
/// the most counts.
pub(in crate::graphql) fn fields_of_rows(context: &Context<'_>) -> usize {
    let table = context.field();
    let of = |list: &str| {
        let lists = table.selection_set().filter(|field| field.name() == list);
        lists.map(below).fold(0, usize::saturating_add)
    };
    let most = List::of_rows().map(of).max().unwrap_or(0);
    if context.data_opt::<FieldByField>().is_some() { most.saturating_mul(BY_ITSELF) } else { most }
}

/// The guard has bounded how deep this goes and how many there are.
fn below(field: SelectionField<'_>) -> usize {
    let fields = field.selection_set().map(|field| {
        let times = if List::of(field.name()) == Some(List::Areas) { AREAS_OF_ONE } else { 1 };
        below(field).saturating_mul(times).saturating_add(1)
    });
    fields.fold(0, usize::saturating_add)
}
