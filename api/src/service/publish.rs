//! Freezing what was accepted into a numbered release.

use crate::domain::Release;

use super::{Error, Operator};

impl Operator<'_> {
    /// Freezes every result accepted so far into the next release, and serves it. Questions under way keep theirs.
    ///
    /// # Errors
    /// When nothing came in since the newest release, or the database fails.
    pub async fn publish(&self, note: Option<String>) -> Result<Release, Error> {
        let synthetic = self.is_synthetic().await?;
        let release = self.0.store().publish(self.0.now(), note, synthetic).await?;
        tracing::info!(release = release.number, synthetic, "published");
        self.0.refresh().await?;
        Ok(release)
    }
}
