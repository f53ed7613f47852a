//! Writing JSON, as the library would.

use async_graphql::resolver_utils::EnumType;
use serde::Serialize;

/// Writes a value; null where it has no JSON.
pub(super) fn json<T: Serialize + ?Sized>(text: &mut Vec<u8>, value: &T) {
    let start = text.len();
    if serde_json::to_writer(&mut *text, value).is_err() {
        text.truncate(start);
        text.extend_from_slice(b"null");
    }
}

/// Writes the name of an enumeration's value.
pub(super) fn name<T: EnumType>(text: &mut Vec<u8>, value: T) {
    let item = T::items().iter().find(|item| item.value == value);
    let name = item.map_or("", |item| item.name);
    text.push(b'"');
    // A name of the contract has nothing in it to escape.
    text.extend_from_slice(name.as_bytes());
    text.push(b'"');
}

/// Writes the name of an enumeration's value, or null.
pub(super) fn optional<T: EnumType>(text: &mut Vec<u8>, value: Option<T>) {
    nullable(text, value, |value, text| name(text, value));
}

/// Writes a value, or null.
pub(super) fn nullable<T>(text: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(T, &mut Vec<u8>)) {
    match value {
        Some(value) => write(value, text),
        None => text.extend_from_slice(b"null"),
    }
}

/// Writes a list.
pub(super) fn list<T>(text: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    text.push(b'[');
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            text.push(b',');
        }
        write(item, text);
    }
    text.push(b']');
}
