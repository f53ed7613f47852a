//! What every request may reach.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::Semaphore;

use crate::{auth::Verifier, graphql::Executor, service::Exchange};

use super::EdgeRules;

/// Questions that are worked on at once; more are turned away with 503.
const AT_ONCE: usize = 512;

/// What every request may reach. Cheap to clone.
#[derive(Clone)]
pub struct State {
    pub(super) exchange: Arc<Exchange>,
    pub(super) executor: Arc<Executor>,
    pub(super) verifier: Arc<Verifier>,
    pub(super) ids: Arc<RequestIds>,
    pub(super) places: Arc<Semaphore>,
    pub(super) rules: Arc<EdgeRules>,
}

impl State {
    /// The state of one server.
    pub fn new(
        exchange: Arc<Exchange>,
        executor: Executor,
        verifier: Verifier,
        ids: RequestIds,
        rules: EdgeRules,
    ) -> Self {
        Self {
            exchange,
            executor: Arc::new(executor),
            verifier: Arc::new(verifier),
            ids: Arc::new(ids),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            rules: Arc::new(rules),
        }
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

    pub(super) fn next(&self) -> String {
        format!("{}-{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed))
    }
}
