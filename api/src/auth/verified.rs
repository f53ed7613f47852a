//! What a signature vouches for.

use std::sync::Arc;

use super::{IssuerKeys, Partner, TrustedIssuer};

/// What a signature vouches for.
pub(super) struct Verified {
    pub(super) partner: Partner,
    pub(super) starts: f64,
    pub(super) expires: f64,
    pub(super) checked_at: f64,
    /// Who signed it.
    pub(super) by: By,
    pub(super) id: Option<String>,
    pub(super) client: Option<String>,
    pub(super) issued_at: Option<f64>,
}

/// Who signed a token.
pub(super) enum By {
    /// The service, with the key of that identifier.
    Own(String),
    /// Another issuer, as it was set up and with the keys that it showed.
    Issuer { issuer: Arc<TrustedIssuer>, keys: Arc<IssuerKeys> },
}

impl Verified {
    pub(super) fn organisation(&self) -> &str {
        self.partner.organisation()
    }
}
