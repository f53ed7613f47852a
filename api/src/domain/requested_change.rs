//! A change that an organisation asks for by itself, done once, and what came of it.

use chrono::{DateTime, Utc};

/// How far a change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeState {
    /// It is being worked on, or was when its process ended.
    Begun,
    /// It is made.
    Done,
    /// It breaks a rule; nothing was changed.
    Refused,
    /// Something failed; nothing was changed.
    Failed,
}

/// A change that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// What it is found by, 32 hexadecimal digits.
    pub id: String,
    /// The code of the organisation that asks for it.
    pub organisation: String,
    /// The client that does; empty where none does.
    pub client: String,
    /// What is to be changed, as the contract names it.
    pub operation: String,
    /// The key under which the same is done once, as the organisation chose it.
    pub key: Option<String>,
    /// SHA-256 of what was sent.
    pub digest: [u8; 32],
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// A change that was asked for, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedChange {
    /// What it is found by.
    pub id: String,
    /// The code of the organisation that asked for it.
    pub organisation: String,
    /// What was to be changed, as the contract names it.
    pub operation: String,
    /// SHA-256 of what was sent, hexadecimal.
    pub digest: String,
    /// How far it has come.
    pub state: ChangeState,
    /// How much of the present step is done, and of how much.
    pub progress: (i64, i64),
    /// What was found in what was sent, without values, as JSON.
    pub report: Option<String>,
    /// What came of it, as JSON.
    pub receipt: Option<String>,
    /// What it is about: the number of a submission, a release or an agreement, or the identifier of a client.
    pub subject: Option<String>,
    /// When it began, UTC.
    pub begun_at: DateTime<Utc>,
    /// When it came on last, UTC.
    pub changed_at: DateTime<Utc>,
}
