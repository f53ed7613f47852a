//! A table that was answered before, asked for again by its citation.

use crate::{
    auth::Viewer,
    plan::{Citation, Parts},
};

use super::{Error, Exchange, Tabulation};

impl Exchange {
    /// The table that a citation names, with the numbers it had, whatever was published since. It is answered under the
    /// viewer's own grant, for one of its purposes; results that an organisation handed in itself, to that organisation.
    ///
    /// `wanted` are the parts of the table, and the earlier periods from which changes are wanted.
    ///
    /// # Errors
    /// When the text is no citation; else as [`Exchange::tabulate`], and when the grant gives another tier than the one cited.
    pub async fn cited(
        &self,
        viewer: &Viewer,
        citation: &str,
        purpose: Option<String>,
        wanted: (Parts, Vec<String>),
    ) -> Result<Tabulation, Error> {
        let Citation { release, mut question } = Citation::read(citation)?;
        question.purpose = purpose.or(question.purpose);
        (question.parts, question.since) = wanted;
        self.tabulate(viewer, &question, Some(release)).await
    }
}
