//! Who asks, of what and on which day: settled once at the edge, and the same for a whole request.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::{auth::Viewer, domain::Directory};

use super::{
    allowance::Allowance,
    current::{CurrentRelease, Version},
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
    /// One large piece of its work is done at a time, so that it stands in line once.
    pub(super) in_line: tokio::sync::Mutex<()>,
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
