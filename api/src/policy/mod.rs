//! Who may ask what: a viewer and its agreements become a [`Grant`]. Pure, and everything not granted is denied.

mod grant;

pub use grant::{Coverage, Grant, GrantedArea, OWN_RESULTS, Refusal, authorize, current_agreements, identify};
