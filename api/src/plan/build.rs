//! Builds a plan: looks every code up, checks every rule of shape and tier, and brings the question into canonical form.

use std::collections::BTreeMap;

use disclosure::Tier;

use crate::{
    domain::{Catalogue, Crosswalk, Dimension, FrameworkIndex, Period, RelationKind, Source},
    policy::Grant,
};

use super::{Filter, Group, Parts, Plan, Question, SourceFramework, areas};

/// The most cells one table may have.
pub const MAX_CELLS: usize = 20_000;

/// Why a question cannot be asked. Depends on the question, the catalogue and the grant, never on scores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No framework has that code.
    #[error("no framework has the code `{0}`")]
    Framework(String),
    /// No area has that code, or none within the grant: the two are not told apart.
    #[error("no area `{0}` is within your agreements for this purpose")]
    Area(String),
    /// The agreements reach areas of several kinds, or the question names several.
    #[error("one table holds one kind of area, found {0}; name one with `areaKind`, or ask one table for each")]
    MixedAreas(String),
    /// Nothing of that kind lies in the areas.
    #[error("no area of kind {0} lies in the areas asked for and within your agreements")]
    NoAreas(String),
    /// The text is not a period.
    #[error("{0}")]
    Period(String),
    /// The framework has no such benchmark.
    #[error("`{framework}` has benchmarks 1 to {last}, found {found}")]
    Benchmark {
        /// The framework.
        framework: String,
        /// Its last benchmark.
        last: usize,
        /// What was asked for.
        found: i32,
    },
    /// The dimension has no such category.
    #[error("{dimension} has no category `{found}`; expected one of {expected}")]
    Category {
        /// The dimension.
        dimension: &'static str,
        /// What was asked for.
        found: String,
        /// Its categories.
        expected: String,
    },
    /// A list names nothing.
    #[error("`{0}` is empty; leave it out or name at least one")]
    Empty(&'static str),
    /// Two filters on one dimension leave nothing over.
    #[error("the filters on {0} leave no category over")]
    Contradiction(&'static str),
    /// The tier or the agreement does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// The table would have too many cells.
    #[error("the table would have {found} cells; the most is {limit}")]
    TooManyCells {
        /// How many it would have.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// The release holds no result of the frameworks asked for.
    #[error("the release holds no period for `{0}`")]
    NoPeriod(String),
    /// The text is not a cohort year.
    #[error("{0}")]
    CohortYear(String),
    /// The release holds no count of destinations.
    #[error("the release holds no destinations")]
    NoCohort,
}

/// Builds the plan of a question under a grant. `newest` tells the newest period with results of any of some frameworks.
///
/// # Errors
/// [`PlanError`], the first rule that the question breaks.
pub fn build(
    question: &Question,
    grant: &Grant,
    catalogue: &Catalogue,
    newest: impl Fn(&[FrameworkIndex]) -> Option<Period>,
) -> Result<Plan, PlanError> {
    let framework = catalogue
        .framework_index(&question.framework)
        .ok_or_else(|| PlanError::Framework(question.framework.clone()))?;
    let areas::Scope { areas, coverage } =
        areas::resolve(question.areas.as_deref(), question.area_kind, grant, catalogue)?;
    check_cited(question.tier, question.provider.as_deref(), grant, coverage.tier)?;

    let mut by = question.by.clone();
    by.sort_unstable();
    by.dedup();
    let filters = filters(&question.filters, &by)?;
    let mut named: Vec<Dimension> = by.iter().chain(filters.keys()).copied().collect();
    named.sort_unstable();
    named.dedup();
    check_dimensions(coverage.tier, coverage.dimensions.as_deref(), &named)?;

    let benchmarks = benchmarks(question, catalogue, framework)?;
    let sources = sources(question.mapped, catalogue, framework, &benchmarks);
    let periods = periods(question, || newest(&sources.iter().map(|source| source.framework).collect::<Vec<_>>()))?;
    let mut since = question.since.iter().map(period).collect::<Result<Vec<_>, _>>()?;
    since.sort_unstable();
    since.dedup();
    let groups = groups(&by, &filters);
    let reconcile = question.reconcile && !by.is_empty();
    let parts = Parts { totals: question.parts.totals || reconcile, ..question.parts };
    let plan = Plan {
        framework,
        areas,
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
        provider: grant.provider(),
        tier: coverage.tier,
        purpose: grant.purpose().to_owned(),
        organisation: grant.organisation().to_owned(),
    };
    let cells = plan.tables().iter().map(Plan::cells).sum::<usize>();
    let found = cells + cells / plan.periods.len() * plan.since.len();
    if found > MAX_CELLS {
        return Err(PlanError::TooManyCells { found, limit: MAX_CELLS });
    }
    Ok(plan)
}

/// A cited table is answered as it was cited or not at all.
pub(super) fn check_cited(
    cited: Option<Tier>,
    provider: Option<&str>,
    grant: &Grant,
    tier: Tier,
) -> Result<(), PlanError> {
    if let Some(cited) = cited.filter(|&cited| cited != tier) {
        return Err(PlanError::Forbidden(format!(
            "the table cited has the tier {}; for this purpose your agreements give {}",
            cited.as_str().to_uppercase(),
            tier.as_str().to_uppercase()
        )));
    }
    let own = |provider: &str| grant.provider().is_some() && provider == grant.organisation();
    if provider.is_some_and(|provider| !own(provider)) {
        return Err(PlanError::Forbidden("the table cited is of results that another organisation handed in".into()));
    }
    Ok(())
}

fn check_dimensions(tier: Tier, allowed: Option<&[Dimension]>, named: &[Dimension]) -> Result<(), PlanError> {
    let names = || named.iter().map(|dimension| dimension.name()).collect::<Vec<_>>().join(", ");
    let most = tier.rules().max_dimensions;
    if named.len() > most {
        return Err(PlanError::Forbidden(format!(
            "the tier {} allows {most} dimensions in a question, found {}: {}",
            tier.as_str().to_uppercase(),
            named.len(),
            names()
        )));
    }
    match allowed {
        Some(allowed) => match named.iter().find(|dimension| !allowed.contains(dimension)) {
            Some(denied) => {
                Err(PlanError::Forbidden(format!("your agreements do not allow the dimension {}", denied.name())))
            }
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// Per dimension the kept dictionary codes, ascending. Several filters on one dimension must all hold; a filter that
/// keeps everything is no filter, nor is one that keeps every category of a breakdown `by` them.
fn filters(asked: &[Filter], by: &[Dimension]) -> Result<BTreeMap<Dimension, Vec<u8>>, PlanError> {
    let mut kept: BTreeMap<Dimension, Vec<u8>> = BTreeMap::new();
    for filter in asked {
        let dimension = filter.dimension;
        if filter.categories.is_empty() {
            return Err(PlanError::Empty("in"));
        }
        let mut codes = Vec::with_capacity(filter.categories.len());
        for code in &filter.categories {
            let position = dimension.position(code).ok_or_else(|| PlanError::Category {
                dimension: dimension.name(),
                found: code.clone(),
                expected: dimension.categories().iter().map(|category| category.code).collect::<Vec<_>>().join(", "),
            })?;
            codes.push(u8::try_from(position + 1).unwrap_or(u8::MAX));
        }
        codes.sort_unstable();
        codes.dedup();
        if let Some(before) = kept.get(&dimension) {
            codes.retain(|code| before.contains(code));
        }
        if codes.is_empty() {
            return Err(PlanError::Contradiction(dimension.name()));
        }
        kept.insert(dimension, codes);
    }
    kept.retain(|dimension, codes| {
        (dimension.may_be_blank() && !by.contains(dimension)) || codes.len() < dimension.categories().len()
    });
    Ok(kept)
}

fn benchmarks(question: &Question, catalogue: &Catalogue, framework: FrameworkIndex) -> Result<Vec<u8>, PlanError> {
    let framework = &catalogue.frameworks()[framework];
    let all = framework.benchmarks.iter().map(|benchmark| benchmark.number);
    let Some(asked) = &question.benchmarks else { return Ok(all.collect()) };
    if asked.is_empty() {
        return Err(PlanError::Empty("benchmarks"));
    }
    let known: Vec<u8> = all.collect();
    let find = |&found: &i32| {
        u8::try_from(found).ok().filter(|number| known.contains(number)).ok_or_else(|| PlanError::Benchmark {
            framework: framework.code.clone(),
            last: known.len(),
            found,
        })
    };
    let mut numbers = asked.iter().map(find).collect::<Result<Vec<u8>, _>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
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

fn periods(question: &Question, newest: impl Fn() -> Option<Period>) -> Result<Vec<Period>, PlanError> {
    let Some(asked) = &question.periods else {
        return Ok(vec![newest().ok_or_else(|| PlanError::NoPeriod(question.framework.clone()))?]);
    };
    if asked.is_empty() {
        return Err(PlanError::Empty("periods"));
    }
    let mut periods = asked.iter().map(period).collect::<Result<Vec<_>, _>>()?;
    periods.sort_unstable();
    periods.dedup();
    Ok(periods)
}

#[expect(clippy::ptr_arg, reason = "made for lists of text")]
fn period(text: &String) -> Result<Period, PlanError> {
    text.parse().map_err(|error: crate::domain::period::InvalidPeriod| PlanError::Period(error.to_string()))
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
