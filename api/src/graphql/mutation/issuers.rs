//! Administrators set up identity providers, and let their clients in.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::{
    domain::{IssuerChange, IssuerRules},
    graphql::{
        error::graphql_error,
        types::{Issuer, Items},
    },
    service::{IssuerListed, Outcome},
};

use super::{ChangeOutcome, clients::named_scopes, contributor, sent, status};

/// Issuers.
#[derive(Default)]
pub struct IssuerMutation;

/// Issuers.
#[Object]
impl IssuerMutation {
    /// Sets an identity provider up, whose tokens are taken from then on; none of its clients is let in yet. Its keys are fetched from
    /// the public network alone: the operator sets up one inside by command. Needs a token with the scope `issuers:manage`, which the
    /// operator gives to administrators.
    async fn add_issuer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which issuer to set up.")] input: AddIssuerInput,
    ) -> Result<Option<AddIssuerPayload>> {
        let sent = sent("addIssuer", &input);
        let unusual = IssuerChange {
            discovery: input.discovery,
            client_claim: input.client_claim,
            rights_claim: input.rights_claim,
            prefix: input.prefix,
            algorithms: input.algorithms,
            ..IssuerChange::default()
        };
        let rules = IssuerRules::usual(input.accepted, input.audiences).changed(&unusual);
        let added = contributor(context)?.add_issuer(sent, input.name, rules);
        let (outcome, issuer) = told(added.await.map_err(graphql_error)?)?;
        Ok(Some(AddIssuerPayload { outcome, issuer }))
    }

    /// Changes how tokens of an issuer are read; what is left out stays. Needs a token with the scope `issuers:manage`.
    async fn change_issuer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which issuer, and what to change of it.")] input: ChangeIssuerInput,
    ) -> Result<Option<ChangeIssuerPayload>> {
        let sent = sent("changeIssuer", &input);
        let change = IssuerChange {
            accepted: input.accepted,
            audiences: input.audiences,
            discovery: input.discovery,
            client_claim: input.client_claim,
            rights_claim: input.rights_claim,
            prefix: input.prefix,
            algorithms: input.algorithms,
            public_only: None,
        };
        let changed = contributor(context)?.change_issuer(sent, input.name, change);
        let (outcome, issuer) = told(Box::pin(changed).await.map_err(graphql_error)?)?;
        Ok(Some(ChangeIssuerPayload { outcome, issuer }))
    }

    /// Ends an issuer: every replica refuses its tokens within seconds. Needs a token with the scope `issuers:manage`.
    async fn end_issuer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which issuer to end.")] input: EndIssuerInput,
    ) -> Result<Option<EndIssuerPayload>> {
        let sent = sent("endIssuer", &input);
        let ended = contributor(context)?.end_issuer(sent, input.name).await.map_err(graphql_error)?;
        let (outcome, issuer) = told(ended)?;
        Ok(Some(EndIssuerPayload { outcome, issuer }))
    }

    /// Lets a client of an issuer in, for an organisation; one that is in already is in under the new terms. It gets no scope that your
    /// token lacks, and none of an administrator. Needs a token with the scope `issuers:manage`.
    async fn allow_issuer_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which client to let in.")] input: AllowIssuerClientInput,
    ) -> Result<Option<AllowIssuerClientPayload>> {
        let sent = sent("allowIssuerClient", &input);
        let AllowIssuerClientInput { issuer, client, organisation, scopes, .. } = input;
        let scopes = named_scopes(&scopes)?;
        let allowed = contributor(context)?.allow_issuer_client(sent, issuer, client, organisation, scopes);
        let (outcome, issuer) = told(allowed.await.map_err(graphql_error)?)?;
        Ok(Some(AllowIssuerClientPayload { outcome, issuer }))
    }

    /// Lets a client of an issuer out again: every replica refuses its tokens within seconds. Needs a token with the scope
    /// `issuers:manage`.
    async fn deny_issuer_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which client to let out.")] input: DenyIssuerClientInput,
    ) -> Result<Option<DenyIssuerClientPayload>> {
        let sent = sent("denyIssuerClient", &input);
        let denied = contributor(context)?.deny_issuer_client(sent, input.issuer, input.client);
        let (outcome, issuer) = told(denied.await.map_err(graphql_error)?)?;
        Ok(Some(DenyIssuerClientPayload { outcome, issuer }))
    }
}

