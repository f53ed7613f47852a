//! Where the keys of other issuers come from: one fetch at a time for each, and what is known stays so while an issuer is away.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::{ArcSwap, ArcSwapOption};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use tokio::sync::{Semaphore, watch};

use crate::{
    auth::{IssuerKeys, TrustedIssuer},
    domain::{Clock, Issuer, IssuerClient},
    outbound::{Fetch, HttpAddress, Reach},
};

use super::Error;

/// The least time from one fetch of an issuer's keys to the next: tokens that name unknown keys start none before.
const FLOOR: Duration = Duration::seconds(30);

/// How old keys may be before they are fetched again without any need: what an issuer shows no longer is then given up.
const FRESH: Duration = Duration::minutes(10);

/// How many requests wait for one fetch. The others are told to come again.
const MOST_WAITING: usize = 64;

/// What this process knows of other issuers, beside what the database tells.
pub(super) struct KnownIssuers {
    pub(super) fetch: ArcSwap<Fetch>,
    sources: Mutex<HashMap<i64, Arc<Source>>>,
}

/// Where the keys of one issuer come from.
pub(super) struct Source {
    issuer: Issuer,
    keys: Arc<ArcSwapOption<IssuerKeys>>,
    state: Mutex<State>,
    pub(super) waiting: Semaphore,
}

#[derive(Default)]
struct State {
    /// When a fetch was begun last.
    tried_at: Option<DateTime<Utc>>,
    /// When one went well last.
    fetched_at: Option<DateTime<Utc>>,
    failing: bool,
    running: Option<watch::Receiver<()>>,
}

impl KnownIssuers {
    pub(super) fn new() -> Result<Self, Error> {
        let fetch = Fetch::new(None).map_err(|error| Error::Internal(error.into()))?;
        Ok(Self { fetch: ArcSwap::from_pointee(fetch), sources: Mutex::default() })
    }

    /// The issuers as they are to be trusted. One that is set up as it was goes on with the keys that it was seen to show.
    pub(super) fn trusted(&self, issuers: &[Issuer], clients: &[IssuerClient]) -> Vec<TrustedIssuer> {
        let mut sources = self.sources();
        sources.retain(|id, _| issuers.iter().any(|issuer| issuer.id == *id));
        let trusted = issuers.iter().map(|issuer| {
            let source = sources.entry(issuer.id).or_insert_with(|| Arc::new(Source::of(issuer)));
            if source.issuer != *issuer {
                *source = Arc::new(Source::of(issuer));
            }
            TrustedIssuer::new(issuer.clone(), clients, source.keys.clone())
        });
        trusted.collect()
    }

    pub(super) fn sources(&self) -> MutexGuard<'_, HashMap<i64, Arc<Source>>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    fn of(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.clone(),
            keys: Arc::default(),
            state: Mutex::default(),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.state().fetched_at.is_some_and(|at| (at..at + FRESH).contains(&now))
    }

    /// In how many seconds the keys may be known, where they are not.
    pub(super) fn unknown_for(&self, now: DateTime<Utc>) -> Option<u32> {
        if self.keys.load().is_some() {
            return None;
        }
        let next = self.state().tried_at.map_or(now, |at| at + FLOOR);
        Some(u32::try_from((next - now).num_seconds()).unwrap_or(0).clamp(1, 30))
    }

    /// Begins a fetch, or joins the one that runs. None where one was begun a short while ago.
    pub(super) fn begin(
        self: &Arc<Self>,
        clock: Arc<dyn Clock>,
        now: DateTime<Utc>,
        fetch: &Arc<Fetch>,
    ) -> Option<watch::Receiver<()>> {
        let mut state = self.state();
        // One that panicked dropped its end, and runs no more.
        if let Some(running) = state.running.as_ref().filter(|running| running.has_changed().is_ok()) {
            return Some(running.clone());
        }
        // A clock that was set back does not keep it from being tried.
        if state.tried_at.is_some_and(|at| (at..at + FLOOR).contains(&now)) {
            return None;
        }
        let (ended, running) = watch::channel(());
        state.tried_at = Some(now);
        state.running = Some(running.clone());
        drop(state);
        let (source, fetch) = (self.clone(), fetch.clone());
        // A task of its own: whoever wished for it may go away.
        tokio::spawn(async move {
            let result = fetched(&fetch, &source.issuer).await;
            source.learn(result, clock.now());
            drop(ended);
        });
        Some(running)
    }

    /// Takes what was fetched. Where nothing was, the keys that are known stay so.
    fn learn(&self, result: Result<IssuerKeys, String>, now: DateTime<Utc>) {
        let issuer = &self.issuer.name;
        let mut state = self.state();
        state.running = None;
        match result {
            Ok(keys) => {
                self.keys.store(Some(Arc::new(keys)));
                state.fetched_at = Some(now);
                if std::mem::replace(&mut state.failing, false) {
                    tracing::info!(issuer, "the issuer shows its keys again");
                }
            }
            Err(cause) => {
                if !std::mem::replace(&mut state.failing, true) {
                    tracing::warn!(
                        issuer,
                        cause,
                        "the keys of an issuer cannot be fetched; those that are known stay in force"
                    );
                }
            }
        }
    }
}

/// What is read of a discovery document.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Fetches the keys of an issuer, or says why not. The texts hold nothing that was sent.
pub(super) async fn fetched(fetch: &Fetch, issuer: &Issuer) -> Result<IssuerKeys, String> {
    let rules = &issuer.rules;
    let address: HttpAddress = rules.discovery.parse().map_err(|error| format!("{error}"))?;
    let named = if rules.public_only { Reach::Public } else { Reach::Named };
    let document = fetch.get(&address, named).await.map_err(|error| error.to_string())?;
    let discovery: Discovery = serde_json::from_slice(&document).map_err(|_| {
        format!("expected a discovery document at `{address}`, with issuer and jwks_uri, found something else")
    })?;
    if !rules.accepted.contains(&discovery.issuer) {
        return Err(format!(
            "expected the discovery document at `{address}` to be of {}, found it to be of another issuer",
            rules.accepted.join(" or ")
        ));
    }
    let keys: HttpAddress = discovery
        .jwks_uri
        .parse()
        .map_err(|_| format!("expected an https address as jwks_uri at `{address}`, found something else"))?;
    let reach = if keys.is_of_the_service_of(&address) { named } else { Reach::Public };
    let set = fetch.get(&keys, reach).await.map_err(|error| error.to_string())?;
    IssuerKeys::read(&set, &rules.algorithms).map_err(|error| format!("at `{keys}`: {error}"))
}

#[cfg(test)]
mod tests {
    use crate::domain::{IssuerRules, clock::FixedClock};

    use super::*;

    #[tokio::test]
    async fn a_fetch_that_panicked_is_not_waited_for() {
        let now: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let rules = IssuerRules::usual(vec!["https://issuer.invalid".to_owned()], vec!["here".to_owned()]);
        let issuer = Issuer { id: 1, name: "issuer".to_owned(), rules, made_at: now, ended_at: None };
        let source = Arc::new(Source::of(&issuer));
        source.state().running = Some(watch::channel(()).1);
        let running = source.begin(Arc::new(FixedClock(now)), now, &Arc::new(Fetch::new(None).unwrap()));
        assert!(running.is_some_and(|running| running.has_changed().is_ok()), "another one runs");
    }
}
