//! The use cases, each short and reading like its specification. Read `tabulate` first.

mod administer;
mod advise;
mod browse;
mod demo;
mod destinations;
mod error;
mod exchange;
mod import;
mod publish;
mod tabulate;
mod world;

pub use browse::{Page, ViewerView};
pub use demo::DemoOrganisation;
pub use destinations::{DestinationKey, DestinationTabulation};
pub use error::Error;
pub use exchange::Exchange;
pub use import::{ImportReport, ImportRequest, Progress};
pub use tabulate::Tabulation;
pub use world::World;
