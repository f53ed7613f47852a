//! Builds a plan: looks every code up, checks every rule of shape and tier, and brings the question into canonical form.

use std::collections::BTreeMap;

use crate::{
    domain::{Catalogue, Crosswalk, Dimension, FrameworkIndex, Period, RelationKind, Source},
    policy::Grant,
    tabulation::{MAX_CELLS, PlanError, Scope, TablePlan, check_dimensions, each_once},
};

use super::{Filter, Group, Parts, Periods, Plan, Question, Scored, SourceFramework};

/// The most periods that may be asked for by their number.
const MOST_PERIODS: usize = 400;

/// Builds the plan of a question under a grant. `held` tells the periods with results of any of some frameworks, ascending.
///
/// # Errors
/// [`PlanError`], the first rule that the question breaks.
pub fn build(
    question: &Question,
    grant: &Grant,
    catalogue: &Catalogue,
    held: impl Fn(&[FrameworkIndex]) -> Vec<Period>,
) -> Result<Plan, PlanError> {
    let framework =
        catalogue.framework_index(&question.framework).ok_or_else(|| PlanError::no_framework(&question.framework))?;
    let scope = Scope::resolve(&question.asked, grant, catalogue)?;

    let mut by = question.by.clone();
    by.sort_unstable();
    by.dedup();
    let filters = filters(&question.filters, &by)?;
    let mut named: Vec<Dimension> = by.iter().chain(filters.keys()).copied().collect();
    named.sort_unstable();
    named.dedup();
    check_dimensions(&scope, &named)?;

    let benchmarks = benchmarks(question, catalogue, framework)?;
    let sources = sources(question.mapped, catalogue, framework, &benchmarks);
    let periods = periods(question, || held(&sources.iter().map(|source| source.framework).collect::<Vec<_>>()))?;
    let mut since = question.since.iter().map(|text| period(text)).collect::<Result<Vec<_>, _>>()?;
    since.sort_unstable();
    since.dedup();
    let groups = groups(&by, &filters);
    let reconcile = question.reconcile && !by.is_empty();
    let totals = question.parts.totals || reconcile;
    let parts = Parts { totals, states: question.parts.states && question.parts.cells, ..question.parts };
    let plan = Plan {
        scope,
        framework,
        periods,
        benchmarks,
        by,
        filters,
        groups,
        sources,
        mapped: question.mapped,
        reconcile,
        since,
        parts,
        scored: Scored::Full,
    };
    let cells = plan.tables().iter().map(TablePlan::cells).sum::<usize>();
    let found = cells * if parts.states { 2 } else { 1 } + cells / plan.periods.len() * plan.since.len();
    if found > MAX_CELLS {
        return Err(PlanError::TooManyCells { found, limit: MAX_CELLS });
    }
    Ok(plan)
}

impl Plan {
    /// The standard tables of a framework over some periods, with outcomes over all benchmarks.
    pub(super) fn standard(
        scope: Scope,
        framework: FrameworkIndex,
        periods: Vec<Period>,
        catalogue: &Catalogue,
    ) -> Self {
        let all = catalogue.frameworks()[framework].benchmarks.iter();
        let benchmarks: Vec<u8> = all.map(|benchmark| benchmark.number).collect();
        Self {
            scope,
            framework,
            periods,
            sources: sources(false, catalogue, framework, &benchmarks),
            benchmarks,
            by: Vec::new(),
            filters: BTreeMap::new(),
            groups: vec![Group::default()],
            mapped: false,
            reconcile: false,
            since: Vec::new(),
            parts: Parts { cells: true, overall: true, totals: false, states: false },
            scored: Scored::Full,
        }
    }
}

/// Per dimension the kept dictionary codes, ascending. Several filters on one dimension must all hold; a filter that
/// keeps everything is no filter, nor is one that keeps every category of a breakdown `by` them.
fn filters(asked: &[Filter], by: &[Dimension]) -> Result<BTreeMap<Dimension, Vec<u8>>, PlanError> {
    let mut kept: BTreeMap<Dimension, Vec<u8>> = BTreeMap::new();
    for filter in asked {
        let dimension = filter.dimension;
        if filter.categories.is_empty() {
            return Err(PlanError::empty("in"));
        }
        let mut codes = Vec::with_capacity(filter.categories.len());
        for code in &filter.categories {
            let position = dimension.position(code).ok_or_else(|| no_category(dimension, code))?;
            codes.push(u8::try_from(position + 1).unwrap_or(u8::MAX));
        }
        codes.sort_unstable();
        codes.dedup();
        if let Some(before) = kept.get(&dimension) {
            codes.retain(|code| before.contains(code));
        }
        if codes.is_empty() {
            return Err(PlanError::Invalid(format!("the filters on {} leave no category over", dimension.name())));
        }
        kept.insert(dimension, codes);
    }
    kept.retain(|dimension, codes| {
        (dimension.may_ask_for_any() && !by.contains(dimension)) || codes.len() < dimension.categories().len()
    });
    Ok(kept)
}

