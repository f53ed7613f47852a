//! The clients of one's own organisation: added, given another secret, ended.

use std::sync::{Arc, OnceLock};

use crate::{
    auth::{Scope, Scopes},
    domain::Client,
    policy::NotYours,
    service::{Error, Given, Overlap},
    store,
};

use super::{Contributor, GivenClient, Made, Outcome, Sent, Work, check_text, subject};

impl Contributor {
    /// Adds a client of one's own organisation, or as an administrator of another one, with no scope that one's own token lacks.
    ///
    /// # Errors
    /// When the viewer may not manage clients, or the database fails.
    pub async fn add_client(
        &self,
        sent: Sent,
        organisation: Option<String>,
        name: String,
        scopes: Scopes,
        key: Option<String>,
    ) -> Result<Outcome<GivenClient>, Error> {
        let mandate = self.mandate(Scope::ClientsManage).await?;
        if let Err(fault) = check_text("name", Some(name.as_str()).filter(|name| !name.is_empty())) {
            return Ok(Outcome::Refused(fault));
        }
        let own_code = &mandate.organisation().code;
        let organisation = organisation.unwrap_or_else(|| own_code.clone());
        if let Err(fault) = check_text("organisation", Some(&organisation)) {
            return Ok(Outcome::Refused(fault));
        }
        let may = if organisation == *own_code || mandate.administers_organisations() {
            mandate.may_give(scopes.iter())
        } else {
            Err(NotYours::Other(organisation.clone()))
        };
        let given = Arc::new(OnceLock::new());
        let told = given.clone();
        let add = |own: Work| async move {
            may?;
            let _ = told.set(own.operator().add_client(&organisation, &name, &scopes, key.as_deref()).await?);
            Ok(())
        };
        let made = self.once(&mandate, sent, add).await?;
        self.client(made, given).await
    }

    /// Gives a client of one's own organisation another secret, or takes another key of it.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn rotate_client(
        &self,
        sent: Sent,
        id: String,
        key: Option<String>,
        overlap: Overlap,
    ) -> Result<Outcome<GivenClient>, Error> {
        let mandate = self.mandate(Scope::ClientsManage).await?;
        // A client with more than one's own token may is not one's own to speak for.
        let may = self.client_of(Some(&mandate.organisation().code), &id).await?.and_then(|client| {
            let scopes = Scopes::read(&client.scopes);
            mandate.may_speak_for(scopes.iter())
        });
        let given = Arc::new(OnceLock::new());
        let told = given.clone();
        let rotate = |own: Work| async move {
            may?;
            let _ = told.set(own.operator().rotate_client(&id, key.as_deref(), overlap).await?);
            Ok(())
        };
        let made = self.once(&mandate, sent, rotate).await?;
        self.client(made, given).await
    }

    /// Ends a client of one's own organisation for good, or as an administrator any.
    ///
    /// # Errors
    /// As [`add_client`](Self::add_client).
    pub async fn revoke_client(&self, sent: Sent, id: String) -> Result<Outcome<GivenClient>, Error> {
        let mandate = self.mandate(Scope::ClientsManage).await?;
        let own = (!mandate.administers_organisations()).then_some(mandate.organisation().code.as_str());
        let may = self.client_of(own, &id).await?.map(drop);
        let revoke = |own: Work| async move {
            may?;
            own.operator().revoke_client(&id).await
        };
        let made = self.once(&mandate, sent, revoke).await?;
        self.client(made, Arc::default()).await
    }

    /// A client of an organisation, or of any.
    async fn client_of(&self, organisation: Option<&str>, id: &str) -> Result<Result<Client, NotYours>, Error> {
        let clients = self.exchange.store().clients(organisation).await?;
        let found = clients.into_iter().find(|client| client.id == id);
        Ok(found.ok_or_else(|| NotYours::Client(id.to_owned())))
    }

    /// The client that a change made, as it stands, with what it was given just now.
    async fn client(&self, made: Made, given: Arc<OnceLock<Given>>) -> Result<Outcome<GivenClient>, Error> {
        let change = match made {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let id: String = subject(&change)?;
        let client = self.exchange.store().client(&id).await?.ok_or(store::Error::UnknownClient(id))?;
        let secret = given.get().and_then(|given| given.secret.clone());
        Ok(Outcome::Done(GivenClient { client, secret }))
    }
}
