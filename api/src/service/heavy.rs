//! Work that takes more than about a millisecond of processor: on threads of its own, never on those that answer small questions.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Error;

/// A bound on how much heavy work is done at once.
///
/// It is done on the runtime's threads for blocking work. At most as many pieces run as there are processors but one, so
/// that small questions always have one to be answered on; the others wait in the order in which they came.
#[derive(Clone)]
pub(super) struct HeavyPool(Arc<Semaphore>);

impl Default for HeavyPool {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(processors.saturating_sub(1).max(1))))
    }
}

impl HeavyPool {
    /// Does a piece of work when its turn comes. Whoever stops waiting before gives its turn up; work that has begun is
    /// finished.
    ///
    /// # Errors
    /// When the work panics.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let permit = self.0.clone().acquire_owned().await.map_err(|closed| Error::Internal(closed.into()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn no_more_is_done_at_once_than_there_are_permits() {
        let pool = HeavyPool(Arc::new(Semaphore::new(2)));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let pieces: Vec<_> = (0..20)
            .map(|number| {
                let (pool, running, most) = (pool.clone(), running.clone(), most.clone());
                tokio::spawn(async move {
                    let work = move || {
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        running.fetch_sub(1, Ordering::SeqCst);
                        number
                    };
                    pool.run(work).await.unwrap()
                })
            })
            .collect();
        for (number, piece) in pieces.into_iter().enumerate() {
            assert_eq!(piece.await.unwrap(), number);
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_gives_its_permit_back() {
        let pool = HeavyPool(Arc::new(Semaphore::new(1)));
        let panics = pool.run(|| -> u8 { std::panic::resume_unwind(Box::new("on purpose")) }).await;
        assert!(matches!(panics, Err(Error::Internal(_))));
        assert_eq!(pool.run(|| 7).await.unwrap(), 7);
    }
}
