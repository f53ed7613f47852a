//! Pages of connections: a hard maximum, and a clear error past it.

use async_graphql::{Error, Result, connection::OpaqueCursor};

use crate::graphql::error::bad_request;

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

/// Reads a cursor that an earlier page gave.
///
/// # Errors
/// When it is not one.
pub(super) fn cursor(after: Option<&str>) -> Result<Option<String>> {
    use async_graphql::connection::CursorType;
    let Some(after) = after else { return Ok(None) };
    let read: Result<OpaqueCursor<String>, Error> =
        OpaqueCursor::decode_cursor(after).map_err(|_| bad_request("`after` is not a cursor of this list"));
    Ok(Some(read?.0))
}
