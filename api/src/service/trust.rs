//! What tokens are verified by is read again every second, and stays in force while the database is away.

use std::sync::{Arc, atomic::Ordering};

use crate::auth::Trust;

use super::{Error, Exchange, known::Read};

impl Exchange {
    /// Reads keys and other issuers again, and what was taken back where that changed.
    ///
    /// # Errors
    /// When the database cannot be read; what is known stays in force.
    pub async fn refresh_trust(&self) -> Result<(), Error> {
        let read = self.read_trust().await;
        self.trust.fresh.store(read.is_ok(), Ordering::Relaxed);
        read
    }

    async fn read_trust(&self) -> Result<(), Error> {
        let mut read = self.trust.read.lock().await;
        let keys = self.store().signing_keys().await?;
        let revision = self.store().revocations_revision().await?;
        let issuers = self.store().holding_issuers().await?;
        let clients = if issuers.is_empty() { Vec::new() } else { self.store().issuer_clients().await? };
        let same = |known: &Read| known.keys == keys && known.issuers == issuers && known.clients == clients;
        let known = read.as_ref().filter(|known| known.revision == revision);
        let revocations = match known {
            Some(known) if same(known) => return Ok(()),
            Some(known) => known.revocations.clone(),
            None => self.store().revocations().await?,
        };
        let (sealing, derived) = (self.secret().sealing_key(), self.secret().signing_seed());
        let trust = Trust::of(&keys, &revocations, &sealing, &derived);
        for key in trust.strange() {
            tracing::error!(key, "a signing key in the database was not sealed under this secret; it is not trusted");
        }
        let trust = trust.with_issuers(self.issuers.trusted(&issuers, &clients));
        self.trust.shared.store(Arc::new(trust));
        *read = Some(Read { keys, revision, revocations, issuers, clients });
        Ok(())
    }
}
