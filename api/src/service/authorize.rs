//! Clients are given tokens: the authorization server of OAuth 2.0, with the one grant that programs need.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use quick_cache::sync::Cache;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{
    auth::{self, CLIENT_ALGORITHMS, NewToken, Scope, Scopes, SignError, TokenKey},
    domain::{Client, CredentialKind},
    store,
};

use super::{Error, Exchange};

/// How long the token of a client holds.
pub const CLIENT_TOKEN: Duration = Duration::hours(1);

/// How many questions about clients the database is asked at once: the other connections are for those who have a token.
const AT_ONCE: usize = 2;

/// How many secrets are remembered whose hash was worked out.
const REMEMBERED: usize = 1_000;

/// Gives tokens to clients, RFC 6749, section 4.4.
pub struct AuthorizationServer {
    exchange: Arc<Exchange>,
    issuer: String,
    audience: String,
    /// What assertions may name as their audience.
    addresses: Vec<String>,
    asking: Semaphore,
    /// What fits the SHA-256 of client and secret, so that the hash is worked out once for each: a credential, whose holding is
    /// looked up each time, or none, for ever, as no credential is made twice.
    remembered: Cache<[u8; 32], Option<i64>>,
}

/// What a client shows itself with.
pub enum Shown {
    /// An identifier and a secret.
    Secret {
        /// The identifier.
        client: String,
        /// The secret.
        secret: Zeroizing<String>,
    },
    /// An assertion that it signed, RFC 7523.
    Assertion {
        /// The identifier, where it was sent beside.
        client: Option<String>,
        /// The assertion.
        assertion: String,
    },
}

/// A token that a client was given.
pub struct GivenToken {
    /// The token.
    pub token: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// How long it holds.
    pub ttl: Duration,
    /// The code of the organisation that the client asks for.
    pub organisation: String,
}

/// Why a client is given no token. The texts may be shown.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// It is not known, was revoked, or showed nothing that holds: which of them is not told.
    #[error("{0}")]
    InvalidClient(String),
    /// It asked for more than it may.
    #[error("{0}")]
    InvalidScope(String),
    /// The service cannot tell.
    #[error(transparent)]
    Other(Error),
}

impl AuthorizationServer {
    /// Tokens name this issuer and this audience, as those of the operator. `public` is where clients reach the service.
    pub fn new(exchange: Arc<Exchange>, issuer: &str, audience: &str, public: &str) -> Self {
        Self {
            exchange,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            addresses: vec![public.to_owned(), format!("{public}/oauth/token"), issuer.to_owned()],
            asking: Semaphore::new(AT_ONCE),
            remembered: Cache::new(REMEMBERED),
        }
    }

    /// The public halves of the keys that tokens are signed with, as a JSON Web Key Set.
    pub fn key_set(&self) -> Value {
        self.exchange.trust().load().key_set(self.exchange.now())
    }

    /// What clients can find out about this server, RFC 8414.
    pub fn metadata(&self) -> Value {
        let public = &self.addresses[0];
        json!({
            "issuer": public,
            "token_endpoint": self.addresses[1],
            "jwks_uri": format!("{public}/.well-known/jwks.json"),
            "scopes_supported": Scope::ALL.map(Scope::as_str),
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": CLIENT_ALGORITHMS,
        })
    }

    /// Gives a client a token for the scopes that it asks for; for all that it may, where it names none.
    ///
    /// # Errors
    /// [`NoToken`] when it is given none.
    pub async fn token(&self, shown: &Shown, scope: Option<&str>) -> Result<GivenToken, NoToken> {
        let now = self.exchange.now();
        let client = match shown {
            Shown::Secret { client, secret } => self.by_secret(client, secret, now).await?,
            Shown::Assertion { client, assertion } => self.by_assertion(client.as_deref(), assertion, now).await?,
        };
        let scopes = scopes(&client, scope)?;
        let token = NewToken {
            organisation: client.organisation,
            client: Some(client.id),
            scopes,
            issued_at: now,
            ttl: CLIENT_TOKEN,
            id: auth::new_identifier().map_err(fault)?,
        };
        let trust = self.exchange.trust();
        let key = TokenKey::that_signs(&trust.load(), &self.issuer, &self.audience).map_err(fault)?;
        let signed = key.sign(&token).map_err(fault)?;
        let until = token.issued_at + token.ttl;
        tracing::info!(id = token.id, client = token.client, organisation = token.organisation, %until, "gave a token");
        Ok(GivenToken { token: signed, scopes: token.scopes, ttl: token.ttl, organisation: token.organisation })
    }

