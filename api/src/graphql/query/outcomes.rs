//! Outcomes: the question this service is for.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    error::wire,
    types::{OutcomeTable, OutcomesInput},
};

use super::release_number;

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
        let (question, release) = input.into_question();
        let release = release_number(release)?;
        let exchange = context::exchange(context);
        let table = exchange.tabulate(context::viewer(context), &question, release).await.map_err(wire)?;
        Ok(OutcomeTable(Arc::new(table)))
    }
}
