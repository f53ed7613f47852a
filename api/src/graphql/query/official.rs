//! Official figures: public, as published.

use async_graphql::{Context, Object, Result};

use crate::graphql::{
    context,
    types::{Items, OfficialAsked, OfficialDataSet, OfficialFigureList, OfficialFilterInput, page_size},
};

/// Official figures.
#[derive(Default)]
pub struct OfficialQuery;

/// Official figures.
#[Object]
impl OfficialQuery {
    /// The data sets of official figures, by name, the newest version of each first. Public: needs no token.
    async fn official_data_sets(&self, context: &Context<'_>) -> Vec<OfficialDataSet> {
        OfficialDataSet::all(context::reader(context).official())
    }

    /// Official figures: open statistics by area as they were published, to stand beside outcomes. They carry no noise, cost no
    /// budget and need no token. Ask for one indicator; `officialDataSets` lists them.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the contract")]
    async fn official_figures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The column of the indicator, e.g. `NEET_percent`.")] indicator: String,
        #[graphql(desc = "Only of the data set of this name.")] data_set: Option<String>,
        #[graphql(desc = "Of this version of the data set; the newest when left out.")] version: Option<i32>,
        #[graphql(
            desc = "Only of the areas with these codes, under any code that each had.",
            validator(custom = "Items::to(400)")
        )]
        areas: Option<Vec<String>>,
        #[graphql(
            desc = "Only about these years: academic years as six digits, or times as published.",
            validator(custom = "Items::to(400)")
        )]
        years: Option<Vec<String>>,
        #[graphql(desc = "Only those with one of these items of a filter.", validator(custom = "Items::to(20)"))]
        filters: Option<Vec<OfficialFilterInput>>,
        #[graphql(desc = "How many, from 1 to 200; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "How many to pass over: `next` of the page before.")] skip: Option<i32>,
    ) -> Result<Option<OfficialFigureList>> {
        let filters = filters.unwrap_or_default();
        let asked = OfficialAsked { indicator, data_set, version, areas, years, filters };
        asked.page(context::reader(context), page_size(first)?, skip).map(Some)
    }
}
