//! The immutable columns of one release, held in memory.

mod builder;
mod columns;

pub use builder::Builder;
pub use columns::{Columns, FrameworkColumns, NOT_ASSESSED, Snapshot, Stretch};
