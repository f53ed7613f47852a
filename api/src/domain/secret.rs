//! The 32-byte secret from which noise, pseudonyms and what seals the signing keys are derived.

use std::fmt;

use hmac::{Hmac, Mac, digest::KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Pseudonym;

/// The secret of one exchange, wiped from memory when it is dropped. Losing it changes every future answer and unlinks every
/// institution.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// A secret of the given bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The pseudonym of an institution: HMAC-SHA256 of scheme and identifier. The identifier itself is never stored.
    pub fn pseudonym(&self, scheme: &str, identifier: &str) -> Pseudonym {
        Pseudonym(self.derive("exchange/institution/v1", &[scheme.as_bytes(), identifier.as_bytes()]))
    }

    /// The key of the noise, independent of every other use of the secret.
    pub fn noise_key(&self) -> [u8; 32] {
        self.derive("exchange/noise/v1", &[])
    }

    /// The key that signing keys are sealed with.
    pub fn sealing_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.derive("exchange/sealing/v1", &[]))
    }

    /// The key that the entries of the audit are hashed with.
    pub fn audit_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.derive("exchange/audit/v1", &[]))
    }

    /// The key by which the secret of a client is told from what the service never drew.
    pub fn client_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.derive("exchange/client/v1", &[]))
    }

    /// What is kept of the SHA-256 of something that was handed in. Few institutions come into question for a short file, of which all but
    /// the identifiers stands in the database: the hash by itself would tell who guesses them that they are right.
    pub fn handed_in(&self, sha256: &[u8; 32]) -> [u8; 32] {
        self.derive("exchange/handed-in/v1", &[sha256])
    }

    /// What tells one citation from another to those who know the secret: the first half of its HMAC.
    pub fn citation_digest(&self, citation: &str) -> [u8; 16] {
        let whole = self.derive("exchange/citation/v1", &[citation.as_bytes()]);
        let mut half = [0; 16];
        half.copy_from_slice(&whole[..16]);
        half
    }

    /// The seed of the signing key of versions before keys were kept. Tokens of it are taken for a while; it signs none.
    pub fn signing_seed(&self) -> [u8; 32] {
        self.derive("exchange/signing/v1", &[])
    }

    /// Tells whether two secrets are the same without telling either: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.derive("exchange/fingerprint/v1", &[])[..8])
    }

    /// HMAC-SHA256 over the label and the length-prefixed parts, so that no two inputs collide.
    fn derive(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut block = Zeroizing::new([0_u8; 64]);
        block[..32].copy_from_slice(&*self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_keep_scheme_and_identifier_apart() {
        let secret = Secret::new([7; 32]);
        assert_eq!(secret.pseudonym("URN", "100"), secret.pseudonym("URN", "100"));
        assert_ne!(secret.pseudonym("URN", "100"), secret.pseudonym("URN1", "00"));
        assert_ne!(secret.pseudonym("URN", "100"), Secret::new([8; 32]).pseudonym("URN", "100"));
        assert_ne!(secret.noise_key(), secret.signing_seed());
        assert_ne!(*secret.sealing_key(), secret.noise_key());
    }
}
