//! Where what organisations hand in by themselves waits for its turn: apart from questions, and files apart from rows.

use super::heavy::HeavyPool;

/// Where files and rows wait for their turn.
pub(super) struct Desk {
    /// One file at a time.
    pub(super) files: HeavyPool,
    /// Rows are few, and wait for no file.
    pub(super) rows: HeavyPool,
}

impl Default for Desk {
    fn default() -> Self {
        Self { files: HeavyPool::new(1, 0), rows: HeavyPool::new(2, 0) }
    }
}
