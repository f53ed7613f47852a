//! One operation on a WebSocket: a question or a change, answered once, or a subscription.

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

use crate::{
    auth::Viewer,
    graphql::{Answer, Performed, Reply, Subscribed, error_body},
    http::{State, departure::COUNTED, parameters, senders::Hold, senders::Sender},
    service::REQUEST_POINTS,
};

use super::{Feed, failure, message, name};

/// Something that goes out.
pub(super) struct Outgoing {
    /// What the client calls the operation.
    pub(super) key: String,
    /// Which operation of the socket it is of: a name may be given again.
    pub(super) serial: u64,
    pub(super) text: Utf8Bytes,
    /// Whether the operation is over with it.
    pub(super) is_last: bool,
    /// What of a long answer is counted until it has gone out.
    pub(super) _hold: Option<Hold>,
}

/// An operation under way.
pub(super) struct Operation {
    pub(super) state: State,
    pub(super) request_id: String,
    pub(super) key: String,
    pub(super) serial: u64,
    pub(super) viewer: Viewer,
    pub(super) sender: Sender,
    pub(super) outgoing: mpsc::Sender<Outgoing>,
}

impl Operation {
    /// Executes what was sent, and sends what comes of it.
    pub(super) async fn run(self, payload: Value) {
        let started = Instant::now();
        let purse = self.state.purse(&self.sender);
        if let Err(refusal) = purse.spend(REQUEST_POINTS) {
            return self.refuse("TOO_MANY_REQUESTS", &refusal.to_string()).await;
        }
        let request = match parameters::from_value(payload) {
            Ok(request) => request,
            Err(problem) => return self.refuse("BAD_REQUEST", &problem).await,
        };
        let Ok(permit) = self.state.partners.permits.take(&self.sender, 1) else {
            let message = "too many requests are being worked on; try again when something of it is answered";
            return self.refuse("TOO_MANY_REQUESTS", message).await;
        };
        let exchange = &self.state.exchange;
        let reader = exchange.paying_reader(self.viewer.clone(), self.state.rules.timeout, purse);
        let contributor = Some(exchange.contributor(self.viewer.clone()));
        let work = self.state.executor.perform(request, reader, contributor, &self.request_id);
        let performed = timeout(self.state.rules.timeout, work).await;
        drop(permit);
        let (id, us) = (&self.request_id, started.elapsed().as_micros());
        match performed {
            Ok(Performed::Answer(answer)) => {
                tracing::info!(id, organisation = self.organisation(), us, "answered on a socket");
                self.answer(answer).await;
            }
            Ok(Performed::Subscribed(to)) => self.subscribe(to).await,
            Err(_) => {
                self.refuse("UNAVAILABLE", "the answer took too long and was stopped; ask for less at once").await;
            }
        }
    }

    async fn answer(self, answer: Answer) {
        let executed = match answer.reply {
            Reply::Complete | Reply::Partial | Reply::Unavailable | Reply::TooMany => true,
            Reply::Syntax | Reply::Invalid | Reply::Forbidden | Reply::NotAQuery => false,
        };
        if !executed {
            return self.send(message::error(&self.key, &answer.body), true, None).await;
        }
        let mut hold = None;
        if answer.body.len() as u64 > COUNTED {
            let Ok(taken) = self.state.partners.answers.take(&self.sender, answer.body.len()) else {
                return self.refuse("TOO_MANY_REQUESTS", "too much of your answers has not been taken yet").await;
            };
            hold = Some(taken);
        }
        self.send(message::next(&self.key, &answer.body), false, hold).await;
        self.send(message::complete(&self.key), true, None).await;
    }

    async fn subscribe(self, to: Box<Subscribed>) {
        let Ok(_hold) = self.state.streams.take(&self.sender, 1) else {
            return self.refuse("TOO_MANY_REQUESTS", "too many connections and subscriptions are open").await;
        };
        let topic = to.topic().clone();
        let subscription = match self.state.exchange.subscribe(self.viewer.clone(), topic.clone()).await {
            Ok(subscription) => subscription,
            Err(error) => return self.fail(&error).await,
        };
        let (id, topic) = (&self.request_id, name(&topic));
        tracing::info!(id, organisation = self.organisation(), topic, over = "websocket", "subscribed");
        let mut feed = Feed::new(&self.state, self.request_id.clone(), to, subscription);
        loop {
            match feed.subscription.next().await {
                Ok(Some(event)) => {
                    if let Some(body) = feed.answer(event).await {
                        self.send(message::next(&self.key, &body), false, None).await;
                    }
                }
                Ok(None) => return self.send(message::complete(&self.key), true, None).await,
                Err(error) => return self.fail(&error).await,
            }
        }
    }

    fn organisation(&self) -> &str {
        match &self.viewer {
            Viewer::Partner(partner) => partner.organisation(),
            Viewer::Anonymous => "",
        }
    }

    async fn refuse(&self, code: &str, text: &str) {
        let body: Vec<u8> = error_body(text, code, &self.request_id);
        self.send(message::error(&self.key, &body), true, None).await;
    }

    async fn fail(&self, error: &crate::service::Error) {
        self.send(message::error(&self.key, &failure(error, &self.request_id)), true, None).await;
    }

    /// Waits where the other side takes things slowly. Where it left, this task ends with its session.
    async fn send(&self, text: Utf8Bytes, is_last: bool, hold: Option<Hold>) {
        let outgoing = Outgoing { key: self.key.clone(), serial: self.serial, text, is_last, _hold: hold };
        let _ = self.outgoing.send(outgoing).await;
    }
}
