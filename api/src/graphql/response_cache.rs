//! Responses cached as they were sent, for a viewer who asks the same again.
//!
//! # Guarantee
//!
//! A response is given again only to a viewer of the same organisation with the same scopes, for the same text of a request
//! (document, operation and variables), and only while everything it depends on is as it was ([`Version`]): a new release, a
//! changed agreement or a new day empties the cache. So nothing is answered that would be refused now. Checking the token, taking a permit and
//! logging the request come before the cache and are done each time.
//!
//! Only complete responses are cached, and only of root fields that depend on nothing else ([`super::prepared`]): a question
//! that was paid for stays paid for, since entries of the budget are never taken back, and a repeat is free. What was
//! refused stays refused, since what is used only grows and a full pool takes no new tabulation. Fields that tell the state
//! of the budget are not cached.
//!
//! The text is compared as it was sent, so that a repeat is not even read.

use std::{hash::Hash, sync::Arc};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use quick_cache::{Equivalent, Weighter, sync::Cache};

use crate::{
    auth::Viewer,
    service::{Audited, Version},
};

use super::bounded_cache::bounded_cache;

/// Memory for responses, bytes.
const CACHE_BYTES: u64 = 32 << 20;

/// What an entry takes beside its texts, bytes: the key, the pointers, and the cache's own.
const ENTRY_BYTES: usize = 400;

/// How many responses are likely cached.
const USUAL_RESPONSES: usize = 4_096;

/// A response that is kept.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) body: Bytes,
    /// The questions that it answers: the audit counts each time that it is given again.
    pub(super) audited: Audited,
    /// The name of the operation that it answers.
    pub(super) operation: Option<Arc<str>>,
    /// Whether it holds nothing but the catalogue and the contract.
    pub(super) catalogue_only: bool,
}

/// What an entry takes, bytes.
#[derive(Clone)]
struct Weight;

impl Weighter<CacheKey, Kept> for Weight {
    fn weight(&self, key: &CacheKey, kept: &Kept) -> u64 {
        let name = kept.operation.as_ref().map_or(0, |name| name.len());
        (name + key.text.bytes() + kept.body.len() + kept.audited.weight() + ENTRY_BYTES) as u64
    }
}

/// A request as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequestText {
    /// The body of a POST.
    Body(Bytes),
    /// The query string of a GET.
    Query(Arc<str>),
}

impl RequestText {
    /// What it takes, bytes.
    fn bytes(&self) -> usize {
        match self {
            Self::Body(body) => body.len(),
            Self::Query(query) => query.len(),
        }
    }
}

/// Who asked what: equal keys get equal responses while the version lasts.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    pub(super) viewer: Viewer,
    pub(super) text: RequestText,
}

/// The same, borrowed: a look-up copies nothing.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct BorrowedKey<'a> {
    pub(super) viewer: &'a Viewer,
    pub(super) text: &'a RequestText,
}

impl Equivalent<CacheKey> for BorrowedKey<'_> {
    fn equivalent(&self, key: &CacheKey) -> bool {
        *self.viewer == key.viewer && *self.text == key.text
    }
}

/// The responses of one version `V`.
pub(super) struct VersionResponses<V = Version> {
    version: V,
    bodies: Cache<CacheKey, Kept, Weight>,
}

/// The responses of the current version.
pub(super) struct ResponseCache<V = Version>(ArcSwapOption<VersionResponses<V>>);

impl<V> Default for ResponseCache<V> {
    fn default() -> Self {
        Self(ArcSwapOption::empty())
    }
}

impl<V: PartialEq> ResponseCache<V> {
    /// The responses of a version; those of any other are dropped.
    pub(super) fn at(&self, version: V) -> Arc<VersionResponses<V>> {
        let current = self.0.load();
        if let Some(responses) = current.as_ref().filter(|responses| responses.version == version) {
            return responses.clone();
        }
        let bodies = bounded_cache(CACHE_BYTES, USUAL_RESPONSES, Weight);
        let responses = Arc::new(VersionResponses { version, bodies });
        self.0.store(Some(responses.clone()));
        responses
    }
}

impl<V> VersionResponses<V> {
    /// What is kept.
    pub(super) fn get(&self, viewer: &Viewer, text: &RequestText) -> Option<Kept> {
        self.bodies.get(&BorrowedKey { viewer, text })
    }

    /// Caches a body, with the questions that it answers.
    pub(super) fn insert(&self, key: CacheKey, kept: Kept) {
        self.bodies.insert(key, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &'static str) -> CacheKey {
        CacheKey { viewer: Viewer::Anonymous, text: RequestText::Body(Bytes::from_static(text.as_bytes())) }
    }

    fn kept(body: &'static [u8]) -> Kept {
        Kept { body: Bytes::from_static(body), audited: Audited::default(), operation: None, catalogue_only: false }
    }

    fn body(responses: &VersionResponses<i32>, text: &'static str) -> Option<Bytes> {
        let CacheKey { viewer, text } = key(text);
        responses.get(&viewer, &text).map(|kept| kept.body)
    }

    #[test]
    fn a_response_is_given_again_for_the_same_key_alone() {
        let cache = ResponseCache::default();
        cache.at(1).insert(key("{}"), kept(b"a"));
        assert_eq!(body(&cache.at(1), "{}"), Some(Bytes::from_static(b"a")));
        assert_eq!(body(&cache.at(1), "{ }"), None);
        let query = RequestText::Query("{}".into());
        assert!(cache.at(1).get(&Viewer::Anonymous, &query).is_none(), "a body and a query string are two texts");
        let weight = |operation: Option<&str>| {
            let kept = Kept { operation: operation.map(Into::into), ..kept(b"") };
            Weight.weight(&key("{}"), &kept)
        };
        assert_eq!(weight(Some("a name")), weight(None) + 6, "the name is counted");
    }

    #[test]
    fn another_version_drops_what_was_cached_and_a_late_response_of_an_earlier_one() {
        let cache = ResponseCache::default();
        let earlier = cache.at(1);
        earlier.insert(key("{}"), kept(b"a"));
        assert_eq!(body(&cache.at(2), "{}"), None);
        earlier.insert(key("late"), kept(b"b"));
        assert_eq!(body(&cache.at(2), "late"), None);
        assert_eq!(body(&cache.at(1), "{}"), None, "dropped for good");
    }
}
