//! Erasing an institution's data, or what an organisation handed in, for good.

use crate::{
    domain::{Erase, Erased, Release},
    store,
};

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
        let named = self.named(what).await?;
        self.0.store().to_erase(&named).await.map_err(|error| self.nothing_of(what, error))
    }

    /// Deletes it, closes every release that may have shown it, and publishes one without it in their place. In the new one every period
    /// stays in its newest edition, without what was erased.
    ///
    /// # Errors
    /// As [`try_erase`](Self::try_erase).
    pub async fn erase(&self, what: &Erasure) -> Result<(Erased, Option<Release>), Error> {
        self.check_not_demo().await?;
        let named = self.named(what).await?;
        let erased = self.recording().erase(&named, self.0.now()).await;
        let erased = erased.map_err(|error| self.nothing_of(what, error))?;
        tracing::warn!(results = erased.results, counts = erased.counts, releases = ?erased.releases, "erased");
        let release = match erased.releases {
            Some(_) => Some(self.publish(None).await?),
            None => None,
        };
        Ok((erased, release))
    }

    /// Where nothing is found of what is no identifier, it is not said that nothing is stored.
    fn nothing_of(self, what: &Erasure, error: store::Error) -> Error {
        match (what, error) {
            (Erasure::Institution { scheme, identifier }, error @ store::Error::NothingToErase) => {
                self.misnamed((scheme, identifier)).unwrap_or(error.into())
            }
            (_, error) => error.into(),
        }
    }

    /// An institution is kept under one of its identifiers, and may be named by any.
    async fn named(self, what: &Erasure) -> Result<Erase, Error> {
        Ok(match what {
            Erasure::Institution { scheme, identifier } => {
                Erase::Institution(self.institution((scheme, identifier)).await?)
            }
            Erasure::HandedInBy(code) => Erase::HandedInBy(code.clone()),
        })
    }
}
