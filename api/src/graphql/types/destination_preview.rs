//! Previews of tables of destinations.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    datasets::Destinations,
    graphql::{
        context,
        rows::{DestinationPreviewField, Rows},
    },
    tabulation::Preview,
};

use super::{
    Area, CellStatus, DestinationCategory, DestinationStage, HiddenReason, Release, TableSummary,
    destination::BenchmarksAchievedBand, outcome::whole, preview::PreviewCost, scalar::Tier,
};

/// What may be expected of a table of destinations. It follows from public figures and from what you asked before, never from
/// where students went or what institutions achieved.
pub struct DestinationPreview(pub(crate) Arc<Preview<Destinations>>);

/// What may be expected of one cell.
pub struct DestinationPreviewCell {
    preview: Arc<Preview<Destinations>>,
    position: usize,
}

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
        let preview = &self.0;
        context::advise(context, preview).await?;
        let written = preview.clone();
        Rows::of::<DestinationPreviewField>(
            context,
            0..preview.cells().len(),
            move |position, shape, text| shape.write_expected(text, &written, position),
            |rows| rows.map(|position| DestinationPreviewCell { preview: preview.clone(), position }).collect(),
        )
        .await
    }

    /// How many cells will be hidden for a public reason, by reason, and how many will not; of the bands among these, some may
    /// still be hidden.
    async fn summary(&self) -> TableSummary {
        TableSummary::new(self.0.summary())
    }
}

/// What may be expected of one cell.
#[Object]
impl DestinationPreviewCell {
    /// The area.
    async fn area(&self) -> Area {
        Area::new(self.preview.catalogue().clone(), self.preview.cell_key(self.position).area)
    }

    /// The academic year in which the cohort completed its stage, six digits such as `202223`.
    async fn cohort_year(&self) -> String {
        self.preview.cell_key(self.position).cohort_year.to_string()
    }

    /// The stage that the cohort completed.
    async fn stage(&self) -> DestinationStage {
        self.preview.cell_key(self.position).stage.into()
    }

    /// Where the students went.
    async fn category(&self) -> DestinationCategory {
        self.preview.cell_key(self.position).destination.into()
    }

    /// How many benchmarks the institutions achieved; null unless asked `byBenchmarksAchieved`.
    async fn benchmarks_achieved(&self) -> Option<BenchmarksAchievedBand> {
        self.preview.cell_key(self.position).band.map(Into::into)
    }

    /// How many institutions have a cohort, rounded as the tier demands; null when it will be hidden, and in a band, where it is
    /// confidential.
    async fn institutions(&self) -> Option<i32> {
        self.preview.cells()[self.position].institutions.map(|count| whole(count as usize))
    }

    /// The status its share will have; null in a band that may be shown: whether it is hangs on how many institutions are in it,
    /// which is confidential. `OK` may still turn out `UNRELIABLE`, or a bound, as the numbers are.
    async fn status(&self) -> Option<CellStatus> {
        self.preview.cells()[self.position].status.map(Into::into)
    }

    /// Why it will be hidden; null where it will carry values, and in a band that may be shown.
    async fn reason(&self) -> Option<HiddenReason> {
        self.preview.cells()[self.position].reason.map(Into::into)
    }

    /// What to change to get a value, best first.
    async fn remedy(&self) -> &[String] {
        self.preview.remedies(self.position)
    }

    /// The standard error that the size of the cohort will have, which comes from rounding; null when hidden, and in a band. Those
    /// of students and their share hang on where they went, so they come with the table alone. Unit: students.
    async fn cohort_error(&self) -> Option<f64> {
        self.preview.cells()[self.position].cohort?.standard_error
    }
}
