//! Releases: immutable, numbered snapshots of the results and destinations accepted so far.

use chrono::{DateTime, Utc};
use disclosure::Method;
use sha2::{Digest, Sha256};

use super::{AreaIndex, Catalogue, Editions, ReleasedDestination, ReleasedResult};

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
    /// The last result accepted by then. Of a period that it publishes it shows every result up to this one that none of
    /// them supersedes; of another, what the newest edition before showed.
    pub last_result: i64,
    /// The last count of destinations accepted by then, likewise; 0 where there was none.
    pub last_destination: i64,
    /// The version of the catalogue it was published with, and is answered with for ever.
    pub catalogue_version: u32,
    /// The method of disclosure control it was published with.
    pub method: Method,
    /// Of every method, the first release that was published with it or a later one. Periods keep the method that they were
    /// first published with.
    pub methods_since: [u32; Method::ALL.len()],
    /// The editions of every period, up to this release.
    pub editions: Editions,
}

impl Release {
    /// The first release that was published with a method or a later one.
    pub fn method_since(&self, method: Method) -> u32 {
        self.methods_since[method as usize]
    }

    /// The method that a release up to this one was published with.
    pub fn method_at(&self, release: u32) -> Method {
        let known = Method::ALL.into_iter().rev().find(|&method| self.method_since(method) <= release);
        known.unwrap_or(Method::First)
    }
}

/// Gathers the checksum of a release: SHA-256 over the sorted digests of what is in it, so that their order does not matter.
#[derive(Default)]
pub struct Checksum(Vec<[u8; 32]>);

impl Checksum {
    /// Takes in the digest of the catalogue. Releases of earlier builds have none in their checksum.
    pub fn add_catalogue(&mut self, digest: [u8; 32]) {
        self.0
            .push(Sha256::new_with_prefix(b"exchange/catalogue-of-release/v1").chain_update(digest).finalize().into());
    }

    /// Takes in one result. Frameworks and areas enter by code, so that the checksum outlives any numbering.
    pub fn add(&mut self, result: &ReleasedResult, catalogue: &Catalogue) {
        let code = |area: AreaIndex| catalogue.areas()[area].code.as_bytes();
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

    /// Takes in one count of destinations. It cannot be taken for a result: its digest begins with its own name.
    pub fn add_destination(&mut self, count: &ReleasedDestination, catalogue: &Catalogue) {
        let code = |area: AreaIndex| catalogue.areas()[area].code.as_bytes();
        let mut hash = Sha256::new();
        hash.update(b"exchange/destination/v1");
        hash.update(count.institution.0);
        for text in [
            count.cohort_year.to_string().as_bytes(),
            count.stage.code().as_bytes(),
            count.destination.code().as_bytes(),
            code(count.local_authority),
            count.hub.map_or(&[], code),
        ] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.update(count.students.to_be_bytes());
        hash.update(count.provider.to_be_bytes());
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
