//! Who asks.

use super::{Scope, Scopes};

/// Who asks: nobody known, or a partner with a verified token. Settled before anything is executed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// No token: the catalogue only.
    #[default]
    Anonymous,
    /// A verified token.
    Partner(Partner),
}

/// The organisation behind a verified token. Only [`super::Verifier`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Partner {
    pub(super) organisation: String,
    pub(super) scopes: Scopes,
    pub(super) client: Option<String>,
}

impl Partner {
    /// The code of the organisation.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// The client that the token was given to, if any.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Whether the token carries a scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// The scopes of the token.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.scopes.iter()
    }
}
