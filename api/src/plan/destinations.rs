//! Questions about destinations: as asked, and as executable.

mod charge;

use std::fmt::Write;

use disclosure::Tier;

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, CohortYear, Destination, FrameworkIndex, Period, Stage},
    policy::Grant,
};

use super::{MAX_CELLS, PlanError, areas, build::check_cited, citation::escape};

/// Into how many bands the number of benchmarks achieved is divided.
const BANDS: usize = 3;

/// One request for a table of destinations, as asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DestinationQuestion {
    /// The purpose it is asked for.
    pub purpose: Option<String>,
    /// The codes of areas; the whole grant when absent.
    pub areas: Option<Vec<String>>,
    /// Break the areas down to every area of this kind within them.
    pub area_kind: Option<AreaKind>,
    /// Cohort years such as `202223`; the newest when absent.
    pub cohort_years: Option<Vec<String>>,
    /// The stages; every one when absent.
    pub stages: Option<Vec<Stage>>,
    /// The destinations; every one when absent.
    pub destinations: Option<Vec<Destination>>,
    /// Break down by how many benchmarks institutions achieved.
    pub by_benchmarks_achieved: Option<BenchmarksAchieved>,
    /// Answer at this tier or not at all, as a citation demands.
    pub tier: Option<Tier>,
    /// Answer for the cohorts that the organisation with this code handed in or not at all, as a citation of such demands.
    pub provider: Option<String>,
    /// Whether the cells are wanted: else they are neither counted nor charged.
    pub wanted: bool,
}

/// How many benchmarks of a framework institutions achieved in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarksAchieved {
    /// The code of the framework.
    pub framework: String,
    /// The period, such as `202324T3`; the framework's newest when absent.
    pub period: Option<String>,
}

/// A checked question about destinations in canonical form. Only [`build_destinations`] makes one.
///
/// Areas, cohort years, stages and destinations are sorted and each stands once, so two spellings of one question are one
/// plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationPlan {
    areas: Vec<AreaIndex>,
    cohort_years: Vec<CohortYear>,
    stages: Vec<Stage>,
    destinations: Vec<Destination>,
    banding: Option<Banding>,
    wanted: bool,
    provider: Option<i64>,
    tier: Tier,
    purpose: String,
    organisation: String,
}

/// The bands of the number of benchmarks of a framework achieved in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banding {
    /// The framework.
    pub framework: FrameworkIndex,
    /// The period.
    pub period: Period,
    /// The bands, lowest first.
    pub bands: Vec<Band>,
}

/// A band of the number of benchmarks achieved, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The fewest.
    pub lowest: usize,
    /// The most.
    pub highest: usize,
    /// How many benchmarks there are.
    pub of: usize,
}

/// What a cell is about: positions within the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestinationCoordinates {
    /// The position of the area.
    pub area: usize,
    /// The position of the cohort year.
    pub cohort_year: usize,
    /// The position of the stage.
    pub stage: usize,
    /// The position of the destination.
    pub destination: usize,
    /// The position of the band; 0 without bands.
    pub band: usize,
}

