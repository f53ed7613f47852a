//! What a resolver may reach: a reader, which knows who asks, and the tree of what is asked.

use std::sync::Arc;

use async_graphql::{Context, OutputType, QueryPathNode, QueryPathSegment, Result};

use crate::{service::Reader, tabulation::Advised};

use super::{
    document::{Collected, Selected},
    error::graphql_error,
};

/// The reader of the request that is executed.
pub(super) fn reader<'a>(context: &Context<'a>) -> &'a Reader {
    context.data_unchecked::<Reader>()
}

/// What is selected of the root.
pub(super) fn root<'a>(context: &Context<'a>) -> &'a [Selected] {
    &context.data_unchecked::<Arc<Collected>>().fields
}

/// What is selected of a `T` that the field which is resolved answers with, or of a field below a `T`.
pub(super) fn selected<'a, T: OutputType>(context: &Context<'a>) -> &'a [Selected] {
    let collected: &'a Collected = context.data_unchecked::<Arc<Collected>>();
    let field = context.path_node.as_ref().and_then(|at| find(&collected.fields, at, &T::type_name()));
    field.map_or(&[], |field| field.below.of(&T::type_name()))
}

/// The field at a path; where a type decides what is selected on the way, `on` is it.
fn find<'a>(root: &'a [Selected], at: &QueryPathNode<'_>, on: &str) -> Option<&'a Selected> {
    let above = at.parent.map(|above| find(root, above, on));
    match (at.segment, above) {
        (QueryPathSegment::Index(_), above) => above?,
        (QueryPathSegment::Name(key), None) => root.iter().find(|field| field.key == key),
        (QueryPathSegment::Name(key), Some(above)) => above?.below.of(on).iter().find(|field| field.key == key),
    }
}

/// Looks into the remedies of an answer ahead of its rows, where they are selected: that may take more than the rows.
///
/// # Errors
/// When it fails.
pub(super) async fn advise<A: Advised>(context: &Context<'_>, selected: &[Selected], answer: &Arc<A>) -> Result<()> {
    fn selects_remedies(fields: &[Selected]) -> bool {
        fields.iter().any(|field| field.name == "remedy" || selects_remedies(field.below.of("")))
    }
    if selects_remedies(selected) {
        Box::pin(reader(context).advise(answer)).await.map_err(graphql_error)?;
    }
    Ok(())
}
