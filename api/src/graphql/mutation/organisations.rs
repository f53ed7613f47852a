//! Administrators manage organisations.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::{
    domain::{self, OrganisationChange},
    graphql::{
        context,
        error::graphql_error,
        types::{Organisation, OrganisationKind},
    },
    service::Outcome,
};

use super::{ChangeOutcome, contributor, sent, status};

/// Organisations.
#[derive(Default)]
pub struct OrganisationMutation;

/// Organisations.
#[Object]
impl OrganisationMutation {
    /// Adds an organisation. Needs a token with the scope `organisations:manage`, which the operator of the service gives to
    /// administrators.
    async fn add_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which organisation to add.")] input: AddOrganisationInput,
    ) -> Result<Option<AddOrganisationPayload>> {
        let sent = sent("addOrganisation", &input);
        let AddOrganisationInput { code, kind, name, area, .. } = input;
        let added = contributor(context)?.add_organisation(sent, code, kind.into(), name, area);
        let (outcome, organisation) = told(context, added.await.map_err(graphql_error)?)?;
        Ok(Some(AddOrganisationPayload { outcome, organisation }))
    }

    /// Changes what an organisation is; what is left out stays, and so does its code. Needs a token with the scope
    /// `organisations:manage`.
    async fn change_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which organisation, and what to change of it.")] input: ChangeOrganisationInput,
    ) -> Result<Option<ChangeOrganisationPayload>> {
        let sent = sent("changeOrganisation", &input);
        let change = OrganisationChange { kind: input.kind.map(Into::into), name: input.name, area: input.area };
        let changed = contributor(context)?.change_organisation(sent, input.code, change);
        let (outcome, organisation) = told(context, changed.await.map_err(graphql_error)?)?;
        Ok(Some(ChangeOrganisationPayload { outcome, organisation }))
    }

    /// Ends an organisation today: its agreements end, its tokens are taken back, and it hands nothing in and asks nothing any more. What
    /// it handed in stays. Not your own. Needs a token with the scope `organisations:manage`.
    async fn end_organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which organisation to end.")] input: EndOrganisationInput,
    ) -> Result<Option<EndOrganisationPayload>> {
        let sent = sent("endOrganisation", &input);
        let ended = contributor(context)?.end_organisation(sent, input.code);
        let (outcome, organisation) = told(context, ended.await.map_err(graphql_error)?)?;
        Ok(Some(EndOrganisationPayload { outcome, organisation }))
    }
}

fn told(
    context: &Context<'_>,
    outcome: Outcome<domain::Organisation>,
) -> Result<(ChangeOutcome, Option<Organisation>)> {
    let (outcome, organisation) = status::told(outcome)?;
    let catalogue = context::reader(context).catalogue().clone();
    Ok((outcome, organisation.map(|organisation| Organisation::new(&organisation, catalogue))))
}

/// Which organisation to add.
#[derive(InputObject)]
pub struct AddOrganisationInput {
    /// Its code, which stays: tokens, files and citations name it. Up to 64 characters.
    code: String,
    /// What it is.
    kind: OrganisationKind,
    /// The name to show. Up to 200 characters.
    name: String,
    /// The code of the area it works in: it grants agreements about this area, and hands in institutions in it.
    area: String,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// What to change of an organisation.
#[derive(InputObject)]
pub struct ChangeOrganisationInput {
    /// Its code.
    code: String,
    /// What it is.
    kind: Option<OrganisationKind>,
    /// The name to show.
    name: Option<String>,
    /// The code of the area it works in.
    area: Option<String>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which organisation to end.
#[derive(InputObject)]
pub struct EndOrganisationInput {
    /// Its code.
    code: String,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// An organisation that was added.
#[derive(SimpleObject)]
pub struct AddOrganisationPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The organisation.
    organisation: Option<Organisation>,
}

/// An organisation that was changed.
#[derive(SimpleObject)]
pub struct ChangeOrganisationPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The organisation.
    organisation: Option<Organisation>,
}

/// An organisation that was ended.
#[derive(SimpleObject)]
pub struct EndOrganisationPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The organisation.
    organisation: Option<Organisation>,
}
