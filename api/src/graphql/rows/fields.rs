//! How many fields of each row of a table a question selects: with the number of rows, what its answer takes.

use async_graphql::{Context, SelectionField};

use super::FieldByField;

/// The lists of rows of a table.
const ROWS: [&str; 3] = ["cells", "overall", "totals"];

/// Lists of areas around or within an area, and how many such a list is reckoned to hold.
const AREAS: [&str; 4] = ["children", "parents", "predecessors", "successors"];
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
    let most = ROWS.iter().map(|list| of(list)).max().unwrap_or(0);
    if context.data_opt::<FieldByField>().is_some() { most.saturating_mul(BY_ITSELF) } else { most }
}

/// The guard has bounded how deep this goes and how many there are.
fn below(field: SelectionField<'_>) -> usize {
    let fields = field.selection_set().map(|field| {
        let times = if AREAS.contains(&field.name()) { AREAS_OF_ONE } else { 1 };
        below(field).saturating_mul(times).saturating_add(1)
    });
    fields.fold(0, usize::saturating_add)
}
