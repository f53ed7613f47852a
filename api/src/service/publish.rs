//! Freezing what was accepted into a numbered release.

use crate::domain::Release;

use super::{Error, Exchange};

impl Exchange {
    /// Freezes every result accepted so far into the next release, and serves it. Questions under way keep theirs.
    ///
    /// # Errors
    /// When nothing came in since the newest release, or the database fails.
    pub async fn publish(&self, note: Option<String>) -> Result<Release, Error> {
        let synthetic = self.is_synthetic().await?;
        let release = self.store().publish(self.now(), note, synthetic).await?;
        tracing::info!(release = release.number, synthetic, "published");
        self.refresh().await?;
        Ok(release)
    }
}
