//! The webhooks of one's own organisation: added, given another secret, tried out, told again, removed.

use std::sync::{Arc, OnceLock};

use crate::{
    auth::Scope,
    domain::{Delivery, Webhook, WebhookEvent},
    policy::{Mandate, NotYours},
    service::{Error, GivenWebhook, Overlap},
};

use super::{Contributor, Made, Outcome, Sent, Work, is_expected, subject};

impl Contributor {
    /// Adds a webhook of one's own organisation.
    ///
    /// # Errors
    /// When the viewer may not manage webhooks, or the database fails.
    pub async fn add_webhook(
        &self,
        sent: Sent,
        url: String,
        events: Vec<WebhookEvent>,
    ) -> Result<Outcome<GivenWebhook>, Error> {
        let mandate = self.mandate(Scope::WebhooksManage).await?;
        let organisation = mandate.organisation().code.clone();
        let given = Arc::new(OnceLock::new());
        let told = given.clone();
        let add = |own: Work| async move {
            let _ = told.set(own.operator().add_webhook(&organisation, &url, &events).await?);
            Ok(())
        };
        let made = self.once(&mandate, sent, add).await?;
        self.given_webhook(&mandate, made, given).await
    }

    /// Gives a webhook of one's own organisation another secret.
    ///
    /// # Errors
    /// As [`add_webhook`](Self::add_webhook).
    pub async fn rotate_webhook(
        &self,
        sent: Sent,
        identifier: String,
        overlap: Overlap,
    ) -> Result<Outcome<GivenWebhook>, Error> {
        let mandate = self.mandate(Scope::WebhooksManage).await?;
        let may = self.own_webhook(&mandate, &identifier).await?.map(drop);
        let given = Arc::new(OnceLock::new());
        let told = given.clone();
        let rotate = |own: Work| async move {
            may?;
            let _ = told.set(own.operator().rotate_webhook(&identifier, overlap).await?);
            Ok(())
        };
        let made = self.once(&mandate, sent, rotate).await?;
        self.given_webhook(&mandate, made, given).await
    }

    /// Removes a webhook of one's own organisation.
    ///
    /// # Errors
    /// As [`add_webhook`](Self::add_webhook).
    pub async fn remove_webhook(&self, sent: Sent, identifier: String) -> Result<Outcome<()>, Error> {
        let mandate = self.mandate(Scope::WebhooksManage).await?;
        let may = self.own_webhook(&mandate, &identifier).await?.map(drop);
        let remove = |own: Work| async move {
            may?;
            own.operator().remove_webhook(&identifier).await
        };
        let made = self.once(&mandate, sent, remove).await?;
        Ok(made.map_or_else(Outcome::Refused, |_| Outcome::Done(())))
    }

    /// Makes messages to a webhook of one's own organisation due now; every one that was given up where none is named. Tells how many.
    ///
    /// # Errors
    /// As [`add_webhook`](Self::add_webhook).
    pub async fn resend_deliveries(
        &self,
        sent: Sent,
        identifier: String,
        messages: Vec<String>,
    ) -> Result<Outcome<u64>, Error> {
        let mandate = self.mandate(Scope::WebhooksManage).await?;
        let may = self.own_webhook(&mandate, &identifier).await?.map(drop);
        let resend = |own: Work| async move {
            may?;
            own.operator().resend_deliveries(&identifier, &messages).await.map(drop)
        };
        let change = match self.once(&mandate, sent, resend).await? {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let resent = change.receipt.as_deref().and_then(|receipt| receipt.parse().ok());
        resent
            .map(Outcome::Done)
            .ok_or_else(|| Error::Internal(anyhow::anyhow!("how many were sent again is not kept")))
    }

    /// Sends a webhook of one's own organisation a message, and tells what came of it.
    ///
    /// # Errors
    /// As [`add_webhook`](Self::add_webhook).
    pub async fn test_webhook(&self, identifier: String) -> Result<Outcome<Delivery>, Error> {
        let mandate = self.mandate(Scope::WebhooksManage).await?;
        if let Err(refused) = self.own_webhook(&mandate, &identifier).await? {
            return Ok(Outcome::Refused(refused.into()));
        }
        let work = self.work();
        let task = tokio::spawn(async move { work.operator().test_webhook(&identifier).await });
        match task.await.map_err(|error| Error::Internal(error.into()))? {
            Ok(delivery) => Ok(Outcome::Done(delivery)),
            Err(error) if is_expected(&error) => Ok(Outcome::Refused(error)),
            Err(error) => Err(error),
        }
    }

    async fn own_webhook(&self, mandate: &Mandate, identifier: &str) -> Result<Result<Webhook, NotYours>, Error> {
        let all = self.exchange.store().webhooks().await?;
        let own =
            |webhook: &Webhook| webhook.identifier == identifier && webhook.organisation == mandate.organisation().code;
        Ok(all.into_iter().find(own).ok_or_else(|| NotYours::Webhook(identifier.to_owned())))
    }

    /// The webhook that a change made, as it stands, with what it was given just now.
    async fn given_webhook(
        &self,
        mandate: &Mandate,
        made: Made,
        given: Arc<OnceLock<GivenWebhook>>,
    ) -> Result<Outcome<GivenWebhook>, Error> {
        let change = match made {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let identifier: String = subject(&change)?;
        // Where the answer is told again it may have been removed since.
        Ok(match self.own_webhook(mandate, &identifier).await? {
            Ok(webhook) => {
                let secret = given.get().and_then(|given| given.secret.clone());
                Outcome::Done(GivenWebhook { webhook, secret })
            }
            Err(removed) => Outcome::Refused(removed.into()),
        })
    }
}
