//! How the body of a request arrives: whole within its time, and within what its sender may have under way.

use std::{future::poll_fn, pin::Pin, time::Duration};

use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, header},
};
use tokio::time::timeout;

use super::senders::{Full, Hold};

/// The largest body, bytes.
pub(super) const LARGEST_BODY: usize = 1 << 20;

/// The largest file, bytes.
pub(super) const LARGEST_FILE: usize = 48 << 20;

/// The longest that a file may take to arrive whole.
const FILE_TIME: Duration = Duration::from_mins(5);

/// Why a body did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undelivered {
    /// It is larger than a body may be.
    TooLarge,
    /// It was not whole in time.
    TooSlow,
    /// The connection broke.
    Broken,
    /// Too many bytes are under way.
    Full(Full),
}

/// The whole body, of `largest` bytes at the most. `hold` grows with what has arrived, so a sender that only announces a body holds nothing.
///
/// # Errors
/// Why there is none.
pub(super) async fn whole(
    headers: &HeaderMap,
    body: Body,
    hold: &mut Hold,
    largest: usize,
    within: Duration,
) -> Result<Vec<u8>, Undelivered> {
    if announced(headers).is_some_and(|length| length > largest as u64) {
        return Err(Undelivered::TooLarge);
    }
    timeout(within, collect(body, hold, largest, within)).await.map_err(|_| Undelivered::TooSlow)?
}

/// A whole file. It may take its time as long as something of it keeps coming, `idle` being the longest that nothing does.
///
/// # Errors
/// Why there is none.
pub(super) async fn file(
    headers: &HeaderMap,
    body: Body,
    hold: &mut Hold,
    idle: Duration,
) -> Result<Vec<u8>, Undelivered> {
    if announced(headers).is_some_and(|length| length > LARGEST_FILE as u64) {
        return Err(Undelivered::TooLarge);
    }
    timeout(FILE_TIME, collect(body, hold, LARGEST_FILE, idle)).await.map_err(|_| Undelivered::TooSlow)?
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

async fn collect(mut body: Body, hold: &mut Hold, largest: usize, idle: Duration) -> Result<Vec<u8>, Undelivered> {
    let mut whole = Vec::new();
    loop {
        let next = timeout(idle, poll_fn(|context| Pin::new(&mut body).poll_frame(context)));
        let Some(frame) = next.await.map_err(|_| Undelivered::TooSlow)? else { return Ok(whole) };
        let Ok(data) = frame.map_err(|_| Undelivered::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > largest {
            return Err(Undelivered::TooLarge);
        }
        hold.grow(data.len()).map_err(Undelivered::Full)?;
        whole.extend_from_slice(&data);
    }
}
