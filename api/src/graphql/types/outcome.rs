//! Tables of outcomes: read from a protected table, cell by cell.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};

use crate::service::Tabulation;

use super::{
    Area, Benchmark, Category, Estimate, Framework, HiddenReason, Period, Release,
    scalar::{Comparability, Tier},
};

/// A table of outcomes.
pub struct OutcomeTable(pub(crate) Arc<Tabulation>);

/// One cell: one area, period and benchmark, and one category of each dimension of the breakdown.
pub struct OutcomeCell {
    table: Arc<Tabulation>,
    position: usize,
}

/// Outcomes over all benchmarks.
pub struct OverallCell {
    table: Arc<Tabulation>,
    position: usize,
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn area(table: &Tabulation, area: &crate::domain::Area) -> Option<Area> {
    Area::by_code(table.catalogue().clone(), &area.code)
}

fn categories(group: &crate::plan::Group) -> Vec<Category> {
    group.categories.iter().map(|&(dimension, position)| Category::new(dimension, position)).collect()
}

/// A table of outcomes. The matrix is complete: a hidden cell is a cell with a reason, never a hole.
#[Object]
impl OutcomeTable {
    /// The release it was answered from.
    async fn release(&self) -> Release {
        self.0.release().into()
    }

    /// The framework it is reported in.
    async fn framework(&self) -> Option<Framework> {
        Framework::by_code(self.0.catalogue().clone(), &self.0.framework().code)
    }

    /// How protected it is.
    async fn tier(&self) -> Tier {
        self.0.tier().into()
    }

    /// The purpose it was asked for.
    async fn purpose(&self) -> &str {
        self.0.purpose()
    }

    /// What it costs.
    async fn cost(&self) -> TabulationCost {
        TabulationCost { cells: whole(self.0.cells().len()), standard: self.0.is_standard() }
    }

    /// The cells, in the order areas, periods, benchmarks, categories; each list in the order of its codes.
    async fn cells(&self) -> Vec<OutcomeCell> {
        (0..self.0.cells().len()).map(|position| OutcomeCell { table: self.0.clone(), position }).collect()
    }

    /// Outcomes over all benchmarks of the framework, in the order areas, periods, categories. Counts institutions that
    /// were assessed on every one.
    async fn overall(&self) -> Vec<OverallCell> {
        (0..self.0.overall().len()).map(|position| OverallCell { table: self.0.clone(), position }).collect()
    }

    /// How many cells carry a value, and how many are hidden, by reason.
    async fn summary(&self) -> TableSummary {
        let (published, hidden) = self.0.summary();
        TableSummary::new(published, hidden)
    }

    /// A stable reference to this table: release, tier and canonical question. Two spellings of one question share it.
    async fn citation(&self) -> String {
        self.0.citation()
    }
}

/// What a table costs.
#[derive(SimpleObject)]
pub struct TabulationCost {
    /// How many cells it has.
    cells: i32,
    /// Whether it is a standard table (one kind of area × period × benchmark, no other condition), which is always free.
    standard: bool,
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
    pub(super) fn new(published: usize, hidden: Vec<(disclosure::HiddenReason, usize)>) -> Self {
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
#[Object]
impl OutcomeCell {
    /// The area.
    async fn area(&self) -> Option<Area> {
        area(&self.table, self.table.cell_key(self.position).0)
    }

    /// The period.
    async fn period(&self) -> Period {
        self.table.cell_key(self.position).1.into()
    }

    /// The benchmark, in the numbering of the table's framework.
    async fn benchmark(&self) -> Benchmark {
        Benchmark::new(self.table.framework(), self.table.cell_key(self.position).2)
    }

    /// One category for each dimension of the breakdown; empty without one.
    async fn categories(&self) -> Vec<Category> {
        categories(self.table.cell_key(self.position).3)
    }

    /// How many institutions were assessed, rounded as the tier demands; null when hidden.
    async fn institutions(&self) -> Option<i32> {
        self.table.cells()[self.position].institutions.map(|count| whole(count as usize))
    }

    /// How many institutions achieved the benchmark, i.e. have a score of 100. Unit: institutions.
    async fn achieved(&self) -> Estimate {
        Estimate::new(&self.table.cells()[self.position].achieved, self.table.remedies(self.position))
    }

    /// The share of the assessed institutions that achieved it, from 0 to 1.
    async fn achieved_share(&self) -> Estimate {
        Estimate::new(&self.table.cells()[self.position].achieved_share, self.table.remedies(self.position))
    }

    /// The mean score of the assessed institutions, from 0 to 100.
    async fn mean_score(&self) -> Estimate {
        Estimate::new(&self.table.cells()[self.position].mean_score, self.table.remedies(self.position))
    }

    /// How the results behind the cell compare with its benchmark: `EXACT` unless the question was `mapped`.
    async fn comparability(&self) -> Comparability {
        self.table.comparability(self.position).into()
    }
}

/// Outcomes over all benchmarks of the framework, for one area and period, and one category of each dimension.
#[Object]
impl OverallCell {
    /// The area.
    async fn area(&self) -> Option<Area> {
        area(&self.table, self.table.overall_key(self.position).0)
    }

    /// The period.
    async fn period(&self) -> Period {
        self.table.overall_key(self.position).1.into()
    }

    /// One category for each dimension of the breakdown; empty without one.
    async fn categories(&self) -> Vec<Category> {
        categories(self.table.overall_key(self.position).2)
    }

    /// How many institutions were assessed on every benchmark, rounded as the tier demands; null when hidden.
    async fn institutions(&self) -> Option<i32> {
        self.table.overall()[self.position].institutions.map(|count| whole(count as usize))
    }

    /// The mean number of benchmarks achieved, from 0 to the framework's number of benchmarks.
    async fn mean_achieved(&self) -> Estimate {
        Estimate::new(&self.table.overall()[self.position].mean_achieved, self.table.overall_remedies(self.position))
    }

    /// The share of institutions that achieved every benchmark, from 0 to 1.
    async fn share_with_all(&self) -> Estimate {
        Estimate::new(&self.table.overall()[self.position].share_with_all, self.table.overall_remedies(self.position))
    }

    /// The share of institutions that achieved exactly 0, 1, 2 … benchmarks, from 0 to 1 each. Every share carries its own
    /// noise, so they do not add up to exactly 1. Empty where the question does not apply.
    async fn distribution(&self) -> Vec<Estimate> {
        let remedies = self.table.overall_remedies(self.position);
        self.table.overall()[self.position].distribution.iter().map(|bin| Estimate::new(bin, remedies)).collect()
    }
}
