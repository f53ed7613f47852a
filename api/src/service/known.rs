//! What this process knows of signing keys, revocations and other issuers, and what came of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;

use crate::{
    auth::Trust,
    domain::{Issuer, IssuerClient, KeptKey, Revocation},
};

/// What this process knows of keys, revocations and other issuers, and what came of it.
#[derive(Default)]
pub(super) struct KnownTrust {
    pub(super) shared: Arc<ArcSwap<Trust>>,
    pub(super) read: tokio::sync::Mutex<Option<Read>>,
    pub(super) fresh: AtomicBool,
}

impl KnownTrust {
    /// Whether the database answered when it was last asked.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh.load(Ordering::Relaxed)
    }
}

/// What was read last.
pub(super) struct Read {
    pub(super) keys: Vec<KeptKey>,
    pub(super) revision: (i64, i64),
    pub(super) revocations: Vec<Revocation>,
    pub(super) issuers: Vec<Issuer>,
    pub(super) clients: Vec<IssuerClient>,
}
