//! The datasets that tables are made of. Each is a [`Dataset`](crate::tabulation::Dataset) of the engine: its question, its plan,
//! its bill, its count and what its table tells.

pub mod destinations;
pub mod outcomes;

pub use destinations::Destinations;
pub use outcomes::Outcomes;
