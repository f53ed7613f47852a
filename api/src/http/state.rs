//! What every request may reach.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Semaphore;

use crate::{auth::Verifier, graphql::Executor, service::Exchange};

use super::{EdgeRules, Playground};

/// Questions that are worked on at once; more are turned away with 503.
const AT_ONCE: usize = 512;

/// What every request may reach. Cheap to clone, as it is several times for each.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What all requests share.
pub struct Shared {
    pub(super) exchange: Arc<Exchange>,
    pub(super) executor: Executor,
    pub(super) verifier: Verifier,
    pub(super) ids: RequestIds,
    pub(super) places: Semaphore,
    pub(super) rules: EdgeRules,
    pub(super) playground: Playground,
}

impl Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl State {
    /// The state of one server.
    pub fn new(
        exchange: Arc<Exchange>,
        executor: Executor,
        verifier: Verifier,
        ids: RequestIds,
        rules: EdgeRules,
        playground: Playground,
    ) -> Self {
        Self(Arc::new(Shared { exchange, executor, verifier, ids, places: Semaphore::new(AT_ONCE), rules, playground }))
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
