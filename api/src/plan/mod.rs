//! From the question as asked to the question as executable, checked against catalogue and grant. Pure.

mod areas;
mod build;
mod charge;
mod citation;
mod destinations;
mod margin;
#[expect(clippy::module_inception, reason = "the stage files are named after the data, and this one holds the plan")]
mod plan;
mod question;

pub use areas::is_too_fine;
pub use build::{MAX_CELLS, PlanError, build};
pub use citation::{Citation, DestinationCitation, InvalidCitation};
pub use destinations::{
    Band, Banding, BenchmarksAchieved, DestinationCoordinates, DestinationPlan, DestinationQuestion, build_destinations,
};
pub use margin::sums;
pub use plan::{Group, Plan, SourceFramework};
pub use question::{Filter, Parts, Question};
