//! What a resolver may reach: a reader, which knows who asks.

use std::sync::Arc;

use async_graphql::{Context, Result, SelectionField};

use crate::{service::Reader, tabulation::Advised};

use super::error::graphql_error;

/// The reader of the request that is executed.
pub(super) fn reader<'a>(context: &Context<'a>) -> &'a Reader {
    context.data_unchecked::<Reader>()
}

/// Looks into the remedies of an answer ahead of its rows, where they are selected: that may take more than the rows.
///
/// # Errors
/// When it fails.
pub(super) async fn advise<A: Advised>(context: &Context<'_>, answer: &Arc<A>) -> Result<()> {
    fn selects_remedies(field: SelectionField<'_>) -> bool {
        field.name() == "remedy" || field.selection_set().any(selects_remedies)
    }
    if selects_remedies(context.field()) {
        reader(context).advise(answer).await.map_err(graphql_error)?;
    }
    Ok(())
}
