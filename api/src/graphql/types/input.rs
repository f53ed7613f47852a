//! Questions as they are asked.

use async_graphql::{Enum, InputObject, Result};

use crate::{
    datasets::outcomes::{Filter, Parts, Periods, Question},
    domain,
    graphql::error::bad_request,
    tabulation::Asked,
};

use super::{AreaKind, Items};

/// A public attribute to break down or filter by. `dimensions` lists the categories of each.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Dimension")]
pub enum BreakdownDimension {
    /// The phase of education.
    Phase,
    /// The type of institution.
    Type,
    /// The quintile of disadvantage of the intake, 1 the least disadvantaged.
    Disadvantage,
    /// How large the institution is.
    Size,
    /// Urban or rural.
    Setting,
}

/// Keep only some categories of a dimension.
#[derive(InputObject)]
pub struct DimensionFilter {
    /// The dimension.
    dimension: BreakdownDimension,
    /// The codes of the categories to keep, e.g. `["academy"]`.
    #[graphql(name = "in", validator(custom = "Items::to(50)"))]
    categories: Vec<String>,
}

/// Periods from one to another, both included.
#[derive(InputObject)]
pub struct PeriodRange {
    /// The first, e.g. `202122T1`.
    from: String,
    /// The last, e.g. `202324T3`; the newest when left out.
    to: Option<String>,
}

/// A question: one table of outcomes. Leave out what you do not want to limit. The order of lists and repeated entries do
/// not matter.
#[derive(InputObject)]
pub struct OutcomesInput {
    /// The code of the framework in whose numbering results are reported, e.g. `GATSBY-2014`.
    framework: String,
    /// One of your agreements' purposes, or `OWN_RESULTS` for results you handed in. May be left out where you have
    /// exactly one.
    purpose: Option<String>,
    /// Codes of areas, or of comparators, which stand for their members; everything your agreements reach when left out. One table holds one kind of area, and is answered at
    /// one tier: where your agreements give several, the most protected of them. Name areas to keep them apart.
    #[graphql(validator(custom = "Items::to(1000)"))]
    areas: Option<Vec<String>>,
    /// Break the areas down to every area of this kind within them, e.g. each LEP of a country.
    area_kind: Option<AreaKind>,
    /// Periods such as `202324T3`; the newest when left out. Or say `periodRange`, or `newest`: one of the three.
    #[graphql(validator(custom = "Items::to(400)"))]
    periods: Option<Vec<String>>,
    /// Every period with results from one to another. The same question as naming these in `periods`, with the same citation.
    period_range: Option<PeriodRange>,
    /// So many of the newest periods with results, from 1 to 400; all there are, where there are fewer. The same question as
    /// naming these in `periods`, with the same citation, so a later release answers it with other periods.
    newest: Option<i32>,
    /// Numbers of benchmarks; all of the framework when left out.
    #[graphql(validator(custom = "Items::to(400)"))]
    benchmarks: Option<Vec<i32>>,
    /// The dimensions to break down by.
    #[graphql(validator(custom = "Items::to(50)"))]
    by: Option<Vec<BreakdownDimension>>,
    /// Keep only some categories. All filters hold together.
    #[graphql(name = "where", validator(custom = "Items::to(50)"))]
    filters: Option<Vec<DimensionFilter>>,
    /// Bring in institutions assessed under other frameworks through the crosswalk. Each cell then tells in
    /// `comparability` how their benchmarks compare. One assessed under several frameworks in a period counts once: under the
    /// newest of them.
    #[graphql(default = false)]
    mapped: bool,
    /// Bring the cells of a breakdown and its `totals` to add up: weighted least squares over the published values, which
    /// also makes them a little more exact. It can do so only where every part is published and every institution belongs
    /// to a category (some have no quintile of disadvantage); cells that took part say `reconciled`, others stay as they
    /// are. Needs the totals, and costs what they cost.
    #[graphql(default = false)]
    reconcile: bool,
    /// The number of the release to answer from; the newest when left out.
    release: Option<i32>,
}

impl OutcomesInput {
    /// The question for some parts of the table and changes since some periods, and the number of the release it is asked of.
    ///
    /// # Errors
    /// When periods are named in two ways.
    pub(crate) fn into_question(self, parts: Parts, since: Vec<String>) -> Result<(Question, Option<i32>)> {
        let periods = match (self.periods, self.period_range, self.newest) {
            (None, None, None) => Periods::default(),
            (Some(named), None, None) => Periods::Named(named),
            (None, Some(PeriodRange { from, to }), None) => Periods::Range { from, to },
            (None, None, Some(number)) => Periods::Newest(number),
            (named, range, newest) => {
                let given = [named.map(|_| "`periods`"), range.map(|_| "`periodRange`"), newest.map(|_| "`newest`")];
                let given: Vec<&str> = given.into_iter().flatten().collect();
                let given = given.join(" and ");
                return Err(bad_request(format!(
                    "expected one of `periods`, `periodRange` and `newest`, found {given}"
                )));
            }
        };
        let filter =
            |filter: DimensionFilter| Filter { dimension: filter.dimension.into(), categories: filter.categories };
        let question = Question {
            asked: Asked {
                purpose: self.purpose,
                areas: self.areas,
                area_kind: self.area_kind.map(Into::into),
                ..Asked::default()
            },
            framework: self.framework,
            periods,
            benchmarks: self.benchmarks,
            by: self.by.unwrap_or_default().into_iter().map(Into::into).collect(),
            filters: self.filters.unwrap_or_default().into_iter().map(filter).collect(),
            mapped: self.mapped,
            reconcile: self.reconcile,
            since,
            parts,
        };
        Ok((question, self.release))
    }
}
