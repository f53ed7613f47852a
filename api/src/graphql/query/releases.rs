//! Releases.

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    types::{Release, ReleaseConnection},
};

/// Releases.
#[derive(Default)]
pub struct ReleaseQuery;

/// Releases.
#[Object]
impl ReleaseQuery {
    /// A release by number, the newest when left out; null where there is none.
    async fn release(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of the release.")] number: Option<i32>,
    ) -> Option<Release> {
        let number = match number {
            None => None,
            Some(number) => Some(u32::try_from(number).ok()?),
        };
        context::reader(context).release(number).as_ref().map(Release::from)
    }

    /// All releases, newest first.
    async fn releases(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many, from 1 to 200; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "A cursor of an earlier page, to go on after it.")] after: Option<String>,
    ) -> Result<Option<ReleaseConnection>> {
        ReleaseConnection::load(context::reader(context), first, after.as_deref()).map(Some)
    }
}
