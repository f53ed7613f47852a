//! The one place a time comes from: an argument, so that tests choose it.

use chrono::{DateTime, NaiveDate, Utc};

/// Tells the time in UTC. The system clock is read in `app` only; everywhere else a `Clock` is handed in.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC.
    fn now(&self) -> DateTime<Utc>;

    /// The present date, UTC.
    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

/// A clock that stands still, for tests and for reproducible demonstrations.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub DateTime<Utc>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
