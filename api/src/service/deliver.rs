//! Webhooks are told what happened, signed, until they take it or some three days are over.
//!
//! What is to be told is found in what the database holds already, so that no message is lost with the process that made it happen.
//! One replica delivers each: it takes the message in hand for a while, in the database. Should it end meanwhile, another one tries
//! again, under the same identifier.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::json;

use crate::{
    auth::{self, WebhookSecret},
    domain::{Delivery, NewDelivery, Next, Webhook, WebhookEvent},
    outbound::{FetchError, HttpAddress},
};

use super::{
    Error, Exchange,
    known_webhooks::{Free, Noticed},
};

/// How long a replica has a message in hand: longer than an attempt takes.
pub(super) const IN_HAND: Duration = Duration::seconds(30);

/// How far back something may have happened that is still told: a service that was away tells what it missed.
const TOLD_FOR: Duration = Duration::days(14);

/// How long messages that came to their end are kept: longer than anything is told, so that nothing is told again.
const KEPT_FOR: Duration = Duration::days(30);

/// How long messages of tries are kept: anybody makes as many as there is time for.
const TRIES_KEPT_FOR: Duration = Duration::days(1);

impl Exchange {
    /// Lets webhooks be on this machine, also without TLS: for trying them out.
    pub fn allow_webhooks_on_this_machine(&self) {
        self.webhooks.this_machine.store(true, Ordering::Relaxed);
    }

    /// Notices what happened, and begins to deliver what is due; waits for no receiver. To be called every second or so.
    ///
    /// # Errors
    /// When the database fails; nothing is lost by that.
    pub async fn tell_webhooks(self: &Arc<Self>) -> Result<(), Error> {
        let webhooks = self.store().webhooks().await?;
        if webhooks.is_empty() {
            return Ok(());
        }
        self.notice(&webhooks).await?;
        let (free, room) = self.webhooks.free(&webhooks);
        if free.is_empty() || room == 0 {
            return Ok(());
        }
        for delivery in self.store().due_deliveries(self.now(), &free, room as u64).await? {
            // One at a time to each: a receiver that is slow is not asked to take many at once.
            let Some(webhook) = webhooks.iter().find(|webhook| webhook.id == delivery.webhook) else { continue };
            if !self.webhooks.take(webhook) {
                continue;
            }
            let (exchange, webhook) = (self.clone(), webhook.clone());
            tokio::spawn(async move {
                let _free = Free(&exchange.webhooks, webhook.id);
                if let Err(error) = exchange.deliver(&webhook, delivery).await {
                    tracing::debug!(?error, "what came of a message to a webhook was not kept; it is tried again");
                }
            });
        }
        Ok(())
    }

    /// Makes the messages about what has happened, each once.
    async fn notice(&self, webhooks: &[Webhook]) -> Result<(), Error> {
        let noticed = Noticed {
            webhooks: webhooks.iter().map(|webhook| webhook.id).collect(),
            generation: self.current().generation,
            newest_submission: self.store().newest_submission().await?,
            day: self.today(),
        };
        if self.webhooks.noticed().as_ref() == Some(&noticed) {
            return Ok(());
        }
        let now = self.now();
        for webhook in webhooks {
            let told: HashSet<(String, String)> = self.store().told_webhook(webhook.id).await?.into_iter().collect();
            let mut new: Vec<NewDelivery> = Vec::new();
            for &event in &webhook.events {
                for number in self.happened(webhook, event, &noticed).await? {
                    let subject = number.to_string();
                    if !told.contains(&(event.as_str().to_owned(), subject.clone())) {
                        new.push(message(webhook.id, event, &subject, now)?);
                    }
                }
            }
            if !new.is_empty() {
                self.store().add_deliveries(&new, now).await?;
            }
        }
        self.store().forget_deliveries(now - KEPT_FOR, now - TRIES_KEPT_FOR).await?;
        *self.webhooks.noticed() = Some(noticed);
        Ok(())
    }

    /// What of an event happened since a webhook was made, by number, as far as it is its organisation's own.
    async fn happened(&self, webhook: &Webhook, event: WebhookEvent, noticed: &Noticed) -> Result<Vec<i64>, Error> {
        let since = webhook.made_at.max(self.now() - TOLD_FOR);
        let current = self.current();
        Ok(match event {
            WebhookEvent::ReleasePublished => {
                let new = current.releases.iter().rev().filter(|release| release.published_at >= since);
                new.map(|release| release.number.into()).collect()
            }
            WebhookEvent::AgreementEnded => {
                let own = current.directory.agreements().iter().filter(|agreement| {
                    agreement.consumer == webhook.organisation
                        || agreement.provider.as_ref() == Some(&webhook.organisation)
                });
                // Days are all that is known of an end: what ended on the day on which the webhook was made is told too.
                let ended = own.filter(|agreement| {
                    let next = agreement.last_day().and_then(|last| last.succ_opt());
                    next.is_some_and(|next| (since.date_naive()..=noticed.day).contains(&next))
                });
                ended.map(|agreement| agreement.id).collect()
            }
            WebhookEvent::SubmissionAccepted => {
                self.store().submissions_since(&webhook.organisation, since, noticed.newest_submission).await?
            }
            WebhookEvent::Test => Vec::new(),
        })
    }

