//! The question as executable: indexes instead of codes, canonical order, every rule already checked.

use disclosure::Tier;

use crate::{
    domain::{AreaIndex, Bill, Catalogue, CohortYear, Destination, FrameworkIndex, Period, Stage},
    policy::Grant,
    release::Snapshot,
    tabulation::{Layout, MAX_CELLS, PlanError, Scope, TablePlan, each_once, escape},
};

use super::{Band, Banding, Question};

/// A checked question about destinations in canonical form. Only [`super::build()`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub(super) scope: Scope,
    pub(super) cohort_years: Vec<CohortYear>,
    pub(super) stages: Vec<Stage>,
    pub(super) destinations: Vec<Destination>,
    pub(super) banding: Option<Banding>,
    pub(super) wanted: bool,
}

/// What a cell is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The area.
    pub area: AreaIndex,
    /// The cohort year.
    pub cohort_year: CohortYear,
    /// The stage.
    pub stage: Stage,
    /// The destination.
    pub destination: Destination,
    /// The band of benchmarks achieved, where the table has bands.
    pub band: Option<Band>,
}

/// Builds the plan of a question about destinations under a grant. `newest_year` tells the newest cohort year with a count,
/// `newest_period` the newest period with a result of a framework.
///
/// # Errors
/// [`PlanError`], the first rule that the question breaks.
pub fn build(
    question: &Question,
    grant: &Grant,
    catalogue: &Catalogue,
    newest_year: impl Fn() -> Option<CohortYear>,
    newest_period: impl Fn(FrameworkIndex) -> Option<Period>,
) -> Result<Plan, PlanError> {
    let scope = Scope::resolve(&question.asked, grant, catalogue)?;
    let banding = match &question.by_benchmarks_achieved {
        None => None,
        Some(_) if scope.tier() == Tier::Own => {
            return Err(PlanError::Forbidden(
                "`byBenchmarksAchieved` is answered at the tiers REGIONAL and INTERNATIONAL alone: the exact groups of OWN \
                 would tell single results"
                    .to_owned(),
            ));
        }
        Some(_) if scope.names_dimensions() => {
            return Err(PlanError::Forbidden(
                "your agreements name the dimensions they allow, and `byBenchmarksAchieved` is none of them".to_owned(),
            ));
        }
        Some(asked) => Some(Banding::of(asked, catalogue, newest_period)?),
    };
    let cohort_years = match &question.cohort_years {
        None => vec![newest_year().ok_or_else(|| PlanError::NotFound("the release holds no destinations".to_owned()))?],
        Some(asked) => {
            let parse =
                |text: &String| text.parse::<CohortYear>().map_err(|error| PlanError::Invalid(error.to_string()));
            each_once(asked.iter().map(parse).collect::<Result<_, _>>()?, "cohortYears")?
        }
    };
    let destinations = question.destinations.clone().unwrap_or_else(|| Destination::ALL.to_vec());
    let plan = Plan {
        scope,
        cohort_years,
        stages: each_once(question.stages.clone().unwrap_or_else(|| Stage::ALL.to_vec()), "stages")?,
        destinations: each_once(destinations, "categories")?,
        banding,
        wanted: question.wanted,
    };
    match plan.cells() {
        found if found > MAX_CELLS => Err(PlanError::TooManyCells { found, limit: MAX_CELLS }),
        _ => Ok(plan),
    }
}

impl Plan {
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

    /// The groups of institutions it is about, area × cohort year × stage. Cells stand in the order of their groups, and those
    /// of a group in the order destinations, bands.
    pub fn groups(&self) -> impl Iterator<Item = (AreaIndex, CohortYear, Stage)> {
        (0..self.cells()).step_by(self.cells_of_group()).map(|cell| {
            let Key { area, cohort_year, stage, .. } = self.key(cell);
            (area, cohort_year, stage)
        })
    }

    /// How many cells each group has: destinations × bands.
    pub fn cells_of_group(&self) -> usize {
        self.destinations.len() * self.band_count()
    }

    /// What a cell is about.
    pub fn key(&self, cell: usize) -> Key {
        let [area, year, stage, destination, band] = self.layout().coordinates(cell);
        Key {
            area: self.scope.areas()[area],
            cohort_year: self.cohort_years[year],
            stage: self.stages[stage],
            destination: self.destinations[destination],
            band: self.banding.as_ref().map(|banding| banding.bands[band]),
        }
    }

    /// In the canonical order areas, cohort years, stages, destinations, bands.
    pub(super) fn layout(&self) -> Layout<5> {
        let (areas, years, stages) = (self.scope.areas().len(), self.cohort_years.len(), self.stages.len());
        Layout([areas, years, stages, self.destinations.len(), self.band_count()])
    }

    pub(super) fn band_count(&self) -> usize {
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
        Some(format!("{}:{}-{}", banding.name(catalogue), band.lowest, band.highest))
    }
}

impl TablePlan for Plan {
    fn cells(&self) -> usize {
        self.layout().cells()
    }

    /// One kind of area × cohort year × stage × destination, no bands; and no kind that is charged.
    fn is_standard(&self) -> bool {
        self.banding.is_none() && self.scope.is_of_free_kind()
    }

    fn bill(&self, snapshot: &Snapshot) -> Bill {
        let assessed = |banding: &Banding| snapshot.framework(banding.framework).period(banding.period).is_some();
        let has_groups = self.banding.as_ref().is_none_or(assessed);
        let holds = |year, stage| has_groups && snapshot.destinations().cohort(year, stage).is_some();
        self.bill_where(snapshot.catalogue(), holds)
    }

    /// Of cohorts that an organisation handed in itself, it names the organisation. [`super::citation::read`] reads it back.
    fn canonical(&self, catalogue: &Catalogue) -> String {
        let join = |parts: Vec<String>| parts.join(",");
        let bands = self.banding.as_ref().map_or_else(String::new, |banding| {
            let framework = escape(&catalogue.frameworks()[banding.framework].code);
            format!(";benchmarksAchieved={framework}@{}", banding.period)
        });
        format!(
            "destinations;areas={};cohortYears={};stages={};categories={}{bands}{}",
            self.scope.canonical_areas(catalogue),
            join(self.cohort_years.iter().map(ToString::to_string).collect()),
            join(self.stages.iter().map(|stage| stage.code().to_owned()).collect()),
            join(self.destinations.iter().map(|destination| destination.code().to_owned()).collect()),
            self.scope.canonical_provider(),
        )
    }

    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn part_of_cell(&self, cell: usize) -> usize {
        let [_, year, stage, ..] = self.layout().coordinates(cell);
        year * self.stages.len() + stage
    }

    fn over(&self, area: AreaIndex) -> Self {
        Self { scope: self.scope.over(area), ..self.clone() }
    }

    /// Giving up the bands.
    fn changes(&self, _: &Catalogue) -> Vec<(String, Self)> {
        let plain = self.banding.as_ref().map(|_| Self { banding: None, ..self.clone() });
        plain.map(|plain| ("drop byBenchmarksAchieved".to_owned(), plain)).into_iter().collect()
    }

    fn counterpart(&self, cell: usize, changed: &Self, moved: bool) -> Option<usize> {
        let [area, year, stage, destination, band] = self.layout().coordinates(cell);
        let (area, band) = (if moved { 0 } else { area }, band.min(changed.band_count() - 1));
        Some(changed.layout().cell([area, year, stage, destination, band]))
    }
}
