//! `exchange webhook`: addresses of organisations that are told when something happens.

use anyhow::Result;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::{Delivery, Webhook, WebhookEvent},
    service::{Authority, GivenWebhook, LONGEST_OVERLAP, Overlap},
};

use super::{duration, say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum WebhookCommand {
    /// Add a webhook of an organisation; the secret that its messages are signed with is shown once
    Add(AddArgs),
    /// List the webhooks that there are
    List {
        /// The code of an organisation; every one when left out
        #[arg(long, value_name = "CODE")]
        organisation: Option<String>,
    },
    /// List the newest messages to a webhook, and what became of each
    Deliveries {
        /// Its identifier
        #[arg(value_name = "WEBHOOK_ID")]
        identifier: String,
    },
    /// Give a webhook another secret, shown once; the one before signs beside it for a while
    Rotate(RotateArgs),
    /// Send a webhook a message of its own now, and say what came of it
    Test {
        /// Its identifier
        #[arg(value_name = "WEBHOOK_ID")]
        identifier: String,
    },
    /// Send messages to a webhook again, from now on as at first, under their identifiers
    Resend {
        /// Its identifier
        #[arg(value_name = "WEBHOOK_ID")]
        identifier: String,
        /// The messages, as `exchange webhook deliveries` names them; every one that was given up when left out
        #[arg(value_name = "MESSAGE_ID")]
        messages: Vec<String>,
    },
    /// Remove a webhook with its messages: nothing more is sent to it
    Remove {
        /// Its identifier
        #[arg(value_name = "WEBHOOK_ID")]
        identifier: String,
    },
}

/// Which webhook to add.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// The code of the organisation that is told
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// Where it is: `https` and a host that everybody can reach; on this machine, and with `http` there, only with
    /// --webhooks-on-this-machine
    #[arg(long)]
    url: String,
    /// What it is told, `release.published`, `agreement.ended` or `submission.accepted`; repeat for several, everything when
    /// left out
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<WebhookEvent>,
}

/// Which webhook gets another secret.
#[derive(Args, Debug)]
pub(super) struct RotateArgs {
    /// Its identifier
    #[arg(value_name = "WEBHOOK_ID")]
    identifier: String,
    /// How long the secret before signs beside the new one, e.g. `12h` or `7d`, at most `90d`
    #[arg(long, default_value = "1d", value_parser = parse_overlap)]
    overlap: Duration,
    /// Sign with the new one alone from now on: where a secret leaked
    #[arg(long, conflicts_with = "overlap")]
    at_once: bool,
}

pub(super) async fn manage(settings: &Settings, command: WebhookCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            WebhookCommand::Add(args) => {
                given(&operator.add_webhook(&args.organisation, &args.url, &args.events).await?)
            }
            WebhookCommand::List { organisation } => operator
                .webhooks(organisation.as_deref())
                .await?
                .iter()
                .map(|one| listed(one, exchange.now()))
                .collect(),
            WebhookCommand::Deliveries { identifier } => {
                operator.deliveries(&identifier).await?.iter().map(delivered).collect()
            }
            WebhookCommand::Rotate(args) => {
                let overlap = if args.at_once { Overlap::AtOnce } else { Overlap::For(args.overlap) };
                given(&operator.rotate_webhook(&args.identifier, overlap).await?)
            }
            WebhookCommand::Test { identifier } => vec![delivered(&operator.test_webhook(&identifier).await?)],
            WebhookCommand::Resend { identifier, messages } => {
                let resent = operator.resend_deliveries(&identifier, &messages).await?;
                vec![format!(
                    "{resent} to send again to the webhook {identifier}: a service that runs does it within seconds"
                )]
            }
            WebhookCommand::Remove { identifier } => {
                operator.remove_webhook(&identifier).await?;
                vec![format!("removed the webhook {identifier}: nothing more is sent to it")]
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

fn given(given: &GivenWebhook) -> Vec<String> {
    let mut lines = vec![format!("webhook_id {}", given.webhook.identifier)];
    lines.extend(given.secret.as_ref().map(|secret| format!("secret {}", &**secret)));
    lines
}

fn listed(webhook: &Webhook, now: DateTime<Utc>) -> String {
    let events: Vec<&str> = webhook.events.iter().map(|event| event.as_str()).collect();
    let before = webhook.before.as_ref().filter(|(_, until)| *until > now);
    let before = before.map(|(_, until)| format!("  secret before until {}", time(*until))).unwrap_or_default();
    format!("{}  {}  {}  {}{before}", webhook.identifier, webhook.organisation, events.join(" "), webhook.url)
}

fn delivered(delivery: &Delivery) -> String {
    let state = match (delivery.delivered_at, delivery.given_up_at) {
        (Some(at), _) => format!("delivered {}", time(at)),
        (None, Some(at)) => format!("given up {}", time(at)),
        (None, None) => format!("due {}", time(delivery.due_at)),
    };
    let outcome = delivery.outcome.as_deref().map(|outcome| format!("  {outcome}")).unwrap_or_default();
    format!("{}  {}  {state}  attempts {}{outcome}", delivery.message, delivery.event, delivery.attempts)
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn parse_overlap(text: &str) -> Result<Duration, String> {
    duration(text, LONGEST_OVERLAP)
}
