//! Pages of comparators.

use async_graphql::{Result, SimpleObject, connection::CursorType, connection::OpaqueCursor};

use crate::{
    domain,
    service::{ComparatorsWanted, Page, Reader},
};

use super::{Comparator, page::cursor, page_size};

/// A page of comparators.
#[derive(SimpleObject)]
pub struct ComparatorConnection {
    /// The comparators with their cursors.
    edges: Vec<ComparatorEdge>,
    /// The comparators alone.
    nodes: Vec<Comparator>,
    /// Whether more follow, and from where.
    page_info: async_graphql::connection::PageInfo,
    /// How many comparators there are on all pages.
    total_count: i32,
}

/// A comparator on a page.
#[derive(SimpleObject)]
pub struct ComparatorEdge {
    /// Where it stands in the list: give it as `after` to go on from here.
    cursor: String,
    /// The comparator.
    node: Comparator,
}

impl ComparatorConnection {
    pub(crate) fn load(
        reader: &Reader,
        wanted: &ComparatorsWanted<'_>,
        first: Option<i32>,
        after: Option<&str>,
    ) -> Result<Self> {
        let catalogue = reader.catalogue();
        let known = |code: &String| catalogue.comparators().iter().any(|one| one.code == *code);
        let after = cursor(after, |code| Some(code).filter(known))?;
        let page = reader
            .comparators(wanted, after.as_deref(), page_size(first)?)
            .map_err(crate::graphql::error::graphql_error)?;
        let Page { items, total, more } = page;
        let comparator = |one: &domain::Comparator| Comparator::of_list(catalogue.clone(), one.clone());
        let cursors: Vec<String> = items.iter().map(|one| OpaqueCursor(one.code.clone()).encode_cursor()).collect();
        Ok(Self {
            page_info: async_graphql::connection::PageInfo {
                has_previous_page: after.is_some(),
                has_next_page: more,
                start_cursor: cursors.first().cloned(),
                end_cursor: cursors.last().cloned(),
            },
            nodes: items.iter().map(comparator).collect(),
            edges: items
                .iter()
                .zip(cursors)
                .map(|(one, cursor)| ComparatorEdge { cursor, node: comparator(one) })
                .collect(),
            total_count: i32::try_from(total).unwrap_or(i32::MAX),
        })
    }
}
