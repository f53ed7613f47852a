//! What a signature vouches for.

use super::Partner;

/// What a signature vouches for.
pub(super) struct Verified {
    pub(super) partner: Partner,
    pub(super) starts: f64,
    pub(super) expires: f64,
    pub(super) checked_at: f64,
    /// The key that signed it.
    pub(super) key: String,
    pub(super) id: Option<String>,
    pub(super) client: Option<String>,
    pub(super) issued_at: Option<f64>,
}

impl Verified {
    pub(super) fn organisation(&self) -> &str {
        self.partner.organisation()
    }
}
