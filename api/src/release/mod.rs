//! The immutable columns of one release, with the catalogue it was published with, held in memory.

mod builder;
mod columns;
mod destinations;
mod history;
mod overlap;
mod presence;
mod roll;
mod row_group;
mod score;

pub use builder::Builder;
pub use columns::{Columns, FrameworkColumns, Snapshot};
pub use destinations::{CohortColumns, Destinations, DestinationsBuilder, Split};
pub use history::{History, Late, Past};
pub use presence::Presence;
pub use roll::{Roll, Standing};
pub use row_group::RowGroup;
pub use score::{NOT_ASSESSED, score_of};
