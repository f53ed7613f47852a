//! The keys that another issuer shows: a JSON Web Key Set, of which each key is pinned to one algorithm.

use jsonwebtoken::{Algorithm, DecodingKey, Header, jwk::Jwk};
use serde::Deserialize;
use serde_json::Value;

use super::client_key;

/// How many keys of a set are looked at: issuers show some few.
const MOST_KEYS: usize = 64;

/// How many keys a token is tried with that does not tell them apart.
const MOST_TRIED: usize = 8;

/// The longest identifier of a key, bytes.
const LONGEST_ID: usize = 500;

/// The keys of an issuer.
pub struct IssuerKeys(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    verifying: DecodingKey,
}

/// Why a set of keys is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerKeysError {
    /// It is no JSON Web Key Set.
    #[error("expected a JSON Web Key Set, found something else")]
    NotASet,
    /// No key of it can be used.
    #[error("expected a key that signs by one of {expected}, found none among {found}")]
    NoKey {
        /// The algorithms that the issuer may sign by.
        expected: String,
        /// How many keys there are.
        found: usize,
    },
}

/// What the keys of an issuer say to a token's header.
pub(super) enum Choice<'a> {
    /// These may have signed it.
    Keys(Vec<(Algorithm, &'a DecodingKey)>),
    /// Its key is there, and does not sign by that algorithm.
    OtherAlgorithm,
    /// Its key is not there.
    Unknown,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl IssuerKeys {
    /// Reads a key set. Keys for other purposes, of other kinds, or for other algorithms than those given, are left out.
    ///
    /// # Errors
    /// When it is no set, or no key is left.
    pub fn read(document: &[u8], algorithms: &[String]) -> Result<Self, IssuerKeysError> {
        let set: Set = serde_json::from_slice(document).map_err(|_| IssuerKeysError::NotASet)?;
        let found = set.keys.len();
        let keys: Vec<Key> = set
            .keys
            .into_iter()
            .take(MOST_KEYS)
            .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
            .filter_map(|key| client_key::readings(&key).ok())
            .flatten()
            .filter(|key| algorithms.iter().any(|name| *name == name_of(key.algorithm)))
            .filter(|key| key.id.as_ref().is_none_or(|id| id.len() <= LONGEST_ID))
            .map(|key| Key { id: key.id, algorithm: key.algorithm, verifying: key.verifying })
            .collect();
        if keys.is_empty() {
            return Err(IssuerKeysError::NoKey { expected: algorithms.join(", "), found });
        }
        Ok(Self(keys))
    }

    /// What tokens name each key by, and the algorithm that it signs by.
    pub fn told(&self) -> impl Iterator<Item = (Option<&str>, String)> {
        self.0.iter().map(|key| (key.id.as_deref(), name_of(key.algorithm)))
    }

    /// Which keys may have signed a token. Two may have one identifier; a token that names none is tried with some few.
    pub(super) fn choose(&self, header: &Header) -> Choice<'_> {
        let named: Vec<&Key> = self.0.iter().filter(|key| header.kid.is_none() || header.kid == key.id).collect();
        let fitting: Vec<_> = named
            .iter()
            .filter(|key| key.algorithm == header.alg)
            .map(|key| (key.algorithm, &key.verifying))
            .take(MOST_TRIED)
            .collect();
        match (named.is_empty(), fitting.is_empty()) {
            (true, _) => Choice::Unknown,
            (false, true) => Choice::OtherAlgorithm,
            (false, false) => Choice::Keys(fitting),
        }
    }
}

fn name_of(algorithm: Algorithm) -> String {
    format!("{algorithm:?}")
}
