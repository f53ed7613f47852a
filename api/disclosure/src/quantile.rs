//! Quartiles of the number of benchmarks achieved, read off the distribution as published.

use crate::{Estimate, HiddenReason, Rules};

/// A distribution of fewer institutions than this many thresholds gives no quartiles.
const THRESHOLDS: u32 = 4;

/// The standard error of a whole number read off a distribution that is known without error: 1/√12.
const OF_A_WHOLE_NUMBER: f64 = 0.289;

/// The numbers of benchmarks that a quarter, half and three quarters of the institutions do not exceed.
///
/// # Guarantee
///
/// Post-processing: looks at nothing but published bins and the public size of the group, so it tells nothing further.
///
/// # Method
///
/// Published bins are never negative, so their running total is monotone; it is brought to end at 1. A quartile is the
/// first number at which it reaches its part. The standard error is half the distance between where the running total
/// plus and minus its own standard error, that of so many bins, would reach it, and never below that of a whole number.
pub(crate) fn quartiles(distribution: &[Estimate], institutions: u32, rules: Rules) -> [Estimate; 3] {
    let total: f64 = distribution.iter().filter_map(|bin| bin.value).sum();
    if institutions < THRESHOLDS.saturating_mul(rules.fewest_institutions()) || total <= 0.0 {
        return [Estimate::hidden(HiddenReason::SmallGroup); 3];
    }
    let running: Vec<f64> = distribution
        .iter()
        .scan(0.0, |below, bin| {
            *below += bin.value.unwrap_or_default() / total;
            Some(*below)
        })
        .collect();
    let error = |bins: usize| rules.sigma_overall * rules.bins * libm::sqrt(bins as f64) / f64::from(institutions);
    let reaches = |part: f64, errors: f64| {
        let found = running.iter().enumerate().position(|(at, below)| below + errors * error(at + 1) >= part - 1e-9);
        found.unwrap_or(running.len() - 1) as f64
    };
    [0.25, 0.5, 0.75].map(|part| {
        let half = (reaches(part, -1.0) - reaches(part, 1.0)) / 2.0;
        let error = if rules.sigma_overall > 0.0 { half.max(OF_A_WHOLE_NUMBER) } else { 0.0 };
        Estimate::given(reaches(part, 0.0), error, error <= 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Tier};

    fn check(tier: Tier, institutions: u32, shares: &[f64], expected: &str) {
        let bins: Vec<Estimate> = shares.iter().map(|&share| Estimate::given(share, 0.01, true)).collect();
        let shown =
            quartiles(&bins, institutions, tier.rules_under(Method::First)).map(|quartile| match quartile.value {
                Some(value) => format!("{value}±{}", quartile.standard_error.unwrap_or_default()),
                None => "hidden".to_owned(),
            });
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn quartiles_are_read_off_the_running_total() {
        check(Tier::Own, 100, &[0.25, 0.25, 0.25, 0.25], "0±0 1±0 2±0");
        check(Tier::Own, 100, &[0.0, 0.0, 1.0], "2±0 2±0 2±0");
        // bins that do not add up to 1 are brought to it
        check(Tier::Own, 100, &[0.1, 0.1, 0.2], "0±0 1±0 2±0");
        check(Tier::Regional, 4_000, &[0.2, 0.2, 0.2, 0.2, 0.2], "1±0.289 2±0.289 3±0.289");
        check(Tier::Regional, 60, &[0.2, 0.2, 0.2, 0.2, 0.2], "1±0.5 2±0.289 3±0.5");
    }

    #[test]
    fn few_institutions_have_no_quartiles() {
        check(Tier::Regional, 39, &[0.5, 0.5], "hidden hidden hidden");
        check(Tier::International, 79, &[0.5, 0.5], "hidden hidden hidden");
        check(Tier::Regional, 400, &[0.0, 0.0], "hidden hidden hidden");
    }
}
