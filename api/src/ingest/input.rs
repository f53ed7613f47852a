//! The bytes of a file on their way in: counted and hashed, with what the end of the file tells.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Passes bytes on, and keeps what must be known about all of them.
pub(super) struct Input<R> {
    source: R,
    hash: Sha256,
    bytes: u64,
    quotes: u64,
    last: Option<u8>,
}

impl<R: Read> Input<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, hash: Sha256::new(), bytes: 0, quotes: 0, last: None }
    }
}

impl<R> Input<R> {
    /// How many bytes went through.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Whether a quote was opened and never closed. Doubled quotes within a field come in pairs.
    pub(super) fn quotes_open(&self) -> bool {
        !self.quotes.is_multiple_of(2)
    }

    /// Whether the last line is whole.
    pub(super) fn ends_with_line_break(&self) -> bool {
        matches!(self.last, None | Some(b'\n' | b'\r'))
    }

    /// SHA-256 of what went through.
    pub(super) fn checksum(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let new = &buffer[..count];
        self.hash.update(new);
        self.bytes += count as u64;
        self.quotes += new.iter().filter(|&&byte| byte == b'"').count() as u64;
        self.last = new.last().copied().or(self.last);
        Ok(count)
    }
}
