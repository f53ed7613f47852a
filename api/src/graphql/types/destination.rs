//! Tables of destinations: questions as they are asked, and answers read from a protected table.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::{
    datasets::{
        Destinations,
        destinations::{BenchmarksAchieved, Question},
    },
    graphql::{
        context,
        error::graphql_error,
        rows::{DestinationField, Rows, Shape},
    },
    tabulation::{Asked, Tabulation},
};

use super::{
    Area, AreaKind, Estimate, Items, NodeKey, Release, TableRows,
    outcome::{TableSummary, TabulationCost},
    scalar::{DestinationCategory, DestinationStage, Tier},
};

/// Which benchmarks, and when, to break destinations down by.
#[derive(InputObject)]
pub struct BenchmarksAchievedInput {
    /// The code of the framework, e.g. `GATSBY-2014`.
    framework: String,
    /// The period of the results, such as `202324T3`; the framework's newest when left out.
    period: Option<String>,
}

/// A question: one table of destinations. Leave out what you do not want to limit. The order of lists and repeated entries
/// do not matter.
#[derive(InputObject)]
pub struct DestinationsInput {
    /// One of your agreements' purposes, or `OWN_RESULTS` for cohorts you handed in. May be left out where you have
    /// exactly one.
    purpose: Option<String>,
    /// Codes of areas, or of comparators, which stand for their members; everything your agreements reach when left out. One table holds one kind of area.
    #[graphql(validator(custom = "Items::to(1000)"))]
    areas: Option<Vec<String>>,
    /// Break the areas down to every area of this kind within them, e.g. each LEP of a country.
    area_kind: Option<AreaKind>,
    /// Cohort years such as `202223`: the academic year in which a cohort completed its stage; the newest when left out.
    #[graphql(validator(custom = "Items::to(400)"))]
    cohort_years: Option<Vec<String>>,
    /// The stages; both when left out.
    #[graphql(validator(custom = "Items::to(50)"))]
    stages: Option<Vec<DestinationStage>>,
    /// The categories; all when left out.
    #[graphql(validator(custom = "Items::to(50)"))]
    categories: Option<Vec<DestinationCategory>>,
    /// Break down by how many benchmarks institutions achieved, in three bands: 0–2, 3–5 and 6–8 of 8. Counts institutions
    /// assessed on every one. Answered at the tiers `REGIONAL` and `INTERNATIONAL`; who is in a band is confidential, so all
    /// numbers of a band, and whether it is shown, carry noise. Needs budget; destinations without bands are free.
    by_benchmarks_achieved: Option<BenchmarksAchievedInput>,
    /// The number of the release to answer from; the newest when left out.
    release: Option<i32>,
}

/// A table of destinations.
pub struct DestinationTable(Arc<Tabulation<Destinations>>, OnceLock<ID>);

impl DestinationTable {
    pub(crate) fn new(table: Tabulation<Destinations>) -> Self {
        Self(Arc::new(table), OnceLock::new())
    }
}

/// A band of the number of benchmarks achieved, both ends included.
#[derive(SimpleObject)]
pub struct BenchmarksAchievedBand {
    /// The fewest benchmarks achieved.
    lowest: i32,
    /// The most benchmarks achieved.
    highest: i32,
    /// How many benchmarks the framework has.
    of: i32,
}

impl DestinationsInput {
    /// The question and the number of the release it is asked of. `wanted` is whether the cells are.
    pub(crate) fn into_question(self, wanted: bool) -> (Question, Option<i32>) {
        let question = Question {
            asked: Asked {
                purpose: self.purpose,
                areas: self.areas,
                area_kind: self.area_kind.map(Into::into),
                ..Asked::default()
            },
            cohort_years: self.cohort_years,
            stages: self.stages.map(|stages| stages.into_iter().map(Into::into).collect()),
            destinations: self.categories.map(|categories| categories.into_iter().map(Into::into).collect()),
            by_benchmarks_achieved: self
                .by_benchmarks_achieved
                .map(|input| BenchmarksAchieved { framework: input.framework, period: input.period }),
            wanted,
        };
        (question, self.release)
    }
}

/// A table of destinations. The matrix is complete: a hidden cell is a cell with a reason, never a hole.
#[Object]
impl DestinationTable {
    /// The identity, for `node`: that of the citation for the purpose it was asked for.
    pub(crate) async fn id(&self) -> &ID {
        self.1.get_or_init(|| NodeKey::DestinationTable(self.0.purpose().to_owned(), self.0.citation()).id())
    }

    /// The release it was answered from.
    async fn release(&self) -> Release {
        self.0.release().into()
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
        TabulationCost::new(self.0.size(), self.0.is_standard(), self.0.charges(), self.0.tier())
    }

    /// The cells, in the order areas, cohort years, stages, categories, bands.
    async fn cells(&self, context: &Context<'_>) -> Result<Rows<DestinationCell>> {
        let (table, selected) = (self.0.clone(), context::selected::<Self>(context));
        context::advise(context, selected, &table).await?;
        let cells = 0..table.cells().len();
        Rows::of(context, selected, cells, move |cell, shape: &mut Shape<DestinationField>, text| {
            shape.write(text, &table, cell);
        })
        .await
    }

    /// The cells as arrays, for data frames.
    async fn rows(&self) -> TableRows {
        TableRows::Destinations(self.0.clone())
    }

    /// How many cells carry a value, and how many are hidden, by reason.
    async fn summary(&self) -> TableSummary {
        TableSummary::new(self.0.summary())
    }

    /// A stable reference to this table: release, tier and canonical question. Two spellings of one question share it.
    /// `destinationTable` answers it again, with the same numbers.
    async fn citation(&self) -> String {
        self.0.citation()
    }

    /// The same reference in 40 characters at the most, for a footnote. It can be used wherever `citation` can, and in the
    /// addresses of files. Needs the database, where the question is kept under it.
    async fn short_citation(&self, context: &Context<'_>) -> Result<String> {
        Box::pin(context::reader(context).short_citation(&self.0.citation())).await.map_err(graphql_error)
    }
}

/// One cell: one area, cohort year, stage and category, and one band of benchmarks achieved where there are bands.
#[derive(SimpleObject)]
pub struct DestinationCell {
    /// The area. An institution counts where its newest result until the end of the cohort year says it stood.
    area: Area,
    /// The academic year in which the cohort completed its stage, six digits such as `202223`.
    cohort_year: String,
    /// The stage that the cohort completed.
    stage: DestinationStage,
    /// Where the students went.
    category: DestinationCategory,
    /// How many benchmarks the institutions achieved; null unless asked `byBenchmarksAchieved`.
    benchmarks_achieved: Option<BenchmarksAchievedBand>,
    /// How many institutions have a cohort, rounded as the tier demands; in a band with noise; null when hidden.
    institutions: Option<i32>,
    /// All students of these institutions who completed the stage, whatever their destination. Rounded; in a band with noise.
    /// Unit: students.
    cohort: Estimate,
    /// How many of them went there. No institution counts with more than a ceiling, which follows from the sizes of cohorts, so
    /// a sum in which some stand out is told too low. The standard error follows from the ceiling, and tells nothing about who
    /// went where. Unit: students.
    students: Estimate,
    /// Their share of the cohort, from 0 to 1. Every share carries its own noise, so they do not add up to exactly 1.
    share: Estimate,
}
