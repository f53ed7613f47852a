//! Keys that clients show themselves with: the public half as a JSON Web Key, RFC 7517, each with the one algorithm that it signs by.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse},
};
use serde_json::Value;

/// The lengths that the modulus of an RSA key may have, bytes: 2048 to 4096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;

/// The algorithms that assertions may be signed by.
pub const CLIENT_ALGORITHMS: [&str; 4] = ["ES256", "EdDSA", "PS256", "RS256"];

/// Why a key is refused. The text is for whoever hands it in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeyError {
    /// It is no JSON Web Key.
    #[error("expected a public key as a JSON Web Key, or a set of one, found {0}")]
    NotAKey(String),
    /// It holds what only the client may know.
    #[error(
        "expected the public half of a key alone, found a member `{0}` of the secret half: give the key up and make another"
    )]
    Secret(&'static str),
    /// It is of a kind that assertions are not signed by.
    #[error(
        "expected a key for signing by ES256 (EC, P-256), EdDSA (OKP, Ed25519), or RS256 or PS256 (RSA, 2048 to 4096 bits), found {0}"
    )]
    Kind(String),
}

/// A key that a client shows itself with.
#[derive(Clone)]
pub(super) struct ClientKey {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) verifying: DecodingKey,
}

/// Checks the public half of a key, and returns it as it is to be kept.
///
/// # Errors
/// [`ClientKeyError`] when assertions cannot be checked by it.
pub fn client_key(text: &str) -> Result<String, ClientKeyError> {
    let not_a_key = |found: String| ClientKeyError::NotAKey(found);
    let value: Value = serde_json::from_str(text).map_err(|error| not_a_key(format!("what is not JSON: {error}")))?;
    let value = match value.get("keys").and_then(Value::as_array) {
        Some(keys) => match keys.as_slice() {
            [one] => one.clone(),
            several => return Err(not_a_key(format!("a set of {}", several.len()))),
        },
        None => value,
    };
    if value.get("kty").and_then(Value::as_str) == Some("oct") {
        return Err(ClientKeyError::Kind("a symmetric one".to_owned()));
    }
    for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        if value.get(secret).is_some() {
            return Err(ClientKeyError::Secret(secret));
        }
    }
    let jwk: Jwk = serde_json::from_value(value).map_err(|error| not_a_key(format!("another object: {error}")))?;
    of(&jwk)?;
    serde_json::to_string(&jwk).map_err(|error| not_a_key(error.to_string()))
}

/// A key that somebody else shows, once for each algorithm that it may sign by: an RSA key that names none may sign by two.
pub(super) fn readings(jwk: &Jwk) -> Result<Vec<ClientKey>, ClientKeyError> {
    if jwk.common.key_operations.as_ref().is_some_and(|operations| !operations.contains(&KeyOperations::Verify)) {
        return Err(ClientKeyError::Kind("one of other `key_ops` than `verify`".to_owned()));
    }
    let key = of(jwk)?;
    let either = jwk.common.key_algorithm.is_none() && key.algorithm == Algorithm::RS256;
    let other = either.then(|| ClientKey { algorithm: Algorithm::PS256, ..key.clone() });
    Ok([Some(key), other].into_iter().flatten().collect())
}

/// A key as it was kept.
pub(super) fn read(kept: &str) -> Option<ClientKey> {
    of(&serde_json::from_str(kept).ok()?).ok()
}

fn of(jwk: &Jwk) -> Result<ClientKey, ClientKeyError> {
    let kind = |found: &str| Err(ClientKeyError::Kind(found.to_owned()));
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return kind("one of another `use` than `sig`");
    }
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let named = jwk.common.key_algorithm;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            let point = [&[4][..], &bytes(&key.x), &bytes(&key.y)].concat();
            if ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).is_err() {
                return kind("a point that is not on P-256");
            }
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            if bytes(&key.x).len() != 32 || ParsedPublicKey::new(&ED25519, bytes(&key.x)).is_err() {
                return kind("one that is not of Ed25519");
            }
            Algorithm::EdDSA
        }
        AlgorithmParameters::RSA(key) => {
            let modulus = bytes(&key.n);
            if !MODULUS.contains(&modulus.len()) {
                return kind("an RSA key of another length");
            }
            if named == Some(KeyAlgorithm::PS256) { Algorithm::PS256 } else { Algorithm::RS256 }
        }
        _ => return kind("another"),
    };
    if named.is_some_and(|named| named != algorithm.into()) {
        return kind("one of another `alg`");
    }
    let Ok(verifying) = DecodingKey::from_jwk(jwk) else { return kind("one that cannot be read") };
    Ok(ClientKey { id: jwk.common.key_id.clone(), algorithm, verifying })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of RFC 7515, A.3.
    fn example() -> Value {
        json!({"kty": "EC", "crv": "P-256", "kid": "1",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
    }

    fn with(name: &str, value: Value) -> String {
        let mut key = example();
        key[name] = value;
        key.to_string()
    }

    #[test]
    fn a_public_key_is_kept_as_it_came_also_from_a_set_of_one() {
        let kept = client_key(&example().to_string()).unwrap();
        assert_eq!(client_key(&json!({ "keys": [example()] }).to_string()), Ok(kept.clone()));
        let key = read(&kept).unwrap();
        assert_eq!((key.id.as_deref(), key.algorithm), (Some("1"), Algorithm::ES256));
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert_eq!(read(&client_key(&ed.to_string()).unwrap()).unwrap().algorithm, Algorithm::EdDSA);
        let modulus = URL_SAFE_NO_PAD.encode([0xc3; 256]);
        let rsa = |alg: &str| json!({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": alg}).to_string();
        assert_eq!(read(&client_key(&rsa("PS256")).unwrap()).unwrap().algorithm, Algorithm::PS256);
        assert_eq!(read(&client_key(&rsa("RS256")).unwrap()).unwrap().algorithm, Algorithm::RS256);
        assert!(client_key(&rsa("RS384")).is_err());
    }

    #[test]
    fn what_no_assertion_can_be_checked_by_is_refused_and_a_secret_half_above_all() {
        assert_eq!(client_key(&with("d", json!("x"))), Err(ClientKeyError::Secret("d")));
        let refused = [
            "-----BEGIN PUBLIC KEY-----".to_owned(),
            "{}".to_owned(),
            json!({"keys": [example(), example()]}).to_string(),
            json!({"keys": []}).to_string(),
            json!({"kty": "oct", "k": "c2VjcmV0"}).to_string(),
            json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}).to_string(),
            json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xc3; 128]), "e": "AQAB"}).to_string(),
            with("x", json!("AAAA")),
            with("y", example()["x"].clone()),
            with("crv", json!("P-384")),
            with("alg", json!("HS256")),
            with("use", json!("enc")),
        ];
        for key in refused {
            assert!(client_key(&key).is_err(), "{key}");
        }
    }
}
