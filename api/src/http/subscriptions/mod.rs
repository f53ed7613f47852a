//! Subscriptions: over WebSocket as `graphql-transport-ws` has it, and as events of a response, one connection for each.
//!
//! Both last as long as their token and no longer: it is looked at again every few seconds, and so is its organisation.

mod events;
mod message;
mod operation;
mod socket;

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};
use zeroize::Zeroizing;

use crate::{
    graphql::{Subscribed, error_body, error_code},
    service::{Error, Event, Subscription, Topic},
};

use super::{
    State,
    bearer::{self, Unverified},
};

pub(super) use events::{answer, stream};
pub(super) use socket::{is_upgrade, upgrade};

/// How often a token is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Why something that lasted is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Its token ended or was taken back.
    Token,
    /// The server ends.
    Server,
}

/// What keeps something open: a token that holds, and a server that goes on.
struct Standing {
    state: State,
    token: Zeroizing<String>,
    ending: watch::Receiver<bool>,
    looks: Interval,
}

impl Standing {
    fn of(state: &State, token: &str) -> Self {
        let mut looks = interval_at(Instant::now() + LOOK_AGAIN, LOOK_AGAIN);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { state: state.clone(), token: Zeroizing::new(token.to_owned()), ending: state.ending(), looks }
    }

    /// Resolves when it is over. May be dropped and called again.
    async fn over(&mut self) -> Over {
        loop {
            tokio::select! {
                _ = self.ending.wait_for(|ending| *ending) => return Over::Server,
                _ = self.looks.tick() => {}
            }
            // Where it cannot be known at present, it was good a moment ago.
            if let Err(Unverified::Refused(_)) = bearer::of_token(&self.state, &self.token).await {
                return Over::Token;
            }
        }
    }
}

/// What happens to one subscription: each time the answer to it.
struct Feed {
    state: State,
    id: String,
    to: Box<Subscribed>,
    subscription: Subscription,
}

impl Feed {
    fn new(state: &State, id: String, to: Box<Subscribed>, subscription: Subscription) -> Self {
        Self { state: state.clone(), id, to, subscription }
    }

    /// The next answer; `None` where nothing more can happen. Must not be dropped halfway: what happened would be lost.
    async fn answer(&self, event: Event) -> Option<Bytes> {
        let reader = self.state.exchange.reader(self.subscription.viewer().clone(), self.state.rules.timeout);
        Some(self.state.executor.tell(&self.to, event, reader, &self.id).await?.body)
    }
}

/// What a topic is called in a log.
fn name(topic: &Topic) -> &'static str {
    match topic {
        Topic::Releases { .. } => "releases",
        Topic::EndedAgreements => "endedAgreements",
        Topic::Submission(_) => "submission",
    }
}

/// The errors of a subscription that ends with one.
fn failure(error: &Error, id: &str) -> Vec<u8> {
    if let Error::Internal(cause) = error {
        tracing::error!(cause = format!("{cause:#}"), "internal error");
    }
    error_body(&error.to_string(), error_code(error).as_str(), id)
}
