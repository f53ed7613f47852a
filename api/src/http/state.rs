//! What all requests share.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::watch;

use crate::{
    auth::Verifier,
    graphql::Executor,
    service::{AuthorizationServer, Exchange, Purse, Rates},
    telemetry::Traces,
};

use super::{
    EdgeRules, Playground,
    log_brake::LogBrake,
    request_id::RequestIds,
    senders::{Bound, Sender, Shares},
    signed_in::SignedIn,
};

/// A handle to [`Shared`]. Cheap to clone, as it is several times for each request.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What a server is made of.
pub struct Parts {
    /// What it answers from.
    pub exchange: Arc<Exchange>,
    /// Executes documents.
    pub executor: Executor,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    /// Gives tokens to clients.
    pub authorization: AuthorizationServer,
    /// Names requests.
    pub ids: RequestIds,
    /// How the edge behaves.
    pub rules: EdgeRules,
    /// The files of the playground.
    pub playground: Playground,
    /// Where spans go, if anywhere.
    pub traces: Option<Traces>,
}

/// What all requests share.
pub struct Shared {
    pub(super) exchange: Arc<Exchange>,
    pub(super) executor: Executor,
    pub(super) verifier: Verifier,
    pub(super) authorization: AuthorizationServer,
    pub(super) ids: RequestIds,
    pub(super) anonymous: Shares,
    pub(super) clients: Shares,
    pub(super) partners: Shares,
    pub(super) files: Arc<Bound>,
    /// WebSockets, by the address they come from.
    pub(super) sockets: Arc<Bound>,
    /// What those with a token hold open: WebSockets, and subscriptions over either transport.
    pub(super) streams: Arc<Bound>,
    pub(super) rates: Arc<Rates>,
    pub(super) refusals: LogBrake,
    pub(super) signed_in: SignedIn,
    pub(super) rules: EdgeRules,
    pub(super) playground: Playground,
    pub(super) traces: Option<Traces>,
    leaving: AtomicBool,
    ending: watch::Sender<bool>,
}

impl Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl State {
    /// The state of one server.
    pub fn new(parts: Parts) -> Self {
        let Parts { exchange, executor, verifier, authorization, ids, rules, playground, traces } = parts;
        Self(Arc::new(Shared {
            exchange,
            executor,
            verifier,
            authorization,
            ids,
            anonymous: Shares::anonymous(),
            clients: Shares::clients(),
            partners: Shares::partners(),
            files: Bound::files(),
            sockets: Bound::sockets(),
            streams: Bound::streams(),
            rates: Arc::new(Rates::new(rules.points_per_organisation, rules.points_per_address)),
            refusals: LogBrake::default(),
            signed_in: SignedIn::default(),
            rules,
            playground,
            traces,
            leaving: AtomicBool::new(false),
            ending: watch::Sender::new(false),
        }))
    }

    /// Sends the spans that are left.
    pub async fn end_traces(&self) {
        if let Some(traces) = &self.0.traces {
            traces.end().await;
        }
    }

    /// Forgets who has asked nothing of late.
    pub fn sweep(&self) {
        self.0.rates.sweep();
    }

    /// From now on the server is not ready, though it answers what still comes.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Whoever is told things is told now that the server ends.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Waits until nobody is told anything any more.
    pub async fn ended(&self) {
        self.ending.closed().await;
    }
}

impl Shared {
    /// What a sender pays with.
    pub(super) fn purse(&self, sender: &Sender) -> Purse {
        Purse::of(self.rates.clone(), sender.clone().into())
    }

    /// Turns true when the server ends, which waits for whoever holds it.
    pub(super) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    /// Whether the server is about to end.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }
}
