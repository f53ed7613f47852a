//! Documents that the service was given before anybody asked, each under an identifier.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// What starts an identifier that is the hash of its document.
const SHA256: &str = "sha256:";

/// Why documents cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustedError {
    /// The manifest is not an object of texts.
    #[error("expected a JSON object from identifier to document: {0}")]
    Manifest(String),
    /// An identifier that nobody could send or that says what is not so.
    #[error("the identifier `{0}` is not the SHA-256 of its document in lower-case hexadecimal digits")]
    WrongHash(String),
    /// An identifier of which there are several documents.
    #[error("the identifier `{0}` stands for several documents")]
    Twice(String),
    /// A document that would be refused.
    #[error("the document `{id}` would be refused: {why}")]
    Refused {
        /// Its identifier.
        id: String,
        /// Why.
        why: String,
    },
}

/// Documents by identifier. Each goes by its hash, `sha256:` and 64 hexadecimal digits, and by the name it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedDocuments(HashMap<String, String>);

impl TrustedDocuments {
    /// The documents of a manifest, a JSON object from identifier to document, as compilers of clients write it.
    ///
    /// # Errors
    /// When it is something else, or an identifier is not the hash that it says.
    pub fn from_manifest(json: &[u8]) -> Result<Self, TrustedError> {
        let named: HashMap<String, String> =
            serde_json::from_slice(json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json))
                .map_err(|error| TrustedError::Manifest(error.to_string()))?;
        Self::from_named(named)
    }

    /// The documents of named texts.
    ///
    /// # Errors
    /// When a name starts with `sha256:` and is not the hash, or stands for several documents.
    pub fn from_named(named: impl IntoIterator<Item = (String, String)>) -> Result<Self, TrustedError> {
        let mut documents = HashMap::new();
        for (name, text) in named {
            let hash = identifier(&text);
            if name.starts_with(SHA256) && name != hash {
                return Err(TrustedError::WrongHash(name));
            }
            for id in [name, hash] {
                if documents.insert(id.clone(), text.clone()).is_some_and(|before| before != text) {
                    return Err(TrustedError::Twice(id));
                }
            }
        }
        Ok(Self(documents))
    }

    /// How many identifiers there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every identifier with its document, those that were given before those that are hashes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut all: Vec<_> = self.0.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        all.sort_unstable_by_key(|&(id, _)| (id.starts_with(SHA256), id));
        all.into_iter()
    }
}

/// The identifier that a document has by its hash.
pub(super) fn identifier(text: &str) -> String {
    identifier_of(&Sha256::digest(text).into())
}

/// The identifier of a hash.
pub(super) fn identifier_of(digest: &[u8; 32]) -> String {
    format!("{SHA256}{}", hex::encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_goes_by_its_name_and_by_its_hash() {
        let documents = TrustedDocuments::from_manifest(br#"{"names": "{ __typename }"}"#).unwrap();
        let ids: Vec<&str> = documents.iter().map(|(id, _)| id).collect();
        let hash = identifier("{ __typename }");
        assert_eq!(ids, ["names", hash.as_str()]);
        assert_eq!(hash.len(), 7 + 64);
        assert_eq!(TrustedDocuments::from_named([(hash, "{ __typename }".to_owned())]).unwrap().len(), 1);
    }

    #[test]
    fn an_identifier_that_says_what_is_not_so_is_refused() {
        let wrong = format!("sha256:{}", "0".repeat(64));
        let manifest = format!(r#"{{"{wrong}": "{{ __typename }}"}}"#);
        assert_eq!(TrustedDocuments::from_manifest(manifest.as_bytes()), Err(TrustedError::WrongHash(wrong)));
        assert!(matches!(TrustedDocuments::from_manifest(b"[]"), Err(TrustedError::Manifest(_))));
        assert!(matches!(TrustedDocuments::from_manifest(br#"{"a": 1}"#), Err(TrustedError::Manifest(_))));
        let twice = [("a".to_owned(), "{ a }".to_owned()), ("a".to_owned(), "{ b }".to_owned())];
        assert_eq!(TrustedDocuments::from_named(twice), Err(TrustedError::Twice("a".to_owned())));
    }
}
