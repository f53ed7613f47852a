//! How many fields of each row of a table a question selects: with the number of rows, what its answer takes.

use crate::graphql::{
    document::{List, Selected},
    types::{Datum, TableRows},
};

/// How many columns a table may have, each of which has a value in every flat row.
const COLUMNS: usize = 24;

/// How many areas a list of them is reckoned to hold.
const AREAS_OF_ONE: usize = 5;

/// The fields of each row of a table, of which some fields are selected. Rows of different kinds are different cells, so the kind
/// with the most counts.
pub(in crate::graphql) fn fields_of_rows(table: &[Selected]) -> usize {
    let of = |list: &Selected| {
        let same = table.iter().filter(|field| field.name == list.name);
        same.map(|field| below(field.below.of(""))).fold(0, usize::saturating_add)
    };
    let is_of_rows = |field: &&Selected| field.list == Some(List::Rows) || field.is_a::<TableRows>();
    table.iter().filter(is_of_rows).map(of).max().unwrap_or(0)
}

/// The guard has bounded how deep this goes and how many there are.
fn below(fields: &[Selected]) -> usize {
    let of = |field: &Selected| {
        let times = if field.list == Some(List::Around) { AREAS_OF_ONE } else { 1 };
        let own = if field.is_a::<Datum>() { COLUMNS } else { 1 };
        below(field.below.of("")).saturating_mul(times).saturating_add(own)
    };
    fields.iter().map(of).fold(0, usize::saturating_add)
}
