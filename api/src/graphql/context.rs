//! What a resolver may reach: the exchange and who asks.

use std::sync::Arc;

use async_graphql::Context;

use crate::{auth::Viewer, service::Exchange};

/// The exchange of a request's schema.
pub(super) fn exchange<'a>(context: &Context<'a>) -> &'a Arc<Exchange> {
    context.data_unchecked::<Arc<Exchange>>()
}

/// Who asks. Settled before execution; anonymous where nobody said.
pub(super) fn viewer<'a>(context: &Context<'a>) -> &'a Viewer {
    const ANONYMOUS: &Viewer = &Viewer::Anonymous;
    context.data_opt::<Viewer>().unwrap_or(ANONYMOUS)
}
