//! The bytes of a file on their way in: counted and hashed.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Bytes between two words about progress.
const PROGRESS_EVERY: u64 = 1 << 17;

/// Passes bytes on, and keeps what must be known about all of them.
pub(super) struct Input<'a, R> {
    source: R,
    hash: Sha256,
    bytes: u64,
    told: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl<'a, R> Input<'a, R> {
    /// `progress` is told how many bytes are read.
    pub(super) fn new(source: R, progress: &'a mut dyn FnMut(u64)) -> Self {
        Self { source, hash: Sha256::new(), bytes: 0, told: 0, progress }
    }

    /// SHA-256 of what went through.
    pub(super) fn checksum(self) -> [u8; 32] {
        (self.progress)(self.bytes);
        self.hash.finalize().into()
    }
}

impl<R: Read> Read for Input<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes += count as u64;
        if self.bytes - self.told >= PROGRESS_EVERY {
            self.told = self.bytes;
            (self.progress)(self.bytes);
        }
        Ok(count)
    }
}
