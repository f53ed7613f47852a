//! Setting up: migrations, reference data, organisations and agreements.

use crate::{
    domain::{NewAgreement, OrganisationKind, Reference},
    ingest, policy,
};

use super::{Error, Operator};

/// What a database holds after it was brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// How many frameworks.
    pub frameworks: usize,
    /// How many areas.
    pub areas: usize,
    /// The version of the catalogue that the next release is published with.
    pub catalogue_version: u32,
}

impl Operator<'_> {
    /// Brings the database up to date and loads the reference data that ships with the product.
    ///
    /// # Errors
    /// When the database belongs to another secret: then nothing is changed. When it fails.
    pub async fn migrate(&self) -> Result<Migrated, Error> {
        self.0.check_secret().await?;
        let was_used = self.0.was_used().await?;
        self.0.store().migrate().await?;
        self.make_first_key(was_used).await?;
        let reference = ingest::reference::load().map_err(|error| Error::Internal(error.into()))?;
        let catalogue_version = self.load_reference(&reference).await?;
        Ok(Migrated { frameworks: reference.frameworks.len(), areas: reference.areas.len(), catalogue_version })
    }

    /// Loads reference data. What differs from those that are there makes another version of the catalogue, which the next
    /// release is published with; releases before keep theirs. Returns the number of the newest version.
    ///
    /// # Errors
    /// When the data do not hang together, or the database fails.
    pub async fn load_reference(&self, reference: &Reference) -> Result<u32, Error> {
        Ok(self.0.store().load_reference(reference).await?)
    }

    /// Adds an organisation.
    ///
    /// # Errors
    /// When its code is taken or its area unknown.
    pub async fn add_organisation(
        &self,
        code: &str,
        kind: OrganisationKind,
        name: &str,
        area: &str,
    ) -> Result<(), Error> {
        self.0.store().add_organisation(code, kind, name, area).await?;
        Ok(())
    }

    /// Adds an agreement under which an organisation may ask.
    ///
    /// # Errors
    /// When the organisation or the area is unknown, or a purpose is the built-in one.
    pub async fn add_agreement(&self, agreement: &NewAgreement) -> Result<i64, Error> {
        if agreement.purposes.iter().any(|purpose| purpose.trim().eq_ignore_ascii_case(policy::OWN_RESULTS)) {
            return Err(Error::BadRequest(format!(
                "the purpose `{}` is built in: every organisation may ask about the results it handed in",
                policy::OWN_RESULTS
            )));
        }
        Ok(self.0.store().add_agreement(agreement).await?)
    }

    /// Whether an organisation is known, so that a token for it makes sense.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn knows_organisation(&self, code: &str) -> Result<bool, Error> {
        Ok(self.0.store().directory().await?.organisation(code).is_some())
    }
}
