//! Webhooks of an organisation, and what became of the messages to them.

use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};

use crate::{
    domain,
    graphql::{
        context,
        error::{bad_request, graphql_error},
    },
    service::MOST_DELIVERIES,
};

use super::{DateTime, whole};

/// Something that a webhook is told.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEvent {
    /// A release was published: `release.published`, with its number.
    ReleasePublished,
    /// An agreement that your organisation holds, or granted, holds no longer: `agreement.ended`, with its number.
    AgreementEnded,
    /// Something that your organisation handed in, or took back, is stored: `submission.accepted`, with its number.
    SubmissionAccepted,
}

/// What became of a message to a webhook.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookDeliveryStatus {
    /// It is tried, at `dueAt` or as soon as it is its turn.
    Due,
    /// The webhook answered with a status from 200 to 299.
    Delivered,
    /// It was tried for some three days, or the webhook answered with 410; it is not tried again, but by `resendWebhookMessages`.
    GivenUp,
}

/// An address of your organisation that is told when something happens, by a signed POST.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Webhook {
    /// What it is found by.
    #[graphql(name = "webhookId")]
    identifier: String,
    /// Where it is.
    url: String,
    /// What it is told.
    events: Vec<WebhookEvent>,
    /// When it was made, UTC. What happened before is not told.
    made_at: DateTime,
    /// Until when the secret before the present one signs too, UTC; null where there is none that does.
    secret_before_until: Option<DateTime>,
    #[graphql(skip)]
    kept: domain::Webhook,
}

/// An address of your organisation that is told when something happens, by a signed POST.
#[ComplexObject]
impl Webhook {
    /// The newest messages to it, the newest first, of the last 30 days; tests of the last one.
    async fn deliveries(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many, from 1 to 200.", default = 20)] first: i32,
    ) -> Result<Vec<WebhookDelivery>> {
        let wrong = || bad_request(format!("expected `first` from 1 to {MOST_DELIVERIES}, found {first}"));
        let first =
            u16::try_from(first).ok().filter(|first| (1..=MOST_DELIVERIES).contains(first)).ok_or_else(wrong)?;
        let found = context::reader(context).deliveries(&self.kept, first.into()).await.map_err(graphql_error)?;
        Ok(found.into_iter().map(WebhookDelivery::from).collect())
    }
}

/// A message to a webhook, and what became of it.
#[derive(SimpleObject)]
pub struct WebhookDelivery {
    /// What the message carries as `webhook-id`, the same in each attempt: whoever gets it twice takes it once.
    message_id: String,
    /// What happened, as the message says it in `type`, e.g. `release.published`.
    event: String,
    /// The body of the message, JSON.
    payload: String,
    /// What became of it.
    status: WebhookDeliveryStatus,
    /// How often it was tried.
    attempts: i32,
    /// What came of the last attempt, in words; null before the first.
    outcome: Option<String>,
    /// When it was made, UTC.
    made_at: DateTime,
    /// When it is tried next, UTC; null where it is not.
    due_at: Option<DateTime>,
    /// When it was delivered or given up, UTC.
    ended_at: Option<DateTime>,
}

impl WebhookEvent {
    fn of(event: domain::WebhookEvent) -> Option<Self> {
        match event {
            domain::WebhookEvent::ReleasePublished => Some(Self::ReleasePublished),
            domain::WebhookEvent::AgreementEnded => Some(Self::AgreementEnded),
            domain::WebhookEvent::SubmissionAccepted => Some(Self::SubmissionAccepted),
            domain::WebhookEvent::Test => None,
        }
    }
}

impl From<WebhookEvent> for domain::WebhookEvent {
    fn from(event: WebhookEvent) -> Self {
        match event {
            WebhookEvent::ReleasePublished => Self::ReleasePublished,
            WebhookEvent::AgreementEnded => Self::AgreementEnded,
            WebhookEvent::SubmissionAccepted => Self::SubmissionAccepted,
        }
    }
}

impl Webhook {
    /// As it stands at a moment.
    pub(crate) fn at(now: chrono::DateTime<chrono::Utc>, kept: domain::Webhook) -> Self {
        let before = kept.before.as_ref().map(|(_, until)| *until).filter(|until| *until > now);
        Self {
            identifier: kept.identifier.clone(),
            url: kept.url.clone(),
            events: kept.events.iter().filter_map(|&event| WebhookEvent::of(event)).collect(),
            made_at: kept.made_at.into(),
            secret_before_until: before.map(DateTime::from),
            kept,
        }
    }
}

impl From<domain::Delivery> for WebhookDelivery {
    fn from(delivery: domain::Delivery) -> Self {
        let ended_at = delivery.delivered_at.or(delivery.given_up_at);
        let status = match (delivery.delivered_at, delivery.given_up_at) {
            (Some(_), _) => WebhookDeliveryStatus::Delivered,
            (None, Some(_)) => WebhookDeliveryStatus::GivenUp,
            (None, None) => WebhookDeliveryStatus::Due,
        };
        Self {
            message_id: delivery.message,
            event: delivery.event,
            payload: delivery.payload,
            status,
            attempts: whole(delivery.attempts),
            outcome: delivery.outcome,
            made_at: delivery.made_at.into(),
            due_at: ended_at.is_none().then(|| delivery.due_at.into()),
            ended_at: ended_at.map(DateTime::from),
        }
    }
}
