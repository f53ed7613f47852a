//! What one request may take: how much work and room for its answer, and until when.

use std::{
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use super::{
    Error,
    rate::{Purse, REQUEST_POINTS, points},
};

/// The most that the tables of one request may take together: for each cell what it takes to count it, and one for each of
/// its fields.
const MOST_WORK: usize = 1_000_000;

/// What it takes to count a cell, in fields.
const COUNTING: usize = 10;

/// The most bytes of an answer.
pub const MOST_BYTES: usize = 16 << 20;

/// Which part of a request's time may be spent on waiting for an older release. The rest is for saying that it is not there yet.
const PATIENCE: f32 = 0.8;

/// What is left of it. All that one request asks for draws on it together.
pub struct Allowance {
    time: Duration,
    ends: Instant,
    work: AtomicUsize,
    bytes: AtomicUsize,
    purse: Option<Purse>,
    /// What the tables of the answer that is being made took.
    points: AtomicU32,
}

impl Allowance {
    /// For a request that may take some time from now on.
    pub(super) fn new(time: Duration) -> Self {
        Self::paid_from(time, None)
    }

    /// The same, for points that are spent out of a purse.
    pub(super) fn paid_from(time: Duration, purse: Option<Purse>) -> Self {
        Self {
            time,
            ends: Instant::now() + time,
            work: AtomicUsize::new(MOST_WORK),
            bytes: AtomicUsize::new(MOST_BYTES),
            purse,
            points: AtomicU32::new(0),
        }
    }

    /// How long it may wait for an older release.
    pub(super) fn patience(&self) -> Duration {
        self.time.mul_f32(PATIENCE)
    }

    /// Takes the work for a table of cells, each with some fields, and its points.
    ///
    /// # Errors
    /// When it is more than is left; that follows from the question alone. When fewer points are left of the minute.
    pub(super) fn take_cells(&self, cells: usize, fields: usize) -> Result<(), Error> {
        let work = cells.saturating_mul(COUNTING.saturating_add(fields));
        take(&self.work, work).map_err(|left| {
            let room = left / cells.max(1);
            Error::LimitExceeded(format!(
                "a table of {cells} cells with {fields} fields each is more than one answer has room for: the most is {}; \
                 select fewer fields, or ask for fewer cells at once",
                if room > COUNTING { format!("{} fields of each", room - COUNTING) } else { "fewer cells".to_owned() },
            ))
        })?;
        let points = points(work);
        if let Some(purse) = &self.purse {
            purse.spend(points)?;
        }
        self.points.fetch_add(points, Ordering::Relaxed);
        Ok(())
    }

    /// Takes the points of so many requests, where one body holds several.
    ///
    /// # Errors
    /// When fewer are left of the minute.
    pub fn take_requests(&self, requests: usize) -> Result<(), Error> {
        let points = u32::try_from(requests).unwrap_or(u32::MAX).saturating_mul(REQUEST_POINTS);
        self.purse.as_ref().map_or(Ok(()), |purse| purse.spend(points))
    }

    /// What the answer takes that is being made, in points; none where it has no table. It is counted anew from then on.
    pub fn points_taken(&self) -> Option<u32> {
        let tables = self.points.swap(0, Ordering::Relaxed);
        (tables > 0).then(|| tables.saturating_add(REQUEST_POINTS))
    }

    /// How many points a minute has for who asks; none where there is no limit.
    pub fn points_per_minute(&self) -> Option<u32> {
        self.purse.as_ref()?.quota()
    }

    /// How many bytes the answer may still have.
    pub fn bytes_left(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Takes bytes of the answer.
    ///
    /// # Errors
    /// When they are more than are left.
    pub fn take_bytes(&self, bytes: usize) -> Result<(), Error> {
        take(&self.bytes, bytes).map_err(|_| {
            let message =
                format!("the answer takes more than {MOST_BYTES} bytes; select less of each, or ask for fewer");
            Error::LimitExceeded(message)
        })
    }

    /// Looks at the time, as work that takes long does again and again.
    ///
    /// # Errors
    /// When it is over.
    pub fn go_on(&self) -> Result<(), Error> {
        if Instant::now() < self.ends {
            return Ok(());
        }
        Err(Error::Unavailable(format!("the answer took longer than {} s and was stopped", self.time.as_secs())))
    }
}

/// How many fields of each cell one answer has room for, where it is one table of so many cells.
pub fn fields_per_cell(cells: usize) -> usize {
    (MOST_WORK / cells.max(1)).saturating_sub(COUNTING)
}

/// # Errors
/// What is left, where that is less.
fn take(left: &AtomicUsize, amount: usize) -> Result<(), usize> {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tables_of_a_request_draw_on_one_allowance() {
        let allowance = Allowance::new(Duration::from_mins(1));
        allowance.take_cells(20_000, 30).unwrap();
        let refused = allowance.take_cells(20_000, 30).unwrap_err();
        assert!(refused.to_string().contains("the most is fewer cells"), "{refused}");
        let refused = allowance.take_cells(10_000, 30).unwrap_err();
        assert!(refused.to_string().contains("the most is 10 fields of each"), "{refused}");
        allowance.take_cells(10_000, 10).unwrap();
        allowance.take_cells(0, 100).unwrap();
        assert_eq!(fields_per_cell(20_000), 40);
    }

    #[test]
    fn bytes_and_time_come_to_an_end() {
        let allowance = Allowance::new(Duration::ZERO);
        allowance.take_bytes(MOST_BYTES - 1).unwrap();
        assert_eq!(allowance.bytes_left(), 1);
        assert!(matches!(allowance.take_bytes(2), Err(Error::LimitExceeded(_))));
        assert!(matches!(allowance.go_on(), Err(Error::Unavailable(_))));
    }
}
