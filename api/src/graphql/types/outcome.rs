//! Tables of outcomes: read from a protected table, cell by cell.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};

use crate::{
    datasets::Outcomes,
    graphql::{
        context,
        error::graphql_error,
        rows::{CellLine, OverallField, Rows, Shape},
    },
    tabulation::Tabulation,
};

use super::{
    Area, Benchmark, Category, Change, Estimate, Framework, HiddenReason, NodeKey, OfficialFigure, OfficialFilterInput,
    Period, Release, TableRows,
    scalar::{Comparability, Tier, whole},
};

/// A table of outcomes.
pub struct OutcomeTable(Arc<Tabulation<Outcomes>>, OnceLock<ID>);

impl OutcomeTable {
    pub(crate) fn new(table: Tabulation<Outcomes>) -> Self {
        Self(Arc::new(table), OnceLock::new())
    }
}

/// A table of outcomes. The matrix is complete: a hidden cell is a cell with a reason, never a hole.
#[Object]
impl OutcomeTable {
    /// The identity, for `node`: that of the citation for the purpose it was asked for.
    pub(crate) async fn id(&self) -> &ID {
        self.1.get_or_init(|| NodeKey::OutcomeTable(self.0.purpose().to_owned(), self.0.citation()).id())
    }

    /// The release it was answered from.
    async fn release(&self) -> Release {
        self.0.release().into()
    }

    /// The framework it is reported in.
    async fn framework(&self) -> Framework {
        Framework::new(self.0.catalogue().clone(), self.0.plan().framework())
    }

    /// How protected it is.
    async fn tier(&self) -> Tier {
        self.0.tier().into()
    }

    /// The purpose it was asked for.
    async fn purpose(&self) -> &str {
        self.0.purpose()
    }

    /// What it costs by itself, the first time and every time: a repeat is charged nothing and looks the same.
    async fn cost(&self) -> TabulationCost {
        let standard = self.0.is_standard() && self.0.charges() == 0;
        TabulationCost::new(self.0.size(), standard, self.0.charges(), self.0.tier())
    }

    /// The cells, in the order areas, periods, benchmarks, categories; each list in the order of its codes.
    async fn cells(&self, context: &Context<'_>) -> Result<Rows<OutcomeCell>> {
        self.cells_at(context, self.0.own_cells()).await
    }

    /// Totals of the breakdown: the same cells with one or more of the dimensions in `by` left out, the finest first. Each
    /// has noise of its own, so parts do not add up to it exactly; ask with `reconcile` to bring them to. Empty without a
    /// breakdown. Totals that are not standard tables cost budget like any question.
    async fn totals(&self, context: &Context<'_>) -> Result<Rows<OutcomeCell>> {
        self.cells_at(context, self.0.totals()).await
    }

    /// Outcomes over all benchmarks of the framework, in the order areas, periods, categories. Counts institutions that
    /// were assessed on every one.
    async fn overall(&self, context: &Context<'_>) -> Result<Rows<OverallCell>> {
        let (table, selected) = (self.0.clone(), context::selected::<Self>(context));
        context::advise(context, selected, &table).await?;
        let rows = table.rows();
        Rows::of(context, selected, rows, move |row, shape: &mut Shape<OverallField>, text| {
            shape.write(text, &table, row);
        })
        .await
    }

    /// The cells as arrays, for data frames.
    async fn rows(
        &self,
        #[graphql(
            desc = "With columns for `partlyShare` and `noneShare`, which cost what they cost in `cells`.",
            default = false
        )]
        states: bool,
    ) -> TableRows {
        // The plan was made with the same selection.
        let _ = states;
        TableRows::Outcomes(self.0.clone())
    }

    /// How many cells carry a value, and how many are hidden, by reason.
    async fn summary(&self) -> TableSummary {
        TableSummary::new(self.0.summary())
    }

    /// A stable reference to this table: release, tier and canonical question. Two spellings of one question share it.
    /// `table` answers it again, with the same numbers.
    async fn citation(&self) -> String {
        self.0.citation()
    }

    /// The same reference in 40 characters at the most, for a footnote. It can be used wherever `citation` can, and in the
    /// addresses of files. Needs the database, where the question is kept under it.
    async fn short_citation(&self, context: &Context<'_>) -> Result<String> {
        Box::pin(context::reader(context).short_citation(&self.0.citation())).await.map_err(graphql_error)
    }
}

