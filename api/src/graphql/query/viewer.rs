//! Who asks.

use async_graphql::{Context, Object};

use crate::graphql::{context, types::Viewer};

/// Who asks.
#[derive(Default)]
pub struct ViewerQuery;

/// Who asks.
#[Object]
impl ViewerQuery {
    /// Who you are, what your agreements allow, and which limits hold. Works without a token too.
    async fn viewer(&self, context: &Context<'_>) -> Viewer {
        Viewer(context::reader(context).viewer_view())
    }
}
