//! The root of every question: a list of small topics.

mod administration;
mod catalogue;
mod destinations;
mod exposure;
mod node;
mod official;
mod outcomes;
mod recorded_changes;
mod releases;
mod submissions;
mod viewer;
mod wanted;

use async_graphql::{MergedObject, Result};

use crate::{graphql::error::graphql_error, service};

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    viewer::ViewerQuery,
    releases::ReleaseQuery,
    catalogue::CatalogueQuery,
    node::NodeQuery,
    outcomes::OutcomeQuery,
    destinations::DestinationQuery,
    exposure::ExposureQuery,
    recorded_changes::RecordedChangeQuery,
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
