//! Pages of connections: a hard maximum, and a clear error past it.

use async_graphql::{
    Result,
    connection::{CursorType, OpaqueCursor, PageInfo},
};

use crate::{graphql::error::bad_request, service::Page};

/// The most items on one page.
pub const PAGE_MAX: usize = 200;

/// The items on a page when `first` is left out.
const PAGE_DEFAULT: usize = 50;

/// Checks `first`.
///
/// # Errors
/// When it is below 1 or above [`PAGE_MAX`].
pub fn page_size(first: Option<i32>) -> Result<usize> {
    let Some(first) = first else { return Ok(PAGE_DEFAULT) };
    usize::try_from(first)
        .ok()
        .filter(|size| (1..=PAGE_MAX).contains(size))
        .ok_or_else(|| bad_request(format!("`first` must be from 1 to {PAGE_MAX}, found {first}")))
}

/// Reads what a cursor of an earlier page stands for: `read` tells where in the list the key in it is.
///
/// # Errors
/// When it is not one of the list.
pub(super) fn cursor<T>(after: Option<&str>, read: impl FnOnce(String) -> Option<T>) -> Result<Option<T>> {
    let Some(after) = after else { return Ok(None) };
    let cursor = OpaqueCursor::<String>::decode_cursor(after).ok();
    let place = cursor.and_then(|OpaqueCursor(key)| read(key));
    place.map(Some).ok_or_else(|| bad_request("`after` is not a cursor of this list"))
}

/// The cursors of the items of a page, by their keys, and whether there are others before it and after it.
pub(super) fn cursors<T>(page: &Page<T>, others_before: bool, key: impl Fn(&T) -> String) -> (Vec<String>, PageInfo) {
    let cursors: Vec<String> = page.items.iter().map(|item| OpaqueCursor(key(item)).encode_cursor()).collect();
    let page_info = PageInfo {
        has_previous_page: others_before,
        has_next_page: page.more,
        start_cursor: cursors.first().cloned(),
        end_cursor: cursors.last().cloned(),
    };
    (cursors, page_info)
}
