//! The immutable columns of one release, held in memory.

mod builder;
mod columns;
mod destinations;
mod held;
mod history;

pub use builder::Builder;
pub use columns::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot, Stretch};
pub use destinations::{CohortColumns, Destinations, DestinationsBuilder, Split};
pub use held::Held;
pub use history::{History, Late, Past, score_of};
