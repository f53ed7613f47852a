//! Outcomes: the question this service is for.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, Value};

use crate::{
    datasets::{
        Outcomes,
        outcomes::{Parts, Question},
    },
    graphql::{
        context,
        error::graphql_error,
        rows::fields_of_rows,
        types::{OutcomePreview, OutcomeTable, OutcomesInput},
    },
};

use super::release_number;

/// The parts of a table that are selected, under any alias and in any fragment: what nobody reads is not charged.
fn parts(context: &Context<'_>) -> Parts {
    let table = context.look_ahead();
    let selected = |name| table.field(name).exists();
    let totals = selected("totals");
    Parts { cells: selected("cells") || selected("summary") || totals, overall: selected("overall"), totals }
}

/// The earlier periods from which changes are selected, under any alias and in any fragment.
fn since(context: &Context<'_>) -> Result<Vec<String>> {
    let table = context.look_ahead();
    let mut periods = Vec::new();
    for cells in ["cells", "totals"] {
        for change in table.field(cells).field("change").selection_fields() {
            for (name, value) in change.arguments()? {
                if let ("since", Value::String(period)) = (name.as_str(), value) {
                    periods.push(period);
                }
            }
        }
    }
    Ok(periods)
}

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
        let (question, number) = input.into_question(parts(context), since(context)?);
        let reader = context::reader(context);
        let (number, fields) = (release_number(number)?, fields_of_rows(context));
        let table = reader.tabulate::<Outcomes>(question, number, fields).await.map_err(graphql_error)?;
        Ok(Some(OutcomeTable(Arc::new(table))))
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
        #[graphql(desc = "Price changes since these periods (`change`) too.", validator(max_items = 400))]
        since: Option<Vec<String>>,
    ) -> Result<Option<OutcomePreview>> {
        let (question, number) = input.into_question(Parts { cells: true, overall, totals }, since.unwrap_or_default());
        let reader = context::reader(context);
        let (number, fields) = (release_number(number)?, fields_of_rows(context));
        let preview = reader.preview::<Outcomes>(question, number, fields).await.map_err(graphql_error)?;
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
        let reader = context::reader(context);
        let (parts, since) = (parts(context), since(context)?);
        let want = |question: &mut Question| (question.parts, question.since) = (parts, since);
        let fields = fields_of_rows(context);
        let table = reader.cited::<Outcomes>(&citation, purpose, fields, want).await.map_err(graphql_error)?;
        Ok(Some(OutcomeTable(Arc::new(table))))
    }
}
