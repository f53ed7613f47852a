//! Secrets of webhooks, and the signatures of their messages after Standard Webhooks: HMAC-SHA256 over identifier, time and body.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac, digest::KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{SignError, seal};

/// What a secret begins with, as receivers' libraries expect it.
const PREFIX: &str = "whsec_";

/// What messages to one webhook are signed with.
pub struct WebhookSecret(Zeroizing<[u8; 32]>);

impl WebhookSecret {
    /// Draws a secret.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new() -> Result<Self, SignError> {
        let mut drawn = Zeroizing::new([0; 32]);
        rand::fill(drawn.as_mut_slice()).map_err(|_| SignError("the system gives no randomness".to_owned()))?;
        Ok(Self(drawn))
    }

    /// The secret as a receiver keeps it.
    pub fn shown(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(self.0.as_slice())))
    }

    /// The secret as the database keeps it, bound to the name of its webhook.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn sealed(&self, key: &[u8; 32], webhook: &str) -> Result<Vec<u8>, SignError> {
        let sealed = seal::seal(key, &context(webhook), self.0.as_slice());
        sealed.map_err(|_| SignError("the secret of a webhook cannot be sealed".to_owned()))
    }

    /// The secret that was sealed for a webhook under this key.
    pub fn open(key: &[u8; 32], webhook: &str, sealed: &[u8]) -> Option<Self> {
        seal::open(key, &context(webhook), sealed).map(Self)
    }

    /// The header `webhook-signature` of a message at a time, seconds since 1970.
    pub fn sign(&self, message: &str, timestamp: i64, body: &str) -> String {
        // A shorter key is filled with zeros.
        let mut block = Zeroizing::new([0_u8; 64]);
        block[..32].copy_from_slice(self.0.as_slice());
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        mac.update(format!("{message}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

fn context(webhook: &str) -> Vec<u8> {
    [b"exchange/webhook/v1/", webhook.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_webhook_alone_and_signs_the_same() {
        let secret = WebhookSecret::new().unwrap();
        let sealed = secret.sealed(&[1; 32], "a").unwrap();
        let opened = WebhookSecret::open(&[1; 32], "a", &sealed).unwrap();
        assert_eq!(opened.sign("m", 1, "{}"), secret.sign("m", 1, "{}"));
        assert_ne!(opened.sign("m", 1, "{}"), secret.sign("m", 2, "{}"));
        assert!(WebhookSecret::open(&[1; 32], "b", &sealed).is_none());
        assert!(WebhookSecret::open(&[2; 32], "a", &sealed).is_none());
        assert!(secret.shown().starts_with("whsec_") && secret.shown().len() == 50);
    }

    #[test]
    fn a_signature_is_that_of_the_convention() {
        // Worked out with another implementation of HMAC-SHA256.
        let secret = WebhookSecret(Zeroizing::new(*b"0123456789abcdef0123456789abcdef"));
        assert_eq!(secret.sign("msg_1", 1_700_000_000, "{\"a\":1}"), "v1,rkwp5YuvdrMkcu0ZhuMsXoTg44mHAr1Q0+FFgFpXsjY=");
    }
}
