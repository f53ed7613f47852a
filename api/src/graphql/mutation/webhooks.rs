//! Organisations manage their own webhooks.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    graphql::{
        context,
        error::graphql_error,
        types::{Items, Webhook, WebhookDelivery, WebhookEvent, whole},
    },
    service::{GivenWebhook, Outcome},
};

use super::{ChangeOutcome, ChangeStatus, clients::overlap, contributor, sent, status};

/// Webhooks.
#[derive(Default)]
pub struct WebhookMutation;

/// Webhooks.
#[Object]
impl WebhookMutation {
    /// Adds a webhook of your organisation: an address that is told by a signed POST when something happens, within some seconds, and
    /// again for some three days until it answers with a status from 200 to 299. Its secret is told in this answer and never again,
    /// also where the answer is told again. Needs a token with the scope `webhooks:manage`.
    async fn add_webhook(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook to add.")] input: AddWebhookInput,
    ) -> Result<Option<AddWebhookPayload>> {
        let sent = sent("addWebhook", &input);
        let events = input.events.unwrap_or_default().into_iter().map(Into::into).collect();
        let added = contributor(context)?.add_webhook(sent, input.url, events).await.map_err(graphql_error)?;
        let (outcome, webhook, secret) = told(context::reader(context).now(), added)?;
        Ok(Some(AddWebhookPayload { outcome, webhook, secret }))
    }

    /// Gives a webhook of your organisation another secret, told once as in `addWebhook`; messages are signed with the one before as
    /// well for a while. Needs a token with the scope `webhooks:manage`.
    async fn rotate_webhook_secret(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook gets another secret.")] input: RotateWebhookSecretInput,
    ) -> Result<Option<RotateWebhookSecretPayload>> {
        let sent = sent("rotateWebhookSecret", &input);
        let overlap = overlap(input.overlap_hours)?;
        let rotated = contributor(context)?.rotate_webhook(sent, input.webhook_id, overlap);
        let (outcome, webhook, secret) = told(context::reader(context).now(), rotated.await.map_err(graphql_error)?)?;
        Ok(Some(RotateWebhookSecretPayload { outcome, webhook, secret }))
    }

    /// Sends messages to a webhook of your organisation again, within some seconds and then as at first, under the identifiers that
    /// they had: those that are named, delivered or not, or every one that was given up. Needs a token with the scope
    /// `webhooks:manage`.
    async fn resend_webhook_messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to send again.")] input: ResendWebhookMessagesInput,
    ) -> Result<Option<ResendWebhookMessagesPayload>> {
        let sent = sent("resendWebhookMessages", &input);
        let messages = input.message_ids.unwrap_or_default();
        let resent = contributor(context)?.resend_deliveries(sent, input.webhook_id, messages).await;
        let (ChangeOutcome { status, message }, resent) = status::told(resent.map_err(graphql_error)?)?;
        Ok(Some(ResendWebhookMessagesPayload { status, message, resent: resent.map(whole) }))
    }

    /// Removes a webhook of your organisation with its messages: nothing more is sent to it. Needs a token with the scope
    /// `webhooks:manage`.
    async fn remove_webhook(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook to remove.")] input: RemoveWebhookInput,
    ) -> Result<Option<RemoveWebhookPayload>> {
        let sent = sent("removeWebhook", &input);
        let removed = contributor(context)?.remove_webhook(sent, input.webhook_id).await.map_err(graphql_error)?;
        let (outcome, _) = status::told(removed)?;
        Ok(Some(RemoveWebhookPayload { outcome }))
    }

    /// Sends a webhook of your organisation a signed message of the type `webhook.test` at once, and tells what came of it. It is not
    /// tried again. Needs a token with the scope `webhooks:manage`.
    async fn test_webhook(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook to try.")] input: TestWebhookInput,
    ) -> Result<Option<TestWebhookPayload>> {
        let tried = contributor(context)?.test_webhook(input.webhook_id).await.map_err(graphql_error)?;
        let (ChangeOutcome { status, message }, delivery) = status::told(tried)?;
        Ok(Some(TestWebhookPayload { status, message, delivery: delivery.map(WebhookDelivery::from) }))
    }
}

fn told(
    now: DateTime<Utc>,
    outcome: Outcome<GivenWebhook>,
) -> Result<(ChangeOutcome, Option<Webhook>, Option<String>)> {
    let (outcome, given) = status::told(outcome)?;
    let secret = given.as_ref().and_then(|given| given.secret.as_ref().map(|secret| secret.to_string()));
    Ok((outcome, given.map(|given| Webhook::at(now, given.webhook)), secret))
}

/// Which webhook to add.
#[derive(InputObject)]
pub struct AddWebhookInput {
    /// Where it is: an `https` address that everybody can reach. Redirects are not followed.
    url: String,
    /// What it is told; everything when left out, what will be told one day not among it.
    #[graphql(validator(custom = "Items::one_to(50)"))]
    events: Option<Vec<WebhookEvent>>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which webhook gets another secret.
#[derive(InputObject)]
pub struct RotateWebhookSecretInput {
    /// What it is found by.
    webhook_id: String,
    /// How many hours messages are signed with the secret before as well, up to 90 days; 24 when left out. With 0 it signs nothing
    /// more, as when it leaked.
    overlap_hours: Option<i32>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which messages to send again.
#[derive(InputObject)]
pub struct ResendWebhookMessagesInput {
    /// What the webhook is found by.
    webhook_id: String,
    /// The messages, as `messageId` of its `deliveries`; every one of the last 30 days that was given up when left out.
    #[graphql(validator(custom = "Items::one_to(200)"))]
    message_ids: Option<Vec<String>>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which webhook to remove.
#[derive(InputObject)]
pub struct RemoveWebhookInput {
    /// What it is found by.
    webhook_id: String,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which webhook to try.
#[derive(InputObject)]
pub struct TestWebhookInput {
    /// What it is found by.
    webhook_id: String,
}

/// A webhook that was added.
#[derive(SimpleObject)]
pub struct AddWebhookPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The webhook.
    webhook: Option<Webhook>,
    /// What its messages are signed with, told once: `whsec_` and 32 bytes in Base64, as Standard Webhooks has it. Null where the
    /// answer is told again.
    secret: Option<String>,
}

/// A webhook that got another secret.
#[derive(SimpleObject)]
pub struct RotateWebhookSecretPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The webhook.
    webhook: Option<Webhook>,
    /// Its new secret, told once, as in `AddWebhookPayload`.
    secret: Option<String>,
}

/// Messages that are sent again.
#[derive(SimpleObject)]
pub struct ResendWebhookMessagesPayload {
    /// What became of it.
    status: ChangeStatus,
    /// Why none is, in words.
    message: Option<String>,
    /// How many are.
    resent: Option<i32>,
}

/// A webhook that was removed.
#[derive(SimpleObject)]
pub struct RemoveWebhookPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
}

/// A webhook that was tried.
#[derive(SimpleObject)]
pub struct TestWebhookPayload {
    /// `DONE` where a message was sent, whatever came of it.
    status: ChangeStatus,
    /// Why none was sent, in words.
    message: Option<String>,
    /// The message, and what came of it.
    delivery: Option<WebhookDelivery>,
}
