//! The exchange: the store, the secret's keys, the clock and the view that requests read.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, Utc};
use disclosure::NoiseKey;
use quick_cache::sync::Cache;
use tokio::sync::watch;

use crate::{
    auth::Trust,
    domain::{Catalogue, Clock, Release, Secret},
    store::{self, Absent, Address, InvalidAddress, Schema, Store},
    tabulation::Ledger,
    telemetry::{Present, Telemetry},
};

use super::{
    Error, audit::Audit, current::CurrentRelease, desk::Desk, heavy::HeavyPool, known::KnownTrust,
    known_issuers::KnownIssuers, known_webhooks::KnownWebhooks, older::OlderReleases,
};

/// How many short citations are remembered as kept, with what they stand for.
const CITATIONS: usize = 10_000;

/// The setting under which the fingerprint of the secret is kept.
const SECRET_FINGERPRINT: &str = "secret_fingerprint";

/// What the use cases stand on: [`Reader`](super::Reader) for questions, [`Operator`](super::Operator) for changes.
pub struct Exchange {
    store: Store,
    secret: Secret,
    noise: Arc<NoiseKey>,
    clock: Arc<dyn Clock>,
    pub(super) current: ArcSwap<CurrentRelease>,
    pub(super) older: OlderReleases,
    pub(super) heavy: HeavyPool,
    pub(super) desk: Desk,
    pub(super) refreshing: tokio::sync::Mutex<()>,
    /// Changes with what is served: its generation.
    pub(super) changes: watch::Sender<u64>,
    pub(super) trust: KnownTrust,
    pub(super) issuers: KnownIssuers,
    pub(super) webhooks: KnownWebhooks,
    pub(super) telemetry: Arc<Telemetry>,
    /// Short citations that are kept, with what they stand for.
    pub(super) citations: Cache<String, Arc<str>>,
    ledger: Ledger,
    /// What the service itself calls itself as an issuer, once it is known.
    own_issuer: OnceLock<String>,
    pub(super) audit: Audit,
    /// Whether the schema was the one that this program knows when it was seen last.
    migrated: AtomicBool,
}

impl Exchange {
    /// Opens the database at an address such as `sqlite://exchange.db` or `postgres://…`, a SQLite file being made where there is
    /// none. Nothing is loaded yet.
    ///
    /// # Errors
    /// When the address is none, or the database cannot be reached.
    pub async fn open(database_url: &str, secret: Secret, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::open_or(database_url, secret, clock, Absent::Create).await
    }

    /// Opens a database that is there already: a mistyped path makes no new one.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when there is no such file.
    pub async fn open_existing(database_url: &str, secret: Secret, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::open_or(database_url, secret, clock, Absent::Refuse).await
    }

    async fn open_or(database_url: &str, secret: Secret, clock: Arc<dyn Clock>, absent: Absent) -> Result<Self, Error> {
        let address: Address =
            database_url.parse().map_err(|error: InvalidAddress| Error::BadRequest(error.to_string()))?;
        let store = Store::connect(&address, absent).await.map_err(|error| match error {
            store::Error::Database(error) | store::Error::Away(Some(error)) => Error::Unavailable(format!(
                "cannot open the database {address}: {}",
                error.to_string().replace(database_url, "…")
            )),
            other => other.into(),
        })?;
        let empty =
            Catalogue::build(Vec::new(), Vec::new(), Vec::new(), &[]).map_err(|error| Error::Internal(error.into()))?;
        Ok(Self {
            ledger: Ledger::new(store.clone()),
            own_issuer: OnceLock::new(),
            audit: Audit::new(store.clone(), secret.audit_key(), clock.clone()),
            migrated: AtomicBool::new(false),
            store,
            noise: Arc::new(NoiseKey::new(secret.noise_key())),
            secret,
            clock,
            current: ArcSwap::from_pointee(CurrentRelease::empty(empty)),
            older: OlderReleases::default(),
            heavy: HeavyPool::default(),
            desk: Desk::default(),
            refreshing: tokio::sync::Mutex::default(),
            changes: watch::Sender::new(0),
            trust: KnownTrust::default(),
            issuers: KnownIssuers::new()?,
            webhooks: KnownWebhooks::default(),
            telemetry: Arc::default(),
            citations: Cache::new(CITATIONS),
        })
    }

