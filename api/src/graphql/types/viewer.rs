//! Who asks, and what it may ask.

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;

use crate::{
    domain::{self, Catalogue},
    graphql::context,
    service::ViewerView,
};

use super::{
    Area, BreakdownDimension, PAGE_MAX,
    scalar::{OrganisationKind, Tier},
};

/// Who asks, as the token says, and what it may ask.
pub struct Viewer(pub(crate) ViewerView);

/// Who asks, as the token says, and what it may ask.
#[Object]
impl Viewer {
    /// Your organisation; null without a token.
    async fn organisation(&self, context: &Context<'_>) -> Option<Organisation> {
        let catalogue = context::exchange(context).catalogue();
        self.0.organisation.as_ref().map(|organisation| Organisation {
            code: organisation.code.clone(),
            name: organisation.name.clone(),
            kind: organisation.kind.into(),
            area: Area::by_code(catalogue, &organisation.area),
        })
    }

    /// The agreements that hold today. They decide which areas you may ask about, for which purposes, and how protected
    /// each answer is. Beside them you may always ask, under the purpose `OWN_RESULTS`, about results you handed in.
    async fn agreements(&self, context: &Context<'_>) -> Vec<Agreement> {
        let catalogue = context::exchange(context).catalogue();
        self.0.agreements.iter().filter_map(|agreement| Agreement::new(agreement, &catalogue)).collect()
    }

    /// The scopes of the token, e.g. `outcomes:read`.
    async fn scopes(&self) -> &[&'static str] {
        &self.0.scopes
    }

    /// The limits that hold for every question.
    async fn limits(&self) -> Limits {
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        Limits { cells_per_table: count(crate::plan::MAX_CELLS), items_per_page: count(PAGE_MAX) }
    }
}

/// A hub, LEP, authority, national body or partner abroad.
#[derive(SimpleObject)]
pub struct Organisation {
    /// The code.
    code: String,
    /// The name.
    name: String,
    /// What it is.
    kind: OrganisationKind,
    /// The area it works in.
    area: Option<Area>,
}

/// What a provider allows you to ask.
#[derive(SimpleObject)]
pub struct Agreement {
    /// The area you may ask about, with every area in it.
    area: Area,
    /// How your answers are protected.
    tier: Tier,
    /// What you may ask for.
    purposes: Vec<String>,
    /// The dimensions you may use; null for every one.
    dimensions: Option<Vec<BreakdownDimension>>,
    /// The first day it holds.
    valid_from: NaiveDate,
    /// The last day it holds; null while open.
    valid_until: Option<NaiveDate>,
}

impl Agreement {
    fn new(agreement: &domain::Agreement, catalogue: &std::sync::Arc<Catalogue>) -> Option<Self> {
        Some(Self {
            area: Area::by_code(catalogue.clone(), &agreement.area)?,
            tier: agreement.tier.into(),
            purposes: agreement.purposes.clone(),
            dimensions: agreement
                .dimensions
                .as_ref()
                .map(|dimensions| dimensions.iter().map(|&dimension| dimension.into()).collect()),
            valid_from: agreement.valid_from,
            valid_until: agreement.valid_until,
        })
    }
}

/// The limits that hold for every question.
#[derive(SimpleObject)]
pub struct Limits {
    /// The most cells one table may have: areas × periods × benchmarks × categories.
    cells_per_table: i32,
    /// The most items on one page of a list.
    items_per_page: i32,
}