    async fn by_secret(&self, id: &str, secret: &Zeroizing<String>, now: DateTime<Utc>) -> Result<Client, NoToken> {
        // What was never drawn for this client ends here, before anything is looked up or worked out.
        if !auth::was_drawn_for(&self.exchange.secret().client_key(), id, secret) {
            return Err(unknown());
        }
        let client = self.client(id).await?;
        let digest: [u8; 32] = Sha256::new().chain_update(id).chain_update([0]).chain_update(secret).finalize().into();
        let holding = client.holding(now).filter(|credential| credential.kind == CredentialKind::Secret);
        let holding: Vec<(i64, String)> = holding.map(|held| (held.id, held.verifier.clone())).collect();
        if let Some(remembered) = self.remembered.get(&digest) {
            let holds = holding.iter().any(|(held, _)| Some(*held) == remembered);
            return if holds { Ok(client) } else { Err(unknown()) };
        }
        for (held, hash) in holding {
            let secret = secret.clone();
            let _place = self.exchange.heavy.enter(id).await.map_err(NoToken::Other)?;
            let fits = self.exchange.heavy.run(move || auth::fits_hash(&secret, &hash)).await;
            if fits.map_err(NoToken::Other)? {
                self.remembered.insert(digest, Some(held));
                return Ok(client);
            }
        }
        self.remembered.insert(digest, None);
        Err(unknown())
    }

    async fn by_assertion(&self, sent: Option<&str>, text: &str, now: DateTime<Utc>) -> Result<Client, NoToken> {
        let refused = |reason: auth::AssertionError| NoToken::InvalidClient(reason.to_string());
        let claimed = auth::claimed_client(text).ok_or_else(|| refused(auth::AssertionError::Malformed))?;
        if sent.is_some_and(|sent| sent != claimed) {
            return Err(refused(auth::AssertionError::Client));
        }
        let client = self.client(&claimed).await?;
        let keys = client.holding(now).filter(|credential| credential.kind == CredentialKind::Key);
        let keys = keys.map(|credential| credential.verifier.as_str());
        let assertion = auth::check_assertion(text, &client.id, keys, &self.addresses, now).map_err(refused)?;
        let asking = self.asking.acquire().await;
        let used = self.exchange.store().use_assertion(&client.id, &assertion.id, assertion.ends_at, now).await;
        drop(asking);
        if !used.map_err(away)? {
            return Err(NoToken::InvalidClient(
                "the assertion was used before: sign another, with a jti of its own".to_owned(),
            ));
        }
        Ok(client)
    }

    async fn client(&self, id: &str) -> Result<Client, NoToken> {
        // It is never closed, so there is always a permit to come.
        let _asking = self.asking.acquire().await;
        self.exchange.store().client(id).await.map_err(away)?.ok_or_else(unknown)
    }
}

/// The scopes of a token: those that are asked for, where the client may have them.
fn scopes(client: &Client, asked: Option<&str>) -> Result<Scopes, NoToken> {
    let allowed = Scopes::read(&client.scopes);
    let Some(asked) = asked else { return Ok(allowed) };
    let asked: Vec<&str> = asked.split(' ').filter(|name| !name.is_empty()).collect();
    let known = asked.iter().map(|name| name.parse().ok().filter(|scope| allowed.contains(*scope)));
    match known.collect::<Option<Scopes>>() {
        Some(scopes) if !asked.is_empty() => Ok(scopes),
        _ => Err(NoToken::InvalidScope(format!("expected scopes of this client: {}", client.scopes))),
    }
}

/// One text for whatever is wrong with a secret.
fn unknown() -> NoToken {
    NoToken::InvalidClient("no client is known by that, or it was revoked".to_owned())
}

fn away(error: store::Error) -> NoToken {
    NoToken::Other(error.into())
}

fn fault(error: SignError) -> NoToken {
    NoToken::Other(Error::Internal(error.into()))
}
