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

/// The whole body. `hold` grows with what has arrived, so a sender that only announces a body holds nothing.
///
/// # Errors
/// Why there is none.
pub(super) async fn whole(
    headers: &HeaderMap,
    body: Body,
    hold: &mut Hold,
    within: Duration,
) -> Result<Vec<u8>, Undelivered> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY as u64) {
        return Err(Undelivered::TooLarge);
    }
    timeout(within, collect(body, hold)).await.map_err(|_| Undelivered::TooSlow)?
}

async fn collect(mut body: Body, hold: &mut Hold) -> Result<Vec<u8>, Undelivered> {
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Undelivered::Broken)?.into_data() else { continue };
        if whole.len() + data.len() > LARGEST_BODY {
            return Err(Undelivered::TooLarge);
        }
        hold.grow(data.len()).map_err(Undelivered::Full)?;
        whole.extend_from_slice(&data);
    }
    Ok(whole)
}
