//! Outcomes: the question this service is for.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    datasets::{
        Outcomes,
        outcomes::{Parts, Question},
    },
    graphql::{
        context,
        error::graphql_error,
        types::{Items, OutcomePreview, OutcomeTable, OutcomesInput},
    },
    service,
};

use super::{release_number, wanted::Wanted};

/// Outcomes.
#[derive(Default)]
pub struct OutcomeQuery;

/// Outcomes.
#[Object]
impl OutcomeQuery {
    /// Anonymised outcomes: how many institutions achieved each benchmark, by area, period and public attributes. Needs a
    /// token. Every number carries protection noise and its standard error; what would tell about single institutions is
    /// hidden, with a reason and a remedy. The same question gets the same answer, however it is spelled.
    async fn outcomes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The question.")] input: OutcomesInput,
    ) -> Result<Option<OutcomeTable>> {
        let wanted = Wanted::of::<OutcomeTable>(context)?;
        let (question, number) = input.into_question(wanted.parts(context), wanted.since(context))?;
        let reader = context::reader(context);
        let (number, fields) = (release_number(number)?, wanted.fields_of_rows());
        let table = Box::pin(reader.tabulate::<Outcomes>(question, number, fields)).await.map_err(graphql_error)?;
        Ok(Some(OutcomeTable::new(table)))
    }

    /// What a question would cost, and what its table would look like: which cells will be hidden and why, and how exact
    /// the others will be. Computed from public figures (who took part, never how) and charged nothing, so try breakdowns here
    /// first. Needs a token.
    async fn preview(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The question, as for `outcomes`.")] input: OutcomesInput,
        #[graphql(desc = "Price outcomes over all benchmarks (`overall`) too.", default = false)] overall: bool,
        #[graphql(desc = "Price the totals of the breakdown (`totals`) too.", default = false)] totals: bool,
        #[graphql(
            desc = "Price who partly achieved a benchmark, and who scored nothing (`partlyShare`, `noneShare`), too.",
            default = false
        )]
        states: bool,
        #[graphql(desc = "Price changes since these periods (`change`) too.", validator(custom = "Items::to(400)"))]
        since: Option<Vec<String>>,
    ) -> Result<Option<OutcomePreview>> {
        let (question, number) =
            input.into_question(Parts { cells: true, overall, totals, states }, since.unwrap_or_default())?;
        let reader = context::reader(context);
        let fields = Wanted::of::<OutcomePreview>(context)?.fields_of_rows();
        let number = release_number(number)?;
        let preview = Box::pin(reader.preview::<Outcomes>(question, number, fields)).await.map_err(graphql_error)?;
        Ok(Some(OutcomePreview(Arc::new(preview))))
    }

    /// A table of outcomes again, by its `citation`: the same cells with the same numbers, whatever was published since. Needs
    /// a token, and an agreement that gives the table at the tier it was cited with.
    async fn table(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The `citation` of a table.")] citation: String,
        #[graphql(
            desc = "One of your agreements' purposes. May be left out where you have exactly one, and for a table of \
                          results you handed in."
        )]
        purpose: Option<String>,
    ) -> Result<Option<OutcomeTable>> {
        let wanted = Wanted::of::<OutcomeTable>(context)?;
        cited(context, &wanted, &citation, purpose).await.map(Some).map_err(graphql_error)
    }
}

/// The table that a citation names, as much of it as is wanted.
pub(super) async fn cited(
    context: &Context<'_>,
    wanted: &Wanted<'_>,
    citation: &str,
    purpose: Option<String>,
) -> Result<OutcomeTable, service::Error> {
    let (parts, since, fields) = (wanted.parts(context), wanted.since(context), wanted.fields_of_rows());
    let want = |question: &mut Question| (question.parts, question.since) = (parts, since);
    let table = Box::pin(context::reader(context).cited::<Outcomes>(citation, purpose, fields, want)).await?;
    Ok(OutcomeTable::new(table))
}
