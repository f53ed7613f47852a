//! What a token may be used for.

use std::str::FromStr;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Ask about outcomes.
    OutcomesRead,
    /// Hand results in.
    ResultsWrite,
    /// Publish releases.
    ReleasesPublish,
    /// Manage agreements.
    AgreementsManage,
    /// Manage the clients of one's own organisation.
    ClientsManage,
    /// Read the audit.
    AuditRead,
    /// Manage the webhooks of one's own organisation.
    WebhooksManage,
    /// Add, change and end organisations.
    OrganisationsManage,
    /// Set issuers up, and let their clients in.
    IssuersManage,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 9] = [
        Self::OutcomesRead,
        Self::ResultsWrite,
        Self::ReleasesPublish,
        Self::AgreementsManage,
        Self::ClientsManage,
        Self::AuditRead,
        Self::WebhooksManage,
        Self::OrganisationsManage,
        Self::IssuersManage,
    ];

    /// The scope as written in tokens, e.g. `outcomes:read`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutcomesRead => "outcomes:read",
            Self::ResultsWrite => "results:write",
            Self::ReleasesPublish => "releases:publish",
            Self::AgreementsManage => "agreements:manage",
            Self::ClientsManage => "clients:manage",
            Self::AuditRead => "audit:read",
            Self::WebhooksManage => "webhooks:manage",
            Self::OrganisationsManage => "organisations:manage",
            Self::IssuersManage => "issuers:manage",
        }
    }

    /// Whether it reaches beyond what is an organisation's own: it is given by command alone.
    pub fn is_of_administrators(self) -> bool {
        matches!(self, Self::OrganisationsManage | Self::IssuersManage)
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("expected a scope such as `outcomes:read`, found `{text}`"))
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads the `scope` claim: names separated by blanks. Unknown names are no scope of ours and left out.
    pub fn read(claim: &str) -> Self {
        claim.split_ascii_whitespace().filter_map(|name| name.parse().ok()).collect()
    }

    /// The claim's text.
    pub fn write(&self) -> String {
        self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether a scope is in the set.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Every scope of the set.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }
}
