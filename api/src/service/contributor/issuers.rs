//! Issuers, managed by whoever was given the scope for it: set up, changed, ended, and their clients let in and out.

use crate::{
    auth::{Scope, Scopes},
    domain::{IssuerChange, IssuerRules},
    service::{Error, IssuerListed},
    store,
};

use super::{Contributor, Made, Outcome, Sent, Work, check_text, subject};

impl Contributor {
    /// Sets an issuer up, whose keys are at public addresses.
    ///
    /// # Errors
    /// When the viewer may not manage issuers, or the database fails.
    pub async fn add_issuer(
        &self,
        sent: Sent,
        name: String,
        rules: IssuerRules,
    ) -> Result<Outcome<IssuerListed>, Error> {
        let mandate = self.mandate(Scope::IssuersManage).await?;
        let rules = IssuerRules { public_only: true, ..rules };
        let add = |own: Work| async move { own.operator().add_issuer(&name, &rules, own.exchange.own_issuer()).await };
        self.issuer(Box::pin(self.once(&mandate, sent, add)).await?).await
    }

    /// Changes how tokens of an issuer are read. Another place for its keys is a public one.
    ///
    /// # Errors
    /// As [`add_issuer`](Self::add_issuer).
    pub async fn change_issuer(
        &self,
        sent: Sent,
        name: String,
        change: IssuerChange,
    ) -> Result<Outcome<IssuerListed>, Error> {
        let mandate = self.mandate(Scope::IssuersManage).await?;
        let may = check_text("name", Some(&name));
        let change = IssuerChange { public_only: change.discovery.is_some().then_some(true), ..change };
        let change = |own: Work| async move {
            may?;
            own.operator().change_issuer(&name, &change, own.exchange.own_issuer()).await
        };
        self.issuer(Box::pin(self.once(&mandate, sent, change)).await?).await
    }

    /// Ends an issuer.
    ///
    /// # Errors
    /// As [`add_issuer`](Self::add_issuer).
    pub async fn end_issuer(&self, sent: Sent, name: String) -> Result<Outcome<IssuerListed>, Error> {
        let mandate = self.mandate(Scope::IssuersManage).await?;
        let may = check_text("name", Some(&name));
        let end = |own: Work| async move {
            may?;
            own.operator().end_issuer(&name).await
        };
        self.issuer(Box::pin(self.once(&mandate, sent, end)).await?).await
    }

    /// Lets a client of an issuer in, with no scope that one's own token lacks.
    ///
    /// # Errors
    /// As [`add_issuer`](Self::add_issuer).
    pub async fn allow_issuer_client(
        &self,
        sent: Sent,
        issuer: String,
        client: String,
        organisation: String,
        scopes: Scopes,
    ) -> Result<Outcome<IssuerListed>, Error> {
        let mandate = self.mandate(Scope::IssuersManage).await?;
        let may = mandate.may_give(scopes.iter()).map_err(Error::from);
        let may = may.and_then(|()| check_text("issuer", Some(&issuer)));
        let may = may.and_then(|()| check_text("organisation", Some(&organisation)));
        let allow = |own: Work| async move {
            may?;
            own.operator().let_in(&issuer, &client, &organisation, &scopes).await
        };
        self.issuer(Box::pin(self.once(&mandate, sent, allow)).await?).await
    }

    /// Lets a client of an issuer out again.
    ///
    /// # Errors
    /// As [`add_issuer`](Self::add_issuer).
    pub async fn deny_issuer_client(
        &self,
        sent: Sent,
        issuer: String,
        client: String,
    ) -> Result<Outcome<IssuerListed>, Error> {
        let mandate = self.mandate(Scope::IssuersManage).await?;
        let may = check_text("issuer", Some(&issuer)).and_then(|()| check_text("client", Some(&client)));
        let deny = |own: Work| async move {
            may?;
            own.operator().let_out(&issuer, &client).await
        };
        self.issuer(Box::pin(self.once(&mandate, sent, deny)).await?).await
    }

    /// The issuer that a change is about, as it stands: its name has no slash, what follows one names a client.
    async fn issuer(&self, made: Made) -> Result<Outcome<IssuerListed>, Error> {
        let change = match made {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let object: String = subject(&change)?;
        let name = object.split('/').next().unwrap_or_default();
        // The newest of that name: one that ended may have had it before.
        let listed = self.operator().issuers().await?;
        let found = listed.into_iter().rev().find(|listed| listed.issuer.name == name);
        Ok(Outcome::Done(found.ok_or_else(|| store::Error::UnknownIssuer(name.to_owned()))?))
    }
}
