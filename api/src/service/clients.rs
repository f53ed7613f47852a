//! Clients are made, given another secret or key, and revoked.

use chrono::{DateTime, Duration, Utc};
use zeroize::Zeroizing;

use crate::{
    auth::{self, Scopes, SignError},
    domain::{Client, CredentialKind, NewClient, NewCredential, Revocation, Revoked},
};

use super::{Error, Operator};

/// The longest that the secret before holds beside a new one.
pub const LONGEST_OVERLAP: Duration = Duration::days(90);

/// How far the clock of a replica may be ahead: what it signs for a client that was just revoked is refused too. No client comes
/// back under its identifier, so nothing good is refused by it.
const CLOCKS_APART: Duration = Duration::days(1);

/// What a client was given.
pub struct Given {
    /// The identifier that it sends.
    pub client: String,
    /// The secret that it sends with it, told here and never again; none where it shows itself with a key of its own.
    pub secret: Option<Zeroizing<String>>,
}

/// How long what a client shows itself with holds beside what takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// For a while.
    For(Duration),
    /// Not at all, and neither do its tokens: as when a secret leaked.
    AtOnce,
}

impl Operator<'_> {
    /// Makes a client of an organisation. `key` is the public half of a key that it shows itself with, as a JSON Web Key; without
    /// it a secret is drawn.
    ///
    /// # Errors
    /// When no organisation has that code, no scope is named, or the key cannot be used.
    pub async fn add_client(
        &self,
        organisation: &str,
        name: &str,
        scopes: &Scopes,
        key: Option<&str>,
    ) -> Result<Given, Error> {
        if scopes.iter().next().is_none() {
            return Err(Error::BadRequest("expected a scope, found none".to_owned()));
        }
        let id = auth::new_identifier().map_err(internal)?;
        let (credential, secret) = self.credential(&id, key).await?;
        let client = NewClient {
            id: id.clone(),
            organisation: organisation.to_owned(),
            name: name.trim().to_owned(),
            scopes: scopes.write(),
            credential,
        };
        self.recording().add_client(&client).await?;
        Ok(Given { client: id, secret })
    }

    /// Every client that there ever was, those of one organisation where it is named.
    ///
    /// # Errors
    /// When no organisation has that code, or the database fails.
    pub async fn clients(&self, organisation: Option<&str>) -> Result<Vec<Client>, Error> {
        if let Some(code) = organisation
            && !self.knows_organisation(code).await?
        {
            return Err(Error::NotFound(format!("no organisation has the code `{code}`")));
        }
        Ok(self.0.store().clients(organisation).await?)
    }

    /// Gives a client another secret, or takes another key of it, as in [`add_client`](Self::add_client).
    ///
    /// # Errors
    /// When there is no such client or it was revoked, or two secrets or keys hold already and are to go on.
    pub async fn rotate_client(&self, id: &str, key: Option<&str>, overlap: Overlap) -> Result<Given, Error> {
        let (credential, secret) = self.credential(id, key).await?;
        let (ends_at, taken_back) = match overlap {
            Overlap::For(time) => (credential.made_at + time.min(LONGEST_OVERLAP), None),
            Overlap::AtOnce => (credential.made_at, Some(all_of(id, credential.made_at))),
        };
        self.recording().add_credential(id, &credential, ends_at, taken_back.as_ref()).await?;
        self.0.refresh_trust().await?;
        Ok(Given { client: id.to_owned(), secret })
    }

    /// Ends a client for good: it is given no token any more, and those that it holds are refused.
    ///
    /// # Errors
    /// When there is no such client, or it was revoked before.
    pub async fn revoke_client(&self, id: &str) -> Result<(), Error> {
        let now = self.0.now();
        self.recording().revoke_client(id, now, &all_of(id, now + CLOCKS_APART)).await?;
        self.0.refresh_trust().await
    }

    /// What a client is to show itself with, and the secret where it is one.
    async fn credential(
        &self,
        client: &str,
        key: Option<&str>,
    ) -> Result<(NewCredential, Option<Zeroizing<String>>), Error> {
        let made_at = self.0.now();
        if let Some(key) = key {
            let verifier = auth::client_key(key).map_err(|error| Error::BadRequest(error.to_string()))?;
            return Ok((NewCredential { kind: CredentialKind::Key, verifier, made_at }, None));
        }
        let secret = auth::new_client_secret(&self.0.secret().client_key(), client).map_err(internal)?;
        let hashed = secret.clone();
        let hash = move || auth::hash_secret(&hashed);
        let verifier = self.0.heavy.run(hash).await?.map_err(internal)?;
        Ok((NewCredential { kind: CredentialKind::Secret, verifier, made_at }, Some(secret)))
    }
}

/// Every token of a client that was signed until then.
fn all_of(client: &str, at: DateTime<Utc>) -> Revocation {
    Revocation { what: Revoked::Client, subject: client.to_owned(), at }
}

fn internal(error: SignError) -> Error {
    Error::Internal(error.into())
}
