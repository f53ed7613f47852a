//! One pass over the bytes of a document: size, nesting, tokens. No recursion, no allocation.

use crate::graphql::document::Places;

use super::{Limits, Rejection};

/// Checks a text that may not even be GraphQL. How many tokens it has.
pub(super) fn check(text: &str, limits: &Limits) -> Result<usize, Rejection> {
    let bytes = text.as_bytes();
    if bytes.len() > limits.bytes {
        return Err(limit("bytes", limits.bytes, bytes.len().to_string(), None));
    }
    let (mut depth, mut tokens, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let counts = match byte {
            b'#' => {
                at = skip_while(bytes, at, |byte| byte != b'\n' && byte != b'\r');
                false
            }
            b'"' => {
                at = skip_string(bytes, at).ok_or_else(|| Rejection::Syntax {
                    message: "the document is not GraphQL: a string is never closed".to_owned(),
                    at: Some(position(text, start)),
                })?;
                true
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                at += 1;
                true
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
                true
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                false
            }
            _ if is_word(byte) => {
                at = skip_while(bytes, at, is_word);
                true
            }
            _ => {
                at += 1;
                true
            }
        };
        tokens += usize::from(counts);
        if depth > limits.nesting {
            let found = format!("{depth} or more");
            return Err(limit("brackets within each other", limits.nesting, found, Some(position(text, start))));
        }
        if tokens > limits.tokens {
            let found = format!("{tokens} or more");
            return Err(limit("tokens", limits.tokens, found, Some(position(text, start))));
        }
    }
    Ok(tokens)
}

fn limit(what: &'static str, limit: usize, found: String, at: Option<(usize, usize)>) -> Rejection {
    Rejection::Limit { what, limit: limit as u64, found, at }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

pub(super) fn skip_while(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|&byte| !wanted(byte)).map_or(bytes.len(), |length| from + length)
}

/// Behind the string that starts at a quote; `None` where it is never closed. A block string ends at three quotes that are
/// not escaped, any other at a quote on its own line. One that is not closed must not pass: the parser reads an open
/// block string again as an empty string and what follows it, brackets included.
pub(super) fn skip_string(bytes: &[u8], from: usize) -> Option<usize> {
    if bytes[from..].starts_with(b"\"\"\"") {
        let mut at = from + 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return Some(at + 3);
            } else {
                at += 1;
            }
        }
        return None;
    }
    let mut at = from + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            _ => at += 1,
        }
    }
    None
}

/// Line and column from 1 of a byte.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let place = Places::of(text).at(at);
    (place.line, place.column)
}
