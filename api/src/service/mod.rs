//! The use cases, each short and reading like its specification. Read `tabulate` first.

mod administer;
mod advise;
mod browse;
mod budget;
mod cite;
mod demo;
mod destinations;
mod error;
mod exchange;
mod import;
mod preview;
mod publish;
mod tabulate;
mod tabulation;
mod world;

pub use browse::{Page, ViewerView};
pub use budget::MAX_BUDGET_LINES;
pub use demo::DemoOrganisation;
pub use destinations::{DestinationKey, DestinationTabulation};
pub use error::Error;
pub use exchange::Exchange;
pub use import::{ImportReport, ImportRequest, Progress};
pub use preview::{Preview, PreviewCost};
pub use tabulation::Tabulation;
pub use world::{Version, World};
