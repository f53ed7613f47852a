//! Pages of comparators.

use async_graphql::{Result, SimpleObject, connection::PageInfo};

use crate::{
    domain,
    graphql::error::graphql_error,
    service::{ComparatorsWanted, Reader},
};

use super::{
    Comparator,
    page::{cursor, cursors},
    page_size, whole,
};

/// A page of comparators.
#[derive(SimpleObject)]
pub struct ComparatorConnection {
    /// The comparators with their cursors.
    edges: Vec<ComparatorEdge>,
    /// The comparators alone.
    nodes: Vec<Comparator>,
    /// Whether more follow, and from where.
    page_info: PageInfo,
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
        let known = |code: &String| reader.catalogue().comparators().iter().any(|one| one.code == *code);
        let after = cursor(after, |code| Some(code).filter(known))?;
        let page = reader.comparators(wanted, after.as_deref(), page_size(first)?).map_err(graphql_error)?;
        let (cursors, page_info) = cursors(&page, after.is_some(), |one| one.code.clone());
        let comparator = |one: &domain::Comparator| Comparator::of_list(reader.catalogue().clone(), one.clone());
        let edge = |(one, cursor): (&domain::Comparator, _)| ComparatorEdge { cursor, node: comparator(one) };
        Ok(Self {
            page_info,
            nodes: page.items.iter().map(comparator).collect(),
            edges: page.items.iter().zip(cursors).map(edge).collect(),
            total_count: whole(page.total),
        })
    }
}
