//! Previews of tables of destinations.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::{
    datasets::Destinations,
    graphql::{
        context,
        rows::{DestinationPreviewField, Rows, Shape},
    },
    tabulation::Preview,
};

use super::{
    Area, CellStatus, DestinationCategory, DestinationStage, HiddenReason, Release, TableSummary,
    destination::BenchmarksAchievedBand, preview::PreviewCost, scalar::Tier,
};

/// What may be expected of a table of destinations. It follows from public figures and from what you asked before, never from
/// where students went or what institutions achieved.
pub struct DestinationPreview(pub(crate) Arc<Preview<Destinations>>);

/// What may be expected of a table of destinations. It follows from public figures and from what you asked before, never from
/// where students went or what institutions achieved.
#[Object]
impl DestinationPreview {
    /// The release it would be answered from.
    async fn release(&self) -> Release {
        self.0.release().into()
    }

    /// How protected it would be.
    async fn tier(&self) -> Tier {
        self.0.tier().into()
    }

    /// The purpose it would be asked for.
    async fn purpose(&self) -> &str {
        self.0.purpose()
    }

    /// What it would cost.
    async fn cost(&self) -> PreviewCost {
        PreviewCost::new(self.0.cost(), self.0.tier())
    }

    /// The cells, in the order of `DestinationTable.cells`.
    async fn cells(&self, context: &Context<'_>) -> Result<Rows<DestinationPreviewCell>> {
        let (preview, selected) = (self.0.clone(), context::selected::<Self>(context));
        context::advise(context, selected, &preview).await?;
        let cells = 0..preview.cells().len();
        Rows::of(context, selected, cells, move |cell, shape: &mut Shape<DestinationPreviewField>, text| {
            shape.write(text, &preview, cell);
        })
        .await
    }

    /// How many cells will be hidden for a public reason, by reason, and how many will not; of the bands among these, some may
    /// still be hidden.
    async fn summary(&self) -> TableSummary {
        TableSummary::new(self.0.summary())
    }
}

/// What may be expected of one cell.
#[derive(SimpleObject)]
pub struct DestinationPreviewCell {
    /// The area.
    area: Area,
    /// The academic year in which the cohort completed its stage, six digits such as `202223`.
    cohort_year: String,
    /// The stage that the cohort completed.
    stage: DestinationStage,
    /// Where the students went.
    category: DestinationCategory,
    /// How many benchmarks the institutions achieved; null unless asked `byBenchmarksAchieved`.
    benchmarks_achieved: Option<BenchmarksAchievedBand>,
    /// How many institutions have a cohort, rounded as the tier demands; null when it will be hidden, and in a band, where it is
    /// confidential.
    institutions: Option<i32>,
    /// The status its share will have; null in a band that may be shown: whether it is hangs on how many institutions are in it,
    /// which is confidential. `OK` may still turn out `UNRELIABLE`, or a bound, as the numbers are.
    status: Option<CellStatus>,
    /// Why it will be hidden; null where it will carry values, and in a band that may be shown.
    reason: Option<HiddenReason>,
    /// What to change to get a value, best first.
    remedy: Vec<String>,
    /// The standard error that the size of the cohort will have, which comes from rounding; null when hidden, and in a band. Those
    /// of students and their share hang on where they went, so they come with the table alone. Unit: students.
    cohort_error: Option<f64>,
}