fn told(outcome: Outcome<IssuerListed>) -> Result<(ChangeOutcome, Option<Issuer>)> {
    let (outcome, listed) = status::told(outcome)?;
    Ok((outcome, listed.map(Issuer::from)))
}

/// Which issuer to set up.
#[derive(InputObject)]
pub struct AddIssuerInput {
    /// What to call it: no blank and no slash, up to 64 characters.
    name: String,
    /// What `iss` may be, to the letter.
    #[graphql(validator(custom = "Items::one_to(20)"))]
    accepted: Vec<String>,
    /// What `aud` must hold one of.
    #[graphql(validator(custom = "Items::one_to(20)"))]
    audiences: Vec<String>,
    /// The address of its discovery document; below the first of `accepted`, at `/.well-known/openid-configuration`, when left out.
    discovery: Option<String>,
    /// The claim that names the client: `azp`, `appid`, `cid`, `client_id` or `sub`; `azp` when left out.
    client_claim: Option<String>,
    /// The claim that names rights, a text or a list, or the path to it with dots; `scope` when left out.
    rights_claim: Option<String>,
    /// What stands before each right in the claim, e.g. `exchange/`.
    prefix: Option<String>,
    /// The algorithms that it may sign by; `RS256` when left out.
    #[graphql(validator(custom = "Items::one_to(20)"))]
    algorithms: Option<Vec<String>>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// What to change of an issuer.
#[derive(InputObject)]
pub struct ChangeIssuerInput {
    /// Its name.
    name: String,
    /// What `iss` may be, to the letter.
    #[graphql(validator(custom = "Items::one_to(20)"))]
    accepted: Option<Vec<String>>,
    /// What `aud` must hold one of.
    #[graphql(validator(custom = "Items::one_to(20)"))]
    audiences: Option<Vec<String>>,
    /// The address of its discovery document, on the public network.
    discovery: Option<String>,
    /// The claim that names the client, as in `addIssuer`.
    client_claim: Option<String>,
    /// The claim that names rights, or the path to it.
    rights_claim: Option<String>,
    /// What stands before each right in the claim.
    prefix: Option<String>,
    /// The algorithms that it may sign by.
    #[graphql(validator(custom = "Items::one_to(20)"))]
    algorithms: Option<Vec<String>>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which issuer to end.
#[derive(InputObject)]
pub struct EndIssuerInput {
    /// Its name.
    name: String,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which client of an issuer to let in.
#[derive(InputObject)]
pub struct AllowIssuerClientInput {
    /// The name of the issuer.
    issuer: String,
    /// What the issuer names the client by, in its client claim.
    client: String,
    /// The code of the organisation that it asks for.
    organisation: String,
    /// What it may do at most: a token of it may do what it claims of these.
    #[graphql(validator(custom = "Items::one_to(50)"))]
    scopes: Vec<String>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which client of an issuer to let out.
#[derive(InputObject)]
pub struct DenyIssuerClientInput {
    /// The name of the issuer.
    issuer: String,
    /// What the issuer names the client by.
    client: String,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// An issuer that was set up.
#[derive(SimpleObject)]
pub struct AddIssuerPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// An issuer that was changed.
#[derive(SimpleObject)]
pub struct ChangeIssuerPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// An issuer that was ended.
#[derive(SimpleObject)]
pub struct EndIssuerPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// A client of an issuer that was let in.
#[derive(SimpleObject)]
pub struct AllowIssuerClientPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// A client of an issuer that was let out.
#[derive(SimpleObject)]
pub struct DenyIssuerClientPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}
