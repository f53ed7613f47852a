//! What every request reads and no request changes: the current release with its catalogue, and the directory.

use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;

use crate::{
    domain::{Catalogue, Directory, Release},
    release::{Builder, DestinationsBuilder, Snapshot},
};

use super::{Error, Exchange};

/// What is served at present. A request takes it once, at its start, and keeps it.
pub struct CurrentRelease {
    /// How many of this process came before it, each unlike the one before.
    pub(super) generation: u64,
    /// The catalogue of the release; the newest one before there is a release.
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
            if let Some(release) = releases.first() {
                let snapshot = self.load(release).await?;
                let catalogue = snapshot.catalogue().clone();
                CurrentRelease { generation, catalogue, directory, releases, snapshot: Some(snapshot) }
            } else {
                let catalogue = Arc::new(self.store().newest_catalogue().await?);
                CurrentRelease { generation, catalogue, directory, releases, snapshot: None }
            }
        };
        self.current.store(Arc::new(current));
        if let Some(snapshot) = before.snapshot.as_ref().filter(|_| !same) {
            // Citations of it go on being asked.
            self.older.keep(snapshot.clone());
        }
        Ok(())
    }

    /// The snapshot of a release by number, that of `current` when none is named. `patience` is how long to wait for one that
    /// has to be loaded.
    pub(super) async fn snapshot(
        self: &Arc<Self>,
        current: &CurrentRelease,
        number: Option<u32>,
        patience: Duration,
    ) -> Result<Arc<Snapshot>, Error> {
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
        self.older(release, patience).await
    }

    /// Reads a release with the catalogue it was published with, and lays it out.
    pub(super) async fn load(&self, release: &Release) -> Result<Arc<Snapshot>, Error> {
        let catalogue = Arc::new(self.store().catalogue(release.catalogue_version).await?);
        let mut builder = Builder::new(catalogue.clone());
        self.store().released_results(release, &catalogue, &mut |result| builder.add(&result)).await?;
        let mut destinations = DestinationsBuilder::default();
        self.store().released_destinations(release, &catalogue, &mut |count| destinations.add(&count)).await?;
        let (release, noise) = (release.clone(), self.noise().clone());
        let lay_out = move || Arc::new(builder.finish(release, &noise).with_destinations(destinations.finish(&noise)));
        self.heavy.run(lay_out).await
    }
}
