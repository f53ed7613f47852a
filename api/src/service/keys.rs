//! Signing keys are made, rotated and retired, and tokens taken back.

use chrono::{DateTime, Duration, Utc};

use crate::{
    auth,
    domain::{KeptKey, Revocation, Revoked},
};

use super::{Error, Operator};

/// How long tokens hold that an earlier version signed, with a key derived from the secret: counted from the first `migrate`
/// of a version that keeps keys of its own.
const DERIVED_HOLDS: Duration = Duration::days(90);

/// The longest that a token holds: what was taken back before that need not be remembered.
pub const LONGEST_TOKEN: Duration = Duration::days(366);

impl Operator<'_> {
    /// Makes the first key, unless there is one. Where the database was used before keys were kept, tokens of the derived key
    /// go on being taken for a while.
    pub(super) async fn make_first_key(&self, was_used: bool) -> Result<(), Error> {
        let now = self.0.now();
        let mut keys = vec![self.drawn_key()?];
        if was_used {
            let derived = auth::derived_key(&self.0.secret().signing_seed(), now + DERIVED_HOLDS);
            keys.push(derived.map_err(|error| Error::Internal(error.into()))?);
        }
        Ok(self.0.store().add_first_signing_keys(&keys).await?)
    }

    /// Every key there ever was, the newest first. The first that holds is the one that signs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self) -> Result<Vec<KeptKey>, Error> {
        Ok(self.0.store().signing_keys().await?)
    }

    /// Makes a key that signs from now on; tokens of the one before it go on being taken. Returns what tokens name it by.
    ///
    /// # Errors
    /// When two keys hold already.
    pub async fn rotate_key(&self) -> Result<String, Error> {
        let key = self.drawn_key()?;
        self.recording().add_signing_key(&key).await?;
        self.0.refresh_trust().await?;
        Ok(key.id)
    }

    /// Ends a key: tokens of it are taken no longer, and its secret half is destroyed.
    ///
    /// # Errors
    /// When no such key holds, or it is the one that signs.
    pub async fn retire_key(&self, id: &str) -> Result<(), Error> {
        self.recording().retire_signing_key(id, self.0.now()).await?;
        self.0.refresh_trust().await
    }

    /// Takes back a token, or all that were signed until now for an organisation or a client.
    ///
    /// # Errors
    /// When no organisation has that code, or the identifier is blank.
    pub async fn revoke(&self, what: Revoked, subject: &str) -> Result<(), Error> {
        if subject.trim().is_empty() {
            return Err(Error::BadRequest("expected the identifier of what to revoke, found none".to_owned()));
        }
        if what == Revoked::Organisation && !self.knows_organisation(subject).await? {
            return Err(Error::NotFound(format!("no organisation has the code `{subject}`")));
        }
        // Whoever mistypes a client whose secret leaked is not told that its tokens are refused.
        if what == Revoked::Client && !self.knows_client(subject).await? {
            return Err(Error::NotFound(format!(
                "no client has the identifier `{subject}`; `exchange client list` and `exchange issuer list` name those there are"
            )));
        }
        let (revocation, expired) = self.revocation(what, subject);
        self.recording().revoke(&revocation, expired).await?;
        self.0.refresh_trust().await
    }

    /// Whether tokens may name a client: one of the service, or, behind its name and a slash, one of another issuer.
    async fn knows_client(self, client: &str) -> Result<bool, Error> {
        if let Some((name, _)) = client.split_once('/') {
            return Ok(self.issuers().await?.iter().any(|listed| listed.issuer.name == name));
        }
        Ok(self.clients(None).await?.iter().any(|known| known.id == client))
    }

    /// What takes tokens back that were signed until now, and before when what was taken back need not be remembered.
    pub(super) fn revocation(&self, what: Revoked, subject: &str) -> (Revocation, DateTime<Utc>) {
        let now = self.0.now();
        // A day more, for clocks that are apart.
        (Revocation { what, subject: subject.to_owned(), at: now }, now - LONGEST_TOKEN - Duration::days(1))
    }

    fn drawn_key(self) -> Result<KeptKey, Error> {
        let key = auth::new_key(&self.0.secret().sealing_key(), self.0.now());
        key.map_err(|error| Error::Internal(error.into()))
    }
}
