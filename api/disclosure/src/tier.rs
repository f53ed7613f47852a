//! How much protection an answer gets, and the numbers that make it so.

use std::{fmt, str::FromStr};

/// How many different tabulations about one measure in one period all organisations and tiers together may have.
///
/// Partners may work together, and each of them has a budget of its own: what they see together is what counts. Three
/// times the budget of a regional partner leaves room for partners with interests of their own. A tabulation that some
/// organisation has already adds nothing, since the same cell has the same noise for everyone at its tier.
pub const POOL_TABULATIONS: u32 = 60;

/// Where fewer institutions than this achieve, or fail to, or fewer students, only a band is given.
pub(crate) const FEWEST_THAT_DIFFER: u32 = 3;

/// How much protection an answer gets, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Results that the asking organisation itself handed in.
    Own,
    /// Partners near by, by agreement.
    Regional,
    /// Partners abroad, by agreement.
    International,
}

/// The parameters of a tier. All of them are public; only the key of the noise is not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// The fewest institutions a cell may speak of.
    pub k_institutions: u32,
    /// The fewest students a student count may speak of.
    pub k_students: u32,
    /// The standard deviation of the noise, in institutions' worth: 1 is one institution's whole yes or no.
    pub sigma: f64,
    /// The same for cells of standard tables: one kind of area × benchmark × period, no other condition. There are few of
    /// them and they never change, so they may carry less: as little as the attack suite lets them. An institution that moves
    /// between hubs binds, and the AUC of whoever knows all other results (both at most .60); without these, collusion
    /// would at 2.3.
    ///
    /// | σ | advantage of least squares, 1 and 30 terms | AUC of a move | all others known | error in points at n = 30, 60, 190, 550 |
    /// | --- | --- | --- | --- | --- |
    /// | 1 | .038, .043 | .760 | .691 | 3.4, 1.7, 0.5, 0.2 |
    /// | 2 | .029, .038 | .638 | .599 | 6.8, 3.4, 1.1, 0.4 |
    /// | 2.3 | .027, .035 | .621 | .586 | 7.8, 3.9, 1.2, 0.4 |
    /// | 2.8 | .025, .031 | .600 (.602 through the API) | .571 | 9.4, 4.7, 1.5, 0.5 |
    /// | 2.9 | .024, .030 | .596 | .568 | 9.8, 4.9, 1.6, 0.5 |
    /// | 3 | .024, .028 | .593 | .566 | 10.4, 5.2, 1.6, 0.6 |
    pub sigma_standard: f64,
    /// The most dimensions a question may name, besides area, period and benchmark.
    pub max_dimensions: usize,
    /// The multiple that counts are rounded to, at least 1; 1 is no rounding.
    pub count_rounding: u32,
    /// How many new tabulations one organisation may ask for per measure and period; no limit when absent.
    pub new_tabulations: Option<u32>,
}

impl Tier {
    /// Every tier, weakest protection first.
    pub const ALL: [Self; 3] = [Self::Own, Self::Regional, Self::International];

    /// The parameters of this tier.
    pub fn rules(self) -> Rules {
        match self {
            Self::Own => Rules {
                k_institutions: 3,
                k_students: 5,
                sigma: 0.0,
                sigma_standard: 0.0,
                max_dimensions: 3,
                count_rounding: 1,
                new_tabulations: None,
            },
            Self::Regional => Rules {
                k_institutions: 10,
                k_students: 10,
                sigma: 3.0,
                sigma_standard: 2.9,
                max_dimensions: 2,
                count_rounding: 5,
                new_tabulations: Some(20),
            },
            Self::International => Rules {
                k_institutions: 20,
                k_students: 20,
                sigma: 4.0,
                sigma_standard: 3.925_557_285_278_104, // √(2.9² + 4² − 3²): the extra over REGIONAL is the same
                max_dimensions: 1,
                count_rounding: 10,
                new_tabulations: Some(12),
            },
        }
    }

    /// The tier as stored and as written on the command line, e.g. `regional`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Regional => "regional",
            Self::International => "international",
        }
    }
}

impl Rules {
    /// The standard deviation of the noise of an ordinary cell, or of one of a standard table.
    pub fn sigma_of(self, standard: bool) -> f64 {
        if standard { self.sigma_standard } else { self.sigma }
    }

    /// What one new tabulation costs, in the unit ρ of zero-concentrated differential privacy: 1/(2 · 0.6 σ²), the cost of
    /// one institution's yes or no under Gaussian noise, of which only the 60 % of the variance count that are drawn for
    /// the period and the cell (see [`protect`](crate::protect())), because the rest is the same in every period. A measure
    /// to compare and add up by, not a guarantee. 0 where answers are exact: those are about the asker's own results, and
    /// are not charged.
    pub fn cost(self) -> f64 {
        if self.sigma > 0.0 { 1.0 / (1.2 * self.sigma * self.sigma) } else { 0.0 }
    }

    /// The fewest institutions whose estimates are given: `k_institutions`, and never fewer than 7.
    ///
    /// Where fewer than 3 institutions achieve, or fail to, a share is a band at least 3/n wide at either end. With 6
    /// institutions or fewer the two bands meet and nothing is left to say, whatever the results are.
    pub fn fewest_institutions(self) -> u32 {
        self.k_institutions.max(2 * FEWEST_THAT_DIFFER + 1)
    }
}

/// The text is not a tier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a tier, one of `own`, `regional`, `international`, found `{found}`")]
pub struct InvalidTier {
    /// What was given.
    pub found: String,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = InvalidTier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text).ok_or_else(|| InvalidTier { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_read_and_written_the_same() {
        for tier in Tier::ALL {
            assert_eq!(tier.to_string().parse(), Ok(tier));
        }
        assert_eq!("Own".parse::<Tier>().unwrap_err().found, "Own");
    }

    #[test]
    fn standard_tables_carry_less_noise_and_nest_like_the_others() {
        let [_, regional, international] = Tier::ALL.map(Tier::rules);
        let extra = |rules: fn(Rules) -> f64| rules(international).powi(2) - rules(regional).powi(2);
        assert!((extra(|rules| rules.sigma) - extra(|rules| rules.sigma_standard)).abs() < 1e-9);
        assert!(Tier::ALL.iter().all(|tier| tier.rules().sigma_standard <= tier.rules().sigma));
    }

    #[test]
    fn a_tabulation_costs_less_the_more_noise_it_has() {
        let costs = Tier::ALL.map(|tier| tier.rules().cost());
        assert!(costs[0].abs() < f64::EPSILON, "exact answers are not charged");
        assert!((costs[1] - 1.0 / 10.8).abs() < 1e-12 && (costs[2] - 1.0 / 19.2).abs() < 1e-12, "{costs:?}");
    }

    #[test]
    fn every_tier_protects_at_least_as_much_as_the_one_before() {
        for pair in Tier::ALL.windows(2) {
            let (weak, strong) = (pair[0].rules(), pair[1].rules());
            assert!(pair[0] < pair[1] && weak.sigma < strong.sigma);
            assert!(weak.k_institutions < strong.k_institutions && weak.k_students < strong.k_students);
            assert!(weak.max_dimensions > strong.max_dimensions && weak.count_rounding < strong.count_rounding);
        }
    }
}
