//! What nobody read of a body: whoever is refused before its body was read keeps the connection where the rest is small, and is told
//! where it does not.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, HeaderValue, Response, header},
};
use bytes::Bytes;
use hyper::{
    Request,
    body::{Frame, Incoming, SizeHint},
};
use tokio::time::timeout;

/// The most that is read for no other reason than to keep the connection, bytes.
const MOST: u64 = 64 << 10;

/// How long is waited for it: many clients send head and body one after the other.
const WAIT: Duration = Duration::from_millis(250);

/// Where a body is put by whoever lets go of it.
#[derive(Clone, Default)]
struct Aside(Arc<Mutex<Option<Incoming>>>);

/// What may be left of a body that was lent.
pub(super) struct Unread {
    aside: Aside,
    /// Whether its sender waits to be asked for it, which a refusal does not do.
    waits: bool,
}

/// A body that is put aside where it is let go of before its end.
struct Lent {
    body: Option<Incoming>,
    aside: Aside,
}

/// Lends the body of a request, where it has one.
pub(super) fn lend(request: Request<Incoming>) -> (Request<Body>, Option<Unread>) {
    if request.body().is_end_stream() {
        return (request.map(Body::new), None);
    }
    let unread = Unread { aside: Aside::default(), waits: request.headers().contains_key(header::EXPECT) };
    let aside = unread.aside.clone();
    (request.map(|body| Body::new(Lent { body: Some(body), aside })), Some(unread))
}

impl Unread {
    /// Reads away what is left, or says in the response that the connection ends.
    pub(super) async fn settle(self, response: &mut Response<Body>) {
        let Some(body) = self.aside.0.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        if self.waits || !Box::pin(timeout(WAIT, is_read(body))).await.unwrap_or(false) {
            close(response.headers_mut());
        }
    }
}

fn close(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Reads a body to its end. False where it is too long for that, or broke off.
async fn is_read(mut body: Incoming) -> bool {
    let mut read = 0;
    while read + body.size_hint().lower() <= MOST {
        match std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            None => return true,
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len) as u64,
            Some(Err(_)) => return false,
        }
    }
    false
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *self.aside.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
