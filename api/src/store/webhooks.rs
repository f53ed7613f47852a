//! Webhooks of organisations, and the messages to them.
//!
//! A message is made of what stands in the database already (a release, a submission, an agreement that ended), so that none is lost
//! with the process that made it happen; the unique key over webhook, event and subject makes it once.

use chrono::{DateTime, Utc};
use entity::{organisation, submission, webhook, webhook_delivery, webhook_delivery::Column as DeliveryColumn};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::domain::{ChangeKind, Delivery, NewDelivery, Next, RecordedChange, Webhook, WebhookEvent};

use super::{Error, Result, Store};

/// The advisory lock of webhooks on PostgreSQL: two that are added at once would be one too many.
const WEBHOOK_LOCK: i64 = 0x6265_6e63_686d_6b0e;

impl Store {
    /// Adds a webhook. False where its organisation has `most` others.
    ///
    /// # Errors
    /// When the organisation is unknown or ended, or the database fails.
    pub async fn add_webhook(&self, made: &Webhook, most: u64) -> Result<bool> {
        let organisation = self.active_organisation_id(&made.organisation).await?;
        let transaction = self.begin_change().await?;
        self.lock(&transaction, WEBHOOK_LOCK).await?;
        let others = webhook::Entity::find().filter(webhook::Column::OrganisationId.eq(organisation));
        if others.count(&transaction).await? >= most {
            return Ok(false);
        }
        let events: Vec<&str> = made.events.iter().map(|event| event.as_str()).collect();
        let row = webhook::ActiveModel {
            id: NotSet,
            identifier: Set(made.identifier.clone()),
            organisation_id: Set(organisation),
            url: Set(made.url.clone()),
            events: Set(events.join(" ")),
            secret: Set(made.secret.clone()),
            secret_before: Set(None),
            secret_before_until: Set(None),
            made_at: Set(made.made_at),
        };
        row.insert(&transaction).await?;
        let change = RecordedChange::new(ChangeKind::WebhookAdded, &made.identifier)
            .detail(format!("of {}: {}", made.organisation, events.join(" ")))
            .concerning([made.organisation.as_str()]);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The webhooks of organisations that hold, in the order of making.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let rows = webhook::Entity::find()
            .find_both_related(organisation::Entity)
            .filter(organisation::Column::EndedOn.is_null())
            .order_by_asc(webhook::Column::Id);
        let rows = self.trying(async { Ok(rows.all(&self.database).await?) }).await?.into_iter();
        Ok(rows.map(|(row, owner)| domain(row, owner.code)).collect())
    }

