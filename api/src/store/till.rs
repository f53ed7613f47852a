//! Where charges are handed in: those that come at the same time are settled and entered together.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::domain::Verdict;

use super::{Error, Result, Store, budget::Debit};

/// How many wait at the most. More are refused: whoever waits takes room from those who need no database.
const MOST_WAITING: usize = 256;

/// How many are settled together at the most.
const TOGETHER: usize = 64;

/// How long one waits at the most. Longer than it takes to find out that the database is away.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where charges are handed in. They are settled by a task of its own, which ends with this.
pub struct Till {
    store: Store,
    waiting: mpsc::Sender<Waiting>,
}

/// A charge, and where its verdicts go.
struct Waiting {
    debit: Debit,
    told: oneshot::Sender<Result<Vec<Verdict>>>,
}

impl Till {
    /// A till of a database.
    pub fn new(store: Store) -> Self {
        let (waiting, handed_in) = mpsc::channel(MOST_WAITING);
        tokio::spawn(settle(store.clone(), handed_in));
        Self { store, waiting }
    }

    /// Grants the parts of a bill that an organisation's budget at a tier and the pool of all organisations allow, and
    /// charges what is new of them. What anybody opened before is granted without a new entry.
    ///
    /// # Errors
    /// When the database fails, is known to be away, or too many wait for it: then nothing may be answered.
    pub async fn debit(&self, debit: Debit) -> Result<Vec<Verdict>> {
        self.store.check_not_away()?;
        let (told, verdicts) = oneshot::channel();
        self.waiting.try_send(Waiting { debit, told }).map_err(|_| Error::Away(None))?;
        match tokio::time::timeout(PATIENCE, verdicts).await {
            Ok(Ok(verdicts)) => verdicts,
            Ok(Err(_)) | Err(_) => Err(Error::Away(None)),
        }
    }
}

async fn settle(store: Store, mut handed_in: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while handed_in.recv_many(&mut batch, TOGETHER).await > 0 {
        let store = store.clone();
        let together: Vec<Waiting> = batch.drain(..).filter(|waiting| !waiting.told.is_closed()).collect();
        // A task of its own: should one panic, the next are still settled.
        if let Err(error) = tokio::spawn(settle_together(store, together)).await {
            tracing::error!(%error, "charges could not be settled");
        }
    }
}

async fn settle_together(store: Store, together: Vec<Waiting>) {
    let (debits, told): (Vec<_>, Vec<_>) = together.into_iter().map(|waiting| (waiting.debit, waiting.told)).unzip();
    match store.debit(&debits).await {
        Ok(verdicts) => tell(told, verdicts.into_iter().map(Ok)),
        Err(error) if debits.len() == 1 => tell(told, [Err(error)]),
        Err(Error::Away(_)) => tell(told, std::iter::repeat_with(|| Err(Error::Away(None)))),
        // What is wrong with one of them must not be the others' fault.
        Err(_) => {
            for (debit, told) in debits.into_iter().zip(told) {
                Box::pin(settle_together(store.clone(), vec![Waiting { debit, told }])).await;
            }
        }
    }
}

/// Tells each what came of it, where it still waits.
fn tell(
    told: impl IntoIterator<Item = oneshot::Sender<Result<Vec<Verdict>>>>,
    verdicts: impl IntoIterator<Item = Result<Vec<Verdict>>>,
) {
    for (told, verdicts) in told.into_iter().zip(verdicts) {
        let _ = told.send(verdicts);
    }
}
