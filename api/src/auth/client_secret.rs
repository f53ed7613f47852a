//! Secrets of clients: drawn here, shown once, kept as argon2id hashes.
//!
//! A secret carries a mark under a key of the service. What has none was never drawn for that client, and is refused within
//! microseconds: only who holds a secret, or held one, makes the service work out a hash.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac, digest::KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SignError;

/// What a secret begins with, so that one that lies about is known for what it is.
const PREFIX: &str = "bxs_";

/// How much of a secret is drawn, bytes.
const DRAWN: usize = 32;

/// How long the mark is, bytes.
const MARK: usize = 8;

/// Draws the identifier of a client, or of a token: 32 hexadecimal digits that do not repeat.
///
/// # Errors
/// When there is no randomness.
pub fn new_identifier() -> Result<String, SignError> {
    Ok(hex::encode(drawn::<16>()?))
}

/// Draws a secret for a client.
///
/// # Errors
/// When there is no randomness.
pub fn new_client_secret(key: &[u8; 32], client: &str) -> Result<Zeroizing<String>, SignError> {
    let drawn = Zeroizing::new(drawn::<DRAWN>()?);
    let mark = mark(key, client, &*drawn).finalize().into_bytes();
    let whole = Zeroizing::new([drawn.as_slice(), &mark[..MARK]].concat());
    Ok(Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&*whole))))
}

/// Whether a secret was ever drawn for a client. That tells nothing about whether it still holds.
pub fn was_drawn_for(key: &[u8; 32], client: &str, secret: &str) -> bool {
    let decoded = secret.strip_prefix(PREFIX).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).map(Zeroizing::new);
    decoded.is_some_and(|whole| {
        whole.len() == DRAWN + MARK && mark(key, client, &whole[..DRAWN]).verify_truncated_left(&whole[DRAWN..]).is_ok()
    })
}

/// The argon2id hash of a secret, as a PHC string with a salt of its own: 19 MiB and two passes, some tens of milliseconds.
///
/// # Errors
/// When there is no randomness.
pub fn hash_secret(secret: &str) -> Result<String, SignError> {
    let salt = drawn::<16>()?;
    let hash = Argon2::default().hash_password_with_salt(secret.as_bytes(), &salt);
    Ok(hash.map_err(|error| SignError(error.to_string()))?.to_string())
}

/// Whether a secret is the one of a hash. Takes as long as [`hash_secret`].
pub fn fits_hash(secret: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
}

fn mark(key: &[u8; 32], client: &str, drawn: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    mac.update(drawn);
    mac.update(client.as_bytes());
    mac
}

fn drawn<const N: usize>() -> Result<[u8; N], SignError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| SignError("there is no randomness".to_owned()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [3; 32];

    #[test]
    fn a_secret_is_known_for_the_client_that_it_was_drawn_for_and_for_no_other() {
        let secret = new_client_secret(&KEY, "one").unwrap();
        assert_eq!(secret.len(), PREFIX.len() + 54);
        assert!(was_drawn_for(&KEY, "one", &secret));
        assert!(!was_drawn_for(&KEY, "two", &secret) && !was_drawn_for(&[4; 32], "one", &secret));
        assert_ne!(*secret, *new_client_secret(&KEY, "one").unwrap());
        for position in PREFIX.len()..secret.len() {
            let mut changed = secret.as_bytes().to_vec();
            changed[position] = if changed[position] == b'A' { b'Q' } else { b'A' };
            assert!(!was_drawn_for(&KEY, "one", std::str::from_utf8(&changed).unwrap()), "character {position}");
        }
        for garbage in ["", PREFIX, "bxs_AAAA", &secret[PREFIX.len()..], &format!("{}A", &*secret)] {
            assert!(!was_drawn_for(&KEY, "one", garbage), "{garbage}");
        }
    }

    #[test]
    fn a_hash_is_argon2id_salted_and_fits_its_secret_alone() {
        let (one, two) = (hash_secret("secret").unwrap(), hash_secret("secret").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(fits_hash("secret", &one) && fits_hash("secret", &two));
        assert!(!fits_hash("Secret", &one) && !fits_hash("secret", "") && !fits_hash("", &one));
    }
}
