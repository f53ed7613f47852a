//! Work that takes more than about a millisecond of processor: on threads of its own, never on those that answer small questions.

use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use anyhow::anyhow;
use tokio::{runtime::Handle, sync::oneshot};

use super::Error;

/// How many requests of one organisation may wait.
const MOST_WAITING: usize = 32;

/// How many requests more than are worked on may be under way: what they wait for meanwhile is the database.
const MORE_UNDER_WAY: usize = 2;

/// How nice its threads are to all others: one that answers small questions takes the processor from them at once.
const NICE: i32 = 10;

/// A bound on how much heavy work is done at once, on how many requests hold what came of it, and a fair order.
///
/// It is done on threads of its own, of a lower priority than all others: as many as there are processors but one, so
/// that small questions always have one to be answered on. A request with such work takes a place before its first piece and keeps
/// it until its answer is written, since what it has counted takes memory. The others wait, each in the queue of its
/// organisation; the queues have their turns one after the other, so that one with much to ask delays no other by more than
/// a request.
pub(super) struct HeavyPool {
    pieces: mpsc::Sender<Piece>,
    places: Arc<Places>,
}

/// A piece of work, which tells by itself whom it is for.
type Piece = Box<dyn FnOnce() + Send>;

struct Places {
    all: usize,
    turns: Mutex<Turns>,
}

#[derive(Default)]
struct Turns {
    taken: usize,
    queues: HashMap<String, VecDeque<oneshot::Sender<Place>>>,
    /// The organisations with queues; the first has the next turn.
    order: VecDeque<String>,
}

/// The place of a request with heavy work; passed on when it is dropped.
pub(super) struct Place(Option<Arc<Places>>);

impl Default for HeavyPool {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(processors.saturating_sub(1).max(1), MORE_UNDER_WAY)
    }
}

impl HeavyPool {
    pub(super) fn new(at_once: usize, more: usize) -> Self {
        let places = Places { all: at_once + more, turns: Mutex::default() };
        let (pieces, handed_in) = mpsc::channel();
        let handed_in = Arc::new(Mutex::new(handed_in));
        for _ in 0..at_once {
            let handed_in = handed_in.clone();
            if let Err(error) = start("heavy", move || work_off(&handed_in)) {
                tracing::error!(%error, "there is no thread for large questions");
            }
        }
        Self { pieces, places: Arc::new(places) }
    }

    /// How many requests have a place, and how many wait for one.
    pub(super) fn requests(&self) -> (i64, i64) {
        let turns = self.places.turns();
        let waiting = turns.queues.values().flatten().filter(|waiting| !waiting.is_closed()).count();
        (i64::try_from(turns.taken).unwrap_or(i64::MAX), i64::try_from(waiting).unwrap_or(i64::MAX))
    }

    /// A place for a request of an organisation, when its turn comes. Whoever stops waiting before gives its turn up.
    ///
    /// # Errors
    /// When too much of that organisation waits already.
    pub(super) async fn enter(&self, organisation: &str) -> Result<Place, Error> {
        match self.places.enter(organisation)? {
            Entered::Now(place) => Ok(place),
            Entered::Waiting(place) => place.await.map_err(|gone| Error::Internal(gone.into())),
        }
    }

    /// Does a piece of work when a thread is free. Work that has begun is finished, whether anybody waits for it or not; what
    /// nobody waits for is not begun.
    ///
    /// # Errors
    /// When the work panics.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let (told, done) = oneshot::channel();
        let piece = Box::new(move || {
            if !told.is_closed() {
                let _ = told.send(work());
            }
        });
        self.pieces.send(piece).map_err(|_| no_thread())?;
        done.await.map_err(|_| Error::Internal(anyhow!("a piece of work panicked")))
    }
}

/// Does work that goes on for seconds, and waits now and then, on a thread of its own of the same low priority.
///
/// # Errors
/// When there is no thread to be had, or the work panics.
pub(super) async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Error> {
    let (told, done) = oneshot::channel();
    let runtime = Handle::current();
    let thread = start("aside", move || drop(told.send(runtime.block_on(work))));
    thread.map_err(|error| Error::Internal(error.into()))?;
    done.await.map_err(|_| Error::Internal(anyhow!("work aside panicked")))
}

fn no_thread() -> Error {
    Error::Internal(anyhow!("there is no thread for large questions"))
}

/// Starts a thread that gives way to all others.
fn start(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let give_way = move || {
        // On Linux alone it is the thread's, and not the whole process's.
        if cfg!(target_os = "linux")
            && let Err(error) = rustix::process::setpriority_process(None, NICE)
        {
            tracing::warn!(%error, "heavy work has the same priority as small questions");
        }
        work();
    };
    thread::Builder::new().name(name.to_owned()).spawn(give_way).map(drop)
}

/// Does pieces one after the other until no more are to come.
fn work_off(handed_in: &Mutex<mpsc::Receiver<Piece>>) {
    loop {
        // Locked while it is waited for a piece, and not while it is done.
        let next = handed_in.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(piece) = next else { return };
        // Who waits is told by the end of its channel; the panic's own message is in the log.
        let _ = catch_unwind(AssertUnwindSafe(piece));
    }
}

