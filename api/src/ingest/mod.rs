//! Bytes become checked records, or problems with line and column. Every CSV is read here.

mod problem;
pub mod reference;
pub mod results;

pub use problem::{Problem, ProblemCode};
