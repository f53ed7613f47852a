//! Organisations, managed by whoever was given the scope for it: added, changed, ended.

use crate::{
    auth::Scope,
    domain::{Organisation, OrganisationChange, OrganisationKind},
    policy::NotYours,
    service::Error,
    store,
};

use super::{Contributor, Made, Outcome, Sent, Work, check_text, subject};

impl Contributor {
    /// Adds an organisation.
    ///
    /// # Errors
    /// When the viewer may not manage organisations, or the database fails.
    pub async fn add_organisation(
        &self,
        sent: Sent,
        code: String,
        kind: OrganisationKind,
        name: String,
        area: String,
    ) -> Result<Outcome<Organisation>, Error> {
        let mandate = self.mandate(Scope::OrganisationsManage).await?;
        let may = check_text("area", Some(&area));
        let add = |own: Work| async move {
            may?;
            own.operator().add_organisation(&code, kind, &name, &area).await?;
            own.exchange.refresh().await
        };
        self.organisation(Box::pin(self.once(&mandate, sent, add)).await?).await
    }

    /// Changes what an organisation is; its code stays.
    ///
    /// # Errors
    /// As [`add_organisation`](Self::add_organisation).
    pub async fn change_organisation(
        &self,
        sent: Sent,
        code: String,
        change: OrganisationChange,
    ) -> Result<Outcome<Organisation>, Error> {
        let mandate = self.mandate(Scope::OrganisationsManage).await?;
        let may = check_text("code", Some(&code)).and_then(|()| check_text("area", change.area.as_deref()));
        let change = |own: Work| async move {
            may?;
            own.operator().change_organisation(&code, &change).await?;
            own.exchange.refresh().await
        };
        self.organisation(Box::pin(self.once(&mandate, sent, change)).await?).await
    }

    /// Ends an organisation other than one's own today.
    ///
    /// # Errors
    /// As [`add_organisation`](Self::add_organisation).
    pub async fn end_organisation(&self, sent: Sent, code: String) -> Result<Outcome<Organisation>, Error> {
        let mandate = self.mandate(Scope::OrganisationsManage).await?;
        let may = check_text("code", Some(&code))
            .and_then(|()| if mandate.organisation().code == code { Err(NotYours::OwnEnd.into()) } else { Ok(()) });
        let end = |own: Work| async move {
            may?;
            own.operator().end_organisation(&code).await?;
            own.exchange.refresh().await
        };
        self.organisation(Box::pin(self.once(&mandate, sent, end)).await?).await
    }

    /// The organisation that a change made, as it stands.
    async fn organisation(&self, made: Made) -> Result<Outcome<Organisation>, Error> {
        let change = match made {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let code: String = subject(&change)?;
        let directory = self.exchange.store().directory().await?;
        let found = directory.organisations().iter().find(|organisation| organisation.code == code);
        Ok(Outcome::Done(found.cloned().ok_or(store::Error::UnknownOrganisation(code))?))
    }
}
