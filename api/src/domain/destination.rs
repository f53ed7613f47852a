//! Destinations: where a cohort's students went after a stage of education, as counted for each institution.

use std::{collections::HashMap, fmt, str::FromStr};

use super::{AreaIndex, Period, Pseudonym};

/// The academic year in which a cohort completed a stage, written as six digits, `202223`. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CohortYear(u16);

/// The text is not a cohort year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a cohort year such as `202223` (an academic year, six digits), found `{found}`")]
pub struct InvalidCohortYear {
    /// What was given.
    pub found: String,
}

/// The stage of education that a cohort completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Key stage 4, at the age of 16.
    KeyStage4,
    /// 16 to 18 study.
    SixteenToEighteen,
}

/// Where students went in the year after they completed a stage. Every student of a cohort is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// Education, sustained for at least two terms.
    Education,
    /// An apprenticeship, sustained for at least six months.
    Apprenticeship,
    /// Employment, sustained for at least two terms.
    Employment,
    /// A destination that was not sustained, or none.
    NotSustained,
    /// Not known.
    Unknown,
}

/// Where an institution stands: the codes of its local authority and, if any, of its careers hub.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The code of the local authority.
    pub local_authority: String,
    /// The code of the careers hub, if any.
    pub hub: Option<String>,
}

/// Where institutions stood, period by period, as their results tell.
#[derive(Debug, Clone, Default)]
pub struct Locations(HashMap<Pseudonym, Vec<(Period, Location)>>);

/// How many students of one institution's cohort went to one destination, checked and ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationRecord {
    /// Which institution, as a pseudonym.
    pub institution: Pseudonym,
    /// When the cohort completed the stage.
    pub cohort_year: CohortYear,
    /// The stage.
    pub stage: Stage,
    /// The destination.
    pub destination: Destination,
    /// How many students.
    pub students: u32,
    /// Where the institution stood.
    pub location: Location,
}

/// One count of a release, as a snapshot takes it in. Areas are named by their index in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleasedDestination {
    /// Which institution, as a pseudonym.
    pub institution: Pseudonym,
    /// When the cohort completed the stage.
    pub cohort_year: CohortYear,
    /// The stage.
    pub stage: Stage,
    /// The destination.
    pub destination: Destination,
    /// How many students.
    pub students: u32,
    /// The local authority the institution stood in.
    pub local_authority: AreaIndex,
    /// The careers hub it belonged to, if any.
    pub hub: Option<AreaIndex>,
    /// The key of the organisation that handed the count in.
    pub provider: i64,
    /// The number of the first release that shows it.
    pub from: u32,
    /// The number of the first release that no longer does, where a correction has replaced it.
    pub until: Option<u32>,
}

impl CohortYear {
    /// The cohort that completes in the academic year that starts in September `start_year` (1990 to 2098).
    pub fn new(start_year: u16) -> Option<Self> {
        (1990..=2098).contains(&start_year).then_some(Self(start_year))
    }

    /// The calendar year in which the academic year starts, e.g. 2022.
    pub fn start_year(self) -> u16 {
        self.0
    }

    /// The last period of the academic year: the end of the cohort year.
    pub fn last_period(self) -> Option<Period> {
        Period::new(self.0, 3)
    }
}

impl fmt::Display for CohortYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}", self.0, (self.0 + 1) % 100)
    }
}

impl FromStr for CohortYear {
    type Err = InvalidCohortYear;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidCohortYear { found: text.to_owned() };
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let year = text[..4].parse().ok().and_then(Self::new).ok_or_else(invalid)?;
        if year.to_string() == text { Ok(year) } else { Err(invalid()) }
    }
}

impl Stage {
    /// Every stage, by age.
    pub const ALL: [Self; 2] = [Self::KeyStage4, Self::SixteenToEighteen];

    /// The code, as in files, e.g. `KS4`.
    pub fn code(self) -> &'static str {
        match self {
            Self::KeyStage4 => "KS4",
            Self::SixteenToEighteen => "16-18",
        }
    }

    /// The stage with a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

