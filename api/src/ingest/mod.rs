//! Bytes become checked records, or problems with line and column. Every CSV is read here.

mod columns;
pub mod destinations;
mod file;
mod input;
mod problem;
pub mod reference;
pub mod results;
pub mod roll;
mod row;

pub use file::Reading;
pub use problem::{Problem, ProblemCode};
