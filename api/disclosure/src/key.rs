//! The secret of the noise, and the one pseudorandom function everything is drawn from.

use std::fmt;

use hmac::{Hmac, Mac, digest::KeyInit};
use sha2::Sha256;

/// What a draw of the pseudorandom function is for. No two purposes share an input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Record = 0,
    Persistent = 1,
    Period = 2,
    Cell = 3,
    Name = 5,
    Standing = 6,
    Set = 7,
}

/// The key of the noise. The HMAC state after the key is computed once and cloned for each draw.
#[derive(Clone)]
pub struct NoiseKey {
    mac: Hmac<Sha256>,
}

impl NoiseKey {
    /// A key of 32 secret, uniformly random bytes.
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC pads a short key to its block with zeros (RFC 2104, section 2); a full block cannot be refused.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(&key);
        Self { mac: <Hmac<Sha256> as KeyInit>::new(&block.into()) }
    }

    /// The record key of an institution, given its pseudonym.
    ///
    /// The wrapping sum of the record keys of a set of institutions names the set: it streams, rolls up, and does not
    /// depend on any order. It seeds the noise of every cell about exactly that set. The measure enters when noise is
    /// drawn, so one key of 16 bytes per institution serves every measure.
    pub fn record_key(&self, institution: &[u8; 32]) -> u128 {
        let output = self.draw(Purpose::Record, &[institution]);
        output[..16].iter().fold(0, |key, byte| (key << 8) | u128::from(*byte))
    }

    /// HMAC-SHA256 (RFC 2104) of the purpose and the parts, each part after its length: no two inputs collide.
    pub(crate) fn draw(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(&[purpose as u8]);
        for part in parts {
            let (length, digits) = base_128(part.len());
            mac.update(&length[..digits]);
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// A length in base 128, lowest digit first, with the high bit on every digit but the last: one byte below 128.
fn base_128(mut length: usize) -> ([u8; 10], usize) {
    let mut digits = [0_u8; 10];
    let mut used = 0;
    loop {
        let digit = length.to_le_bytes()[0] & 0x7f;
        length >>= 7;
        digits[used] = if length == 0 { digit } else { digit | 0x80 };
        used += 1;
        if length == 0 {
            return (digits, used);
        }
    }
}

impl fmt::Debug for NoiseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoiseKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_never_shown() {
        assert_eq!(format!("{:?}", NoiseKey::new([7; 32])), "NoiseKey(redacted)");
    }

    #[test]
    fn record_keys_depend_on_the_key_and_the_institution() {
        let key = NoiseKey::new([7; 32]);
        assert_eq!(key.record_key(&[1; 32]), NoiseKey::new([7; 32]).record_key(&[1; 32]));
        assert_ne!(key.record_key(&[1; 32]), key.record_key(&[2; 32]));
        assert_ne!(key.record_key(&[1; 32]), NoiseKey::new([8; 32]).record_key(&[1; 32]));
    }

    #[test]
    fn a_byte_may_not_move_from_one_part_to_the_next() {
        let key = NoiseKey::new([7; 32]);
        let whole = key.draw(Purpose::Cell, &[b"ab", b"c"]);
        assert_ne!(whole, key.draw(Purpose::Cell, &[b"a", b"bc"]));
        assert_ne!(whole, key.draw(Purpose::Cell, &[b"ab", b"c", b""]));
        assert_ne!(whole, key.draw(Purpose::Period, &[b"ab", b"c"]));
    }

    #[test]
    fn lengths_are_written_in_base_128() {
        for (length, expected) in [(0, &[0][..]), (127, &[127]), (128, &[0x80, 1]), (300, &[0xac, 2])] {
            let (digits, used) = base_128(length);
            assert_eq!(&digits[..used], expected);
        }
        assert_eq!(base_128(usize::MAX).1, usize::BITS.div_ceil(7) as usize);
    }
}
