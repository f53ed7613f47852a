//! Who may cache an answer, and when it need not be sent again.
//!
//! A validator is made of the answer itself, after the question was asked again: with all that is checked, counted and
//! logged each time. So who may no longer see an answer gets a refusal, and never "not modified".

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

/// Not cached: errors, and whatever was asked with POST.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Cached by the asker alone, and revalidated each time: agreements end.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The catalogue, asked without a token: cached by anybody for a minute.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Who may cache an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CachePolicy {
    /// Nobody.
    NoStore,
    /// The asker, who revalidates it before use.
    Private,
    /// Anybody, for a minute.
    Public,
}

impl CachePolicy {
    /// The `Cache-Control` that says so.
    pub(super) fn header(self) -> HeaderValue {
        match self {
            Self::NoStore => NO_STORE,
            Self::Private => PRIVATE,
            Self::Public => PUBLIC,
        }
    }
}

/// The validator of a body in a media type. A weak one: the body goes out in several encodings.
pub(super) fn validator(content_type: &str, body: &[u8]) -> HeaderValue {
    let digest = Sha256::new().chain_update(content_type).chain_update([0]).chain_update(body).finalize();
    HeaderValue::from_str(&format!("W/\"{}\"", hex::encode(&digest[..16]))).unwrap_or(NO_STORE)
}

/// Whether `If-None-Match` names this validator, so that the sender has the answer already (RFC 9110, 13.1.2).
pub(super) fn matches(headers: &HeaderMap, validator: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let Ok(own) = validator.to_str() else { return false };
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(',').map(str::trim))
        .any(|tag| tag == "*" || opaque(tag) == opaque(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &[&str], expected: bool) {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(header::IF_NONE_MATCH, value.parse().unwrap());
        }
        assert_eq!(matches(&headers, &HeaderValue::from_static("W/\"ab\"")), expected, "{sent:?}");
    }

    #[test]
    fn a_validator_is_found_in_any_list() {
        check(&[], false);
        check(&["W/\"ab\""], true);
        check(&["\"ab\""], true);
        check(&["\"x\", W/\"ab\""], true);
        check(&["\"x\"", "\"ab\""], true);
        check(&["*"], true);
        check(&["\"a\"", "ab", "W/ab"], false);
    }

    #[test]
    fn other_bytes_and_other_media_types_have_other_validators() {
        assert_eq!(validator("a", b"b"), validator("a", b"b"));
        assert_ne!(validator("a", b"b"), validator("a", b"c"));
        assert_ne!(validator("a", b"b"), validator("ab", b""));
    }
}
