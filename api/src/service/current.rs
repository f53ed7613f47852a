//! What every request reads and no request changes: the current release with its catalogue, and the directory.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::{
    datasets::Books,
    domain::{Catalogue, Directory, OfficialFigures, RegisterEdition, Release},
    policy::Circles,
    release::Snapshot,
};

/// What is served at present. A request takes it once, at its start, and keeps it.
#[derive(Clone)]
pub struct CurrentRelease {
    /// How many of this process came before it, each unlike the one before.
    pub(super) generation: u64,
    /// The catalogue of the release; the newest one before there is a release.
    pub(super) catalogue: Arc<Catalogue>,
    /// The organisations and agreements.
    pub(super) directory: Arc<Directory>,
    /// Who of them may put together what each handed in.
    pub(super) circles: Arc<Circles>,
    /// Every release, newest first.
    pub(super) releases: Vec<Release>,
    pub(super) snapshot: Option<Arc<Snapshot>>,
    /// The books of the release, once they are made.
    pub(super) books: Option<Arc<Books>>,
    /// The registers that attributes were taken from, newest first.
    pub(super) registers: Arc<[RegisterEdition]>,
    /// Official figures, and the state of the database that they are of.
    pub(super) official: Arc<OfficialFigures>,
    pub(super) official_state: Option<Vec<(i64, String)>>,
}

/// What an answer hangs on, beside the question and who asks. It changes when a release is published, an organisation is
/// added, an agreement is added or ends, official figures are taken in or removed, or a day begins: agreements hold by the day.
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
            circles: Arc::default(),
            releases: Vec::new(),
            snapshot: None,
            books: None,
            registers: Arc::default(),
            official: Arc::default(),
            official_state: None,
        }
    }
}
