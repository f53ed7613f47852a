//! Whether the database can be reached: while it is known to be away, what needs it is refused at once.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Error, Result};

/// How long after a failure somebody tries again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What is known about the database.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// When somebody may try again, where the last one who tried did not reach it.
    away: Mutex<Option<Instant>>,
}

impl Reach {
    /// Refuses while the database is known to be away and it is not yet time to try again.
    pub(super) fn check_not_away(&self, now: Instant) -> Result<()> {
        if self.away().is_some_and(|next| now < next) { Err(Error::Away(None)) } else { Ok(()) }
    }

    /// Lets a question through unless the database is known to be away: then one in a while, to try.
    pub(super) fn admit(&self, now: Instant) -> Result<()> {
        let mut away = self.away();
        if away.is_some_and(|next| now < next) {
            return Err(Error::Away(None));
        }
        *away = away.map(|_| now + TRY_AGAIN);
        Ok(())
    }

    /// Learns from what came of a question.
    pub(super) fn learn<T>(&self, outcome: &Result<T>, now: Instant) {
        let failed = matches!(outcome, Err(Error::Away(_)));
        let before = std::mem::replace(&mut *self.away(), failed.then(|| now + TRY_AGAIN));
        match outcome {
            Err(Error::Away(cause)) if before.is_none() => {
                let cause = cause.as_ref().map_or_else(|| "no answer in time".to_owned(), ToString::to_string);
                tracing::warn!(cause, "the database is away: what needs it is refused until it is back");
            }
            _ if before.is_some() && !failed => tracing::info!("the database is back"),
            _ => {}
        }
    }

    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_the_database_is_away_one_in_a_second_tries() {
        let (reach, now) = (Reach::default(), Instant::now());
        assert!(reach.check_not_away(now).is_ok() && reach.admit(now).is_ok());
        reach.learn::<()>(&Err(Error::Away(None)), now);
        assert!(reach.check_not_away(now).is_err() && reach.admit(now).is_err(), "refused at once");
        let later = now + TRY_AGAIN;
        assert!(reach.admit(later).is_ok(), "one tries");
        assert!(reach.admit(later).is_err(), "and no other meanwhile");
        reach.learn(&Ok(()), later);
        assert!(reach.admit(later).is_ok() && reach.check_not_away(later).is_ok());
    }

    #[test]
    fn a_question_that_the_database_refuses_shows_that_it_is_there() {
        let (reach, now) = (Reach::default(), Instant::now());
        reach.learn::<()>(&Err(Error::Away(None)), now);
        reach.learn::<()>(&Err(Error::Invalid("a rule".into())), now);
        assert!(reach.check_not_away(now).is_ok());
    }
}
