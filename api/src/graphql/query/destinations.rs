//! Destinations: where students went after a stage of education.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    error::wire,
    types::{DestinationTable, DestinationsInput},
};

use super::release_number;

/// Destinations.
#[derive(Default)]
pub struct DestinationQuery;

/// Destinations.
#[Object]
impl DestinationQuery {
    /// Anonymised destinations: how many students went where after a stage of education, by area and cohort year, and by band
    /// of benchmarks achieved. Needs a token. Every number carries protection noise and its standard error; what would tell
    /// about single institutions or students is hidden, with a reason and a remedy. The same question gets the same answer,
    /// however it is spelled.
    async fn destinations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The question.")] input: DestinationsInput,
    ) -> Result<DestinationTable> {
        let (question, release) = input.into_question();
        let release = release_number(release)?;
        let exchange = context::exchange(context);
        let table = exchange.destinations(context::viewer(context), &question, release).await.map_err(wire)?;
        Ok(DestinationTable(Arc::new(table)))
    }
}
