//! The use cases, each short and reading like its specification. Read `tabulate` first.

mod administer;
mod advise;
mod browse;
mod budget;
mod cite;
mod current;
mod demo;
mod destinations;
mod error;
mod exchange;
mod heavy;
mod import;
mod older;
mod operator;
mod preview;
mod publish;
mod reader;
mod session;
mod tabulate;
mod tabulation;

pub use administer::Migrated;
pub use browse::{Page, ViewerView};
pub use budget::MAX_BUDGET_LINES;
pub use current::Version;
pub use demo::DemoOrganisation;
pub use destinations::{DestinationKey, DestinationTabulation};
pub use error::Error;
pub use exchange::Exchange;
pub use import::{ImportReport, ImportRequest, Progress};
pub use operator::{Authority, Operator};
pub use preview::{Preview, PreviewCost};
pub use reader::Reader;
pub use tabulation::Tabulation;

pub use crate::store::Schema;