/// Builds the plan of a question about destinations under a grant. `newest_year` tells the newest cohort year with a count,
/// `newest_period` the newest period with a result of a framework.
///
/// # Errors
/// [`PlanError`], the first rule that the question breaks.
pub fn build_destinations(
    question: &DestinationQuestion,
    grant: &Grant,
    catalogue: &Catalogue,
    newest_year: impl Fn() -> Option<CohortYear>,
    newest_period: impl Fn(FrameworkIndex) -> Option<Period>,
) -> Result<DestinationPlan, PlanError> {
    let areas::Scope { areas, coverage } =
        areas::resolve(question.areas.as_deref(), question.area_kind, grant, catalogue)?;
    check_cited(question.tier, question.provider.as_deref(), grant, coverage.tier)?;
    let banding = match &question.by_benchmarks_achieved {
        None => None,
        Some(_) if coverage.tier == Tier::Own => {
            return Err(PlanError::Forbidden(
                "`byBenchmarksAchieved` is answered at the tiers REGIONAL and INTERNATIONAL alone: the exact groups of OWN \
                 would tell single results"
                    .to_owned(),
            ));
        }
        Some(_) if coverage.dimensions.is_some() => {
            return Err(PlanError::Forbidden(
                "your agreements name the dimensions they allow, and `byBenchmarksAchieved` is none of them".to_owned(),
            ));
        }
        Some(asked) => Some(banding(asked, catalogue, newest_period)?),
    };
    let cohort_years = match &question.cohort_years {
        None => vec![newest_year().ok_or(PlanError::NoCohort)?],
        Some(asked) => {
            let parse =
                |text: &String| text.parse::<CohortYear>().map_err(|error| PlanError::CohortYear(error.to_string()));
            each_once(asked.iter().map(parse).collect::<Result<_, _>>()?, "cohortYears")?
        }
    };
    let plan = DestinationPlan {
        areas,
        cohort_years,
        stages: each_once(question.stages.clone().unwrap_or_else(|| Stage::ALL.to_vec()), "stages")?,
        destinations: each_once(
            question.destinations.clone().unwrap_or_else(|| Destination::ALL.to_vec()),
            "categories",
        )?,
        banding,
        wanted: question.wanted,
        provider: grant.provider(),
        tier: coverage.tier,
        purpose: grant.purpose().to_owned(),
        organisation: grant.organisation().to_owned(),
    };
    if plan.cells() > MAX_CELLS {
        return Err(PlanError::TooManyCells { found: plan.cells(), limit: MAX_CELLS });
    }
    Ok(plan)
}

fn banding(
    asked: &BenchmarksAchieved,
    catalogue: &Catalogue,
    newest_period: impl Fn(FrameworkIndex) -> Option<Period>,
) -> Result<Banding, PlanError> {
    let framework =
        catalogue.framework_index(&asked.framework).ok_or_else(|| PlanError::Framework(asked.framework.clone()))?;
    let period = match &asked.period {
        Some(text) => text.parse::<Period>().map_err(|error| PlanError::Period(error.to_string()))?,
        None => newest_period(framework).ok_or_else(|| PlanError::NoPeriod(asked.framework.clone()))?,
    };
    Ok(Banding { framework, period, bands: bands(catalogue.frameworks()[framework].benchmarks.len()) })
}

/// The numbers 0 to `of` in three bands as equal as can be: 0–2, 3–5 and 6–8 of 8.
fn bands(of: usize) -> Vec<Band> {
    let band = |band: usize| {
        let mut inside = (0..=of).filter(|achieved| achieved * BANDS / (of + 1) == band);
        let lowest = inside.next()?;
        Some(Band { lowest, highest: inside.next_back().unwrap_or(lowest), of })
    };
    (0..BANDS).filter_map(band).collect()
}

