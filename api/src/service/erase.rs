//! Erasing an institution's data, or what an organisation handed in, for good.

use crate::domain::{Erase, Erased, Release};

use super::{Error, Operator};

/// What is to be erased, as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// Everything about an institution, by the scheme of its identifier and the identifier.
    Institution {
        /// The scheme, e.g. `URN`.
        scheme: String,
        /// The identifier.
        identifier: String,
    },
    /// Everything that the organisation with a code handed in.
    HandedInBy(String),
}

impl Operator<'_> {
    /// What erasing would delete, and which releases it would close. Changes nothing.
    ///
    /// # Errors
    /// When there is nothing such, or the database fails.
    pub async fn try_erase(&self, what: &Erasure) -> Result<Erased, Error> {
        let what = self.named(what).await?;
        Ok(self.0.store().to_erase(&what).await?)
    }

    /// Deletes it, closes every release that may have shown it, and publishes one without it in their place. In the new one every period
    /// stays in its newest edition, without what was erased.
    ///
    /// # Errors
    /// As [`try_erase`](Self::try_erase).
    pub async fn erase(&self, what: &Erasure) -> Result<(Erased, Option<Release>), Error> {
        self.check_not_demo().await?;
        let what = self.named(what).await?;
        let erased = self.recording().erase(&what, self.0.now()).await?;
        tracing::warn!(results = erased.results, counts = erased.counts, releases = ?erased.releases, "erased");
        let release = match erased.releases {
            Some(_) => Some(self.publish(None).await?),
            None => None,
        };
        Ok((erased, release))
    }

    /// An institution is kept under one of its identifiers, and may be named by any.
    async fn named(self, what: &Erasure) -> Result<Erase, Error> {
        Ok(match what {
            Erasure::Institution { scheme, identifier } => {
                let named = self.0.secret().pseudonym(&scheme.to_ascii_uppercase(), identifier);
                Erase::Institution(self.0.store().register().await?.identify(named).institution)
            }
            Erasure::HandedInBy(code) => Erase::HandedInBy(code.clone()),
        })
    }
}