impl OutcomeTable {
    async fn cells_at(&self, context: &Context<'_>, positions: Range<usize>) -> Result<Rows<OutcomeCell>> {
        let (table, selected) = (self.0.clone(), context::selected::<Self>(context));
        context::advise(context, selected, &table).await?;
        let mut line = CellLine::default();
        Rows::of(context, selected, positions, move |cell, shape, text| line.write(shape, text, &table, cell)).await
    }
}

/// What a table costs.
#[derive(SimpleObject)]
pub struct TabulationCost {
    /// How many cells it has, those of its totals included where they are selected.
    cells: i32,
    /// Whether it is a standard table (one kind of area × period × benchmark, no other condition, not mapped; of destinations,
    /// one without bands), which is always free.
    standard: bool,
    /// How many units of the budget the selected parts need, when nobody opened them before: one for each benchmark, where
    /// `cells` or `summary` is selected, and one for every benchmark of the framework where `overall` is. A mapped question
    /// needs one for each benchmark that is counted. Destinations by band of benchmarks achieved need one for each stage and
    /// one for every benchmark of the framework. `totals` need theirs too: they are further tabulations. Periods, areas and
    /// categories do not add to it. 0 for standard tables and for your own results.
    tabulations: i32,
    /// The same as privacy loss: the sum of ρ = 1/(1.5 σ²) over the units, σ being the noise of the tier.
    rho: f64,
}

impl TabulationCost {
    pub(super) fn new(cells: usize, standard: bool, charges: usize, tier: disclosure::Tier) -> Self {
        let rho = charges as f64 * tier.rules().cost();
        Self { cells: whole(cells), standard, tabulations: whole(charges), rho }
    }
}

/// How much of a table carries values.
#[derive(SimpleObject)]
pub struct TableSummary {
    /// Cells whose share carries a value.
    published: i32,
    /// Cells that are hidden, by reason.
    hidden: Vec<HiddenCount>,
}

impl TableSummary {
    pub(super) fn new((published, hidden): (usize, Vec<(disclosure::HiddenReason, usize)>)) -> Self {
        let count = |(reason, count): (disclosure::HiddenReason, usize)| HiddenCount {
            reason: reason.into(),
            count: whole(count),
        };
        Self { published: whole(published), hidden: hidden.into_iter().map(count).collect() }
    }
}

/// Cells hidden for one reason.
#[derive(SimpleObject)]
pub struct HiddenCount {
    /// The reason.
    reason: HiddenReason,
    /// How many cells.
    count: i32,
}

/// One cell: one area, period and benchmark, and one category of each dimension of the breakdown.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct OutcomeCell {
    /// The area.
    area: Area,
    /// The period.
    period: Period,
    /// The benchmark, in the numbering of the table's framework.
    benchmark: Benchmark,
    /// One category for each dimension of the breakdown; empty without one.
    categories: Vec<Category>,
    /// How many institutions were assessed, rounded as the tier demands; null when hidden.
    institutions: Option<i32>,
    /// How many institutions achieved the benchmark, i.e. have a score of 100. Unit: institutions.
    achieved: Estimate,
    /// The share of the assessed institutions that achieved it, from 0 to 1.
    achieved_share: Estimate,
    /// The share of the assessed institutions that achieved it partly: a score above 0 and below 100. It is what `achievedShare` and
    /// `noneShare` leave of 1, as published: where both are numbers the three add up to 1, so that they can be drawn as one bar;
    /// where one of them is a band, it is one too. Costs what `noneShare` costs, and tells nothing beyond it.
    partly_share: Estimate,
    /// The share of the assessed institutions that have a score of 0. A figure with noise of its own, and a tabulation of its own: it
    /// costs budget also where everything else is a standard table, which is free.
    none_share: Estimate,
    /// The mean score of the assessed institutions, from 0 to 100.
    mean_score: Estimate,
    /// Whether it is a total: a dimension of the breakdown is left out.
    total: bool,
    /// Whether its estimates were brought to add up with totals or parts, as `reconcile` asks.
    reconciled: bool,
    /// How the results behind the cell compare with its benchmark: `EXACT` unless the question was `mapped`.
    comparability: Comparability,
    #[graphql(skip)]
    change: Change,
    #[graphql(skip)]
    official: Option<OfficialFigure>,
}

