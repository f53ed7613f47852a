//! Responses cached as they were sent, for a viewer who asks the same again.
//!
//! # Guarantee
//!
//! A response is given again only to a viewer of the same organisation with the same scopes, for the same document, operation
//! and variables, and only while everything it depends on is as it was ([`Version`]): a new release, a changed agreement or
//! a new day empties the cache. So nothing is answered that would be refused now. Checking the token, taking a permit and
//! logging the request come before the cache and are done each time.
//!
//! Only complete responses are cached, and only of root fields that depend on nothing else ([`super::prepared`]): a question
//! that was paid for stays paid for, since entries of the budget are never taken back, and a repeat is free. What was
//! refused stays refused, since what is used only grows and a full pool takes no new tabulation. Fields that tell the state
//! of the budget are not cached.

use std::{hash::Hash, sync::Arc};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};

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

/// A body, and the questions that it answers: the audit counts each time that it is given again.
pub(super) type Kept = (Bytes, Audited);

/// What an entry takes, bytes.
#[derive(Clone)]
struct Weight;

impl Weighter<CacheKey, Kept> for Weight {
    fn weight(&self, key: &CacheKey, (body, audited): &Kept) -> u64 {
        let name = key.operation.as_ref().map_or(0, String::len);
        (name + key.variables.len() + body.len() + audited.weight() + ENTRY_BYTES) as u64
    }
}

/// Who asked what: equal keys get equal responses while the version lasts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    pub(super) viewer: Viewer,
    /// SHA-256 of the document.
    pub(super) document: [u8; 32],
    pub(super) operation: Option<String>,
    /// The variables as they were sent, JSON.
    pub(super) variables: String,
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
    /// The cached body, and what to count where it is given again.
    pub(super) fn get(&self, key: &CacheKey) -> Option<Kept> {
        self.bodies.get(key)
    }

    /// Caches a body, with the questions that it answers.
    pub(super) fn insert(&self, key: CacheKey, kept: Kept) {
        self.bodies.insert(key, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(variables: &str) -> CacheKey {
        CacheKey { viewer: Viewer::Anonymous, document: [7; 32], operation: None, variables: variables.to_owned() }
    }

    fn kept(body: &'static [u8]) -> Kept {
        (Bytes::from_static(body), Audited::default())
    }

    fn body(responses: &VersionResponses<i32>, variables: &str) -> Option<Bytes> {
        responses.get(&key(variables)).map(|(body, _)| body)
    }

    #[test]
    fn a_response_is_given_again_for_the_same_key_alone() {
        let cache = ResponseCache::default();
        cache.at(1).insert(key("{}"), kept(b"a"));
        assert_eq!(body(&cache.at(1), "{}"), Some(Bytes::from_static(b"a")));
        let others = [
            key("null"),
            CacheKey { document: [8; 32], ..key("{}") },
            CacheKey { operation: Some("q".to_owned()), ..key("{}") },
        ];
        let weight = |operation: Option<&str>| {
            let key = CacheKey { operation: operation.map(str::to_owned), ..key("{}") };
            Weight.weight(&key, &kept(b""))
        };
        assert_eq!(weight(Some("a name")), weight(None) + 6, "the name is counted");
        for other in others {
            assert!(cache.at(1).get(&other).is_none(), "{other:?}");
        }
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
