//! The neutral table: what rows are about, what they measure, and each figure with its error, its bound, its status and its reason.

use chrono::{DateTime, Utc};
use disclosure::{Bound, Estimate};

use crate::domain::AreaKind;

use super::beside::Beside;

/// Half of a 95 % interval, in standard errors.
const Z: f64 = 1.96;

/// A protected table as every format writes it. The matrix is complete: there is a row for every combination of the facets'
/// items, hidden or not.
pub struct Table {
    /// What is the same for all of it.
    pub about: About,
    /// What rows are about, the outermost first.
    pub facets: Vec<Facet>,
    /// Of each item of the first facet, which is the area, where it lies.
    pub places: Vec<Place>,
    /// What is told of each row.
    pub measures: Vec<Measure>,
    /// The rows, in the order of the answer.
    pub rows: Vec<Row>,
    /// Whether rows tell how their results compare with the benchmark they are reported under.
    pub mapped: bool,
    /// Whether rows tell that they were brought to add up.
    pub reconciled: bool,
    /// The official figures that stand beside its rows, where they were asked for.
    pub beside: Option<Beside>,
}

/// What is the same for all of a table.
pub struct About {
    /// `outcomes` or `destinations`.
    pub dataset: &'static str,
    /// What it is called.
    pub title: String,
    /// The reference that asks it again.
    pub citation: String,
    /// The same short enough for a footnote, where it is kept.
    pub short_citation: Option<String>,
    /// The number of its release.
    pub release: u32,
    /// When that was published.
    pub published_at: DateTime<Utc>,
    /// Whether it holds made-up data.
    pub synthetic: bool,
    /// Code and title of the framework it is reported in, where there is one.
    pub framework: Option<(String, String)>,
    /// How many benchmarks that has; 0 where there is none.
    pub benchmarks: usize,
    /// How protected it is.
    pub tier: &'static str,
    /// The purpose it was asked for.
    pub purpose: String,
    /// The number of the method of disclosure control.
    pub method: u8,
}

/// Something that rows are about, such as the period.
pub struct Facet {
    /// What sort of thing it is.
    pub kind: FacetKind,
    /// Its name in files, e.g. `cohort_year`.
    pub name: String,
    /// Its label, e.g. `Cohort year`.
    pub label: &'static str,
    /// What it can be, in the order of the answer.
    pub items: Vec<Item>,
}

/// What sort of thing a facet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetKind {
    /// A place.
    Area,
    /// A term, or the year of a cohort.
    Time,
    /// A benchmark: its code is its number.
    Benchmark,
    /// Anything else.
    Category,
}

/// One of the things that a facet can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its code; `total` where all of them are taken together.
    pub code: String,
    /// Its label.
    pub label: String,
}

/// The code of all items of a facet together.
pub const TOTAL: &str = "total";

impl Item {
    /// An item.
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: code.into(), label: label.into() }
    }

    /// All items together.
    pub fn total() -> Self {
        Self::new(TOTAL, "Total")
    }

    /// Whether it stands for all items together.
    pub fn is_total(&self) -> bool {
        self.code == TOTAL
    }
}

/// Where an area lies.
pub struct Place {
    /// What sort of area it is.
    pub kind: AreaKind,
    /// Code and name of its country, where it is known.
    pub country: Option<(String, String)>,
    /// Code and name of its region, where it lies in one.
    pub region: Option<(String, String)>,
}

/// What is told of each row.
pub struct Measure {
    /// Its name in files, e.g. `achieved_share`.
    pub name: String,
    /// Its label, e.g. `Share achieved`.
    pub label: String,
    /// What its numbers are.
    pub unit: Unit,
    /// The earlier period, where it is a change.
    pub since: Option<String>,
}

/// What numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share, from 0 to 1.
    Share,
    /// A score, from 0 to 100.
    Score,
    /// A number of institutions.
    Institutions,
    /// A number of students.
    Students,
    /// A number of benchmarks, up to this many.
    Benchmarks(usize),
}

/// One row.
pub struct Row {
    /// Of each facet the position of its item.
    pub keys: Vec<usize>,
    /// How many institutions are behind it; nothing where that is hidden.
    pub institutions: Option<u32>,
    /// How the results behind it compare with the benchmark it is reported under.
    pub comparability: &'static str,
    /// Whether it was brought to add up.
    pub reconciled: bool,
    /// A figure for each measure.
    pub figures: Vec<Figure>,
}

