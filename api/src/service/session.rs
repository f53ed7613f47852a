//! Who asks, of what and on which day: settled once at the edge, and the same for a whole request.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::{auth::Viewer, domain::Directory};

use super::{
    allowance::Allowance,
    audit::Asked,
    current::{CurrentRelease, Version},
    heavy::Place,
};

/// One request's view. Every field of a document reads the same release, catalogue, directory and day.
pub(super) struct Session {
    /// Who asks.
    pub(super) viewer: Viewer,
    /// The release, its catalogue and the directory as they were when the request came.
    pub(super) current: Arc<CurrentRelease>,
    /// The day on which agreements must hold, UTC.
    pub(super) day: NaiveDate,
    /// What the request may take.
    pub(super) allowance: Allowance,
    /// Its place among those with heavy work, from the first piece on. One piece is done at a time.
    pub(super) place: tokio::sync::Mutex<Option<Place>>,
    /// The questions of the answer that is being made.
    pub(super) asked: std::sync::Mutex<Vec<Arc<Asked>>>,
    /// Those whose records are waited for before the answer leaves; none where each is waited for at once.
    pub(super) awaited: std::sync::Mutex<Option<Vec<Awaited>>>,
}

/// A question whose record is waited for before the answer leaves.
pub(super) struct Awaited {
    pub(super) asked: Arc<Asked>,
    /// Whether it was charged: then it is not answered without its record.
    pub(super) charged: bool,
}

impl Session {
    /// The organisations and agreements.
    pub(super) fn directory(&self) -> &Directory {
        &self.current.directory
    }

    /// What an answer of this session hangs on, beside the question and who asks.
    pub(super) fn version(&self) -> Version {
        Version { generation: self.current.generation, day: self.day }
    }
}
