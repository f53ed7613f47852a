//! Freezing what was accepted into a numbered release.

use crate::domain::{Publication, Published, Release, Waiting};

use super::{Error, Operator, operator::check_text};

impl Operator<'_> {
    /// Freezes the next release, and serves it: every period that is published for the first time, and those that the
    /// publication names, with everything accepted so far. Questions under way keep their release.
    ///
    /// # Errors
    /// When that would change nothing, a period that is named cannot be published anew, the note is no line of text, or the database
    /// fails.
    pub async fn publish(&self, publication: impl Into<Publication>) -> Result<Release, Error> {
        let publication = publication.into();
        check_text("note", publication.note.as_deref())?;
        let synthetic = self.is_synthetic().await?;
        let release = Box::pin(self.recording().publish(self.0.now(), &publication, synthetic)).await?;
        tracing::info!(release = release.number, synthetic, "published");
        self.0.refresh().await?;
        Ok(release)
    }

    /// What [`publish`](Self::publish) would publish at present, each period in its edition. Changes nothing.
    ///
    /// # Errors
    /// As there.
    pub async fn try_publish(&self, publication: &Publication) -> Result<Vec<Published>, Error> {
        Ok(self.0.store().to_publish(publication).await?)
    }

    /// What came in of periods that were published before, and waits for their next edition.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, Error> {
        Ok(self.0.store().waiting().await?)
    }
}
