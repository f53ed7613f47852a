//! Releases: immutable, numbered snapshots of the results accepted so far.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Catalogue, ReleasedResult};

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

/// Gathers the checksum of a release: SHA-256 over the sorted digests of its results, so that their order does not matter.
#[derive(Default)]
pub struct Checksum(Vec<[u8; 32]>);

impl Checksum {
    /// Takes in one result. Frameworks and areas enter by code, so that the checksum outlives any numbering.
    pub fn add(&mut self, result: &ReleasedResult, catalogue: &Catalogue) {
        let code = |area: usize| catalogue.areas()[area].code.as_bytes();
        let mut hash = Sha256::new();
        hash.update(result.institution.0);
        for text in [
            catalogue.frameworks()[result.framework].code.as_bytes(),
            result.period.to_string().as_bytes(),
            code(result.local_authority),
            result.hub.map_or(&[], code),
        ] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.update(result.attributes.0);
        hash.update(result.provider.to_be_bytes());
        hash.update(result.scores.iter().map(|score| score.unwrap_or(u8::MAX)).collect::<Vec<u8>>());
        self.0.push(hash.finalize().into());
    }

    /// The checksum, hexadecimal.
    pub fn finish(mut self) -> String {
        self.0.sort_unstable();
        let mut hash = Sha256::new();
        self.0.iter().for_each(|digest| hash.update(digest));
        hex::encode(hash.finalize())
    }
}
