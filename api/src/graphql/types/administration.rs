//! Lists of organisations, and issuers with their clients.

use async_graphql::{Result, SimpleObject, connection::PageInfo};

use crate::{
    domain,
    graphql::error::graphql_error,
    service::{IssuerListed, Reader},
};

use super::{
    DateTime, Organisation,
    page::{cursor, cursors, page_size},
    whole,
};

/// A page of organisations, in order of code.
#[derive(SimpleObject)]
pub struct OrganisationConnection {
    /// The organisations with their cursors.
    edges: Vec<OrganisationEdge>,
    /// The organisations alone.
    nodes: Vec<Organisation>,
    /// Whether more follow, and from where.
    page_info: PageInfo,
    /// How many organisations there are on all pages.
    total_count: i32,
}

/// An organisation on a page.
#[derive(SimpleObject)]
pub struct OrganisationEdge {
    /// Where it stands in the list: give it as `after` to go on from here.
    cursor: String,
    /// The organisation.
    node: Organisation,
}

impl OrganisationConnection {
    pub(crate) fn load(reader: &Reader, ended: bool, first: Option<i32>, after: Option<&str>) -> Result<Self> {
        let after = cursor(after, Some)?;
        let page = reader.organisations(ended, after.as_deref(), page_size(first)?).map_err(graphql_error)?;
        let (cursors, page_info) = cursors(&page, after.is_some(), |organisation| organisation.code.clone());
        let node = |organisation: &domain::Organisation| Organisation::new(organisation, reader.catalogue().clone());
        let edge = |(one, cursor): (&domain::Organisation, _)| OrganisationEdge { cursor, node: node(one) };
        Ok(Self {
            page_info,
            nodes: page.items.iter().map(node).collect(),
            edges: page.items.iter().zip(cursors).map(edge).collect(),
            total_count: whole(page.total),
        })
    }
}

/// An identity provider whose tokens are taken, and how they are read.
#[derive(SimpleObject)]
pub struct Issuer {
    /// What people call it.
    name: String,
    /// What `iss` may be, to the letter.
    accepted: Vec<String>,
    /// What `aud` must hold one of.
    audiences: Vec<String>,
    /// The address of its discovery document.
    discovery: String,
    /// The claim that names the client.
    client_claim: String,
    /// The claim that names rights, or the path to it.
    rights_claim: String,
    /// What stands before each right in the claim; empty for nothing.
    prefix: String,
    /// The algorithms that it may sign by.
    algorithms: Vec<String>,
    /// Whether its keys are fetched from the public network alone.
    public_only: bool,
    /// When it was set up, UTC.
    made_at: DateTime,
    /// When it was ended, UTC; null while it holds.
    ended_at: Option<DateTime>,
    /// The clients of it that are let in.
    clients: Vec<IssuerClient>,
}

/// A client of an identity provider that is let in.
#[derive(SimpleObject)]
pub struct IssuerClient {
    /// What the issuer names it by.
    client: String,
    /// The code of the organisation that it asks for.
    organisation: String,
    /// What it may do at most.
    scopes: Vec<String>,
    /// When it was let in, UTC.
    made_at: DateTime,
}

impl From<IssuerListed> for Issuer {
    fn from(listed: IssuerListed) -> Self {
        let domain::Issuer { name, rules, made_at, ended_at, .. } = listed.issuer;
        let clients = listed.clients.into_iter().filter(|client| client.ended_at.is_none());
        Self {
            name,
            accepted: rules.accepted,
            audiences: rules.audiences,
            discovery: rules.discovery,
            client_claim: rules.client_claim,
            rights_claim: rules.rights_claim,
            prefix: rules.prefix,
            algorithms: rules.algorithms,
            public_only: rules.public_only,
            made_at: made_at.into(),
            ended_at: ended_at.map(DateTime::from),
            clients: clients.map(IssuerClient::from).collect(),
        }
    }
}

impl From<domain::IssuerClient> for IssuerClient {
    fn from(client: domain::IssuerClient) -> Self {
        Self {
            client: client.client,
            organisation: client.organisation,
            scopes: client.scopes.split_ascii_whitespace().map(str::to_owned).collect(),
            made_at: client.made_at.into(),
        }
    }
}
