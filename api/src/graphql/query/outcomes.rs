//! Outcomes: the question this service is for.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    graphql::{
        context,
        error::wire,
        types::{OutcomeTable, OutcomesInput},
    },
    plan::Parts,
    service,
};

/// The parts of a table that are selected, under any alias and in any fragment: what nobody reads is not charged.
fn parts(context: &Context<'_>) -> Parts {
    let table = context.look_ahead();
    let selected = |name| table.field(name).exists();
    Parts { cells: selected("cells") || selected("summary"), overall: selected("overall") }
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
    ) -> Result<OutcomeTable> {
        let (question, release) = input.into_question(parts(context));
        let release = match release {
            None => None,
            Some(number) => Some(
                u32::try_from(number)
                    .map_err(|_| wire(service::Error::NotFound(format!("no release has the number {number}"))))?,
            ),
        };
        let exchange = context::exchange(context);
        let table = exchange.tabulate(context::viewer(context), &question, release).await.map_err(wire)?;
        Ok(OutcomeTable(Arc::new(table)))
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
    ) -> Result<OutcomeTable> {
        let exchange = context::exchange(context);
        let table = exchange.cited(context::viewer(context), &citation, purpose).await.map_err(wire)?;
        Ok(OutcomeTable(Arc::new(table)))
    }
}
