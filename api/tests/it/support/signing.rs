//! Keys that clients and other issuers sign with.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What signs a text.
type Signer = Box<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// A key: its public half as a JSON Web Key, the algorithm that it signs by, and what signs.
pub(crate) struct Key {
    pub(crate) jwk: Value,
    pub(crate) algorithm: &'static str,
    sign: Signer,
}

impl Key {
    /// A new one.
    pub(crate) fn ed25519() -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let sign = Box::new(move |text: &[u8]| pair.sign(text).as_ref().to_vec());
        Self { jwk: json!({"kty": "OKP", "crv": "Ed25519", "x": x}), algorithm: "EdDSA", sign }
    }

    /// A new one.
    pub(crate) fn p256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256"});
        let sign = Box::new(move |text: &[u8]| pair.sign(&SystemRandom::new(), text).unwrap().as_ref().to_vec());
        Self { jwk, algorithm: "ES256", sign }
    }

    /// A new one.
    pub(crate) fn rsa(algorithm: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let modulus = URL_SAFE_NO_PAD.encode(pair.public_key().modulus().big_endian_without_leading_zero());
        let sign = Box::new(move |text: &[u8]| {
            let padding: &'static dyn aws_lc_rs::signature::RsaEncoding =
                if algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &SystemRandom::new(), text, &mut signature).unwrap();
            signature
        });
        Self { jwk: json!({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": algorithm}), algorithm, sign }
    }

    /// A token with any header and claims.
    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode((self.sign)(text.as_bytes())))
    }
}
