//! What every request reads and no request changes: the current release with its catalogue, and the directory.

use std::{collections::VecDeque, sync::Arc};

use chrono::NaiveDate;

use crate::{
    domain::{Catalogue, Directory, Release},
    snapshot::{Builder, DestinationsBuilder, Snapshot},
};

use super::{Error, Exchange};

/// What is served at present. A request takes it once, at its start, and keeps it.
pub struct CurrentRelease {
    /// How many of this process came before it, each unlike the one before.
    pub(super) generation: u64,
    /// The reference data.
    pub(super) catalogue: Arc<Catalogue>,
    /// The organisations and agreements.
    pub(super) directory: Arc<Directory>,
    /// Every release, newest first.
    pub(super) releases: Vec<Release>,
    pub(super) snapshot: Option<Arc<Snapshot>>,
}

/// What an answer hangs on, beside the question and who asks. It changes when a release is published, an organisation is
/// added, an agreement is added or ends, or a day begins: agreements hold by the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub(super) generation: u64,
    pub(super) day: NaiveDate,
}

/// How many older releases are kept in memory.
const KEPT_RELEASES: usize = 4;

/// Snapshots of older releases, the last one asked for in front.
#[derive(Default)]
pub(super) struct Older(VecDeque<Arc<Snapshot>>);

impl CurrentRelease {
    /// What is served before anything is loaded.
    pub(super) fn empty(catalogue: Catalogue) -> Self {
        Self {
            generation: 0,
            catalogue: Arc::new(catalogue),
            directory: Arc::default(),
            releases: Vec::new(),
            snapshot: None,
        }
    }
}

impl Exchange {
    /// What is served at present.
    pub(super) fn current(&self) -> Arc<CurrentRelease> {
        self.current.load_full()
    }

    /// Reads directory and releases again, and swaps in the newest release if there is one. Running requests keep theirs.
    ///
    /// # Errors
    /// When the database cannot be read; the view stays as it was.
    pub async fn refresh(&self) -> Result<(), Error> {
        let _one_at_a_time = self.refreshing.lock().await;
        let before = self.current();
        let directory = Arc::new(self.store().directory().await?);
        let newest = self.store().newest_release_number().await?;
        let same = newest.is_some() && newest == before.snapshot.as_ref().map(|snapshot| snapshot.release().number);
        let generation = before.generation + 1;
        let current = if same {
            if directory == before.directory {
                return Ok(());
            }
            CurrentRelease {
                generation,
                catalogue: before.catalogue.clone(),
                directory,
                releases: before.releases.clone(),
                snapshot: before.snapshot.clone(),
            }
        } else {
            let releases = self.store().releases().await?;
            let catalogue = Arc::new(self.store().catalogue().await?);
            let snapshot = match releases.first() {
                Some(release) => Some(self.load(release, &catalogue).await?),
                None => None,
            };
            CurrentRelease { generation, catalogue, directory, releases, snapshot }
        };
        self.current.store(Arc::new(current));
        Ok(())
    }

    /// The snapshot of a release by number, the newest when none is named; older ones are loaded when first asked for.
    pub(super) async fn snapshot(&self, current: &CurrentRelease, number: Option<u32>) -> Result<Arc<Snapshot>, Error> {
        let newest = current
            .snapshot
            .as_ref()
            .ok_or_else(|| Error::Unavailable("no release has been published yet".to_owned()))?;
        let Some(number) = number.filter(|&number| number != newest.release().number) else {
            return Ok(newest.clone());
        };
        let release = current
            .releases
            .iter()
            .find(|release| release.number == number)
            .ok_or_else(|| Error::NotFound(format!("no release has the number {number}")))?;
        let mut older = self.older.lock().await;
        if let Some(position) = older.0.iter().position(|snapshot| snapshot.release().number == number) {
            if let Some(snapshot) = older.0.remove(position) {
                older.0.push_front(snapshot);
            }
        } else {
            older.0.push_front(self.load(release, &current.catalogue).await?);
            older.0.truncate(KEPT_RELEASES);
        }
        older.0.front().cloned().ok_or_else(|| Error::Unavailable("the release could not be loaded".to_owned()))
    }

    async fn load(&self, release: &Release, catalogue: &Arc<Catalogue>) -> Result<Arc<Snapshot>, Error> {
        let mut builder = Builder::new(catalogue.clone());
        self.store().released_results(release, catalogue, &mut |result| builder.add(&result)).await?;
        let mut destinations = DestinationsBuilder::default();
        self.store().released_destinations(release, catalogue, &mut |count| destinations.add(&count)).await?;
        let snapshot = builder.finish(release.clone(), self.noise());
        Ok(Arc::new(snapshot.with_destinations(destinations.finish(self.noise()))))
    }
}