fn each_once<T: Ord>(mut list: Vec<T>, name: &'static str) -> Result<Vec<T>, PlanError> {
    if list.is_empty() {
        return Err(PlanError::Empty(name));
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

impl DestinationPlan {
    /// The areas, ascending by code.
    pub fn areas(&self) -> &[AreaIndex] {
        &self.areas
    }

    /// The cohort years, ascending.
    pub fn cohort_years(&self) -> &[CohortYear] {
        &self.cohort_years
    }

    /// The stages, by age.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The destinations, in publication order.
    pub fn destinations(&self) -> &[Destination] {
        &self.destinations
    }

    /// The bands of benchmarks achieved, where it is broken down by them.
    pub fn banding(&self) -> Option<&Banding> {
        self.banding.as_ref()
    }

    /// Whether the cells are wanted.
    pub fn wanted(&self) -> bool {
        self.wanted
    }

    /// Count only what this organisation handed in.
    pub fn provider(&self) -> Option<i64> {
        self.provider
    }

    /// The tier of the answer.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The purpose it is asked for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The code of the organisation that asks.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// How many groups of institutions it is about: areas × cohort years × stages.
    pub fn groups(&self) -> usize {
        self.areas.len() * self.cohort_years.len() * self.stages.len()
    }

    /// How many cells each group has: destinations × bands.
    pub fn cells_of_group(&self) -> usize {
        self.destinations.len() * self.band_count()
    }

    /// How many cells the table has: areas × cohort years × stages × destinations × bands.
    pub fn cells(&self) -> usize {
        self.groups() * self.cells_of_group()
    }

    /// What a cell is about, in the canonical order areas, cohort years, stages, destinations, bands.
    pub fn coordinates(&self, cell: usize) -> DestinationCoordinates {
        let (bands, destinations, stages, years) =
            (self.band_count(), self.destinations.len(), self.stages.len(), self.cohort_years.len());
        DestinationCoordinates {
            band: cell % bands,
            destination: cell / bands % destinations,
            stage: cell / (bands * destinations) % stages,
            cohort_year: cell / (bands * destinations * stages) % years,
            area: cell / (bands * destinations * stages * years),
        }
    }

    /// The band of a cell, where there are bands.
    pub fn band(&self, coordinates: DestinationCoordinates) -> Option<Band> {
        self.banding.as_ref().map(|banding| banding.bands[coordinates.band])
    }

    fn band_count(&self) -> usize {
        self.banding.as_ref().map_or(1, |banding| banding.bands.len())
    }

    /// A cell's own canonical conditions. The table it stands in does not matter, so one cell has one value wherever it
    /// appears.
    pub fn conditions(&self, catalogue: &Catalogue, area: AreaIndex, band: Option<Band>) -> String {
        let code = &catalogue.areas()[area].code;
        match self.band_name(catalogue, band) {
            None => format!("area={code}"),
            Some(name) => format!("area={code};BENCHMARKS_ACHIEVED={name}"),
        }
    }

    /// The canonical name of a band, e.g. `GATSBY-2014@202324T3:6-8`.
    pub fn band_name(&self, catalogue: &Catalogue, band: Option<Band>) -> Option<String> {
        let (banding, band) = self.banding.as_ref().zip(band)?;
        let framework = &catalogue.frameworks()[banding.framework].code;
        Some(format!("{framework}@{}:{}-{}", banding.period, band.lowest, band.highest))
    }

    /// The canonical question in one line of text: equal for every spelling of it, and different for any other question. Of
    /// cohorts that an organisation handed in itself, it names the organisation. [`super::DestinationCitation`] reads it back.
    pub fn canonical(&self, catalogue: &Catalogue) -> String {
        let join = |parts: Vec<String>| parts.join(",");
        let mut text = format!(
            "destinations;areas={};cohortYears={};stages={};categories={}",
            join(self.areas.iter().map(|&area| escape(&catalogue.areas()[area].code)).collect()),
            join(self.cohort_years.iter().map(ToString::to_string).collect()),
            join(self.stages.iter().map(|stage| stage.code().to_owned()).collect()),
            join(self.destinations.iter().map(|destination| destination.code().to_owned()).collect()),
        );
        if let Some(banding) = &self.banding {
            let framework = escape(&catalogue.frameworks()[banding.framework].code);
            let _ = write!(text, ";benchmarksAchieved={framework}@{}", banding.period);
        }
        if self.provider.is_some() {
            let _ = write!(text, ";provider={}", escape(&self.organisation));
        }
        text
    }

    /// The same question over another area.
    pub fn over(&self, area: AreaIndex) -> Self {
        Self { areas: vec![area], ..self.clone() }
    }

    /// The same question without bands; `None` where there are none.
    pub fn without_bands(&self) -> Option<Self> {
        self.banding.as_ref().map(|_| Self { banding: None, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_thirds() {
        let check = |of: usize, expected: &[(usize, usize)]| {
            let found: Vec<_> = bands(of).into_iter().map(|band| (band.lowest, band.highest)).collect();
            assert_eq!(found, expected, "of {of}");
        };
        check(8, &[(0, 2), (3, 5), (6, 8)]);
        check(10, &[(0, 3), (4, 7), (8, 10)]);
        check(2, &[(0, 0), (1, 1), (2, 2)]);
        check(1, &[(0, 0), (1, 1)]);
        for of in 0..30 {
            let bands = bands(of);
            assert_eq!((bands[0].lowest, bands[bands.len() - 1].highest), (0, of));
            assert!(bands.windows(2).all(|pair| pair[0].highest + 1 == pair[1].lowest));
        }
    }
}
