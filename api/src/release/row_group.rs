//! Rows that stand side by side: those of one place that one organisation handed in. An area is a few of them.

use std::ops::Range;

use crate::domain::{AreaIndex, AreaKind, Catalogue};

/// Consecutive rows of one place and one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowGroup {
    /// The local authority they stand in.
    pub local_authority: AreaIndex,
    /// The careers hub they belong to, if any.
    pub hub: Option<AreaIndex>,
    /// The organisation that handed them in.
    pub provider: i64,
    /// The rows.
    pub rows: Range<usize>,
}

/// Who handed in a row.
pub(super) fn provider_of(row_groups: &[RowGroup], row: usize) -> Option<i64> {
    row_groups
        .get(row_groups.partition_point(|row_group| row_group.rows.end <= row))
        .map(|row_group| row_group.provider)
}

/// The rows of groups that lie in an area, as few ranges as possible; those of one provider alone where one is given.
pub(super) fn rows_within(
    row_groups: &[RowGroup],
    area: AreaIndex,
    provider: Option<i64>,
    catalogue: &Catalogue,
) -> Vec<Range<usize>> {
    let is_hub = catalogue.areas()[area].kind == AreaKind::Hub;
    let inside = catalogue.local_authorities(area);
    let is_wanted = |row_group: &&RowGroup| {
        let here =
            if is_hub { row_group.hub == Some(area) } else { inside.binary_search(&row_group.local_authority).is_ok() };
        here && provider.is_none_or(|provider| provider == row_group.provider)
    };
    joined(row_groups.iter().filter(is_wanted))
}

/// Of ranges that are made of whole groups, the rows that some providers handed in, as few ranges as possible.
pub(super) fn rows_of_providers(
    row_groups: &[RowGroup],
    ranges: &[Range<usize>],
    is_wanted: impl Fn(i64) -> bool,
) -> Vec<Range<usize>> {
    let inside = ranges.iter().flat_map(|range| {
        let first = row_groups.partition_point(|row_group| row_group.rows.end <= range.start);
        row_groups[first..].iter().take_while(|row_group| row_group.rows.start < range.end)
    });
    joined(inside.filter(|row_group| is_wanted(row_group.provider)))
}

/// The rows of groups in their order, as few ranges as possible.
fn joined<'a>(row_groups: impl Iterator<Item = &'a RowGroup>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for row_group in row_groups {
        match ranges.last_mut() {
            Some(last) if last.end == row_group.rows.start => last.end = row_group.rows.end,
            _ => ranges.push(row_group.rows.clone()),
        }
    }
    ranges
}
