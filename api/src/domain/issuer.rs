//! Issuers other than the service itself, whose tokens are taken, and the clients of theirs that are known here.

use chrono::{DateTime, Utc};

/// An issuer other than the service itself, as it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Which one it is.
    pub id: i64,
    /// What people call it, and what its clients are told apart by here.
    pub name: String,
    /// How its tokens are read.
    pub rules: IssuerRules,
    /// When it was set up, UTC.
    pub made_at: DateTime<Utc>,
    /// When it ended, UTC.
    pub ended_at: Option<DateTime<Utc>>,
}

/// How tokens of an issuer are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerRules {
    /// What `iss` may be: one of these, to the letter.
    pub accepted: Vec<String>,
    /// What `aud` must hold one of.
    pub audiences: Vec<String>,
    /// Where its keys are found out: the address of its OpenID Connect discovery document.
    pub discovery: String,
    /// The claim that names the client.
    pub client_claim: String,
    /// The claim that names its rights, or the path to it, with dots between its steps.
    pub rights_claim: String,
    /// What stands before each right in the claim, and is taken off.
    pub prefix: String,
    /// The algorithms that its tokens may be signed by.
    pub algorithms: Vec<String>,
    /// Whether its keys are fetched from public addresses alone: so of an issuer that was set up over the network.
    pub public_only: bool,
}

/// What is to change of an issuer; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerChange {
    /// What `iss` may be.
    pub accepted: Option<Vec<String>>,
    /// What `aud` must hold one of.
    pub audiences: Option<Vec<String>>,
    /// Where its keys are found out.
    pub discovery: Option<String>,
    /// The claim that names the client.
    pub client_claim: Option<String>,
    /// The claim that names its rights.
    pub rights_claim: Option<String>,
    /// What stands before each right.
    pub prefix: Option<String>,
    /// The algorithms that its tokens may be signed by.
    pub algorithms: Option<Vec<String>>,
    /// Whether its keys are fetched from public addresses alone.
    pub public_only: Option<bool>,
}

impl IssuerRules {
    /// What is usual for an issuer that puts these into `iss` and `aud`. Its keys are fetched from public addresses alone.
    pub fn usual(accepted: Vec<String>, audiences: Vec<String>) -> Self {
        let first = accepted.first().map_or("", |issuer| issuer.trim_end_matches('/'));
        Self {
            discovery: format!("{first}/.well-known/openid-configuration"),
            client_claim: "azp".to_owned(),
            rights_claim: "scope".to_owned(),
            prefix: String::new(),
            algorithms: vec!["RS256".to_owned()],
            public_only: true,
            accepted,
            audiences,
        }
    }

    /// The rules with a change.
    #[must_use]
    pub fn changed(self, change: &IssuerChange) -> Self {
        let IssuerChange {
            accepted,
            audiences,
            discovery,
            client_claim,
            rights_claim,
            prefix,
            algorithms,
            public_only,
        } = change.clone();
        Self {
            accepted: accepted.unwrap_or(self.accepted),
            audiences: audiences.unwrap_or(self.audiences),
            discovery: discovery.unwrap_or(self.discovery),
            client_claim: client_claim.unwrap_or(self.client_claim),
            rights_claim: rights_claim.unwrap_or(self.rights_claim),
            prefix: prefix.unwrap_or(self.prefix),
            algorithms: algorithms.unwrap_or(self.algorithms),
            public_only: public_only.unwrap_or(self.public_only),
        }
    }
}

/// A client that an issuer vouches for, and what it may do here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerClient {
    /// The issuer.
    pub issuer: i64,
    /// What the issuer names it by, in its client claim.
    pub client: String,
    /// The code of the organisation it asks for.
    pub organisation: String,
    /// What it may do at most, as in the claim `scope`: a token of it may claim less.
    pub scopes: String,
    /// When it was let in, UTC.
    pub made_at: DateTime<Utc>,
    /// When it was let out again, or its organisation ended, UTC.
    pub ended_at: Option<DateTime<Utc>>,
}