fn no_category(dimension: Dimension, found: &str) -> PlanError {
    let expected: Vec<&str> = dimension.categories().iter().map(|category| category.code).collect();
    PlanError::Invalid(format!(
        "{} has no category `{found}`; expected one of {}",
        dimension.name(),
        expected.join(", ")
    ))
}

fn benchmarks(question: &Question, catalogue: &Catalogue, framework: FrameworkIndex) -> Result<Vec<u8>, PlanError> {
    let framework = &catalogue.frameworks()[framework];
    let all = framework.benchmarks.iter().map(|benchmark| benchmark.number);
    let Some(asked) = &question.benchmarks else { return Ok(all.collect()) };
    let known: Vec<u8> = all.collect();
    let find = |&found: &i32| {
        u8::try_from(found).ok().filter(|number| known.contains(number)).ok_or_else(|| {
            PlanError::Invalid(format!("`{}` has benchmarks 1 to {}, found {found}", framework.code, known.len()))
        })
    };
    each_once(asked.iter().map(find).collect::<Result<_, _>>()?, "benchmarks")
}

/// The frameworks that count: the reporting one, and every one the crosswalk joins to it where the question is mapped.
pub(super) fn sources(
    mapped: bool,
    catalogue: &Catalogue,
    framework: FrameworkIndex,
    benchmarks: &[u8],
) -> Vec<SourceFramework> {
    let all: Vec<u8> = catalogue.frameworks()[framework].benchmarks.iter().map(|benchmark| benchmark.number).collect();
    let own = |numbers: &[u8]| {
        numbers.iter().map(|&number| Some(Source { numbers: vec![number], kind: RelationKind::Exact })).collect()
    };
    let mut sources = vec![SourceFramework { framework, benchmarks: own(benchmarks), all: own(&all) }];
    if mapped {
        let crosswalk = catalogue.crosswalk();
        let related = catalogue.frameworks().keys().filter(|&other| crosswalk.relates(other, framework));
        sources.extend(related.map(|other| SourceFramework {
            framework: other,
            benchmarks: stand_ins(crosswalk, other, framework, benchmarks),
            all: stand_ins(crosswalk, other, framework, &all),
        }));
    }
    sources
}

fn stand_ins(crosswalk: &Crosswalk, from: FrameworkIndex, to: FrameworkIndex, numbers: &[u8]) -> Vec<Option<Source>> {
    numbers.iter().map(|&number| crosswalk.source(from, to, number).cloned()).collect()
}

/// The periods asked for, ascending. What a range and the newest are is looked up here, so that a citation and a charge know the
/// periods alone, and not how they were asked for.
fn periods(question: &Question, held: impl Fn() -> Vec<Period>) -> Result<Vec<Period>, PlanError> {
    let found = match &question.periods {
        Periods::Named(asked) => {
            return each_once(asked.iter().map(|text| period(text)).collect::<Result<_, _>>()?, "periods");
        }
        &Periods::Newest(asked) => {
            let most =
                usize::try_from(asked).ok().filter(|most| (1..=MOST_PERIODS).contains(most)).ok_or_else(|| {
                    PlanError::Invalid(format!("`newest` must be from 1 to {MOST_PERIODS}, found {asked}"))
                })?;
            let mut held = held();
            held.split_off(held.len().saturating_sub(most))
        }
        Periods::Range { from, to } => {
            let first = period(from)?;
            let last = to.as_ref().map(|text| period(text)).transpose()?;
            if last.is_some_and(|last| last < first) {
                return Err(PlanError::Invalid(format!(
                    "the range of periods ends before it begins: expected `to` at or after `{first}`, found `{}`",
                    to.as_deref().unwrap_or_default()
                )));
            }
            let mut held = held();
            held.retain(|&period| first <= period && last.is_none_or(|last| period <= last));
            held
        }
    };
    if found.is_empty() { Err(PlanError::no_period(&question.framework)) } else { Ok(found) }
}

fn period(text: &str) -> Result<Period, PlanError> {
    text.parse().map_err(|error: crate::domain::period::InvalidPeriod| PlanError::Invalid(error.to_string()))
}

/// Every combination of the categories of `by`, limited by the filters, in the order of the dimensions.
pub(super) fn groups(by: &[Dimension], filters: &BTreeMap<Dimension, Vec<u8>>) -> Vec<Group> {
    let mut groups = vec![Group::default()];
    for &dimension in by {
        let positions: Vec<usize> = match filters.get(&dimension) {
            Some(codes) => codes.iter().map(|&code| usize::from(code) - 1).collect(),
            None => (0..dimension.categories().len()).collect(),
        };
        groups = groups
            .iter()
            .flat_map(|group| {
                positions.iter().map(|&position| {
                    let mut categories = group.categories.clone();
                    categories.push((dimension, position));
                    Group { categories }
                })
            })
            .collect();
    }
    groups
}
