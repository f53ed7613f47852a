//! How much protection an answer gets, and the numbers that make it so.

use std::{fmt, str::FromStr};

use crate::Method;

/// How many different tabulations about one measure, for all of its periods, all organisations and tiers together may have.
///
/// Partners may work together, and results last for years: what they see together and over time is what counts. So a
/// tabulation is opened once, for every period and everybody: what one organisation opened is free for the others, since the
/// same cell has the same noise for everyone at its tier. No organisation can open so many that nothing is left for a fourth.
pub const POOL_TABULATIONS: u32 = 10;

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
    /// them and they never change, so they may carry less: as little as the attack suite lets them. What binds is telling where
    /// an institution is absent from one term, moves, or is corrected, while all others stay as they are (AUC at most .60).
    pub sigma_standard: f64,
    /// The same for figures over all benchmarks together, and for sums of students: of one result they tell little.
    pub sigma_overall: f64,
    /// How many times [`sigma_overall`](Self::sigma_overall) the noise of a bin of a distribution has: one institution's yes or no moves two
    /// bins, so that a distribution tells half of what a cell about one benchmark does.
    pub bins: f64,
    /// The most dimensions a question may name, besides area, period and benchmark.
    pub max_dimensions: usize,
    /// The multiple that counts are rounded to, at least 1; 1 is no rounding.
    pub count_rounding: u32,
    /// How many tabulations one organisation may open per measure, for all periods together; no limit when absent.
    pub new_tabulations: Option<u32>,
}

impl Tier {
    /// Every tier, weakest protection first.
    pub const ALL: [Self; 3] = [Self::Own, Self::Regional, Self::International];

    /// The parameters of this tier.
    pub fn rules(self) -> Rules {
        self.rules_under(Method::CURRENT)
    }

    /// The parameters of this tier, with the noise of a method.
    pub fn rules_under(self, method: Method) -> Rules {
        // Of σ, ordinary and standard, the extra over the tier before is the same: 3.92… is √(2.9² + 4² − 3²).
        let (bins, [regional, international]) = match method {
            Method::First => (1.0, [[3.0, 2.9, 3.0], [4.0, 3.925_557_285_278_104, 4.0]]),
            Method::Second | Method::Third => (2.0, [[4.2, 3.6, 4.2], [5.2, 4.728_636_167_014_756, 5.2]]),
            Method::Fourth => (2.0, [[6.0, 4.7, 4.2], [6.7, 5.565_968_020_030_299, 5.2]]),
        };
        let [sigma, sigma_standard, sigma_overall] = match self {
            Self::Own => [0.0; 3],
            Self::Regional => regional,
            Self::International => international,
        };
        match self {
            Self::Own => Rules {
                k_institutions: 7,
                k_students: 5,
                sigma,
                sigma_standard,
                sigma_overall,
                bins,
                max_dimensions: 3,
                count_rounding: 1,
                new_tabulations: None,
            },
            Self::Regional => Rules {
                k_institutions: 10,
                k_students: 10,
                sigma,
                sigma_standard,
                sigma_overall,
                bins,
                max_dimensions: 2,
                count_rounding: 5,
                new_tabulations: Some(3),
            },
            Self::International => Rules {
                k_institutions: 20,
                k_students: 20,
                sigma,
                sigma_standard,
                sigma_overall,
                bins,
                max_dimensions: 1,
                count_rounding: 10,
                new_tabulations: Some(3),
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

    /// What one new tabulation costs, in the unit ρ of zero-concentrated differential privacy: 1/(2 · 0.75 σ²), the cost of
    /// one institution's yes or no under Gaussian noise, of which only the 75 % of the variance count that are the same in every
    /// period (see [`protect`](crate::protect())), because the tabulation is open for all periods. A measure to compare and add
    /// up by, not a guarantee. 0 where answers are exact: those are about the asker's own results, and are not charged.
    pub fn cost(self) -> f64 {
        if self.sigma > 0.0 { 1.0 / (1.5 * self.sigma * self.sigma) } else { 0.0 }
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
        for method in Method::ALL {
            let rules = Tier::ALL.map(|tier| tier.rules_under(method));
            let [_, regional, international] = rules;
            let extra = |rules: fn(Rules) -> f64| rules(international).powi(2) - rules(regional).powi(2);
            assert!((extra(|rules| rules.sigma) - extra(|rules| rules.sigma_standard)).abs() < 1e-9);
            assert!(rules.iter().all(|rules| rules.sigma_standard <= rules.sigma));
        }
    }

    #[test]
    fn a_tabulation_costs_less_the_more_noise_it_has() {
        let costs = Tier::ALL.map(|tier| tier.rules().cost());
        assert!(costs[0].abs() < f64::EPSILON, "exact answers are not charged");
        assert!((costs[1] - 1.0 / 54.0).abs() < 1e-12 && (costs[2] - 1.0 / 67.335).abs() < 1e-12, "{costs:?}");
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
