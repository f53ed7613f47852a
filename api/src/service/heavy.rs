//! Work that takes more than about a millisecond of processor: on threads of its own, never on those that answer small questions.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::Error;

/// How many pieces of one organisation may wait.
const MOST_WAITING: usize = 32;

/// A bound on how much heavy work is done at once, and a fair order.
///
/// It is done on the runtime's threads for blocking work. At most as many pieces run as there are processors but one, so
/// that small questions always have one to be answered on. The others wait, each in the queue of its organisation; the queues
/// have their turns one after the other, so that one with much to ask delays no other by more than a piece.
#[derive(Clone)]
pub(super) struct HeavyPool(Arc<Pool>);

struct Pool {
    at_once: usize,
    turns: Mutex<Turns>,
}

#[derive(Default)]
struct Turns {
    running: usize,
    queues: HashMap<String, VecDeque<oneshot::Sender<Turn>>>,
    /// The organisations with queues; the first has the next turn.
    order: VecDeque<String>,
}

/// The right to run; passed on when it is dropped.
struct Turn(Option<Arc<Pool>>);

impl Default for HeavyPool {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(processors.saturating_sub(1).max(1))
    }
}

impl HeavyPool {
    fn new(at_once: usize) -> Self {
        Self(Arc::new(Pool { at_once, turns: Mutex::default() }))
    }

    /// Does a piece of an organisation's work when its turn comes. Whoever stops waiting before gives its turn up; work that
    /// has begun is finished.
    ///
    /// # Errors
    /// When too much of that organisation waits already, or the work panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        organisation: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = match self.0.enter(organisation)? {
            Entered::Now(turn) => turn,
            Entered::Waiting(turn) => turn.await.map_err(|gone| Error::Internal(gone.into()))?,
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))
    }
}

enum Entered {
    Now(Turn),
    Waiting(oneshot::Receiver<Turn>),
}

impl Pool {
    fn enter(self: &Arc<Self>, organisation: &str) -> Result<Entered, Error> {
        let mut turns = self.turns();
        if turns.running < self.at_once {
            turns.running += 1;
            return Ok(Entered::Now(Turn(Some(self.clone()))));
        }
        let Turns { queues, order, .. } = &mut *turns;
        let queue = queues.entry(organisation.to_owned()).or_insert_with(|| {
            order.push_back(organisation.to_owned());
            VecDeque::new()
        });
        if queue.len() >= MOST_WAITING {
            queue.retain(|waiting| !waiting.is_closed());
        }
        if queue.len() >= MOST_WAITING {
            return Err(Error::TooMany(format!(
                "{MOST_WAITING} of your large questions wait already; try again when one of them is answered"
            )));
        }
        let (sender, receiver) = oneshot::channel();
        queue.push_back(sender);
        Ok(Entered::Waiting(receiver))
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        // Nothing is left half done under the lock, so a panic elsewhere spoils nothing.
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    /// Who has the next turn; its organisation goes to the end of the order.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let organisation = self.order.pop_front()?;
        let queue = self.queues.get_mut(&organisation)?;
        let next = queue.pop_front();
        if queue.is_empty() {
            self.queues.remove(&organisation);
        } else {
            self.order.push_back(organisation);
        }
        next
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(pool) = self.0.take() else { return };
        loop {
            let mut turns = pool.turns();
            let Some(next) = turns.next() else {
                turns.running -= 1;
                return;
            };
            drop(turns);
            match next.send(Self(Some(pool.clone()))) {
                Ok(()) => return,
                // It waits no longer: the turn is for the one after it.
                Err(mut unwanted) => drop(unwanted.0.take()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::*;

    #[tokio::test]
    async fn no_more_is_done_at_once_than_there_is_room_for() {
        let pool = HeavyPool::new(2);
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
                    pool.run("A", work).await.unwrap()
                })
            })
            .collect();
        for (number, piece) in pieces.into_iter().enumerate() {
            assert_eq!(piece.await.unwrap(), number);
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
        assert_eq!(pool.0.turns().running, 0);
    }

    #[tokio::test]
    async fn organisations_have_their_turns_one_after_the_other() {
        let pool = HeavyPool::new(1);
        let (open, opened) = mpsc::channel::<()>();
        let holds = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run("A", move || opened.recv()).await }
        });
        while pool.0.turns().running == 0 {
            tokio::task::yield_now().await;
        }
        let done = Arc::new(Mutex::new(Vec::new()));
        let (mut pieces, mut waiting) = (Vec::new(), 0);
        for name in ["A1", "A2", "A3", "B1", "B2", "C1"] {
            let (own, done) = (pool.clone(), done.clone());
            pieces.push(tokio::spawn(async move {
                own.run(&name[..1], move || done.lock().unwrap().push(name)).await.unwrap();
            }));
            waiting += 1;
            while pool.0.turns().queues.values().map(VecDeque::len).sum::<usize>() < waiting {
                tokio::task::yield_now().await;
            }
        }
        // Who waits no longer is passed over.
        pieces.remove(1).abort();
        open.send(()).unwrap();
        holds.await.unwrap().unwrap().unwrap();
        for piece in pieces {
            piece.await.unwrap();
        }
        assert_eq!(*done.lock().unwrap(), ["A1", "B1", "C1", "B2", "A3"]);
        let turns = pool.0.turns();
        assert!(turns.running == 0 && turns.queues.is_empty() && turns.order.is_empty());
    }

    #[tokio::test]
    async fn no_more_of_one_organisation_waits_than_may_and_another_one_still_may() {
        let pool = HeavyPool::new(1);
        let _held = pool.0.enter("A").unwrap();
        let waiting: Vec<_> = (0..MOST_WAITING).map(|_| pool.0.enter("A").unwrap()).collect();
        assert!(matches!(pool.0.enter("A"), Err(Error::TooMany(_))));
        assert!(pool.0.enter("B").is_ok());
        drop(waiting);
        assert!(pool.0.enter("A").is_ok(), "those who wait no longer take no room");
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_gives_its_turn_back() {
        let pool = HeavyPool::new(1);
        let panics = pool.run("A", || -> u8 { std::panic::resume_unwind(Box::new("on purpose")) }).await;
        assert!(matches!(panics, Err(Error::Internal(_))));
        assert_eq!(pool.run("A", || 7).await.unwrap(), 7);
    }
}
