//! The use cases, each short and reading like its specification. Read `tabulate` first.

mod administer;
mod allowance;
mod authorize;
mod backup;
mod browse;
mod budget;
mod clients;
mod current;
mod demo;
mod error;
mod exchange;
mod heavy;
mod import;
mod keys;
mod known;
mod load;
mod measured;
mod older;
mod operator;
mod publish;
mod reader;
mod roll;
mod session;
mod tabulate;
mod trust;
mod withdraw;

pub use administer::Migrated;
pub use allowance::{Allowance, MOST_BYTES, fields_per_cell};
pub use authorize::{AuthorizationServer, CLIENT_TOKEN, GivenToken, NoToken, Shown};
pub use browse::{Page, ViewerView};
pub use budget::MAX_BUDGET_LINES;
pub use clients::{Given, LONGEST_OVERLAP, Overlap};
pub use current::Version;
pub use demo::DemoOrganisation;
pub use error::Error;
pub use exchange::Exchange;
pub use import::{ImportReport, ImportRequest, Progress};
pub use keys::LONGEST_TOKEN;
pub use operator::{Authority, Operator};
pub use reader::Reader;
pub use roll::{RollReport, Transfer};
pub use withdraw::{WithdrawReport, WithdrawRequest};

pub use crate::store::Schema;
