//! The service's own signing key: Ed25519, from a seed.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use sha2::{Digest, Sha256};

use super::{
    Scopes, Verifier,
    claims::{Audience, Claims},
};

/// What stands before the seed in a PKCS #8 document of an Ed25519 key (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The service's own key, with the issuer and the audience of its tokens.
pub struct TokenKey {
    signing: EncodingKey,
    public: Vec<u8>,
    key_id: String,
    issuer: String,
    audience: String,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The code of the organisation it speaks for.
    pub organisation: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it is made, UTC.
    pub issued_at: DateTime<Utc>,
    /// How long it holds.
    pub ttl: Duration,
    /// What tells it from every other token.
    pub id: String,
}

/// The key or the token could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the token key cannot be used: {0}")]
pub struct SignError(String);

impl TokenKey {
    /// The key of a seed, for tokens of one issuer and one audience.
    ///
    /// # Errors
    /// When the seed is refused, which no seed should be.
    pub fn from_seed(seed: [u8; 32], issuer: &str, audience: &str) -> Result<Self, SignError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|error| SignError(error.to_string()))?;
        let public = pair.public_key().as_ref().to_vec();
        let pkcs8 = [PKCS8_PREFIX.as_slice(), &seed].concat();
        Ok(Self {
            signing: EncodingKey::from_ed_der(&pkcs8),
            key_id: hex::encode(&Sha256::digest(&public)[..8]),
            public,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// Makes and signs a token.
    ///
    /// # Errors
    /// When the signature fails.
    pub fn sign(&self, token: &NewToken) -> Result<String, SignError> {
        let seconds = |time: DateTime<Utc>| time.timestamp() as f64;
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: token.organisation.clone(),
            aud: Audience::One(self.audience.clone()),
            exp: seconds(token.issued_at + token.ttl),
            nbf: Some(seconds(token.issued_at)),
            iat: Some(seconds(token.issued_at)),
            jti: Some(token.id.clone()),
            scope: token.scopes.write(),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|error| SignError(error.to_string()))
    }

    /// The public key, 32 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// What verifies tokens of this key.
    pub fn verifier(&self) -> Verifier {
        let key = DecodingKey::from_ed_der(&self.public);
        Verifier::new(key, &self.key_id, &self.issuer, &self.audience)
    }
}