    /// Tries to deliver a message, if no other replica has it in hand.
    async fn deliver(&self, webhook: &Webhook, mut delivery: Delivery) -> Result<(), Error> {
        let now = self.now();
        if !self.store().claim_delivery(delivery.id, now, now + IN_HAND).await? {
            return Ok(());
        }
        delivery.attempts += 1;
        self.attempt(webhook, &delivery).await
    }

    /// Sends a message that this replica has in hand, and keeps what came of it.
    pub(super) async fn attempt(&self, webhook: &Webhook, delivery: &Delivery) -> Result<(), Error> {
        let sent = self.send(webhook, delivery).await;
        let (next, text) = match &sent {
            Ok(status) => (None, format!("answered {status}")),
            Err(Failed::Sending(FetchError::Status(_, 410))) => {
                (Some(Next::Never), "answered 410: it is gone".to_owned())
            }
            Err(failed) => (Some(delivery.next(self.now())), failed.text()),
        };
        let (webhook, id, event) = (&webhook.identifier, &delivery.message, &delivery.event);
        let attempts = delivery.attempts;
        let outcome = match next {
            None => {
                tracing::info!(webhook, id, event, attempts, "told a webhook");
                "delivered"
            }
            Some(Next::At(_)) => {
                tracing::info!(webhook, id, event, attempts, text, "a webhook was not told; it is tried again");
                "failed"
            }
            Some(Next::Never) => {
                tracing::warn!(webhook, id, event, attempts, text, "a message to a webhook is given up");
                "given_up"
            }
        };
        self.telemetry.attempted_delivery(outcome);
        Ok(self.store().settle_delivery(delivery, self.now(), next, &text).await?)
    }

    async fn send(&self, webhook: &Webhook, delivery: &Delivery) -> Result<u16, Failed> {
        let address: HttpAddress = webhook.url.parse().map_err(|_| Failed::Address)?;
        let now = self.now();
        let signature = self.signature(webhook, delivery, now).ok_or(Failed::Secret)?;
        let headers = [
            ("webhook-id", delivery.message.clone()),
            ("webhook-timestamp", now.timestamp().to_string()),
            ("webhook-signature", signature),
        ];
        let fetch = self.issuers.fetch.load_full();
        let body = Bytes::from(delivery.payload.clone());
        fetch.post(&address, self.webhooks.reach(), &headers, body).await.map_err(Failed::Sending)
    }

    /// The signatures under each secret that signs, a blank between them.
    fn signature(&self, webhook: &Webhook, delivery: &Delivery, now: DateTime<Utc>) -> Option<String> {
        let before = webhook.before.as_ref().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
        let key = self.secret().sealing_key();
        let sign = |sealed: &Vec<u8>| {
            let secret = WebhookSecret::open(&key, &webhook.identifier, sealed)?;
            Some(secret.sign(&delivery.message, now.timestamp(), &delivery.payload))
        };
        let signatures: Option<Vec<String>> = std::iter::once(&webhook.secret).chain(before).map(sign).collect();
        Some(signatures?.join(" "))
    }
}

/// A message about something that happened: what, when it was noticed, and a number to ask about it. No figure, no name.
pub(super) fn message(
    webhook: i64,
    event: WebhookEvent,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<NewDelivery, Error> {
    let number = subject.parse::<i64>().map_or_else(|_| json!(subject), |number| json!(number));
    let timestamp = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let payload = json!({"type": event.as_str(), "timestamp": timestamp, "data": {event.subject(): number}});
    let identifier = auth::new_identifier().map_err(|error| Error::Internal(error.into()))?;
    Ok(NewDelivery {
        message: format!("msg_{identifier}"),
        webhook,
        event,
        subject: subject.to_owned(),
        payload: payload.to_string(),
        claimed_until: None,
    })
}

/// Why nothing was sent, or what came of it.
enum Failed {
    Address,
    Secret,
    Sending(FetchError),
}

impl Failed {
    fn text(&self) -> String {
        match self {
            Self::Address => "its address is none any more".to_owned(),
            Self::Secret => "its secret was not sealed under this service's".to_owned(),
            Self::Sending(error) => outcome(error),
        }
    }
}

/// Why nothing came of an attempt, without the address: it may hold what its receiver keeps secret.
pub(super) fn outcome(error: &FetchError) -> String {
    match error {
        FetchError::NoAddress(_) => "the host is unknown, or has no public address".to_owned(),
        FetchError::Unreachable(..) => "nobody answers there, or not by TLS with a certificate that holds".to_owned(),
        FetchError::Broken(..) | FetchError::TooLarge(_) => "the answer broke off, or is no HTTP".to_owned(),
        FetchError::Status(_, status @ 300..400) => format!("answered {status}: redirects are not followed"),
        FetchError::Status(_, status) => format!("answered {status}"),
        FetchError::TooSlow(_, time) => format!("took longer than {} s", time.as_secs()),
        FetchError::Certificates(_) => "certificates cannot be read".to_owned(),
    }
}