#[ComplexObject]
impl OutcomeCell {
    /// The change since an earlier period: the same area, benchmark and categories. Costs what the same question about that
    /// period costs, which is nothing where you asked it before or it is a standard table.
    async fn change(&self, #[graphql(desc = "The earlier period, e.g. `202223T3`.")] since: String) -> &Change {
        let _ = since;
        &self.change
    }

    /// The official figure that stands beside the cell: of its area, and of the academic year of its period. Of figures that differ in a
    /// filter the total, unless `filters` picks another. Null where there is none, or where more than one fits. It says nothing of a cause.
    async fn official(
        &self,
        #[graphql(desc = "The column of the indicator, e.g. `NEET_percent`; `officialDataSets` lists them.")]
        indicator: String,
        #[graphql(desc = "Only of the data set of this name.")] data_set: Option<String>,
        #[graphql(desc = "Only those with one of these items of a filter, at most 20 filters.")] filters: Option<
            Vec<OfficialFilterInput>,
        >,
    ) -> Option<&OfficialFigure> {
        let _ = (indicator, data_set, filters);
        self.official.as_ref()
    }
}

/// Outcomes over all benchmarks of the framework, for one area and period, and one category of each dimension.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct OverallCell {
    /// The area.
    area: Area,
    /// The period.
    period: Period,
    /// One category for each dimension of the breakdown; empty without one.
    categories: Vec<Category>,
    /// How many institutions were assessed on every benchmark, rounded as the tier demands; null when hidden.
    institutions: Option<i32>,
    /// The mean number of benchmarks achieved, from 0 to the framework's number of benchmarks.
    mean_achieved: Estimate,
    /// The share of institutions that achieved every benchmark, from 0 to 1.
    share_with_all: Estimate,
    /// The share of institutions that achieved exactly 0, 1, 2 … benchmarks, from 0 to 1 each. Every share carries its own
    /// noise, so they do not add up to exactly 1. Empty where the question does not apply.
    distribution: Vec<Estimate>,
    /// The number of benchmarks that a quarter, half and three quarters of the institutions do not exceed, read off the
    /// published distribution. Hidden for fewer than four times the tier's threshold of institutions.
    quartiles: Quartiles,
    /// How the results behind the row compare with the framework's benchmarks: `EXACT` unless the question was `mapped`; `MIXED` where
    /// they relate to some of them in one way and to others in another.
    comparability: Comparability,
    #[graphql(skip)]
    official: Option<OfficialFigure>,
}

#[ComplexObject]
impl OverallCell {
    /// The official figure that stands beside the cell: of its area, and of the academic year of its period. Of figures that differ in a
    /// filter the total, unless `filters` picks another. Null where there is none, or where more than one fits. It says nothing of a cause.
    async fn official(
        &self,
        #[graphql(desc = "The column of the indicator, e.g. `NEET_percent`; `officialDataSets` lists them.")]
        indicator: String,
        #[graphql(desc = "Only of the data set of this name.")] data_set: Option<String>,
        #[graphql(desc = "Only those with one of these items of a filter, at most 20 filters.")] filters: Option<
            Vec<OfficialFilterInput>,
        >,
    ) -> Option<&OfficialFigure> {
        let _ = (indicator, data_set, filters);
        self.official.as_ref()
    }
}

/// Quartiles of the number of benchmarks achieved. Unit: benchmarks.
#[derive(SimpleObject)]
pub struct Quartiles {
    /// A quarter of the institutions achieved this many or fewer.
    lower: Estimate,
    /// Half of the institutions achieved this many or fewer.
    median: Estimate,
    /// Three quarters of the institutions achieved this many or fewer.
    upper: Estimate,
}
