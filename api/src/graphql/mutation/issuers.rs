//! Administrators set up identity providers, and let their clients in.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::{
    auth::{Scope, Scopes},
    domain::{IssuerChange, IssuerRules},
    graphql::{
        error::{bad_request, graphql_error},
        types::{Issuer, Items},
    },
    service::{IssuerListed, Outcome},
};

use super::{ChangeStatus, contributor, sent, status};

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
        let first = input.accepted.first().map(|issuer| issuer.trim_end_matches('/').to_owned()).unwrap_or_default();
        let rules = IssuerRules {
            accepted: input.accepted,
            audiences: input.audiences,
            discovery: input.discovery.unwrap_or_else(|| format!("{first}/.well-known/openid-configuration")),
            client_claim: input.client_claim.unwrap_or_else(|| "azp".to_owned()),
            rights_claim: input.rights_claim.unwrap_or_else(|| "scope".to_owned()),
            prefix: input.prefix.unwrap_or_default(),
            algorithms: input.algorithms.unwrap_or_else(|| vec!["RS256".to_owned()]),
            public_only: true,
        };
        let added = contributor(context)?.add_issuer(sent, input.name, rules);
        let (status, message, issuer) = told(added.await.map_err(graphql_error)?)?;
        Ok(Some(AddIssuerPayload { status, message, issuer }))
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
        let (status, message, issuer) = told(Box::pin(changed).await.map_err(graphql_error)?)?;
        Ok(Some(ChangeIssuerPayload { status, message, issuer }))
    }

    /// Ends an issuer: every replica refuses its tokens within seconds. Needs a token with the scope `issuers:manage`.
    async fn end_issuer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which issuer to end.")] input: EndIssuerInput,
    ) -> Result<Option<EndIssuerPayload>> {
        let sent = sent("endIssuer", &input);
        let ended = contributor(context)?.end_issuer(sent, input.name).await.map_err(graphql_error)?;
        let (status, message, issuer) = told(ended)?;
        Ok(Some(EndIssuerPayload { status, message, issuer }))
    }

    /// Lets a client of an issuer in, for an organisation; one that is in already is in under the new terms. It gets no scope that your
    /// token lacks, and none of an administrator. Needs a token with the scope `issuers:manage`.
    async fn allow_issuer_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which client to let in.")] input: AllowIssuerClientInput,
    ) -> Result<Option<AllowIssuerClientPayload>> {
        let sent = sent("allowIssuerClient", &input);
        let scopes: std::result::Result<Vec<Scope>, String> = input.scopes.iter().map(|scope| scope.parse()).collect();
        let scopes: Scopes = scopes.map_err(bad_request)?.into_iter().collect();
        let AllowIssuerClientInput { issuer, client, organisation, .. } = input;
        let allowed = contributor(context)?.allow_issuer_client(sent, issuer, client, organisation, scopes);
        let (status, message, issuer) = told(allowed.await.map_err(graphql_error)?)?;
        Ok(Some(AllowIssuerClientPayload { status, message, issuer }))
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
        let (status, message, issuer) = told(denied.await.map_err(graphql_error)?)?;
        Ok(Some(DenyIssuerClientPayload { status, message, issuer }))
    }
}

fn told(outcome: Outcome<IssuerListed>) -> Result<(ChangeStatus, Option<String>, Option<Issuer>)> {
    let (status, listed, message) = status::told(outcome)?;
    Ok((status, message, listed.map(Issuer::from)))
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
    /// What became of it.
    status: ChangeStatus,
    /// Why it was not, in words.
    message: Option<String>,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// An issuer that was changed.
#[derive(SimpleObject)]
pub struct ChangeIssuerPayload {
    /// What became of it.
    status: ChangeStatus,
    /// Why it was not, in words.
    message: Option<String>,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// An issuer that was ended.
#[derive(SimpleObject)]
pub struct EndIssuerPayload {
    /// What became of it.
    status: ChangeStatus,
    /// Why it was not, in words.
    message: Option<String>,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// A client of an issuer that was let in.
#[derive(SimpleObject)]
pub struct AllowIssuerClientPayload {
    /// What became of it.
    status: ChangeStatus,
    /// Why it was not, in words.
    message: Option<String>,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}

/// A client of an issuer that was let out.
#[derive(SimpleObject)]
pub struct DenyIssuerClientPayload {
    /// What became of it.
    status: ChangeStatus,
    /// Why it was not, in words.
    message: Option<String>,
    /// The issuer, as it is now.
    issuer: Option<Issuer>,
}
