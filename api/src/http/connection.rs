//! One connection: who sends the head of a request or takes an answer too slowly is cut off, and who is idle for too long.
//!
//! hyper's own timer for heads also runs between two requests, so that a connection is idle for no longer than a head may
//! take; and it has none for answers that nobody takes. So both are watched here, where the bytes go through.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use axum::{
    Error,
    body::{Body, HttpBody},
};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How long an answer that nobody takes is kept once the server ends.
const AT_THE_END: Duration = Duration::from_secs(1);

/// How long a connection may be in each state.
#[derive(Debug, Clone)]
pub struct ConnectionRules {
    /// For the head of a request.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// Without a byte of an answer taken.
    pub stuck: Duration,
    /// How many connections one address may hold; any number where 0.
    pub per_address: usize,
}

impl Default for ConnectionRules {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stuck: Duration::from_secs(10),
            per_address: 1_000,
        }
    }
}

/// A head is awaited or has begun.
const HEAD: u8 = 0;
/// A request is worked on or answered.
const BUSY: u8 = 1;
/// Answered, and nothing of a next request has come.
const IDLE: u8 = 2;
/// No longer HTTP, and nobody knows yet who is at the other end: little is read.
const UNKNOWN: u8 = 3;
/// No longer HTTP: whoever took it over watches what comes in.
const UPGRADED: u8 = 4;

/// The most that is read of what is no longer HTTP while nobody knows whose it is, bytes: a token, and what is sent beside it.
const MOST_UNKNOWN: usize = 64 << 10;

/// What a connection is at, known to all who see a part of it.
#[derive(Default)]
pub(super) struct Progress {
    state: AtomicU8,
    ending: AtomicBool,
    /// Whom to wake when it becomes idle: hyper does not look for more before something came.
    reader: Mutex<Option<Waker>>,
}

impl Progress {
    /// A request has come.
    pub(super) fn begin(&self) {
        self.state.store(BUSY, Ordering::Relaxed);
    }

    /// The connection is something else than HTTP from now on.
    pub(super) fn upgrade(&self) {
        self.state.store(UNKNOWN, Ordering::Relaxed);
    }

    /// It is known who is at the other end of what is no longer HTTP.
    pub(super) fn recognise(&self) {
        self.state.store(UPGRADED, Ordering::Relaxed);
    }

    /// The answer has gone out.
    fn rest(&self) {
        if self.state.compare_exchange(BUSY, IDLE, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// The server ends.
    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }
}

/// The bytes of a connection, watched.
pub(super) struct Watched<T> {
    stream: T,
    rules: ConnectionRules,
    progress: Arc<Progress>,
    /// Which state the timer of what comes in is for.
    timed: u8,
    /// How much was read while nobody knew whose it is.
    unknown: usize,
    incoming: Pin<Box<Sleep>>,
    outgoing: Option<Pin<Box<Sleep>>>,
    hurried: bool,
}

impl<T> Watched<T> {
    pub(super) fn new(stream: T, rules: ConnectionRules, progress: Arc<Progress>) -> Self {
        let incoming = Box::pin(sleep_until(Instant::now() + rules.head));
        Self { stream, rules, progress, timed: HEAD, unknown: 0, incoming, outgoing: None, hurried: false }
    }

    fn time(&mut self, state: u8, within: Duration) {
        self.timed = state;
        self.incoming.as_mut().reset(Instant::now() + within);
    }

    /// What becomes of a write: an error where nothing was taken for too long.
    fn taken(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.outgoing = None;
            return written;
        }
        let ending = self.progress.ending.load(Ordering::Relaxed);
        let within = if ending { self.rules.stuck.min(AT_THE_END) } else { self.rules.stuck };
        let timer = self.outgoing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + within)));
        if ending && !std::mem::replace(&mut self.hurried, true) {
            let hurried = timer.deadline().min(Instant::now() + within);
            timer.as_mut().reset(hurried);
        }
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing of the answer was taken")))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let state = self.progress.state.load(Ordering::Relaxed);
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            if state == IDLE && buffer.filled().len() > before {
                self.progress.state.store(HEAD, Ordering::Relaxed);
                let within = self.rules.head;
                self.time(HEAD, within);
            }
            if state == UNKNOWN {
                self.unknown += buffer.filled().len() - before;
                if self.unknown > MOST_UNKNOWN {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::FileTooLarge, "more than a token came")));
                }
            }
            return Poll::Ready(read);
        }
        if state >= UNKNOWN {
            return Poll::Pending;
        }
        if state != self.timed {
            let within = if state == IDLE { self.rules.idle } else { self.rules.head };
            self.time(state, within);
        }
        if state == BUSY {
            let mut reader = self.progress.reader.lock().unwrap_or_else(PoisonError::into_inner);
            *reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        ready!(self.incoming.as_mut().poll(context));
        if state == IDLE {
            // As if the other side had closed it: nothing is lost.
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request did not come in time")))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.taken(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.taken(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The body of an answer, which makes its connection idle when it has gone out.
pub(super) struct Answered {
    body: Body,
    progress: Arc<Progress>,
}

impl Answered {
    pub(super) fn new(body: Body, progress: Arc<Progress>) -> Self {
        Self { body, progress }
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.progress.rest();
    }
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}
