//! The root of every question: a list of small topics.

mod catalogue;
mod outcomes;
mod releases;
mod viewer;

use async_graphql::MergedObject;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(viewer::ViewerQuery, releases::ReleaseQuery, catalogue::CatalogueQuery, outcomes::OutcomeQuery);