enum Entered {
    Now(Place),
    Waiting(oneshot::Receiver<Place>),
}

impl Places {
    fn enter(self: &Arc<Self>, organisation: &str) -> Result<Entered, Error> {
        let mut turns = self.turns();
        if turns.taken < self.all {
            turns.taken += 1;
            return Ok(Entered::Now(Place(Some(self.clone()))));
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
    fn next(&mut self) -> Option<oneshot::Sender<Place>> {
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

impl Drop for Place {
    fn drop(&mut self) {
        let Some(places) = self.0.take() else { return };
        loop {
            let mut turns = places.turns();
            let Some(next) = turns.next() else {
                turns.taken -= 1;
                return;
            };
            drop(turns);
            match next.send(Self(Some(places.clone()))) {
                Ok(()) => return,
                // It waits no longer: the turn is for the one after it.
                Err(mut unwanted) => drop(unwanted.0.take()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn no_more_is_done_at_once_than_there_is_room_for() {
        let pool = Arc::new(HeavyPool::new(2, 1));
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
                    let _place = pool.enter("A").await.unwrap();
                    pool.run(work).await.unwrap()
                })
            })
            .collect();
        for (number, piece) in pieces.into_iter().enumerate() {
            assert_eq!(piece.await.unwrap(), number);
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
        assert_eq!(pool.places.turns().taken, 0);
    }

    #[tokio::test]
    async fn organisations_have_their_turns_one_after_the_other() {
        let pool = Arc::new(HeavyPool::new(1, 0));
        let held = pool.enter("A").await.unwrap();
        let done = Arc::new(Mutex::new(Vec::new()));
        let (mut requests, mut waiting) = (Vec::new(), 0);
        for name in ["A1", "A2", "A3", "B1", "B2", "C1"] {
            let (own, done) = (pool.clone(), done.clone());
            requests.push(tokio::spawn(async move {
                let _place = own.enter(&name[..1]).await.unwrap();
                own.run(move || done.lock().unwrap().push(name)).await.unwrap();
            }));
            waiting += 1;
            while pool.places.turns().queues.values().map(VecDeque::len).sum::<usize>() < waiting {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(pool.requests(), (1, 6));
        // Who waits no longer is passed over.
        requests.remove(1).abort();
        drop(held);
        for request in requests {
            request.await.unwrap();
        }
        assert_eq!(*done.lock().unwrap(), ["A1", "B1", "C1", "B2", "A3"]);
        assert_eq!(pool.requests(), (0, 0));
        let turns = pool.places.turns();
        assert!(turns.taken == 0 && turns.queues.is_empty() && turns.order.is_empty());
    }

    #[tokio::test]
    async fn no_more_of_one_organisation_waits_than_may_and_another_one_still_may() {
        let pool = HeavyPool::new(1, 0);
        let _held = pool.places.enter("A").unwrap();
        let waiting: Vec<_> = (0..MOST_WAITING).map(|_| pool.places.enter("A").unwrap()).collect();
        assert!(matches!(pool.places.enter("A"), Err(Error::TooMany(_))));
        assert!(pool.places.enter("B").is_ok());
        drop(waiting);
        assert!(pool.places.enter("A").is_ok(), "those who wait no longer take no room");
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_gives_its_processor_back() {
        let pool = HeavyPool::new(1, 0);
        let panics = pool.run(|| -> u8 { std::panic::resume_unwind(Box::new("on purpose")) }).await;
        assert!(matches!(panics, Err(Error::Internal(_))));
        assert_eq!(pool.run(|| 7).await.unwrap(), 7);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn heavy_work_gives_way_and_nothing_else_does() {
        let nice = || rustix::process::getpriority_process(None).unwrap();
        let before = nice();
        assert_eq!(HeavyPool::new(1, 0).run(nice).await.unwrap(), before.max(NICE));
        assert_eq!(aside(async move { nice() }).await.unwrap(), before.max(NICE));
        assert_eq!(nice(), before);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let pool = Arc::new(HeavyPool::new(1, 0));
        let (go_on, held) = mpsc::channel::<()>();
        let (began, has_begun) = oneshot::channel();
        let own = pool.clone();
        let first = tokio::spawn(async move {
            own.run(move || {
                began.send(()).unwrap();
                held.recv().unwrap();
            })
            .await
        });
        has_begun.await.unwrap();
        let done = Arc::new(AtomicUsize::new(0));
        let counted = done.clone();
        let second = pool.run(move || counted.fetch_add(1, Ordering::SeqCst));
        assert!(tokio::time::timeout(std::time::Duration::ZERO, second).await.is_err());
        go_on.send(()).unwrap();
        first.await.unwrap().unwrap();
        pool.run(|| ()).await.unwrap();
        assert_eq!(done.load(Ordering::SeqCst), 0);
    }
}