    /// Puts another secret in the place of a webhook's, which goes on beside it until a time, where there is one. False where it was
    /// replaced or removed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_webhook_secret(
        &self,
        known: &Webhook,
        secret: Vec<u8>,
        until: Option<DateTime<Utc>>,
    ) -> Result<bool> {
        let before = until.map(|_| known.secret.clone());
        let transaction = self.begin_change().await?;
        let replaced = webhook::Entity::update_many()
            .col_expr(webhook::Column::Secret, Expr::value(secret))
            .col_expr(webhook::Column::SecretBefore, Expr::value(before))
            .col_expr(webhook::Column::SecretBeforeUntil, Expr::value(until))
            .filter(webhook::Column::Id.eq(known.id))
            .filter(webhook::Column::Secret.eq(known.secret.clone()))
            .exec(&transaction)
            .await?;
        if replaced.rows_affected == 0 {
            return Ok(false);
        }
        let others = until.map_or_else(String::new, |until| format!("the one before signs until {until:.0}"));
        let change = RecordedChange::new(ChangeKind::WebhookRotated, &known.identifier)
            .detail(others)
            .concerning([known.organisation.as_str()]);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes a webhook with its messages: what is due to it is never tried again.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn remove_webhook(&self, identifier: &str) -> Result<()> {
        let transaction = self.begin_change().await?;
        let found =
            webhook::Entity::find().filter(webhook::Column::Identifier.eq(identifier)).one(&transaction).await?;
        let row = found.ok_or_else(|| Error::UnknownWebhook(identifier.to_owned()))?;
        webhook_delivery::Entity::delete_many().filter(DeliveryColumn::WebhookId.eq(row.id)).exec(&transaction).await?;
        webhook::Entity::delete_by_id(row.id).exec(&transaction).await?;
        let owner = organisation::Entity::find_by_id(row.organisation_id).one(&transaction).await?;
        let change =
            RecordedChange::new(ChangeKind::WebhookRemoved, identifier).concerning(owner.map(|owner| owner.code));
        self.record(&transaction, &change, None).await?;
        Ok(transaction.commit().await?)
    }

    /// What an organisation handed in since a time, up to a number, by number.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn submissions_since(&self, code: &str, since: DateTime<Utc>, up_to: i64) -> Result<Vec<i64>> {
        let rows = submission::Entity::find()
            .select_only()
            .column(submission::Column::Id)
            .inner_join(organisation::Entity)
            .filter(organisation::Column::Code.eq(code))
            .filter(submission::Column::ReceivedAt.gte(since))
            .filter(submission::Column::Id.lte(up_to))
            .order_by_asc(submission::Column::Id)
            .into_tuple::<i64>();
        self.trying(async { Ok(rows.all(&self.database).await?) }).await
    }

    /// The subjects about which a webhook has messages, each with its event.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn told_webhook(&self, webhook: i64) -> Result<Vec<(String, String)>> {
        let rows = webhook_delivery::Entity::find()
            .select_only()
            .columns([DeliveryColumn::Event, DeliveryColumn::Subject])
            .filter(DeliveryColumn::WebhookId.eq(webhook))
            .into_tuple::<(String, String)>();
        self.trying(async { Ok(rows.all(&self.database).await?) }).await
    }

    /// Adds messages, due at once, but for those that are there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_deliveries(&self, all: &[NewDelivery], now: DateTime<Utc>) -> Result<()> {
        let transaction = self.begin_charging().await?;
        let once = [DeliveryColumn::WebhookId, DeliveryColumn::Event, DeliveryColumn::Subject];
        for new in all {
            let row = webhook_delivery::ActiveModel {
                id: NotSet,
                message: Set(new.message.clone()),
                webhook_id: Set(new.webhook),
                event: Set(new.event.as_str().to_owned()),
                subject: Set(new.subject.clone()),
                payload: Set(new.payload.clone()),
                made_at: Set(now),
                due_at: Set(now),
                claimed_until: Set(new.claimed_until),
                attempts: Set(new.claimed_until.is_some().into()),
                attempts_before: Set(0),
                delivered_at: Set(None),
                given_up_at: Set(None),
                outcome: Set(None),
            };
            let leave = OnConflict::columns(once).do_nothing().to_owned();
            webhook_delivery::Entity::insert(row).on_conflict(leave).exec_without_returning(&transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The oldest message to each of some webhooks that is due and that no replica has in hand.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn due_deliveries(&self, now: DateTime<Utc>, webhooks: &[i64], most: u64) -> Result<Vec<Delivery>> {
        let first = webhook_delivery::Entity::find()
            .select_only()
            .column_as(DeliveryColumn::Id.min(), "first")
            .filter(is_due(now))
            .filter(DeliveryColumn::WebhookId.is_in(webhooks.iter().copied()))
            .group_by(DeliveryColumn::WebhookId)
            .order_by(DeliveryColumn::DueAt.min(), Order::Asc)
            .limit(most)
            .into_tuple::<i64>();
        let first = self.trying(async { Ok(first.all(&self.database).await?) }).await?;
        if first.is_empty() {
            return Ok(Vec::new());
        }
        let rows = webhook_delivery::Entity::find().filter(DeliveryColumn::Id.is_in(first));
        let rows = self.trying(async { Ok(rows.all(&self.database).await?) }).await?;
        Ok(rows.into_iter().map(delivery).collect())
    }

    /// Takes a message in hand until a time. False where another replica was first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_delivery(&self, id: i64, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool> {
        let transaction = self.begin_charging().await?;
        let claimed = webhook_delivery::Entity::update_many()
            .col_expr(DeliveryColumn::ClaimedUntil, Expr::value(until))
            .col_expr(DeliveryColumn::Attempts, Expr::col(DeliveryColumn::Attempts).add(1))
            .filter(DeliveryColumn::Id.eq(id))
            .filter(is_due(now))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(claimed.rows_affected > 0)
    }

    /// Keeps what came of an attempt, unless another was begun meanwhile. `next` is absent where the message was taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_delivery(
        &self,
        claimed: &Delivery,
        now: DateTime<Utc>,
        next: Option<Next>,
        outcome: &str,
    ) -> Result<()> {
        let attempts = i32::try_from(claimed.attempts).unwrap_or(i32::MAX);
        let mut update = webhook_delivery::Entity::update_many()
            .col_expr(DeliveryColumn::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(DeliveryColumn::Outcome, Expr::value(outcome))
            .filter(DeliveryColumn::Id.eq(claimed.id))
            .filter(DeliveryColumn::Attempts.eq(attempts));
        update = match next {
            None => update.col_expr(DeliveryColumn::DeliveredAt, Expr::value(now)),
            Some(Next::Never) => update.col_expr(DeliveryColumn::GivenUpAt, Expr::value(now)),
            Some(Next::At(due)) => update.col_expr(DeliveryColumn::DueAt, Expr::value(due)),
        };
        let transaction = self.begin_charging().await?;
        update.exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes messages to a webhook due now, as if they had never been tried: those that are named, whether they came to their end or
    /// wait for their next attempt; where none is named, every one that was given up. Returns how many.
    ///
    /// # Errors
    /// [`Error::NotResendable`] where one that is named is none of this webhook's, a test, or in hand; when the database fails.
    pub async fn resend_deliveries(&self, to: &Webhook, named: &[String], now: DateTime<Utc>) -> Result<u64> {
        let mut may = Condition::all()
            .add(DeliveryColumn::WebhookId.eq(to.id))
            .add(DeliveryColumn::Event.ne(WebhookEvent::Test.as_str()))
            .add(is_free(now));
        may = if named.is_empty() {
            may.add(DeliveryColumn::GivenUpAt.is_not_null())
        } else {
            may.add(DeliveryColumn::Message.is_in(named))
        };
        let transaction = self.begin_change().await?;
        let resent = webhook_delivery::Entity::update_many()
            .col_expr(DeliveryColumn::DueAt, Expr::value(now))
            .col_expr(DeliveryColumn::AttemptsBefore, Expr::col(DeliveryColumn::Attempts))
            .col_expr(DeliveryColumn::DeliveredAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(DeliveryColumn::GivenUpAt, Expr::value(None::<DateTime<Utc>>))
            .filter(may.clone())
            .exec(&transaction)
            .await?
            .rows_affected;
        if resent != named.len() as u64 && !named.is_empty() {
            let found = webhook_delivery::Entity::find().select_only().column(DeliveryColumn::Message).filter(may);
            let found: Vec<String> = found.into_tuple().all(&transaction).await?;
            let missing = named.iter().find(|message| !found.contains(message)).cloned();
            return Err(Error::NotResendable(missing.unwrap_or_default()));
        }
        if resent == 0 {
            return Ok(0);
        }
        let change = RecordedChange::new(ChangeKind::WebhookResent, &to.identifier)
            .detail(format!("{resent} of {}", to.organisation))
            .concerning([to.organisation.as_str()]);
        self.record(&transaction, &change, Some(resent.to_string())).await?;
        transaction.commit().await?;
        Ok(resent)
    }

    /// The newest messages to a webhook, the newest first.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn deliveries(&self, webhook: i64, most: u64) -> Result<Vec<Delivery>> {
        let rows = webhook_delivery::Entity::find()
            .filter(DeliveryColumn::WebhookId.eq(webhook))
            .order_by(DeliveryColumn::Id, Order::Desc)
            .limit(most);
        let rows = self.reaching(async { Ok(rows.all(&self.database).await?) }).await?;
        Ok(rows.into_iter().map(delivery).collect())
    }

    /// Forgets messages that came to their end and were made before a time, and those of tries that were made before another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_deliveries(&self, before: DateTime<Utc>, tries_before: DateTime<Utc>) -> Result<()> {
        let ended = Condition::any()
            .add(DeliveryColumn::DeliveredAt.is_not_null())
            .add(DeliveryColumn::GivenUpAt.is_not_null());
        let tries = DeliveryColumn::Event.eq(WebhookEvent::Test.as_str()).and(DeliveryColumn::MadeAt.lt(tries_before));
        let old = Condition::any().add(DeliveryColumn::MadeAt.lt(before)).add(tries);
        let old = webhook_delivery::Entity::delete_many().filter(old).filter(ended);
        let transaction = self.begin_charging().await?;
        old.exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// Whether a message is in nobody's hand.
fn is_free(now: DateTime<Utc>) -> Condition {
    Condition::any().add(DeliveryColumn::ClaimedUntil.is_null()).add(DeliveryColumn::ClaimedUntil.lt(now))
}

/// Whether a message is due and in nobody's hand.
fn is_due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(DeliveryColumn::DeliveredAt.is_null())
        .add(DeliveryColumn::GivenUpAt.is_null())
        .add(DeliveryColumn::DueAt.lte(now))
        .add(is_free(now))
}

fn domain(row: webhook::Model, organisation: String) -> Webhook {
    Webhook {
        id: row.id,
        identifier: row.identifier,
        organisation,
        url: row.url,
        events: row.events.split(' ').filter_map(|event| event.parse().ok()).collect(),
        secret: row.secret,
        before: row.secret_before.zip(row.secret_before_until),
        made_at: row.made_at,
    }
}

fn delivery(row: webhook_delivery::Model) -> Delivery {
    Delivery {
        id: row.id,
        message: row.message,
        webhook: row.webhook_id,
        event: row.event,
        payload: row.payload,
        made_at: row.made_at,
        due_at: row.due_at,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        attempts_before: u32::try_from(row.attempts_before).unwrap_or(0),
        delivered_at: row.delivered_at,
        given_up_at: row.given_up_at,
        outcome: row.outcome,
    }
}