impl Destination {
    /// Every destination, in publication order.
    pub const ALL: [Self; 5] =
        [Self::Education, Self::Apprenticeship, Self::Employment, Self::NotSustained, Self::Unknown];

    /// The code, as in files, e.g. `not-sustained`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Education => "education",
            Self::Apprenticeship => "apprenticeship",
            Self::Employment => "employment",
            Self::NotSustained => "not-sustained",
            Self::Unknown => "unknown",
        }
    }

    /// How much of a cohort is expected there at the most, in percent. What an institution adds beyond that part of a cohort of
    /// usual size is not counted, so the noise of a small destination may be small too.
    ///
    /// A public rule, never taken from what was handed in: three times the national share or more, as published for England (5 %
    /// apprenticeships, 3 % employment, 5 % not sustained, 2 % unknown after key stage 4).
    pub fn most(self, stage: Stage) -> u32 {
        let [after_key_stage_4, after_16_to_18] = match self {
            Self::Education => [100, 100],
            Self::Apprenticeship => [15, 25],
            Self::Employment => [10, 75],
            Self::NotSustained => [20, 45],
            Self::Unknown => [10, 20],
        };
        match stage {
            Stage::KeyStage4 => after_key_stage_4,
            Stage::SixteenToEighteen => after_16_to_18,
        }
    }

    /// The destination with a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|destination| destination.code() == code)
    }
}

impl Locations {
    /// Takes in where an institution stood in a period. Of several for one period the last one counts.
    pub fn add(&mut self, institution: Pseudonym, period: Period, location: Location) {
        let history = self.0.entry(institution).or_default();
        let at = history.partition_point(|(earlier, _)| *earlier <= period);
        history.insert(at, (period, location));
    }

    /// Where an institution stood at the end of a cohort year: as its newest result until then tells, else its earliest
    /// one. `None` for an institution without any result.
    pub fn at(&self, institution: Pseudonym, year: CohortYear) -> Option<&Location> {
        let history = self.0.get(&institution)?;
        let last = year.last_period();
        let until = history.partition_point(|(period, _)| Some(*period) <= last);
        history.get(until.saturating_sub(1)).map(|(_, location)| location)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_year_is_read_and_written_the_same() {
        for text in ["202223", "199900", "202425"] {
            assert_eq!(text.parse::<CohortYear>().map(|year| year.to_string()), Ok(text.to_owned()));
        }
        for text in ["202224", "2022", "202223T1", "", "2022-3", "+02223", "２０２２２３", "189900"] {
            assert!(text.parse::<CohortYear>().is_err(), "{text}");
        }
        assert_eq!("202223".parse::<CohortYear>().unwrap().last_period().unwrap().to_string(), "202223T3");
    }

    #[test]
    fn codes_are_read_and_written_the_same() {
        assert!(Stage::ALL.into_iter().all(|stage| Stage::from_code(stage.code()) == Some(stage)));
        assert!(Destination::ALL.into_iter().all(|one| Destination::from_code(one.code()) == Some(one)));
        assert_eq!((Stage::from_code("KS5"), Destination::from_code("Education")), (None, None));
    }

    #[test]
    fn an_institution_stands_where_its_newest_result_by_then_says() {
        let (mover, stranger) = (Pseudonym([1; 32]), Pseudonym([2; 32]));
        let location = |code: &str| Location { local_authority: code.to_owned(), hub: None };
        let mut locations = Locations::default();
        for (period, code) in [("202223T3", "B"), ("202021T1", "A"), ("202324T1", "C"), ("202223T3", "B2")] {
            locations.add(mover, period.parse().unwrap(), location(code));
        }
        let at =
            |year: &str| locations.at(mover, year.parse().unwrap()).map(|location| location.local_authority.as_str());
        assert_eq!(at("201920"), Some("A"), "else its earliest");
        assert_eq!(at("202021"), Some("A"));
        assert_eq!(at("202122"), Some("A"));
        assert_eq!(at("202223"), Some("B2"));
        assert_eq!(at("202425"), Some("C"));
        assert_eq!(locations.at(stranger, "202223".parse().unwrap()), None);
    }
}
