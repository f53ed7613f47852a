//! Statistical disclosure control for tables of institution results.

mod tier;

pub use tier::Tier;
