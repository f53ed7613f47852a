//! Who asks, and what it may ask.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::{
    domain::{self, Catalogue},
    graphql::{context, error::graphql_error},
    service::{Reader, ViewerView},
};

use super::{
    Area, BreakdownDimension, Date, DateTime, Limits, NodeKey, Webhook,
    scalar::{OrganisationKind, Tier, whole},
};

/// Who asks, as the token says, and what it may ask.
pub struct Viewer {
    view: ViewerView,
    id: ID,
}

impl Viewer {
    pub(crate) fn new(view: ViewerView) -> Self {
        let code = view.organisation.as_ref().map(|organisation| organisation.code.clone());
        Self { id: NodeKey::Viewer(code.unwrap_or_default()).id(), view }
    }

    /// The code of the organisation that asks; empty where there is none.
    pub(crate) fn code(&self) -> &str {
        self.view.organisation.as_ref().map_or("", |organisation| &organisation.code)
    }
}

/// Who asks, as the token says, and what it may ask.
#[Object]
impl Viewer {
    /// The identity, for `node`: one for each organisation, and one for whoever has no token.
    pub(crate) async fn id(&self) -> &ID {
        &self.id
    }

    /// Your organisation; null without a token.
    async fn organisation(&self, context: &Context<'_>) -> Option<Organisation> {
        let catalogue = context::reader(context).catalogue().clone();
        self.view.organisation.as_ref().map(|organisation| Organisation::new(organisation, catalogue))
    }

    /// The agreements that hold today. They decide which areas you may ask about, for which purposes, and how protected
    /// each answer is. Beside them you may always ask, under the purpose `OWN_RESULTS`, about results you handed in.
    async fn agreements(&self, context: &Context<'_>) -> Vec<Agreement> {
        let reader = context::reader(context);
        self.view.agreements.iter().filter_map(|agreement| Agreement::new(agreement, reader)).collect()
    }

    /// The agreements that your organisation granted to others, and that hold or will. Needs a token with the scope
    /// `agreements:manage`; empty without.
    async fn granted_agreements(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those too that hold no longer.", default = false)] ended: bool,
    ) -> Vec<Agreement> {
        let reader = context::reader(context);
        let granted = reader.granted_agreements(ended);
        granted.iter().filter_map(|agreement| Agreement::new(agreement, reader)).collect()
    }

    /// The clients of your organisation, the revoked ones too. Needs a token with the scope `clients:manage`; empty without.
    async fn clients(&self, context: &Context<'_>) -> Result<Vec<ApiClient>> {
        let clients = context::reader(context).clients().await.map_err(graphql_error)?;
        Ok(clients.into_iter().map(ApiClient::from).collect())
    }

    /// The webhooks of your organisation. Needs a token with the scope `webhooks:manage`; empty without.
    async fn webhooks(&self, context: &Context<'_>) -> Result<Vec<Webhook>> {
        let reader = context::reader(context);
        let webhooks = reader.webhooks().await.map_err(graphql_error)?;
        Ok(webhooks.into_iter().map(|webhook| Webhook::at(reader.now(), webhook)).collect())
    }

    /// The scopes of the token, e.g. `outcomes:read`.
    async fn scopes(&self) -> &[&'static str] {
        &self.view.scopes
    }

    /// What your organisation has used of its budget, by measure; only where it has used any, and at most 1,000 lines. Every
    /// new tabulation (a breakdown, a filter or a mapping that nobody has asked for before) costs one unit per benchmark, once
    /// and for all periods; outcomes over all benchmarks cost one unit for each of them. Repeats, other areas of the same kind,
    /// other periods, other categories of the same breakdown, what another organisation opened, standard tables and your own
    /// results are free.
    async fn budget(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Only this measure: a benchmark such as `GATSBY-2014/3`, or where students of a stage went, such as \
                          `destinations/KS4`."
        )]
        measure: Option<String>,
    ) -> Result<Vec<BudgetLine>> {
        let reader = context::reader(context);
        let lines = reader.budget(measure.as_deref()).await;
        Ok(lines.map_err(graphql_error)?.into_iter().map(BudgetLine::from).collect())
    }

    /// The limits that hold for every question.
    async fn limits(&self, context: &Context<'_>) -> Limits {
        Limits::new(context)
    }
}

