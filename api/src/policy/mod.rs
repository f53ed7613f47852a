//! Who may ask what: a viewer and its agreements become a [`Grant`]. Who may change what: a [`Mandate`]. Pure, and everything not
//! granted is denied.

mod circle;
mod grant;
mod mandate;

pub use circle::{Circles, Insiders};
pub use grant::{Coverage, Grant, GrantedArea, OWN_RESULTS, Refusal, authorize, current_agreements, identify};
pub use mandate::{Mandate, NotYours, mandate};
