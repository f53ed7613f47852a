//! Sealing the secret half of a key: AES-256-GCM under a key of the secret, bound to the public half.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    error::Unspecified,
};
use zeroize::Zeroizing;

/// What a sealed half is bound to: put beside another public half, it does not open.
pub(super) fn context(id: &str, public: &[u8]) -> Vec<u8> {
    [b"exchange/signing-key/v1/", id.as_bytes(), b"/", public].concat()
}

/// Nonce, sealed text and tag. The library draws the nonce.
pub(super) fn seal(key: &[u8; 32], context: &[u8], secret: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let mut text = Zeroizing::new(secret.to_vec());
    // In place over the copy: what is left of the secret in it is wiped with it.
    let key = RandomizedNonceKey::new(&AES_256_GCM, key)?;
    let (nonce, tag) = key.seal_in_place_separate_tag(Aad::from(context), &mut text)?;
    Ok([nonce.as_ref(), text.as_slice(), tag.as_ref()].concat())
}

/// The secret half, where it is 32 bytes and was sealed under this key in this context.
pub(super) fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut text = Zeroizing::new(text.to_vec());
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let opened = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut text).ok()?;
    let opened: &[u8] = opened;
    Some(Zeroizing::new(opened.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_its_key_and_in_its_context_alone() {
        let sealed = seal(&[1; 32], b"context", &[7; 32]).unwrap();
        assert_eq!(*open(&[1; 32], b"context", &sealed).unwrap(), [7; 32]);
        assert_ne!(sealed, seal(&[1; 32], b"context", &[7; 32]).unwrap(), "each time with a nonce of its own");
        assert!(!sealed.windows(32).any(|part| part == [7; 32]));
        assert!(open(&[2; 32], b"context", &sealed).is_none());
        assert!(open(&[1; 32], b"another", &sealed).is_none());
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(open(&[1; 32], b"context", &changed).is_none(), "byte {position}");
        }
        assert!(open(&[1; 32], b"context", &sealed[..11]).is_none());
    }
}
