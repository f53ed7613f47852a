//! Who asked what about an area: for those whose area it is.

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    error::graphql_error,
    types::{Date, Exposure},
};

/// Who asked what about an area.
#[derive(Default)]
pub struct ExposureQuery;

/// Who asked what about an area.
#[Object]
impl ExposureQuery {
    /// Who asked what about your area, or an area in it: for which purposes, how finely, how often and at what cost. Needs a
    /// token with the scope `audit:read`. What organisations asked about results that they handed in themselves is not in it.
    async fn exposure(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of your organisation's area, or of one in it.")] area: String,
        #[graphql(desc = "The first day, UTC; a year ago when left out.")] since: Option<Date>,
    ) -> Result<Option<Exposure>> {
        let reader = context::reader(context);
        let exposure = reader.exposure(&area, since.map(|day| day.0)).await.map_err(graphql_error)?;
        Ok(Some(Exposure::new(exposure, reader.catalogue().clone())))
    }
}
