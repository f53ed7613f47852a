//! How an answer leaves: made smaller where that is worth it, and a long one in pieces with a pause for others between them, and counted until it was taken.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Error,
    body::{Body, HttpBody},
    http::Response,
};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tower_http::compression::Predicate;

use super::senders::{Bound, Full, Hold, Sender};

/// An answer whose sender does not take it as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotPlain;

/// Which answers are made smaller: those that are worth it, and those that may not go out as they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct MadeSmaller<P>(pub(super) P);

impl<P: Predicate> Predicate for MadeSmaller<P> {
    fn should_compress<B: HttpBody>(&self, response: &Response<B>) -> bool {
        response.extensions().get::<NotPlain>().is_some() || self.0.should_compress(response)
    }
}

/// The longest piece, bytes: it is compressed in a fraction of a millisecond.
const PIECE: usize = 32 << 10;

/// Answers above this are counted, bytes.
pub(super) const COUNTED: u64 = 64 << 10;

/// A body on its way out.
struct Departing {
    body: Body,
    /// What the body gave and has not been handed on.
    rest: Bytes,
    /// Whether others had a turn since the last piece.
    paused: bool,
    _hold: Hold,
}

/// The body of an answer, counted as its sender's until it is dropped. Short ones go out as they are.
///
/// # Errors
/// When too much is on its way already.
pub(super) fn counted(body: Body, bound: &std::sync::Arc<Bound>, sender: &Sender) -> Result<Body, Full> {
    let length = HttpBody::size_hint(&body).lower();
    if length <= COUNTED {
        return Ok(body);
    }
    let hold = bound.take(sender, usize::try_from(length).unwrap_or(usize::MAX))?;
    Ok(Body::new(Departing { body, rest: Bytes::new(), paused: true, _hold: hold }))
}

impl HttpBody for Departing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if !std::mem::replace(&mut self.paused, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.rest.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                other => return Poll::Ready(other),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.paused = false;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let inner = HttpBody::size_hint(&self.body);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
