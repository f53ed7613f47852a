//! What became of something that was handed in.

use async_graphql::{Context, ID, Object, Result};

use crate::graphql::{context, error::graphql_error, types::Submission};

/// What was handed in.
#[derive(Default)]
pub struct SubmissionQuery;

/// What was handed in.
#[Object]
impl SubmissionQuery {
    /// Something that your organisation handed in with `POST /submissions`, `importResults` or `importDestinations`: how far it has come,
    /// and what is wrong with it. Null where there is none such. Needs a token with the scope `results:write`.
    async fn submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it is found by, as the answer to handing it in told.")] id: ID,
    ) -> Result<Option<Submission>> {
        let found = Box::pin(context::reader(context).submission(&id)).await.map_err(graphql_error)?;
        Ok(found.map(Submission::new))
    }
}
