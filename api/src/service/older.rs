//! Releases before the current one: laid out when first asked for, once for all who wait, and kept within a bound of bytes.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::release::Snapshot;

/// Memory for older releases, bytes. The one asked for last is kept whatever it takes.
const MOST_BYTES: usize = 128 << 20;

/// The snapshots of older releases.
#[derive(Default)]
pub(super) struct OlderReleases {
    loaded: Mutex<Loaded>,
    /// One is read from the database at a time, so that many releases asked for at once do not all stand in memory half laid out.
    pub(super) one_at_a_time: tokio::sync::Mutex<()>,
}

/// What is there, and what is on its way.
#[derive(Default)]
pub(super) struct Loaded {
    /// The last one asked for in front.
    snapshots: VecDeque<Arc<Snapshot>>,
    /// Per number, what those who wait look at.
    pub(super) loading: HashMap<u32, watch::Receiver<Progress>>,
}

/// How far the load of a release has come.
#[derive(Clone)]
pub(super) enum Progress {
    Loading,
    Loaded(Arc<Snapshot>),
    Failed,
}

impl OlderReleases {
    /// Keeps a snapshot, the newest use in front, and lets go of the oldest uses that no longer fit.
    pub(super) fn keep(&self, snapshot: Arc<Snapshot>) {
        self.loaded().keep(snapshot);
    }

    pub(super) fn loaded(&self) -> MutexGuard<'_, Loaded> {
        // Nothing is left half done under the lock, so a panic elsewhere spoils nothing.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loaded {
    pub(super) fn find(&mut self, number: u32) -> Option<Arc<Snapshot>> {
        let position = self.snapshots.iter().position(|snapshot| snapshot.release().number == number)?;
        let snapshot = self.snapshots.remove(position)?;
        self.snapshots.push_front(snapshot.clone());
        Some(snapshot)
    }

    pub(super) fn keep(&mut self, snapshot: Arc<Snapshot>) {
        self.snapshots.retain(|other| other.release().number != snapshot.release().number);
        self.snapshots.push_front(snapshot);
        while self.snapshots.len() > 1
            && self.snapshots.iter().map(|snapshot| snapshot.bytes()).sum::<usize>() > MOST_BYTES
        {
            self.snapshots.pop_back();
        }
    }
}