    /// Checks that the database is migrated and belongs to this secret, then loads the newest release.
    ///
    /// # Errors
    /// When migrations are missing or the secret is another one: either would give wrong answers.
    pub async fn start(&self) -> Result<(), Error> {
        match self.store.schema().await? {
            Schema::Current => self.migrated.store(true, Ordering::Relaxed),
            Schema::Behind(missing) => {
                return Err(Error::Unavailable(format!(
                    "the database is not up to date: {} of the migrations have not run; run `exchange migrate`",
                    missing.len()
                )));
            }
            Schema::Newer(unknown) => return Err(store::Error::Newer(unknown).into()),
        }
        self.check_secret().await?;
        // Of two that start at once the first one's stands.
        let found = self.secret.fingerprint();
        let known = self.store.setting_or(SECRET_FINGERPRINT, &found).await?;
        if known != found {
            return Err(another_secret(&known, &found));
        }
        if let Err(error) = self.store.take_back_what_was_left().await {
            // Nobody reads it; the next start tries again.
            tracing::warn!(%error, "what was left of a submission was not taken back");
        }
        self.refresh().await
    }

    /// What an operator sees of this process.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.telemetry
    }

    /// What an operator sees as it stands.
    pub fn present(&self) -> Present {
        let (used, free) = self.store.connections();
        let current = self.current.load();
        let release = current.snapshot.as_ref().map(|snapshot| snapshot.release());
        let age = |release: &Release| (self.clock.now() - release.published_at).num_seconds();
        Present {
            release: release.map(|release| (release.number, age(release))),
            database_answers: self.trust.is_fresh(),
            breaker_open: self.store.check_not_away().is_err(),
            connections: (used.into(), free.into()),
            large_requests: self.heavy.requests(),
        }
    }

    /// What tokens are verified by, as it changes.
    pub fn trust(&self) -> Arc<ArcSwap<Trust>> {
        self.trust.shared.clone()
    }

    /// Whether the database was served from before, by this version or an earlier one.
    pub(super) async fn was_used(&self) -> Result<bool, Error> {
        Ok(self.store.setting_if_migrated(SECRET_FINGERPRINT).await?.is_some())
    }

    /// Refuses a secret that is another database's, also before anything is migrated.
    pub(super) async fn check_secret(&self) -> Result<(), Error> {
        let found = self.secret.fingerprint();
        match self.store.setting_if_migrated(SECRET_FINGERPRINT).await? {
            Some(known) if known != found => Err(another_secret(&known, &found)),
            _ => Ok(()),
        }
    }

    /// Whether a release is loaded, so that questions can be answered.
    pub fn is_loaded(&self) -> bool {
        self.current.load().snapshot.is_some()
    }

    /// The number of the release that is served.
    pub fn newest_release(&self) -> Option<u32> {
        self.current.load().snapshot.as_ref().map(|snapshot| snapshot.release().number)
    }

    /// How the schema of the database compares with the one that this program knows; `None` where the database does not
    /// answer. Only reads.
    pub async fn schema(&self) -> Option<Schema> {
        let schema = self.store.schema().await.ok();
        if let Some(schema) = &schema {
            self.migrated.store(*schema == Schema::Current, Ordering::Relaxed);
        }
        schema
    }

    /// Whether the schema was the one that this program knows when the database answered last.
    pub fn is_migrated(&self) -> bool {
        self.migrated.load(Ordering::Relaxed)
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The secret, for pseudonyms and what seals the signing keys.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.clock.today()
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Records no question from now on: for measuring against.
    pub fn switch_audit_off(&self) {
        self.audit.switch_off();
    }

    /// Lets the exchange know what the service calls itself as an issuer of tokens. The first word stands.
    pub fn name_own_issuer(&self, issuer: &str) {
        let _ = self.own_issuer.set(issuer.to_owned());
    }

    /// What the service calls itself as an issuer of tokens; empty where nobody said so.
    pub(super) fn own_issuer(&self) -> &str {
        self.own_issuer.get().map_or("", String::as_str)
    }

    /// Where questions are paid for.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn noise(&self) -> &Arc<NoiseKey> {
        &self.noise
    }
}

fn another_secret(known: &str, found: &str) -> Error {
    Error::Conflict(format!(
        "the secret does not belong to this database: expected the one with fingerprint {known}, found {found}"
    ))
}
