//! Previews: what a question would cost and what its table would look like.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::{
    datasets::Outcomes,
    graphql::{
        context,
        rows::{PreviewField, Rows, Shape},
    },
    service::fields_per_cell,
    tabulation::{self, Preview},
};

use super::{
    Area, Benchmark, Category, CellStatus, Framework, HiddenReason, Period, Release, TableSummary,
    scalar::{Tier, whole},
};

/// What may be expected of a table of outcomes. It follows from public figures and from what you asked before, never from
/// results.
pub struct OutcomePreview(pub(crate) Arc<Preview<Outcomes>>);

/// What may be expected of a table of outcomes. It follows from public figures and from what you asked before, never from
/// results.
#[Object]
impl OutcomePreview {
    /// The release it would be answered from.
    async fn release(&self) -> Release {
        self.0.release().into()
    }

    /// The framework it would be reported in.
    async fn framework(&self) -> Framework {
        Framework::new(self.0.catalogue().clone(), self.0.plan().framework())
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

    /// The cells, in the order of `OutcomeTable.cells`.
    async fn cells(&self, context: &Context<'_>) -> Result<Rows<PreviewCell>> {
        let (preview, selected) = (self.0.clone(), context::selected::<Self>(context));
        context::advise(context, selected, &preview).await?;
        let cells = 0..preview.cells().len();
        Rows::of(context, selected, cells, move |cell, shape: &mut Shape<PreviewField>, text| {
            shape.write(text, &preview, cell);
        })
        .await
    }

    /// How many cells will carry a value, and how many will be hidden, by reason.
    async fn summary(&self) -> TableSummary {
        TableSummary::new(self.0.summary())
    }
}

/// What asking would cost.
#[derive(SimpleObject)]
pub struct PreviewCost {
    /// How many cells the table has.
    cells: i32,
    /// Whether it is a standard table (one kind of area × period × benchmark, no other condition), which is always free.
    standard: bool,
    /// How many units of budget the question has by itself, one for each benchmark of a tabulation, whatever the periods.
    tabulations: i32,
    /// How many of them your organisation has not asked for yet: what asking now would take from its budget.
    new_tabulations: i32,
    /// What all of them cost in the unit ρ.
    rho: f64,
    /// How many fields of each cell one answer has room for, where it holds this table alone. Values and what they stand in
    /// count alike; what is selected of areas around or within an area counts 5 times. None where it has too many cells.
    fields_per_cell: i32,
}

impl PreviewCost {
    pub(super) fn new(cost: tabulation::PreviewCost, tier: disclosure::Tier) -> Self {
        Self {
            cells: whole(cost.cells),
            standard: cost.standard,
            tabulations: whole(cost.tabulations),
            new_tabulations: whole(cost.new),
            rho: cost.tabulations as f64 * tier.rules().cost(),
            fields_per_cell: whole(fields_per_cell(cost.cells)),
        }
    }
}

/// What may be expected of one cell.
#[derive(SimpleObject)]
pub struct PreviewCell {
    /// The area.
    area: Area,
    /// The period.
    period: Period,
    /// The benchmark, in the numbering of the framework asked for.
    benchmark: Benchmark,
    /// One category for each dimension of the breakdown; empty without one.
    categories: Vec<Category>,
    /// How many institutions were assessed, rounded as the tier demands; null when it will be hidden.
    institutions: Option<i32>,
    /// The status its share will have. `OK` may still turn out `UNRELIABLE`, or a band, where the share is close to 0 or 1.
    status: CellStatus,
    /// Why it will be hidden; null where it will carry values.
    reason: Option<HiddenReason>,
    /// What to change to get a value, best first.
    remedy: Vec<String>,
    /// The standard error that the number of institutions that achieved it will have; null when hidden.
    achieved_error: Option<f64>,
    /// The standard error that the share will have: 0.05 is five points; null when hidden.
    share_error: Option<f64>,
    /// The standard error that the mean score will have; null when hidden.
    mean_error: Option<f64>,
}
