//! A bearer token becomes a viewer. Tokens are signed and verified here and nowhere else.

mod assertion;
mod claims;
mod client_key;
mod client_secret;
mod issuer;
mod issuer_keys;
mod key;
mod scope;
mod seal;
mod token;
mod token_error;
mod trust;
mod verified;
mod viewer;
mod webhook_secret;

pub use assertion::{Assertion, AssertionError, check_assertion, claimed_client};
pub use client_key::{CLIENT_ALGORITHMS, ClientKeyError, client_key};
pub use client_secret::{fits_hash, hash_secret, new_client_secret, new_identifier, was_drawn_for};
pub use issuer::TrustedIssuer;
pub use issuer_keys::{IssuerKeys, IssuerKeysError};
pub use key::{NewToken, SignError, TokenKey, derived_key, new_key};
pub use scope::{Scope, Scopes};
pub use token::Verifier;
pub use token_error::TokenError;
pub use trust::Trust;
pub use viewer::{Partner, Viewer};
pub use webhook_secret::WebhookSecret;

/// Chooses the cryptography behind tokens for this process; the library panics at first use otherwise. May be called
/// again: what was chosen first stays.
pub fn install_crypto() {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
