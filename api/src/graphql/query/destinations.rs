//! Destinations: where students went after a stage of education.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    datasets::{Destinations, destinations::Question},
    graphql::{
        context,
        error::graphql_error,
        types::{DestinationPreview, DestinationTable, DestinationsInput},
    },
    service,
};

use super::{release_number, wanted::Wanted};

/// Destinations.
#[derive(Default)]
pub struct DestinationQuery;

/// Destinations.
#[Object]
impl DestinationQuery {
    /// Anonymised destinations: how many students went where after a stage of education, by area and cohort year, and by band
    /// of benchmarks achieved. Needs a token. Every number carries protection noise and its standard error; what would tell
    /// about single institutions or students is hidden, with a reason and a remedy. The same question gets the same answer,
    /// however it is spelled. A correction shows only together with enough others.
    async fn destinations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The question.")] input: DestinationsInput,
    ) -> Result<Option<DestinationTable>> {
        let wanted = Wanted::of::<DestinationTable>(context)?;
        let (question, release) = input.into_question(wanted.cells());
        let (release, fields) = (release_number(release)?, wanted.fields_of_rows());
        let reader = context::reader(context);
        let table =
            Box::pin(reader.tabulate::<Destinations>(question, release, fields)).await.map_err(graphql_error)?;
        Ok(Some(DestinationTable::new(table)))
    }

    /// What a question about destinations would cost, and what its table would look like: which cells will be hidden and why.
    /// Computed from public figures (who has a cohort and how large it is, never where students went or what institutions
    /// achieved) and charged nothing. Of bands it tells what holds for all of them together. Needs a token.
    async fn destination_preview(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The question, as for `destinations`.")] input: DestinationsInput,
    ) -> Result<Option<DestinationPreview>> {
        let (question, release) = input.into_question(true);
        let reader = context::reader(context);
        let fields = Wanted::of::<DestinationPreview>(context)?.fields_of_rows();
        let release = release_number(release)?;
        let preview =
            Box::pin(reader.preview::<Destinations>(question, release, fields)).await.map_err(graphql_error)?;
        Ok(Some(DestinationPreview(Arc::new(preview))))
    }

    /// A table of destinations again, by its `citation`: the same cells with the same numbers, whatever was published since.
    /// Needs a token, and an agreement that gives the table at the tier it was cited with.
    async fn destination_table(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The `citation` of a table of destinations.")] citation: String,
        #[graphql(
            desc = "One of your agreements' purposes. May be left out where you have exactly one, and for a table of \
                          cohorts you handed in."
        )]
        purpose: Option<String>,
    ) -> Result<Option<DestinationTable>> {
        let wanted = Wanted::of::<DestinationTable>(context)?;
        cited(context, &wanted, &citation, purpose).await.map(Some).map_err(graphql_error)
    }
}

/// The table that a citation names, as much of it as is wanted.
pub(super) async fn cited(
    context: &Context<'_>,
    wanted: &Wanted<'_>,
    citation: &str,
    purpose: Option<String>,
) -> Result<DestinationTable, service::Error> {
    let (cells, fields) = (wanted.cells(), wanted.fields_of_rows());
    let want = |question: &mut Question| question.wanted = cells;
    let table = Box::pin(context::reader(context).cited::<Destinations>(citation, purpose, fields, want)).await?;
    Ok(DestinationTable::new(table))
}
