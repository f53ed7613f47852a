//! Events of a response: one subscription on one connection, as `graphql-sse` has it for distinct connections.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::{Instant, Interval, interval_at};

use crate::{
    graphql::{Subscribed, error_body},
    http::{State, caching::CachePolicy, negotiate::EVENTS, senders::Hold},
    service::Subscription,
};

use super::{Feed, Over, Standing, failure, name};

/// How often something is sent where nothing happens, so that nothing on the way takes the connection for dead.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// A proxy is to hand on each event as it comes.
const NO_BUFFER: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A stream on its way.
struct Stream {
    feed: Feed,
    standing: Standing,
    alive: Interval,
    line: LastLine,
    over: bool,
    _hold: Hold,
}

/// Logs how it went, also where the other side just leaves.
struct LastLine {
    id: String,
    organisation: String,
    topic: &'static str,
    since: Instant,
    told: u64,
    why: &'static str,
}

impl Drop for LastLine {
    fn drop(&mut self) {
        let Self { id, organisation, topic, told, why, .. } = &*self;
        let seconds = self.since.elapsed().as_secs();
        tracing::info!(id, organisation, topic, told, seconds, why, "subscription ended");
    }
}

/// What is told to one subscriber, until it is over.
pub(in crate::http) fn stream(
    state: &State,
    id: &str,
    token: &str,
    hold: Hold,
    (to, subscription): (Box<Subscribed>, Subscription),
) -> Response<Body> {
    let organisation = match subscription.viewer() {
        crate::auth::Viewer::Partner(partner) => partner.organisation().to_owned(),
        crate::auth::Viewer::Anonymous => String::new(),
    };
    let topic = name(to.topic());
    tracing::info!(id, organisation, topic, over = "sse", "subscribed");
    let line = LastLine { id: id.to_owned(), organisation, topic, since: Instant::now(), told: 0, why: "left" };
    let standing = Standing::of(state, token);
    let feed = Feed::new(state, id.to_owned(), to, subscription);
    let alive = interval_at(Instant::now() + ALIVE_EVERY, ALIVE_EVERY);
    let own = Stream { feed, standing, alive, line, over: false, _hold: hold };
    // Something at once, so that the head goes out.
    let begun = stream::once(std::future::ready(Ok::<_, Infallible>(Bytes::from_static(b":\n\n"))));
    let told = stream::unfold(own, |mut own| async move { own.next().await.map(|bytes| (Ok(bytes), own)) });
    respond(Body::from_stream(stream::StreamExt::chain(begun, told)))
}

/// A whole answer as events, for whoever takes nothing else.
pub(in crate::http) fn answer(body: &[u8]) -> Response<Body> {
    respond(Body::from([next(body), complete()].concat()))
}

fn respond(body: Body) -> Response<Body> {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(EVENTS)),
        (header::CACHE_CONTROL, CachePolicy::NoStore.header()),
        (NO_BUFFER, HeaderValue::from_static("no")),
    ];
    (StatusCode::OK, headers, body).into_response()
}

impl Stream {
    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        loop {
            let event = tokio::select! {
                over = self.standing.over() => return Some(self.end(over)),
                _ = self.alive.tick() => return Some(Bytes::from_static(b":\n\n")),
                event = self.feed.subscription.next() => event,
            };
            match event {
                Ok(Some(event)) => {
                    if let Some(answer) = self.feed.answer(event).await {
                        self.line.told += 1;
                        return Some(next(&answer).into());
                    }
                }
                Ok(None) => {
                    self.over = true;
                    self.line.why = "complete";
                    return Some(complete().into());
                }
                Err(error) => {
                    self.over = true;
                    self.line.why = "refused";
                    return Some([next(&failure(&error, &self.line.id)), complete()].concat().into());
                }
            }
        }
    }

    /// Ends it for a reason of its own. A server that ends just closes: whoever listens comes again, to another.
    fn end(&mut self, over: Over) -> Bytes {
        self.over = true;
        match over {
            Over::Server => {
                self.line.why = "the server ends";
                Bytes::from_static(b": the server ends\n\n")
            }
            Over::Token => {
                self.line.why = "its token ended";
                let message = "the token has ended or was taken back; subscribe again with another";
                let body = error_body(message, "UNAUTHENTICATED", &self.line.id);
                [next(body.as_ref()), complete()].concat().into()
            }
        }
    }
}

/// Our JSON has no line break in it.
fn next(body: &[u8]) -> Vec<u8> {
    [b"event: next\ndata: ", body, b"\n\n"].concat()
}

fn complete() -> Vec<u8> {
    b"event: complete\ndata:\n\n".to_vec()
}
