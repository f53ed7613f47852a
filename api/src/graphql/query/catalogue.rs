//! The catalogue: frameworks, areas, periods, dimensions, codes of errors. Open to everyone.

use async_graphql::{Context, Object, Result};

use crate::{
    domain,
    graphql::{
        context,
        error_code::{ErrorCode, ErrorRule},
        types::{
            Area, AreaConnection, AreaKind, Comparator, ComparatorConnection, Dimension, Framework, Methodology, Period,
        },
    },
    service::{AreasWanted, ComparatorsWanted},
};

/// The catalogue.
#[derive(Default)]
pub struct CatalogueQuery;

/// The catalogue.
#[Object]
impl CatalogueQuery {
    /// Every framework, by code.
    async fn frameworks(&self, context: &Context<'_>) -> Vec<Framework> {
        let catalogue = context::reader(context).catalogue().clone();
        catalogue.frameworks().keys().map(|index| Framework::new(catalogue.clone(), index)).collect()
    }

    /// A framework by code, e.g. `GATSBY-2014`; null where there is none.
    async fn framework(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of the framework.")] code: String,
    ) -> Option<Framework> {
        Framework::by_code(context::reader(context).catalogue().clone(), &code)
    }

    /// An area by code, e.g. `E12000001`; null where there is none.
    async fn area(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of the area.")] code: String,
    ) -> Option<Area> {
        Area::by_code(context::reader(context).catalogue().clone(), &code)
    }

    /// Areas by code: those whose codes are in use.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the contract")]
    async fn areas(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only areas of this kind.")] kind: Option<AreaKind>,
        #[graphql(desc = "Only areas that lie in the area with this code.")] within: Option<String>,
        #[graphql(desc = "Only areas with this text in their name or code, in any case.")] search: Option<String>,
        #[graphql(desc = "Those too that ended, or have not begun.", default)] ended: bool,
        #[graphql(desc = "How many, from 1 to 200; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "A cursor of an earlier page, to go on after it.")] after: Option<String>,
    ) -> Result<Option<AreaConnection>> {
        let reader = context::reader(context);
        let (within, search) = (within.as_deref(), search.as_deref());
        let wanted = AreasWanted { kind: kind.map(Into::into), within, search, ended };
        AreaConnection::load(reader, &wanted, first, after.as_deref()).map(Some)
    }

    /// A comparator by code, e.g. `HUBS-FIRST-WAVE`; null where there is none. It may have ended.
    async fn comparator(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of the comparator.")] code: String,
    ) -> Option<Comparator> {
        Comparator::by_code(context::reader(context).catalogue().clone(), &code)
    }

    /// Named lists of areas to compare with, by code. What any area is put beside, its region and its country among them, is told by
    /// `Area.comparators`.
    async fn comparators(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those about the area with this code.")] about: Option<String>,
        #[graphql(desc = "Only those with this text in their name or code, in any case.")] search: Option<String>,
        #[graphql(desc = "Those too that ended, or have not begun.", default)] ended: bool,
        #[graphql(desc = "How many, from 1 to 200; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "A cursor of an earlier page, to go on after it.")] after: Option<String>,
    ) -> Result<Option<ComparatorConnection>> {
        let wanted = ComparatorsWanted { about: about.as_deref(), search: search.as_deref(), ended };
        ComparatorConnection::load(context::reader(context), &wanted, first, after.as_deref()).map(Some)
    }

    /// The periods of the newest release, oldest first.
    async fn periods(&self, context: &Context<'_>) -> Vec<Period> {
        context::reader(context).periods().into_iter().map(Period::from).collect()
    }

    /// The dimensions to break down or filter by, with their categories.
    async fn dimensions(&self) -> Vec<Dimension> {
        domain::Dimension::ALL.into_iter().map(Dimension).collect()
    }

    /// How numbers are protected, and how attributes of institutions come about: size bands, quintiles of disadvantage, and the registers
    /// that they were taken from.
    async fn methodology(&self, context: &Context<'_>) -> Methodology {
        Methodology::of(context::reader(context).registers())
    }

    /// The codes that errors carry in `extensions.code`, and what to do about each.
    async fn error_codes(&self) -> Vec<ErrorRule> {
        ErrorCode::all().map(ErrorRule::from).collect()
    }
}
