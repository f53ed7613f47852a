//! Who asks.

use async_graphql::{Context, Object};

use crate::graphql::{
    context,
    types::{Limits, Viewer},
};

/// Who asks.
#[derive(Default)]
pub struct ViewerQuery;

/// Who asks.
#[Object]
impl ViewerQuery {
    /// Who you are, what your agreements allow, and which limits hold. Works without a token too.
    async fn viewer(&self, context: &Context<'_>) -> Viewer {
        Viewer::new(context::reader(context).viewer_view())
    }

    /// The limits that hold for every question: what a document and a table may hold, and what may be opened. Needs no token.
    async fn limits(&self, context: &Context<'_>) -> Limits {
        Limits::new(context)
    }
}
