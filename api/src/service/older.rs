//! Releases before the current one: laid out when first asked for, once for all who wait, and kept within a bound of bytes.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{domain::Release, release::Snapshot};

use super::{Error, Exchange};

/// Memory for older releases, bytes. The one asked for last is kept whatever it takes.
const MOST_BYTES: usize = 128 << 20;

/// The snapshots of older releases.
#[derive(Default)]
pub(super) struct OlderReleases {
    loaded: Mutex<Loaded>,
    /// One is read from the database at a time, so that many releases asked for at once do not all stand in memory half laid out.
    one_at_a_time: tokio::sync::Mutex<()>,
}

/// What is there, and what is on its way.
#[derive(Default)]
struct Loaded {
    /// The last one asked for in front.
    snapshots: VecDeque<Arc<Snapshot>>,
    /// Per number, what those who wait look at.
    loading: HashMap<u32, watch::Receiver<Progress>>,
}

/// How far the load of a release has come.
#[derive(Clone)]
enum Progress {
    Loading,
    Loaded(Arc<Snapshot>),
    Failed,
}

impl OlderReleases {
    /// Keeps a snapshot, the newest use in front, and lets go of the oldest uses that no longer fit.
    pub(super) fn keep(&self, snapshot: Arc<Snapshot>) {
        self.loaded().keep(snapshot);
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        // Nothing is left half done under the lock, so a panic elsewhere spoils nothing.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loaded {
    fn find(&mut self, number: u32) -> Option<Arc<Snapshot>> {
        let position = self.snapshots.iter().position(|snapshot| snapshot.release().number == number)?;
        let snapshot = self.snapshots.remove(position)?;
        self.snapshots.push_front(snapshot.clone());
        Some(snapshot)
    }

    fn keep(&mut self, snapshot: Arc<Snapshot>) {
        self.snapshots.retain(|other| other.release().number != snapshot.release().number);
        self.snapshots.push_front(snapshot);
        while self.snapshots.len() > 1
            && self.snapshots.iter().map(|snapshot| snapshot.bytes()).sum::<usize>() > MOST_BYTES
        {
            self.snapshots.pop_back();
        }
    }
}

impl Exchange {
    /// The snapshot of an older release. It is loaded apart from any request: who stops waiting does not stop it, and whoever
    /// asks meanwhile waits for the same one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it is not there after `patience`, or cannot be loaded.
    pub(super) async fn older(self: &Arc<Self>, release: &Release, patience: Duration) -> Result<Arc<Snapshot>, Error> {
        let mut progress = {
            let mut loaded = self.older.loaded();
            if let Some(snapshot) = loaded.find(release.number) {
                return Ok(snapshot);
            }
            loaded.loading.entry(release.number).or_insert_with(|| self.start_loading(release.clone())).clone()
        };
        let number = release.number;
        let done = progress.wait_for(|progress| !matches!(progress, Progress::Loading));
        match tokio::time::timeout(patience, done).await.map(|done| done.map(|progress| progress.clone())) {
            Ok(Ok(Progress::Loaded(snapshot))) => Ok(snapshot),
            Ok(_) => Err(Error::Unavailable(format!("release {number} cannot be loaded at present; try again"))),
            Err(_) => Err(Error::Unavailable(format!("release {number} is being loaded; try again in a moment"))),
        }
    }

    /// Loads a release on a task of its own. What comes of it is kept before those who wait are told.
    fn start_loading(self: &Arc<Self>, release: Release) -> watch::Receiver<Progress> {
        let (told, progress) = watch::channel(Progress::Loading);
        let exchange = self.clone();
        tokio::spawn(async move {
            let number = release.number;
            let load = {
                let exchange = exchange.clone();
                // A task within: should it panic, the number does not stay among those that are being loaded.
                tokio::spawn(async move {
                    let _one_at_a_time = exchange.older.one_at_a_time.lock().await;
                    exchange.load(&release).await
                })
            };
            let outcome = match load.await {
                Ok(Ok(snapshot)) => Progress::Loaded(snapshot),
                Ok(Err(error)) => {
                    let cause = format!("{:#}", anyhow::Error::from(error));
                    tracing::error!(release = number, cause, "an older release could not be loaded");
                    Progress::Failed
                }
                Err(error) => {
                    tracing::error!(release = number, %error, "an older release could not be loaded");
                    Progress::Failed
                }
            };
            let mut loaded = exchange.older.loaded();
            if let Progress::Loaded(snapshot) = &outcome {
                loaded.keep(snapshot.clone());
            }
            loaded.loading.remove(&number);
            drop(loaded);
            told.send_replace(outcome);
        });
        progress
    }
}
