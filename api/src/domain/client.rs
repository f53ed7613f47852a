//! Clients: programs of an organisation that are given tokens, and what they show themselves with.

use std::fmt;

use chrono::{DateTime, Utc};

/// A program of an organisation that is given tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The identifier that it sends and that its tokens carry: `client_id`.
    pub id: String,
    /// The code of the organisation it asks for.
    pub organisation: String,
    /// What people call it; may be empty.
    pub name: String,
    /// What its tokens may be used for, as in their claim `scope`.
    pub scopes: String,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// When it was revoked, UTC.
    pub revoked_at: Option<DateTime<Utc>>,
    /// What it shows itself with, or did, the newest first.
    pub credentials: Vec<Credential>,
}

impl Client {
    /// What it may show itself with, the newest first; nothing once it is revoked.
    pub fn holding(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Credential> {
        let revoked = self.revoked_at.is_some();
        self.credentials.iter().filter(move |credential| !revoked && credential.holds(now))
    }
}

/// What a client shows itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Which one it is.
    pub id: i64,
    /// What sort it is.
    pub kind: CredentialKind,
    /// What it is checked by: the argon2id hash of a secret, or the public half of a key as a JSON Web Key.
    pub verifier: String,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// When it ends, UTC, where another took its place.
    pub ends_at: Option<DateTime<Utc>>,
}

impl Credential {
    /// Whether it is taken.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|ends_at| now < ends_at)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}, {})", self.id, self.kind)
    }
}

/// What a client may show itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A secret that the service drew.
    Secret,
    /// A key of its own, which it signs assertions with.
    Key,
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "secret",
            Self::Key => "key",
        })
    }
}

/// What a client is to show itself with from now on.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// What sort it is.
    pub kind: CredentialKind,
    /// What it is checked by, as in [`Credential`].
    pub verifier: String,
    /// When it is made, UTC.
    pub made_at: DateTime<Utc>,
}

/// A client to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewClient {
    /// Its identifier.
    pub id: String,
    /// The code of the organisation it asks for.
    pub organisation: String,
    /// What people call it; may be empty.
    pub name: String,
    /// What its tokens may be used for, as in their claim `scope`.
    pub scopes: String,
    /// What it shows itself with.
    pub credential: NewCredential,
}