/// A hub, LEP, authority, national body or partner abroad.
#[derive(SimpleObject)]
pub struct Organisation {
    /// The identity, for `node`.
    pub(crate) id: ID,
    /// The code.
    code: String,
    /// The name.
    name: String,
    /// What it is.
    kind: OrganisationKind,
    /// The area it works in.
    area: Option<Area>,
    /// The day on which it ended; null while it goes on.
    ended_on: Option<Date>,
}

impl Organisation {
    pub(crate) fn new(organisation: &domain::Organisation, catalogue: Arc<Catalogue>) -> Self {
        Self {
            id: NodeKey::Organisation(organisation.code.clone()).id(),
            code: organisation.code.clone(),
            name: organisation.name.clone(),
            kind: organisation.kind.into(),
            area: Area::by_code(catalogue, &organisation.area),
            ended_on: organisation.ended_on.map(Date::from),
        }
    }
}

/// What a provider allows a consumer to ask.
#[derive(SimpleObject)]
pub struct Agreement {
    /// The number, for `amendAgreement` and `endAgreement`.
    number: i32,
    /// The organisation that may ask.
    consumer: Option<Organisation>,
    /// The organisation that granted it; null where the operator of the service did.
    provider: Option<Organisation>,
    /// The area that may be asked about, with every area in it.
    area: Area,
    /// How answers are protected.
    tier: Tier,
    /// What may be asked for.
    purposes: Vec<String>,
    /// The dimensions that may be used; null for every one.
    dimensions: Option<Vec<BreakdownDimension>>,
    /// The first day it holds.
    valid_from: Date,
    /// The last day it holds; null while open.
    valid_until: Option<Date>,
    /// The number of the agreement that holds in its place once it is amended.
    replaced_by: Option<i32>,
}

impl Agreement {
    pub(crate) fn new(agreement: &domain::Agreement, reader: &Reader) -> Option<Self> {
        let catalogue = reader.catalogue();
        let party = |code: &str| reader.party(code).map(|party| Organisation::new(&party, catalogue.clone()));
        Some(Self {
            number: i32::try_from(agreement.id).ok()?,
            consumer: party(&agreement.consumer),
            provider: agreement.provider.as_deref().and_then(party),
            area: Area::by_code(catalogue.clone(), &agreement.area)?,
            tier: agreement.tier.into(),
            purposes: agreement.purposes.clone(),
            dimensions: agreement
                .dimensions
                .as_ref()
                .map(|dimensions| dimensions.iter().map(|&dimension| dimension.into()).collect()),
            valid_from: agreement.valid_from.into(),
            valid_until: agreement.last_day().map(Date::from),
            replaced_by: agreement.replaced_by.and_then(|number| i32::try_from(number).ok()),
        })
    }
}

/// A program of your organisation that gets tokens at `/oauth/token`.
#[derive(SimpleObject)]
pub struct ApiClient {
    /// The identifier that it sends.
    client_id: String,
    /// What people call it.
    name: String,
    /// What its tokens may be used for.
    scopes: Vec<String>,
    /// When it was made, UTC.
    made_at: DateTime,
    /// When it was revoked, UTC; null while it holds.
    revoked_at: Option<DateTime>,
}

impl From<domain::Client> for ApiClient {
    fn from(client: domain::Client) -> Self {
        Self {
            client_id: client.id,
            name: client.name,
            scopes: client.scopes.split_ascii_whitespace().map(str::to_owned).collect(),
            made_at: client.made_at.into(),
            revoked_at: client.revoked_at.map(DateTime::from),
        }
    }
}

/// What your organisation has used of its budget about one measure, in all periods.
#[derive(SimpleObject)]
pub struct BudgetLine {
    /// The tier of the answers.
    tier: Tier,
    /// A benchmark such as `GATSBY-2014/3`, or where students of a stage went, such as `destinations/KS4`.
    measure: String,
    /// How many tabulations you have opened.
    used: i32,
    /// How many you may open; null where there is no limit.
    limit: Option<i32>,
    /// How many new ones are left to you; null where there is no limit.
    remaining: Option<i32>,
    /// What those you opened cost together, as privacy loss ρ.
    rho: f64,
}

impl From<domain::BudgetLine> for BudgetLine {
    fn from(line: domain::BudgetLine) -> Self {
        let limit = line.tier.rules().new_tabulations;
        Self {
            tier: line.tier.into(),
            measure: line.measure,
            used: whole(line.used),
            limit: limit.map(whole),
            remaining: limit.map(|limit| whole(limit.saturating_sub(line.used))),
            rho: line.cost,
        }
    }
}
