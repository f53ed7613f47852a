//! What a resolver may reach: a reader, which knows who asks.

use async_graphql::Context;

use crate::service::Reader;

/// The reader of the request that is executed.
pub(super) fn reader<'a>(context: &Context<'a>) -> &'a Reader {
    context.data_unchecked::<Reader>()
}
