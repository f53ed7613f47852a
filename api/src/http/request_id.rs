//! What names a request, to its sender and in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{extract::Request, http::HeaderName};

/// The header that carries it.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest identity that is taken from the sender.
const LONGEST_ID: usize = 64;

/// The identity of a request, in its log lines, its errors and the header `X-Request-Id`.
#[derive(Clone)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// The one that the sender gave, where it is one.
    pub(super) fn sent(request: &Request) -> Option<Self> {
        let sent = request.headers().get(&REQUEST_ID)?.to_str().ok()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        ((1..=LONGEST_ID).contains(&sent.len()) && sent.bytes().all(plain)).then(|| Self(sent.to_owned()))
    }
}

/// Gives each request an identity that no other request of any replica has.
pub struct RequestIds {
    prefix: String,
    next: AtomicU64,
}

impl RequestIds {
    /// Identities that start with a prefix of this process alone.
    pub fn new(prefix: String) -> Self {
        Self { prefix, next: AtomicU64::new(1) }
    }

    pub(super) fn next(&self) -> RequestId {
        RequestId(format!("{}-{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed)))
    }
}
