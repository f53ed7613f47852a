//! Bands of how many benchmarks institutions achieved.

use crate::{
    domain::{Catalogue, FrameworkIndex, Period},
    tabulation::PlanError,
};

use super::BenchmarksAchieved;

/// Into how many bands the number of benchmarks achieved is divided.
const BANDS: usize = 3;

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

impl Banding {
    /// The bands asked for; `newest` tells the newest period with a result of a framework.
    pub(super) fn of(
        asked: &BenchmarksAchieved,
        catalogue: &Catalogue,
        newest: impl Fn(FrameworkIndex) -> Option<Period>,
    ) -> Result<Self, PlanError> {
        let framework =
            catalogue.framework_index(&asked.framework).ok_or_else(|| PlanError::no_framework(&asked.framework))?;
        let period = match &asked.period {
            Some(text) => text.parse::<Period>().map_err(|error| PlanError::Invalid(error.to_string()))?,
            None => newest(framework).ok_or_else(|| PlanError::no_period(&asked.framework))?,
        };
        Ok(Self { framework, period, bands: bands(catalogue.frameworks()[framework].benchmarks.len()) })
    }

    /// Framework and period, as canonical questions and tabulations name them, e.g. `GATSBY-2014@202324T3`.
    pub(super) fn name(&self, catalogue: &Catalogue) -> String {
        format!("{}@{}", catalogue.frameworks()[self.framework].code, self.period)
    }
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
