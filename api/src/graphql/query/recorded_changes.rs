//! Who changed what, for those whom it concerns.

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    types::{Date, RecordedChangeConnection},
};

/// Who changed what.
#[derive(Default)]
pub struct RecordedChangeQuery;

/// Who changed what.
#[Object]
impl RecordedChangeQuery {
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
        RecordedChangeConnection::load(reader, since.map(|day| day.0), first, after.as_deref()).await.map(Some)
    }
}
