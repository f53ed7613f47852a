//! What a provider agrees on with others about areas of its own.

use chrono::NaiveDate;

use crate::{
    auth::Scope,
    domain::{Agreement, Amendment, NewAgreement},
    policy::{Mandate, NotYours},
    service::Error,
    store,
};

use super::{Contributor, Made, Outcome, Sent, Work, subject};

impl Contributor {
    /// Grants another organisation an agreement about an area in one's own.
    ///
    /// # Errors
    /// When the viewer may not manage agreements, or the database fails.
    pub async fn grant_agreement(&self, sent: Sent, agreement: NewAgreement) -> Result<Outcome<Agreement>, Error> {
        let mandate = self.mandate(Scope::AgreementsManage).await?;
        let may = self.may_grant(&mandate, &agreement).await?;
        let provider = mandate.organisation().code.clone();
        let grant = |own: Work| async move {
            may?;
            own.operator().add_agreement_of(&agreement, Some(&provider)).await?;
            own.exchange.refresh().await
        };
        self.agreement(self.once(&mandate, sent, grant).await?).await
    }

    /// Amends an agreement that one granted, from a day on.
    ///
    /// # Errors
    /// As [`grant_agreement`](Self::grant_agreement).
    pub async fn amend_agreement(
        &self,
        sent: Sent,
        number: i64,
        amendment: Amendment,
        from: Option<NaiveDate>,
    ) -> Result<Outcome<Agreement>, Error> {
        let mandate = self.mandate(Scope::AgreementsManage).await?;
        let from = from.unwrap_or_else(|| self.exchange.today());
        let directory = self.exchange.store().directory().await?;
        let may = match mandate.granted(&directory, number) {
            Ok(before) => self.may_grant(&mandate, &before.amended(&amendment, from)).await?,
            Err(not_yours) => Err(not_yours),
        };
        let amend = |own: Work| async move {
            may?;
            own.operator().amend_agreement(number, &amendment, from).await?;
            own.exchange.refresh().await
        };
        self.agreement(Box::pin(self.once(&mandate, sent, amend)).await?).await
    }

    /// Ends an agreement that one granted, from a day on.
    ///
    /// # Errors
    /// As [`grant_agreement`](Self::grant_agreement).
    pub async fn end_agreement(
        &self,
        sent: Sent,
        number: i64,
        on: Option<NaiveDate>,
    ) -> Result<Outcome<Agreement>, Error> {
        let mandate = self.mandate(Scope::AgreementsManage).await?;
        let on = on.unwrap_or_else(|| self.exchange.today());
        let directory = self.exchange.store().directory().await?;
        let may = mandate.granted(&directory, number).map(drop);
        let end = |own: Work| async move {
            may?;
            own.operator().end_agreement(number, on).await?;
            own.exchange.refresh().await
        };
        self.agreement(Box::pin(self.once(&mandate, sent, end)).await?).await
    }

    async fn may_grant(&self, mandate: &Mandate, agreement: &NewAgreement) -> Result<Result<(), NotYours>, Error> {
        let directory = self.exchange.store().directory().await?;
        let catalogue = self.exchange.store().newest_catalogue(self.exchange.today()).await?;
        Ok(mandate.may_grant(agreement, &directory, &catalogue))
    }

    /// The agreement that a change made, as it stands.
    async fn agreement(&self, made: Made) -> Result<Outcome<Agreement>, Error> {
        let change = match made {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let number: i64 = subject(&change)?;
        let directory = self.exchange.store().directory().await?;
        let found = directory.agreements().iter().find(|agreement| agreement.id == number);
        Ok(Outcome::Done(found.cloned().ok_or(store::Error::UnknownAgreement(number))?))
    }
}
