//! Releases: immutable, numbered snapshots of the results accepted so far.

use chrono::{DateTime, Utc};

/// An immutable, numbered snapshot. Every question is answered from one, so an answer can be cited and asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The number, from 1.
    pub number: u32,
    /// When it was published, UTC.
    pub published_at: DateTime<Utc>,
    /// What the publisher wrote about it.
    pub note: Option<String>,
    /// Whether it holds made-up data.
    pub synthetic: bool,
    /// SHA-256 over its content, hexadecimal.
    pub checksum: String,
    /// The last result it includes: the release is every result up to this one that none of them supersedes.
    pub last_result: i64,
}