/// A protected number.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The number, with its error, its bound, its status and its reason.
    pub estimate: Estimate,
    /// Of a change, whether it is larger than the noise.
    pub distinguishable: Option<bool>,
    /// Of a change, whether both periods are about the same institutions.
    pub same_institutions: Option<bool>,
}

impl From<Estimate> for Figure {
    fn from(estimate: Estimate) -> Self {
        Self { estimate, distinguishable: None, same_institutions: None }
    }
}

impl Unit {
    /// What it is called in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Score => "score",
            Self::Institutions => "institutions",
            Self::Students => "students",
            Self::Benchmarks(_) => "benchmarks",
        }
    }

    /// The largest number that there can be.
    pub fn most(self) -> f64 {
        match self {
            Self::Share => 1.0,
            Self::Score => 100.0,
            Self::Institutions | Self::Students => f64::INFINITY,
            Self::Benchmarks(of) => of as f64,
        }
    }
}

impl Measure {
    /// A measure that is no change.
    pub fn new(name: impl Into<String>, label: impl Into<String>, unit: Unit) -> Self {
        Self { name: name.into(), label: label.into(), unit, since: None }
    }

    /// Between which numbers the truth lies in 95 of 100 cases, to six digits; none where there is no error to tell it by.
    pub fn interval(&self, estimate: &Estimate) -> Option<(f64, f64)> {
        let (value, half) = (estimate.value?, Z * estimate.standard_error?);
        let most = self.unit.most();
        let least = if self.since.is_some() { -most } else { 0.0 };
        Some((six_digits((value - half).max(least)), six_digits((value + half).min(most))))
    }

    /// The same, and of the edge of a band everything on its side.
    pub fn range(&self, estimate: &Estimate) -> Option<(f64, f64)> {
        let value = estimate.value?;
        let most = self.unit.most();
        match estimate.bound {
            Some(Bound::AtMost) if self.since.is_none() => Some((0.0, value)),
            Some(Bound::AtLeast) if most.is_finite() => Some((value, most)),
            _ => self.interval(estimate),
        }
    }
}

fn six_digits(value: f64) -> f64 {
    // Written and read again: exact in decimal, as it will be shown.
    format!("{value:.5e}").parse().unwrap_or(value)
}

impl Table {
    /// The item of a row in a facet.
    pub fn item(&self, row: &Row, facet: usize) -> &Item {
        &self.facets[facet].items[row.keys[facet]]
    }

    /// The position of a row in a matrix of all facets, the last one moving fastest.
    pub fn position(&self, row: &Row) -> usize {
        row.keys.iter().zip(&self.facets).fold(0, |position, (key, facet)| position * facet.items.len() + key)
    }

    /// The name for a file of it, without an ending.
    pub fn file_name(&self) -> String {
        format!("{}-release-{}", self.about.dataset, self.about.release)
    }
}

#[cfg(test)]
mod tests {
    use disclosure::CellStatus;

    use super::*;

    fn estimate(value: f64, standard_error: Option<f64>, bound: Option<Bound>) -> Estimate {
        Estimate { value: Some(value), standard_error, bound, status: CellStatus::Ok, reason: None }
    }

    #[test]
    fn an_interval_stays_within_what_there_can_be() {
        let share = Measure::new("a", "A", Unit::Share);
        let check = |measure: &Measure, estimate: Estimate, interval, range| {
            assert_eq!(measure.interval(&estimate), interval);
            assert_eq!(measure.range(&estimate), range);
        };
        check(&share, estimate(0.5, Some(0.1), None), Some((0.304, 0.696)), Some((0.304, 0.696)));
        check(&share, estimate(0.9, Some(0.1), None), Some((0.704, 1.0)), Some((0.704, 1.0)));
        check(&share, estimate(0.05, None, Some(Bound::AtMost)), None, Some((0.0, 0.05)));
        check(&share, estimate(0.95, None, Some(Bound::AtLeast)), None, Some((0.95, 1.0)));
        let change = Measure { since: Some("202324T1".into()), ..share };
        check(&change, estimate(-0.05, Some(0.1), None), Some((-0.246, 0.146)), Some((-0.246, 0.146)));
        let count = Measure::new("a", "A", Unit::Institutions);
        check(&count, estimate(5.0, Some(3.0), None), Some((0.0, 10.88)), Some((0.0, 10.88)));
    }
}
