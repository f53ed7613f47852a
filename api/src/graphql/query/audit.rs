//! What the audit tells those whom it concerns: who asked what about an area, and who changed what.

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    error::graphql_error,
    types::{Date, Exposure, RecordedChangeConnection},
};

/// What the audit tells.
#[derive(Default)]
pub struct AuditQuery;

/// What the audit tells.
#[Object]
impl AuditQuery {
    /// Who asked what about your area, or an area in it: for which purposes, how finely, how often and at what cost. Needs a
    /// token with the scope `audit:read`. What organisations asked about results that they handed in themselves is not in it.
    async fn exposure(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of your organisation's area, or of one in it.")] area: String,
        #[graphql(desc = "The first day, UTC; a year ago when left out.")] since: Option<Date>,
    ) -> Result<Option<Exposure>> {
        let reader = context::reader(context);
        let exposure = Box::pin(reader.exposure(&area, since.map(|day| day.0))).await.map_err(graphql_error)?;
        Ok(Some(Exposure::new(exposure, reader.catalogue().clone())))
    }

    /// Who changed what that is your organisation's or concerns it, newest first: agreements with you, your clients, what was handed in
    /// for you, taken back or erased, and every release. Taken from the audit, which records each change in the transaction that makes
    /// it. Needs a token with the scope `audit:read`.
    async fn recorded_changes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first day, UTC; a year ago when left out.")] since: Option<Date>,
        #[graphql(desc = "How many, from 1 to 200; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "A cursor of an earlier page, to go on after it.")] after: Option<String>,
    ) -> Result<Option<RecordedChangeConnection>> {
        let reader = context::reader(context);
        Box::pin(RecordedChangeConnection::load(reader, since.map(|day| day.0), first, after.as_deref()))
            .await
            .map(Some)
    }
}
