//! What administrators see: organisations and issuers.

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    error::graphql_error,
    types::{Issuer, OrganisationConnection},
};

/// What administrators see.
#[derive(Default)]
pub struct AdministrationQuery;

/// What administrators see.
#[Object]
impl AdministrationQuery {
    /// Every organisation, in order of code. Needs a token with the scope `organisations:manage`, which the operator of the service gives
    /// to administrators.
    async fn organisations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those too that ended.", default = false)] ended: bool,
        #[graphql(desc = "How many, from 1 to 200; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "A cursor of an earlier page, to go on after it.")] after: Option<String>,
    ) -> Result<Option<OrganisationConnection>> {
        OrganisationConnection::load(context::reader(context), ended, first, after.as_deref()).map(Some)
    }

    /// Every identity provider whose tokens are taken, with the clients that are let in. Needs a token with the scope `issuers:manage`.
    async fn issuers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those too that ended.", default = false)] ended: bool,
    ) -> Result<Option<Vec<Issuer>>> {
        let issuers = Box::pin(context::reader(context).issuers(ended)).await.map_err(graphql_error)?;
        Ok(Some(issuers.into_iter().map(Issuer::from).collect()))
    }
}
