//! The types of the contract. Their descriptions are the public documentation, written for an analyst.

mod area;
mod change;
mod destination;
mod destination_preview;
mod estimate;
mod exposure;
mod framework;
mod input;
mod methodology;
mod node;
mod node_key;
mod outcome;
mod page;
mod period;
mod preview;
mod release;
mod scalar;
mod submission;
mod viewer;
mod wording;

pub use area::{Area, AreaConnection, AreaKind};
pub use change::Change;
pub use destination::{DestinationTable, DestinationsInput};
pub use destination_preview::DestinationPreview;
pub use estimate::{CellStatus, Estimate, EstimateBound, HiddenReason};
pub use exposure::Exposure;
pub use framework::{Benchmark, Framework};
pub use input::{BreakdownDimension, OutcomesInput};
pub use methodology::Methodology;
pub use node::Node;
pub use node_key::NodeKey;
pub use outcome::{OutcomeTable, TableSummary};
pub use page::{PAGE_MAX, page_size};
pub use period::{Category, Dimension, Period};
pub use preview::OutcomePreview;
pub use release::{Release, ReleaseConnection};
pub use scalar::{Comparability, DestinationCategory, DestinationStage, GrantedTier};
pub use submission::{Submission, SubmissionStatus};
pub use viewer::{Agreement, ApiClient, Viewer};
pub use wording::Language;

use wording::Wording;
