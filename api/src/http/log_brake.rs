//! Requests that are refused for who sends them are told one by one while they are few, and counted where they are many.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How many are told in a second.
const MOST: u32 = 20;

/// Counts what is told.
#[derive(Default)]
pub(super) struct LogBrake(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    since: Option<Instant>,
    told: u32,
    untold: u64,
}

impl LogBrake {
    /// Whether one more is told now: then how many were not since the last one that was.
    pub(super) fn tell(&self, now: Instant) -> Option<u64> {
        // Nothing is left half done under the lock, so a panic elsewhere spoils nothing.
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.since.is_none_or(|since| now >= since + Duration::from_secs(1)) {
            counted.since = Some(now);
            counted.told = 0;
        }
        if counted.told >= MOST {
            counted.untold += 1;
            return None;
        }
        counted.told += 1;
        Some(std::mem::take(&mut counted.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_once_are_counted_and_the_count_is_told_with_the_next() {
        let (brake, now) = (LogBrake::default(), Instant::now());
        assert!((0..MOST).all(|_| brake.tell(now) == Some(0)));
        assert!((0..10_000).all(|_| brake.tell(now + Duration::from_millis(999)).is_none()));
        let later = now + Duration::from_secs(1);
        assert_eq!((brake.tell(later), brake.tell(later)), (Some(10_000), Some(0)));
    }
}
