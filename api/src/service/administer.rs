//! Setting up: migrations, reference data, organisations and agreements.

use chrono::NaiveDate;

use crate::{
    domain::{Agreement, Amendment, Directory, NewAgreement, OrganisationChange, OrganisationKind, Reference, Revoked},
    ingest, policy, store,
};

use super::{Error, Operator};

/// What a database holds after it was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// How many frameworks.
    pub frameworks: usize,
    /// How many areas.
    pub areas: usize,
    /// The version of the catalogue that the next release is published with.
    pub catalogue_version: u32,
    /// Agreements about areas that ended, or will, in words.
    pub concerned: Vec<String>,
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
        let concerned = self.concerned(&[]).await?;
        let (frameworks, areas) = (reference.frameworks.len(), reference.areas.len());
        Ok(Migrated { frameworks, areas, catalogue_version, concerned })
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
        self.recording().add_organisation(code, kind, name, area).await?;
        Ok(())
    }

    /// Every organisation and every agreement, those that ended too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory(&self) -> Result<Directory, Error> {
        Ok(self.0.store().directory().await?)
    }

    /// Changes what an organisation is; its code stays.
    ///
    /// # Errors
    /// When the organisation or the area is unknown, the organisation ended, or nothing is to change.
    pub async fn change_organisation(&self, code: &str, change: &OrganisationChange) -> Result<(), Error> {
        if *change == OrganisationChange::default() {
            return Err(Error::BadRequest("expected a kind, a name or an area to change to, found none".to_owned()));
        }
        Ok(self.recording().change_organisation(code, change).await?)
    }

    /// Ends an organisation today: its agreements end, its tokens are taken back, and it hands nothing in and asks nothing from
    /// now on. What it handed in stays, and it still speaks for its institutions until they are handed over. Returns the
    /// agreements that ended, and for how many institutions it speaks.
    ///
    /// # Errors
    /// When the organisation is unknown or ended before, or the database fails.
    pub async fn end_organisation(&self, code: &str) -> Result<(Vec<i64>, u64), Error> {
        let (tokens, expired) = self.revocation(Revoked::Organisation, code);
        let ended = self.recording().end_organisation(code, self.0.today(), (&tokens, expired)).await?;
        self.0.refresh_trust().await?;
        Ok(ended)
    }

    /// Adds an agreement under which an organisation may ask.
    ///
    /// # Errors
    /// When the organisation or the area is unknown, or a purpose is the built-in one.
    pub async fn add_agreement(&self, agreement: &NewAgreement) -> Result<i64, Error> {
        self.add_agreement_of(agreement, None).await
    }

    /// As [`add_agreement`](Self::add_agreement), granted by the organisation with a code, whose it is to amend and to end from now on.
    ///
    /// # Errors
    /// As there, and when the area lies outside the provider's own, or the provider is the consumer.
    pub async fn add_agreement_of(&self, agreement: &NewAgreement, provider: Option<&str>) -> Result<i64, Error> {
        check_purposes(&agreement.purposes)?;
        if let Some(code) = provider {
            if code == agreement.consumer {
                return Err(Error::BadRequest(format!(
                    "an agreement is between two organisations: expected another consumer than the provider, found `{code}`"
                )));
            }
            self.check_own_area(code, &agreement.area).await?;
        }
        Ok(self.recording().add_agreement(agreement, provider).await?)
    }

    /// Amends an agreement from a day on, today or later: another one holds in its place, and the earlier one can still be read.
    /// Returns the number of the new one.
    ///
    /// # Errors
    /// When there is no such agreement, it ended by that day, it was amended before, a day in the past is named, or the amended one
    /// breaks a rule.
    pub async fn amend_agreement(&self, id: i64, amendment: &Amendment, from: NaiveDate) -> Result<i64, Error> {
        self.check_not_past(from)?;
        if *amendment == Amendment::default() {
            return Err(Error::BadRequest("expected something to amend, found nothing".to_owned()));
        }
        check_purposes(amendment.purposes.as_deref().unwrap_or_default())?;
        let directory = self.directory().await?;
        let holds = |agreement: &&Agreement| agreement.last_day().is_none_or(|last| from <= last);
        let before = directory.agreements().iter().find(|agreement| agreement.id == id).filter(holds);
        let before = before.ok_or(store::Error::UnknownAgreement(id))?;
        if let (Some(provider), Some(area)) = (&before.provider, &amendment.area) {
            self.check_own_area(provider, area).await?;
        }
        Ok(self.recording().replace_agreement(id, &before.amended(amendment, from)).await?)
    }

    /// Ends an agreement: from a day on, today or later, it no longer holds, and neither does what was to hold in its place later.
    ///
    /// # Errors
    /// When there is no such agreement, it ended by that day, or a day in the past is named.
    pub async fn end_agreement(&self, id: i64, on: NaiveDate) -> Result<(), Error> {
        self.check_not_past(on)?;
        Ok(self.recording().end_agreement(id, on).await?)
    }

    /// What a provider grants lies in its own area.
    async fn check_own_area(self, provider: &str, area: &str) -> Result<(), Error> {
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        let directory = self.directory().await?;
        let known = directory.organisation(provider);
        let known = known.ok_or_else(|| store::Error::UnknownOrganisation(provider.to_owned()))?;
        let own = catalogue.area_now(area).zip(catalogue.area_now(&known.area));
        if !own.is_some_and(|(area, own)| catalogue.lies_in(area, own)) {
            return Err(policy::NotYours::Area(area.to_owned()).into());
        }
        Ok(())
    }

    /// What was agreed and asked until today stays so.
    fn check_not_past(self, day: NaiveDate) -> Result<(), Error> {
        let today = self.0.today();
        if day < today {
            return Err(Error::BadRequest(format!("expected today, {today}, or a later day, found `{day}`")));
        }
        Ok(())
    }

    /// Whether an organisation is known, so that a token for it makes sense.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn knows_organisation(&self, code: &str) -> Result<bool, Error> {
        Ok(self.0.store().directory().await?.organisation(code).is_some())
    }
}

/// The built-in purpose is nobody's to grant.
fn check_purposes(purposes: &[String]) -> Result<(), Error> {
    if purposes.iter().any(|purpose| purpose.trim().eq_ignore_ascii_case(policy::OWN_RESULTS)) {
        return Err(Error::BadRequest(format!(
            "the purpose `{}` is built in: every organisation may ask about the results it handed in",
            policy::OWN_RESULTS
        )));
    }
    Ok(())
}
