//! Backing the database up, and ending with everything in its place.

use std::path::Path;

use super::{Error, Exchange, Operator};

impl Operator<'_> {
    /// Writes all that a SQLite database holds at this moment to a file that is not there yet. Returns its size in bytes. The
    /// secret is not in it.
    ///
    /// # Errors
    /// When the secret is another database's, the database is not a SQLite file, or a file fails: then there is no copy.
    pub async fn back_up(&self, copy: &Path) -> Result<u64, Error> {
        self.0.check_secret().await?;
        Ok(self.0.store().back_up(copy).await?)
    }
}

impl Exchange {
    /// Ends: what was stored stands in the database file itself, and nothing is asked of the database any more.
    pub async fn close(&self) {
        self.audit.close().await;
        self.store().close().await;
    }
}
