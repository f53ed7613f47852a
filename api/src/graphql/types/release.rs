//! Releases.

use async_graphql::{
    ID, Result, SimpleObject,
    connection::{CursorType, OpaqueCursor, PageInfo},
};
use chrono::{DateTime, Utc};

use crate::{
    domain,
    graphql::error::bad_request,
    service::{Page, Reader},
};

use super::{NodeKey, page::cursor, page_size};

/// An immutable, numbered snapshot of all results accepted until it was published. An answer names its release, so it can
/// be cited and asked again.
#[derive(SimpleObject, Clone)]
pub struct Release {
    /// The identity, for `node`.
    pub(crate) id: ID,
    /// The number, from 1.
    number: i32,
    /// When it was published, UTC.
    published_at: DateTime<Utc>,
    /// What the publisher wrote about it.
    note: Option<String>,
    /// Whether it holds made-up data, as a demonstration does.
    synthetic: bool,
    /// SHA-256 over its content, hexadecimal.
    checksum: String,
    /// The version of the method of disclosure control it was published with; citations name it. A period keeps the method
    /// that it was first published with.
    method: i32,
}

impl From<&domain::Release> for Release {
    fn from(release: &domain::Release) -> Self {
        Self {
            id: NodeKey::Release(release.number).id(),
            number: i32::try_from(release.number).unwrap_or(i32::MAX),
            published_at: release.published_at,
            note: release.note.clone(),
            synthetic: release.synthetic,
            checksum: release.checksum.clone(),
            method: release.method.number().into(),
        }
    }
}

/// A page of releases, newest first.
#[derive(SimpleObject)]
pub struct ReleaseConnection {
    /// The releases with their cursors.
    edges: Vec<ReleaseEdge>,
    /// The releases alone.
    nodes: Vec<Release>,
    /// Whether more follow, and from where.
    page_info: PageInfo,
    /// How many releases there are on all pages.
    total_count: i32,
}

/// A release on a page.
#[derive(SimpleObject)]
pub struct ReleaseEdge {
    /// Where it stands in the list: give it as `after` to go on from here.
    cursor: String,
    /// The release.
    node: Release,
}

impl ReleaseConnection {
    pub(crate) fn load(reader: &Reader, first: Option<i32>, after: Option<&str>) -> Result<Self> {
        let below = match cursor(after)? {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| bad_request("`after` is not a cursor of this list"))?),
        };
        let Page { items, total, more } = reader.releases(below, page_size(first)?);
        let cursors: Vec<String> =
            items.iter().map(|release| OpaqueCursor(release.number.to_string()).encode_cursor()).collect();
        Ok(Self {
            page_info: PageInfo {
                has_previous_page: below.is_some(),
                has_next_page: more,
                start_cursor: cursors.first().cloned(),
                end_cursor: cursors.last().cloned(),
            },
            nodes: items.iter().map(Release::from).collect(),
            edges: items.iter().zip(cursors).map(|(item, cursor)| ReleaseEdge { cursor, node: item.into() }).collect(),
            total_count: i32::try_from(total).unwrap_or(i32::MAX),
        })
    }
}
