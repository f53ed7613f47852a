//! The root of every question: a list of small topics.

mod administration;
mod audit;
mod catalogue;
mod destinations;
mod node;
mod official;
mod outcomes;
mod releases;
mod submissions;
mod viewer;
mod wanted;

use async_graphql::{MergedObject, Result};

use crate::{graphql::error::graphql_error, service};

// The library looks for a field in one topic after the other, and moves what resolves it about, which is as large as the largest of
// all: so what is asked most stands first, and what waits for long waits in a box.
/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    outcomes::OutcomeQuery,
    destinations::DestinationQuery,
    viewer::ViewerQuery,
    releases::ReleaseQuery,
    catalogue::CatalogueQuery,
    node::NodeQuery,
    audit::AuditQuery,
    submissions::SubmissionQuery,
    official::OfficialQuery,
    administration::AdministrationQuery,
);

/// The number of a release as asked; one that no release can have is told like any other that none has.
fn release_number(asked: Option<i32>) -> Result<Option<u32>> {
    let number = |number: i32| {
        u32::try_from(number)
            .map_err(|_| graphql_error(service::Error::NotFound(format!("no release has the number {number}"))))
    };
    asked.map(number).transpose()
}
