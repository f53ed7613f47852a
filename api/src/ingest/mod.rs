//! Bytes become checked records, or problems with line and column. Every table that is handed in is read here.

pub mod areas;
mod columns;
pub mod comparators;
pub mod destinations;
mod file;
mod identifier;
mod input;
pub mod official;
mod problem;
pub mod reference;
pub mod register;
pub mod renaming;
pub mod results;
pub mod roll;
mod row;
mod rows;
mod tabular;

pub use file::Reading;
pub use identifier::named;
pub use problem::{Alike, Problem, ProblemCode, printable};
pub use rows::Rows;
pub use tabular::{Encoding, Form, Found};

use problem::trimmed;
