//! The keys of other issuers are fetched in the background, and once more for a token that names an unknown one.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{auth::IssuerKeys, domain::Issuer, outbound::Fetch};

use super::{
    Error, Exchange,
    known_issuers::{Source, fetched},
};

/// How long a request waits for it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// What came of the wish for an issuer's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// They were fetched just now.
    Now,
    /// They are known, and were fetched, or tried, too short a while ago.
    Before,
    /// They are not known at present; so many seconds later they may be.
    Not(u32),
}

impl Exchange {
    /// Trusts authorities beside the public ones, by their certificates in PEM, where keys of issuers are fetched.
    ///
    /// # Errors
    /// When no certificate can be read.
    pub fn trust_authorities(&self, certificates: &[u8]) -> Result<(), Error> {
        let fetch = Fetch::new(Some(certificates)).map_err(|error| Error::BadRequest(error.to_string()))?;
        self.issuers.fetch.store(Arc::new(fetch));
        Ok(())
    }

    /// Fetches keys that are not known, or have been known for a while. Waits for none of them.
    pub fn refresh_issuer_keys(&self) {
        let sources: Vec<Arc<Source>> = self.issuers.sources().values().cloned().collect();
        for source in sources {
            let now = self.now();
            if !source.is_fresh(now) {
                drop(source.begin(self.clock(), now, &self.issuers.fetch.load_full()));
            }
        }
    }

    /// Fetches the keys of an issuer since a token names one that is not known, unless that was done a short while ago. All who
    /// wish it wait for one fetch, and nobody waits for another issuer's.
    pub async fn wish_for_keys(&self, issuer: i64) -> Shown {
        let Some(source) = self.issuers.sources().get(&issuer).cloned() else { return Shown::Before };
        let now = self.now();
        let running = source.begin(self.clock(), now, &self.issuers.fetch.load_full());
        if let Some(mut running) = running {
            let Ok(_place) = source.waiting.try_acquire() else { return known(&source, now) };
            // It ends, well or not, by dropping the other end.
            let _ = tokio::time::timeout(PATIENCE, running.changed()).await;
            let now = self.now();
            return if source.is_fresh(now) { Shown::Now } else { known(&source, now) };
        }
        known(&source, now)
    }

    /// Fetches the keys of an issuer now, for those who set it up.
    pub(super) async fn fetch_keys_of(&self, issuer: &Issuer) -> Result<IssuerKeys, Error> {
        let fetch = self.issuers.fetch.load_full();
        fetched(&fetch, issuer)
            .await
            .map_err(|cause| Error::Unavailable(format!("no keys of `{}`: {cause}", issuer.name)))
    }
}

/// What is to be said where nothing was fetched.
fn known(source: &Source, now: DateTime<Utc>) -> Shown {
    source.unknown_for(now).map_or(Shown::Before, Shown::Not)
}
