//! A table that was answered before, asked for again by its citation.

use crate::plan::{Citation, DestinationCitation, Parts};

use super::{DestinationTabulation, Error, Reader, Tabulation};

impl Reader {
    /// The table that a citation names, with the numbers it had, whatever was published since. It is answered under the
    /// viewer's own grant, for one of its purposes; results that an organisation handed in itself, to that organisation.
    ///
    /// `wanted` are the parts of the table, and the earlier periods from which changes are wanted.
    ///
    /// # Errors
    /// When the text is no citation; else as [`Reader::tabulate`], and when the grant gives another tier than the one cited.
    pub async fn cited(
        &self,
        citation: &str,
        purpose: Option<String>,
        wanted: (Parts, Vec<String>),
    ) -> Result<Tabulation, Error> {
        let Citation { release, mut question } = Citation::read(citation)?;
        question.purpose = purpose.or(question.purpose);
        (question.parts, question.since) = wanted;
        self.tabulate(&question, Some(release)).await
    }

    /// The table of destinations that a citation names, as [`Reader::cited`] answers one of outcomes. `wanted` is whether its
    /// cells are.
    ///
    /// # Errors
    /// When the text is no citation of destinations; else as [`Reader::destinations`], and when the grant gives another tier
    /// than the one cited.
    pub async fn cited_destinations(
        &self,
        citation: &str,
        purpose: Option<String>,
        wanted: bool,
    ) -> Result<DestinationTabulation, Error> {
        let DestinationCitation { release, mut question } = DestinationCitation::read(citation)?;
        question.purpose = purpose.or(question.purpose);
        question.wanted = wanted;
        self.destinations(&question, Some(release)).await
    }
}
