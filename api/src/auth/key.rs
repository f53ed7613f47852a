//! A signing key of the service: Ed25519, from a seed that is drawn once and kept sealed.

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::{
    encoding::AsBigEndian,
    signature::{Ed25519KeyPair, KeyPair},
};
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::KeptKey;

use super::{
    Scopes, Trust, Verifier,
    claims::{NewClaims, precise},
    seal,
};

/// What stands before the seed in a PKCS #8 document of an Ed25519 key (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A key of the service, with the issuer and the audience of its tokens.
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
    /// The client that it is given to; none where the operator made it.
    pub client: Option<String>,
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
pub struct SignError(pub(super) String);

impl TokenKey {
    /// The key of a seed, for tokens of one issuer and one audience.
    ///
    /// # Errors
    /// When the seed is refused, which no seed should be.
    pub fn from_seed(seed: [u8; 32], issuer: &str, audience: &str) -> Result<Self, SignError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|error| SignError(error.to_string()))?;
        let public = pair.public_key().as_ref().to_vec();
        let pkcs8 = Zeroizing::new([PKCS8_PREFIX.as_slice(), &seed].concat());
        Ok(Self {
            signing: EncodingKey::from_ed_der(&pkcs8),
            key_id: key_id(&public),
            public,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// The key that signs at present, for tokens of one issuer and one audience.
    ///
    /// # Errors
    /// When there is none.
    pub fn that_signs(trust: &Trust, issuer: &str, audience: &str) -> Result<Self, SignError> {
        let seed = trust
            .seed()
            .ok_or_else(|| SignError("there is none that signs; make one with `exchange key rotate`".to_owned()))?;
        Self::from_seed(*seed, issuer, audience)
    }

    /// Makes and signs a token.
    ///
    /// # Errors
    /// When the signature fails.
    pub fn sign(&self, token: &NewToken) -> Result<String, SignError> {
        let claims = NewClaims {
            iss: self.issuer.clone(),
            sub: token.organisation.clone(),
            aud: self.audience.clone(),
            exp: (token.issued_at + token.ttl).timestamp(),
            nbf: token.issued_at.timestamp(),
            // With its fraction: a token that is made right after all before it were taken back holds.
            iat: precise(token.issued_at),
            jti: token.id.clone(),
            client_id: token.client.clone(),
            scope: token.scopes.write(),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|error| SignError(error.to_string()))
    }

    /// The public key, 32 bytes.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// What verifies tokens of this key alone, none of which is ever taken back.
    pub fn verifier(&self) -> Verifier {
        let trust = Trust::in_one(&self.key_id, &self.public);
        Verifier::new(Arc::new(ArcSwap::from_pointee(trust)), &self.issuer, &self.audience)
    }
}

/// What tokens name a key by.
fn key_id(public: &[u8]) -> String {
    hex::encode(&Sha256::digest(public)[..8])
}

/// Draws a new key and seals it. The library draws it, as it draws every key of its own.
///
/// # Errors
/// When there is no randomness.
pub fn new_key(sealing: &[u8; 32], made_at: DateTime<Utc>) -> Result<KeptKey, SignError> {
    let failed = |_| SignError("no key could be drawn".to_owned());
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let seed = pair.seed().and_then(|seed| seed.as_be_bytes()).map_err(failed)?;
    let public = pair.public_key().as_ref().to_vec();
    let id = key_id(&public);
    let sealed = seal::seal(sealing, &seal::context(&id, &public), seed.as_ref()).map_err(failed)?;
    Ok(KeptKey { id, public, sealed: Some(sealed), made_at, verifies_until: None, retired_at: None })
}

/// The key that versions before 0.2 derived from the secret: its tokens hold until a day that is announced, and it signs none.
///
/// # Errors
/// When the seed is refused, which no seed should be.
pub fn derived_key(seed: &[u8; 32], until: DateTime<Utc>) -> Result<KeptKey, SignError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| SignError(error.to_string()))?;
    let public = pair.public_key().as_ref().to_vec();
    Ok(KeptKey {
        id: key_id(&public),
        public,
        sealed: None,
        made_at: DateTime::UNIX_EPOCH,
        verifies_until: Some(until),
        retired_at: None,
    })
}
