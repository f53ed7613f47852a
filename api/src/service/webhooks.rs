//! Webhooks of organisations: added, given another secret, tried out, told again, removed.

use chrono::Duration;
use zeroize::Zeroizing;

use crate::{
    auth::{self, SignError, WebhookSecret},
    domain::{Delivery, Webhook, WebhookEvent},
    outbound::HttpAddress,
    store,
};

use super::{
    Error, Operator, Overlap,
    clients::LONGEST_OVERLAP,
    deliver::{IN_HAND, message, outcome},
};

/// How many webhooks an organisation may have.
const MOST_WEBHOOKS: u64 = 16;

/// The most messages to a webhook that are listed.
pub const MOST_DELIVERIES: u16 = 200;

/// How often a webhook may be tried.
const BETWEEN_TRIES: Duration = Duration::seconds(5);

/// A webhook that was added or given another secret.
pub struct GivenWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// What its messages are signed with, told once: absent where the answer is told again.
    pub secret: Option<Zeroizing<String>>,
}

impl Operator<'_> {
    /// Adds a webhook of an organisation, for some events, for every one where none is named. It needs `https` and a public address;
    /// this machine's own, also by `http`, where the service was set up so.
    ///
    /// # Errors
    /// When the organisation is unknown or ended, has enough of them, or nothing may be sent to the address.
    pub async fn add_webhook(
        &self,
        organisation: &str,
        url: &str,
        events: &[WebhookEvent],
    ) -> Result<GivenWebhook, Error> {
        let wrong = |why: &str| {
            let expected = "expected an `https` address that everybody can reach, such as `https://partner.example/hook`, without a user";
            Error::BadRequest(format!("{expected}: {why}"))
        };
        let address: HttpAddress = url.parse().map_err(|_| wrong("found another text"))?;
        let checked = self.0.issuers.fetch.load_full().check(&address, self.0.webhooks.reach()).await;
        checked.map_err(|error| wrong(&outcome(&error)))?;
        let mut events = if events.is_empty() { WebhookEvent::ALL.to_vec() } else { events.to_vec() };
        events.sort_unstable();
        events.dedup();
        let identifier = auth::new_identifier().map_err(internal)?;
        let (secret, sealed) = self.webhook_secret(&identifier)?;
        let webhook = Webhook {
            id: 0,
            identifier,
            organisation: organisation.to_owned(),
            url: address.to_string(),
            events,
            secret: sealed,
            before: None,
            made_at: self.0.now(),
        };
        if !self.recording().add_webhook(&webhook, MOST_WEBHOOKS).await? {
            return Err(Error::Conflict(format!(
                "an organisation has at most {MOST_WEBHOOKS} webhooks: remove one first"
            )));
        }
        tracing::info!(webhook = webhook.identifier, organisation, "added a webhook");
        Ok(GivenWebhook { webhook, secret: Some(secret) })
    }

    /// The webhooks that there are, of one organisation where it is named.
    ///
    /// # Errors
    /// When no organisation has that code, or the database fails.
    pub async fn webhooks(&self, organisation: Option<&str>) -> Result<Vec<Webhook>, Error> {
        if let Some(code) = organisation
            && !self.knows_organisation(code).await?
        {
            return Err(store::Error::UnknownOrganisation(code.to_owned()).into());
        }
        let mut all = self.0.store().webhooks().await?;
        all.retain(|webhook| organisation.is_none_or(|code| webhook.organisation == code));
        Ok(all)
    }

    /// The newest messages to a webhook, the newest first: of the last 30 days, and [`MOST_DELIVERIES`] at the most.
    ///
    /// # Errors
    /// When there is no such webhook, or the database fails.
    pub async fn deliveries(&self, identifier: &str) -> Result<Vec<Delivery>, Error> {
        let webhook = self.webhook(identifier).await?;
        Ok(self.0.store().deliveries(webhook.id, MOST_DELIVERIES.into()).await?)
    }

    /// Gives a webhook another secret. The one before signs beside it for a while.
    ///
    /// # Errors
    /// When there is no such webhook, two secrets sign already and are to go on, or the database fails.
    pub async fn rotate_webhook(&self, identifier: &str, overlap: Overlap) -> Result<GivenWebhook, Error> {
        let webhook = self.webhook(identifier).await?;
        let now = self.0.now();
        let until = match overlap {
            Overlap::For(time) => Some(now + time.min(LONGEST_OVERLAP)),
            Overlap::AtOnce => None,
        };
        if until.is_some() && webhook.before.as_ref().is_some_and(|(_, ends_at)| *ends_at > now) {
            return Err(Error::Conflict(
                "two secrets of the webhook sign already: wait until the older one ends, or end it at once".to_owned(),
            ));
        }
        let (secret, sealed) = self.webhook_secret(identifier)?;
        if !self.recording().replace_webhook_secret(&webhook, sealed, until).await? {
            return Err(Error::Conflict("the webhook was changed at the same moment: look again".to_owned()));
        }
        tracing::info!(webhook = identifier, "gave a webhook another secret");
        Ok(GivenWebhook { webhook: self.webhook(identifier).await?, secret: Some(secret) })
    }

    /// Makes messages to a webhook due now, to be tried as at first: those that are named by their identifiers, whether they were
    /// taken, given up, or wait; every one that was given up where none is named. Returns how many.
    ///
    /// # Errors
    /// When there is no such webhook, one that is named cannot be sent again, none was given up, or the database fails.
    pub async fn resend_deliveries(&self, identifier: &str, messages: &[String]) -> Result<u64, Error> {
        let webhook = self.webhook(identifier).await?;
        let mut messages = messages.to_vec();
        messages.sort_unstable();
        messages.dedup();
        if messages.len() > MOST_DELIVERIES.into() {
            return Err(Error::BadRequest(format!(
                "expected at most {MOST_DELIVERIES} messages, found {}",
                messages.len()
            )));
        }
        let resent = self.recording().resend_deliveries(&webhook, &messages, self.0.now()).await?;
        if resent == 0 {
            return Err(Error::Conflict(
                "no message to the webhook was given up: name those that are to be sent again".to_owned(),
            ));
        }
        tracing::info!(webhook = identifier, resent, "messages to a webhook are sent again");
        Ok(resent)
    }

    /// Removes a webhook with its messages: nothing more is sent to it, and its secret signs nothing more.
    ///
    /// # Errors
    /// When there is no such webhook, or the database fails.
    pub async fn remove_webhook(&self, identifier: &str) -> Result<(), Error> {
        self.recording().remove_webhook(identifier).await?;
        tracing::info!(webhook = identifier, "removed a webhook");
        Ok(())
    }

    /// Sends a webhook a message of its own at once, and returns what came of it. It is not tried again.
    ///
    /// # Errors
    /// When there is no such webhook, it was tried a moment ago, or the database fails.
    pub async fn test_webhook(&self, identifier: &str) -> Result<Delivery, Error> {
        let webhook = self.webhook(identifier).await?;
        let now = self.0.now();
        // Of several at once, on whichever replicas, one is stored.
        let subject = now.timestamp().div_euclid(BETWEEN_TRIES.num_seconds()).to_string();
        let mut new = message(webhook.id, WebhookEvent::Test, &subject, now)?;
        new.claimed_until = Some(now + IN_HAND);
        self.0.store().add_deliveries(std::slice::from_ref(&new), now).await?;
        let find = async || -> Result<Delivery, Error> {
            let found = self.0.store().deliveries(webhook.id, MOST_DELIVERIES.into()).await?;
            let found = found.into_iter().find(|delivery| delivery.message == new.message);
            found.ok_or_else(|| {
                let seconds = BETWEEN_TRIES.num_seconds();
                Error::Conflict(format!("the webhook was tried a moment ago: try it again in {seconds} s"))
            })
        };
        self.0.attempt(&webhook, &find().await?).await?;
        find().await
    }

    async fn webhook(&self, identifier: &str) -> Result<Webhook, Error> {
        let all = self.0.store().webhooks().await?;
        let found = all.into_iter().find(|webhook| webhook.identifier == identifier);
        found.ok_or_else(|| store::Error::UnknownWebhook(identifier.to_owned()).into())
    }

    /// A secret as its organisation keeps it, and as the database does.
    fn webhook_secret(&self, identifier: &str) -> Result<(Zeroizing<String>, Vec<u8>), Error> {
        let secret = WebhookSecret::new().map_err(internal)?;
        let sealed = secret.sealed(&self.0.secret().sealing_key(), identifier).map_err(internal)?;
        Ok((secret.shown(), sealed))
    }
}

fn internal(error: SignError) -> Error {
    Error::Internal(error.into())
}
