//! The keys that tokens are signed with, as they are kept, and what was taken back of what they signed.

use std::fmt;

use chrono::{DateTime, Utc};

/// A key that tokens are signed with, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// What tokens name it by.
    pub id: String,
    /// The public half.
    pub public: Vec<u8>,
    /// The other half, sealed under the secret; none where it is derived from the secret, or was destroyed.
    pub sealed: Option<Vec<u8>>,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// How long tokens of it are taken; open for one made by the service.
    pub verifies_until: Option<DateTime<Utc>>,
    /// When it was retired, UTC.
    pub retired_at: Option<DateTime<Utc>>,
}

impl KeptKey {
    /// Whether tokens of it are taken.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.retired_at.is_none() && self.verifies_until.is_none_or(|until| now < until)
    }
}

impl fmt::Debug for KeptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptKey({})", self.id)
    }
}

/// What can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// One token, by its identifier.
    Token,
    /// Every token of an organisation that was signed until then, by its code.
    Organisation,
    /// Every token of a client that was signed until then, by its identifier.
    Client,
}

/// Something that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// What it is.
    pub what: Revoked,
    /// Which one.
    pub subject: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
}
