//! Releases are read, laid out and swapped in: the current one as it changes, an older one when somebody asks for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use disclosure::NoiseKey;
use tokio::sync::watch;

use crate::{
    datasets::Books,
    domain::Release,
    policy::Circles,
    release::{Builder, DestinationsBuilder, Snapshot},
    store::Store,
};

use super::{Error, Exchange, current::CurrentRelease, heavy::aside, older::Progress};

/// How long the load of a release may take: a connection whose end is never told must not keep others waiting for ever.
const LOADING: Duration = Duration::from_mins(5);

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
        self.refresh_trust().await?;
        let _one_at_a_time = self.refreshing.lock().await;
        let before = self.current();
        self.store().intact()?;
        let another = self.ledger().notice(self.store().identity().await?);
        if another {
            tracing::warn!("another database answers than before: what was charged is looked up there again");
        }
        let directory = Arc::new(self.store().directory().await?);
        let newest = self.store().newest_release_number().await?;
        let same = newest.is_some() && newest == before.snapshot.as_ref().map(|snapshot| snapshot.release().number);
        let generation = before.generation + 1;
        let official_state = Some(self.store().official_state().await?);
        let official = if official_state == before.official_state {
            before.official.clone()
        } else {
            self.official_figures().await?
        };
        let current = if same {
            if directory == before.directory && official_state == before.official_state && !another {
                return Ok(());
            }
            CurrentRelease {
                generation,
                catalogue: before.catalogue.clone(),
                circles: Arc::new(Circles::of(&directory, &before.catalogue)),
                directory,
                releases: before.releases.clone(),
                snapshot: before.snapshot.clone(),
                books: before.books.clone(),
                registers: before.registers.clone(),
                official,
                official_state,
            }
        } else {
            let mut releases = self.store().releases().await?;
            let registers = self.store().register_editions().await?.into();
            // Nothing is answered from those that may have shown what was erased.
            let closed = self.store().closed_releases().await?;
            releases.retain(|release| {
                let number = i64::from(release.number);
                !closed.iter().any(|(first, last)| (*first..=*last).contains(&number))
            });
            let (catalogue, snapshot) = match releases.first() {
                Some(release) => {
                    let snapshot = self.load(release).await?;
                    (snapshot.catalogue().clone(), Some(snapshot))
                }
                None => (Arc::new(self.store().newest_catalogue(self.today()).await?), None),
            };
            let circles = Arc::new(Circles::of(&directory, &catalogue));
            let books = None;
            CurrentRelease {
                generation,
                catalogue,
                directory,
                circles,
                releases,
                snapshot,
                books,
                registers,
                official,
                official_state,
            }
        };
        self.current.store(Arc::new(current));
        self.changes.send_replace(generation);
        let current = self.current();
        let is_open = |snapshot: &&Arc<Snapshot>| {
            current.releases.iter().any(|release| release.number == snapshot.release().number)
        };
        if let Some(snapshot) = before.snapshot.as_ref().filter(|_| !same).filter(is_open) {
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

    /// Reads a release with the catalogue it was published with, and lays it out: where it takes no processor from questions.
    pub(super) async fn load(&self, release: &Release) -> Result<Arc<Snapshot>, Error> {
        let (store, noise, release) = (self.store().clone(), self.noise().clone(), release.clone());
        let number = release.number;
        let timely = async move { tokio::time::timeout(LOADING, read(&store, &noise, release)).await };
        aside(timely).await?.map_err(|_| Error::Unavailable(format!("release {number} was not read in time")))?
    }

    /// Makes the books of the release that is served, where there are none yet. Until then its standard tables are counted: they say
    /// the same, and take longer. That is so for whatever is asked, so how long an answer takes tells nothing about what others asked.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub async fn make_books(&self) -> Result<(), Error> {
        let current = self.current();
        let Some(snapshot) = current.snapshot.clone().filter(|_| current.books.is_none()) else { return Ok(()) };
        let (number, started) = (snapshot.release().number, Instant::now());
        let (of, noise) = (snapshot.clone(), self.noise().clone());
        let books = aside(async move { Arc::new(Books::of(&of, &noise)) }).await?;
        let ((cells, bytes), milliseconds) = (books.size(), started.elapsed().as_millis());
        tracing::info!(release = number, cells, bytes, milliseconds, "the standard tables are ready");
        let _one_at_a_time = self.refreshing.lock().await;
        let current = self.current();
        if current.snapshot.as_ref().is_some_and(|served| Arc::ptr_eq(served, &snapshot)) {
            self.current.store(Arc::new(CurrentRelease { books: Some(books), ..(*current).clone() }));
        }
        Ok(())
    }

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
            self.store().check_not_away()?;
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
                    // Whether the database is there is found out before it is read for long.
                    exchange.store().identity().await?;
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

async fn read(store: &Store, noise: &NoiseKey, release: Release) -> Result<Arc<Snapshot>, Error> {
    let catalogue = Arc::new(store.catalogue(release.catalogue_version, release.published_at.date_naive()).await?);
    let mut builder = Builder::new(catalogue.clone());
    store.released_results(&release, &catalogue, &mut |result| builder.add(&result)).await?;
    let mut destinations = DestinationsBuilder::default();
    store.released_destinations(&release, &catalogue, &mut |count| destinations.add(&count)).await?;
    Ok(Arc::new(builder.finish(release, noise).with_destinations(destinations.finish(noise))))
}
