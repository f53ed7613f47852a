//! The report about an area: the same question about it, about what it lies in, and about one more that is put beside it.

use crate::{
    datasets::{Outcomes, outcomes},
    domain::{AreaIndex, AreaKind, FrameworkIndex},
    policy,
    tabulation::{Asked, Tabulation, areas_named},
};

use super::{Error, Reader};

/// How many terms the trend goes back.
const TERMS: usize = 6;

/// How many fields of each cell a report has.
const FIELDS: usize = 8;

/// How many areas of a comparator a report puts beside the area.
const MOST_BESIDE: usize = 30;

/// What is asked of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportAsked {
    /// The code of the area.
    pub area: String,
    /// The code of the framework; that of the area's country when absent.
    pub framework: Option<String>,
    /// The purpose, as of any question.
    pub purpose: Option<String>,
    /// The code of one more area, or of a comparator, which stands for its members, whose results are brought in through the crosswalk where it lies in another country.
    pub beside: Option<String>,
    /// Tell who partly achieved each benchmark, and who scored nothing, of the area itself.
    pub states: bool,
}

/// One area of a report.
pub struct Reported {
    /// The name of the area, and what sort of area it is.
    pub label: String,
    /// Its table: outcomes on each benchmark and over all, the newest terms; or why the viewer is not given it.
    pub table: Result<Tabulation<Outcomes>, Error>,
}

impl Reader {
    /// Asks what a report tells: the country and the region first, then the area itself, then the one beside it. Each is a
    /// question of its own, authorised, charged and recorded as such; all but one through the crosswalk are standard tables.
    ///
    /// # Errors
    /// As [`Reader::tabulate`] for the area itself. What the viewer may not ask about the others is told in their place.
    pub async fn report(&self, asked: &ReportAsked) -> Result<Vec<Reported>, Error> {
        policy::identify(self.viewer(), self.session.directory())?;
        let catalogue = self.catalogue().clone();
        let find = |code: &str| {
            let found = catalogue.area_now(code);
            found.ok_or_else(|| Error::NotFound(format!("no area has the code `{code}`")))
        };
        let area = find(&asked.area)?;
        let framework = self.framework_of(area, asked.framework.as_deref())?;
        let code = catalogue.frameworks()[framework].code.clone();
        let newest = self.snapshot(None).await?.newest_period(&[framework]);
        let newest = newest.ok_or_else(|| Error::NotFound(format!("the release holds no results of `{code}`")))?;
        let mut periods: Vec<String> = self
            .periods()
            .into_iter()
            .rev()
            .filter(|period| *period <= newest)
            .take(TERMS)
            .map(|period| period.to_string())
            .collect();
        periods.reverse();
        let question = |area: AreaIndex, mapped: bool, states: bool| outcomes::Question {
            asked: Asked {
                purpose: asked.purpose.clone(),
                areas: Some(vec![catalogue.areas()[area].code.clone()]),
                ..Asked::default()
            },
            framework: code.clone(),
            periods: outcomes::Periods::Named(periods.clone()),
            parts: outcomes::Parts { cells: true, overall: true, totals: false, states },
            mapped,
            ..outcomes::Question::default()
        };
        let label = |area: AreaIndex| {
            let area = &catalogue.areas()[area];
            format!("{} ({})", area.name, area.kind.as_str().replace('_', " "))
        };
        // Without it there is no report, so it is asked first.
        let own = self.tabulate::<Outcomes>(question(area, false, asked.states), None, FIELDS).await?;
        let mut reported = Vec::new();
        for around in [catalogue.innermost(area, AreaKind::Country), catalogue.innermost(area, AreaKind::Region)] {
            if let Some(around) = around.filter(|around| *around != area) {
                let table = self.tabulate::<Outcomes>(question(around, false, false), None, FIELDS).await;
                reported.push(Reported { label: label(around), table: refused(table)? });
            }
        }
        reported.push(Reported { label: label(area), table: Ok(own) });
        if let Some(beside) = &asked.beside {
            let all = areas_named(beside, &catalogue)?;
            if all.len() > MOST_BESIDE {
                let told = format!("a report puts at most {MOST_BESIDE} areas beside one, found {}", all.len());
                return Err(Error::BadRequest(told));
            }
            for beside in all.into_iter().filter(|beside| *beside != area) {
                let country = |area| catalogue.innermost(area, AreaKind::Country);
                let mapped = country(beside) != country(area);
                let table = self.tabulate::<Outcomes>(question(beside, mapped, false), None, FIELDS).await;
                let through = if mapped { ", through the crosswalk" } else { "" };
                reported.push(Reported { label: format!("{}{through}", label(beside)), table: refused(table)? });
            }
        }
        Ok(reported)
    }

    /// The framework that is named, or the first of the area's country, or the first.
    fn framework_of(&self, area: AreaIndex, named: Option<&str>) -> Result<FrameworkIndex, Error> {
        let catalogue = self.catalogue();
        if let Some(code) = named {
            let found = catalogue.framework_index(code);
            return found.ok_or_else(|| Error::NotFound(format!("no framework has the code `{code}`")));
        }
        let country = catalogue.innermost(area, AreaKind::Country).map(|country| &catalogue.areas()[country].code);
        let frameworks = catalogue.frameworks();
        let of_country = frameworks.iter_enumerated().find(|(_, framework)| Some(&framework.jurisdiction) == country);
        let first = of_country.or_else(|| frameworks.iter_enumerated().next());
        first.map(|(index, _)| index).ok_or_else(|| Error::NotFound("the catalogue has no framework".to_owned()))
    }
}

/// What is no fault of the service but a matter of what the viewer may ask is told in place of a table.
fn refused<T>(table: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match table {
        Err(error @ (Error::Forbidden(_) | Error::NotFound(_) | Error::BadRequest(_) | Error::BudgetExhausted(_))) => {
            Ok(Err(error))
        }
        Err(error) => Err(error),
        Ok(table) => Ok(Ok(table)),
    }
}
