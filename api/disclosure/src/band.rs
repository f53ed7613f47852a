//! From a noised total to what may be said about it: a band near either end, a rounded value between.
//!
//! Totals are in institutions' worth (the number that achieve, or the sum of scores over the top score) or in students.
//! Bands are decided on the noised total, so they reveal nothing that the noise does not.

use crate::{Bound, Estimate, Rules, step::Step, tier::FEWEST_THAT_DIFFER};

/// The share below which a band does not narrow, as one part in so many: 1/20 is 5 %.
const NARROWEST_BAND: u32 = 20;

/// The coarsest step of a share of students: coarser ones would leave nothing between 0 and 1.
const COARSEST_SHARE: f64 = 0.2;

/// A mean or a share over a group of institutions or of students, from 0 to `top`.
///
/// The group is at least [`Rules::fewest_institutions`] institutions, or [`Rules::k_students`] students, so that neither
/// band is the whole scale.
pub(crate) struct Scale {
    whole: f64,
    top: f64,
    step: Step,
    standard_error: f64,
}

impl Scale {
    /// A scale for totals that carry noise of standard deviation `sigma`, in institutions' worth.
    pub(crate) fn new(institutions: u32, top: f64, sigma: f64) -> Self {
        let whole = f64::from(institutions);
        let noise = sigma * top / whole;
        let (step, standard_error) = if sigma > 0.0 {
            let step = Step::not_above(noise);
            (step, with_rounding(noise, step.size()))
        } else {
            (Step::MILLIONTH, 0.0)
        };
        Self { whole, top, step, standard_error }
    }

    /// A share of a cohort of students, whose number carries noise of a standard deviation of its own, in students.
    pub(crate) fn of_students(cohort: f64, deviation: f64) -> Self {
        let (step, standard_error) = if deviation > 0.0 {
            let noise = deviation / cohort;
            let step = Step::not_above(noise.min(COARSEST_SHARE));
            (step, with_rounding(noise, step.size()))
        } else {
            (Step::MILLIONTH, 0.0)
        };
        Self { whole: cohort, top: 1.0, step, standard_error }
    }

    /// The standard error of a value on it, noise and rounding together.
    pub(crate) fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// What a value on it is rounded to a multiple of.
    pub(crate) fn step(&self) -> f64 {
        self.step.size()
    }

    /// The variance that rounding adds, in institutions' worth.
    pub(crate) fn rounding_variance(&self) -> f64 {
        let step = self.step.size() * self.whole / self.top;
        step * step / 12.0
    }

    /// Whether a value with this standard error is reliable.
    pub(crate) fn is_reliable(&self, value: f64, error: f64) -> bool {
        error <= 0.2 * value && error <= 0.05 * self.top
    }

    /// What may be said of a share or a mean. The value is never 0 and never `top`.
    pub(crate) fn estimate(&self, total: f64) -> Estimate {
        if let Some(bound) = band(total, self.whole) {
            let edge = if self.whole < f64::from(FEWEST_THAT_DIFFER * NARROWEST_BAND) {
                f64::from(FEWEST_THAT_DIFFER) * self.top / self.whole
            } else {
                self.top / f64::from(NARROWEST_BAND)
            };
            let edge = match bound {
                Bound::AtMost => self.step.up(edge),
                Bound::AtLeast => self.step.down(self.top - edge),
            };
            // The truth may lie on the other side by as much as the noise: sure only where that is little.
            return Estimate::banded(edge, bound, self.standard_error <= 0.05 * self.top);
        }
        let rounded = self.step.nearest(total * self.top / self.whole);
        let value = rounded.min(self.step.below(self.top)).max(self.step.size());
        let error = self.standard_error;
        Estimate::given(value, error, self.is_reliable(value, error))
    }

    /// What may be said of one bin of a distribution: as [`estimate`](Self::estimate), but fewer than 3 are given as 0.
    pub(crate) fn bin(&self, total: f64) -> Estimate {
        match band(total, self.whole) {
            Some(Bound::AtMost) => Estimate::rounds_to_zero(),
            _ => self.estimate(total),
        }
    }
}

/// What may be said of a number of institutions out of `institutions`. The value is never as large as the group.
pub(crate) fn count(total: f64, institutions: u32, sigma: f64, rules: Rules) -> Estimate {
    let multiple = f64::from(rules.count_rounding.max(1));
    part(total, f64::from(institutions), count_error(sigma, rules), multiple)
}

/// The standard error of a count, noise and rounding together.
pub(crate) fn count_error(sigma: f64, rules: Rules) -> f64 {
    if sigma > 0.0 { with_rounding(sigma, f64::from(rules.count_rounding.max(1))) } else { 0.0 }
}

/// What may be said of a number of students out of a cohort, with noise of a standard deviation in students.
pub(crate) fn count_of_students(total: f64, cohort: f64, deviation: f64, rules: Rules) -> Estimate {
    let multiple = f64::from(rules.count_rounding.max(1));
    part(total, cohort, students_error(deviation, multiple), multiple)
}

/// The size of a cohort as it is shown. Without noise of its own (`deviation` 0) it is public, and only rounded.
pub(crate) fn cohort(students: f64, deviation: f64, rules: Rules) -> Estimate {
    let multiple = f64::from(rules.count_rounding.max(1));
    let value = to_multiple(students, multiple).max(multiple);
    let error = match (deviation > 0.0, rules.count_rounding > 1) {
        (true, _) => students_error(deviation, multiple),
        (false, true) => with_rounding(0.0, multiple),
        (false, false) => 0.0,
    };
    Estimate::given(value, error, error <= 0.2 * value)
}

/// A part of a whole, rounded to a multiple.
fn part(total: f64, whole: f64, error: f64, multiple: f64) -> Estimate {
    let few = f64::from(FEWEST_THAT_DIFFER);
    let shown = to_multiple(whole, multiple);
    let at_least = ((whole - few).max(0.0) / multiple).floor() * multiple;
    let sure = error <= 0.05 * whole;
    let at_least = Estimate::banded(at_least.min((shown - multiple).max(0.0)), Bound::AtLeast, sure);
    match band(total, whole) {
        Some(Bound::AtMost) => {
            return Estimate::banded((few / multiple).ceil() * multiple, Bound::AtMost, sure);
        }
        Some(Bound::AtLeast) => return at_least,
        None => {}
    }
    let value = (total / multiple).round() * multiple;
    if value <= 0.0 {
        return Estimate::rounds_to_zero();
    }
    if value >= shown {
        return at_least;
    }
    Estimate::given(value, error, error <= 0.2 * value)
}

/// The nearest multiple, as [`rounded`] has it.
fn to_multiple(number: f64, multiple: f64) -> f64 {
    ((number + (multiple / 2.0).floor()) / multiple).floor() * multiple
}

/// The size of a group as it is shown: participation is no secret, but it is rounded like any count.
pub(crate) fn rounded(institutions: u32, rules: Rules) -> u32 {
    let multiple = u64::from(rules.count_rounding.max(1));
    let nearest = (u64::from(institutions) + multiple / 2) / multiple * multiple;
    u32::try_from(nearest).unwrap_or(u32::MAX)
}

fn band(total: f64, whole: f64) -> Option<Bound> {
    let few = f64::from(FEWEST_THAT_DIFFER);
    if total < few {
        Some(Bound::AtMost)
    } else if total > whole - few {
        Some(Bound::AtLeast)
    } else {
        None
    }
}

/// The standard error of a noised and then rounded value: rounding adds the variance of one step, step²/12.
pub(crate) fn with_rounding(noise: f64, step: f64) -> f64 {
    let error = libm::sqrt(noise * noise + step * step / 12.0);
    Step::three_digits_of(error).nearest(error)
}

fn students_error(deviation: f64, multiple: f64) -> f64 {
    if deviation > 0.0 { with_rounding(deviation, multiple) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Tier};

    fn check(estimate: Estimate, expected: &str) {
        let side = match estimate.bound {
            Some(Bound::AtMost) => "≤",
            Some(Bound::AtLeast) => "≥",
            None => "",
        };
        let error = estimate.standard_error.map(|error| format!(" ±{error}")).unwrap_or_default();
        let symbol = estimate.status.symbol().map(|symbol| format!(" {symbol}")).unwrap_or_default();
        let value = estimate.value.map_or("hidden".to_owned(), |value| value.to_string());
        assert_eq!(format!("{side}{value}{error}{symbol}"), expected);
    }

    #[test]
    fn shares_near_an_end_are_bands_and_others_are_rounded() {
        let share = |tier: Tier, n, total| Scale::new(n, 1.0, tier.rules_under(Method::First).sigma).estimate(total);
        check(share(Tier::Own, 60, 0.0), "≤0.05");
        check(share(Tier::Own, 60, 2.0), "≤0.05");
        check(share(Tier::Own, 60, 3.0), "0.05 ±0");
        check(share(Tier::Own, 60, 20.0), "0.333333 ±0");
        check(share(Tier::Own, 60, 58.0), "≥0.95");
        check(share(Tier::Own, 7, 0.0), "≤0.428572");
        check(share(Tier::Own, 7, 7.0), "≥0.571428");
        check(share(Tier::Regional, 10, -4.0), "≤0.4 u");
        check(share(Tier::Regional, 10, 5.1), "0.6 ±0.306 u");
        check(share(Tier::Regional, 60, 2.9), "≤0.05 u");
        check(share(Tier::Regional, 60, 30.2), "0.5 ±0.052 u");
        check(share(Tier::Regional, 400, 120.0), "0.3 ±0.00764");
        check(share(Tier::Regional, 400, 12.0), "0.03 ±0.00764 u");
        check(share(Tier::Regional, 400, 399.0), "≥0.95");
        check(share(Tier::International, 20, 17.0), "0.8 ±0.208 u");
        check(share(Tier::International, 20, 17.1), "≥0.8 u");
        check(share(Tier::International, u32::MAX, 3.0), "0.0000000005 ±0.000000000942 u");
    }

    #[test]
    fn means_behave_like_shares_on_a_larger_scale() {
        let mean = |tier: Tier, n, total| Scale::new(n, 100.0, tier.rules_under(Method::First).sigma).estimate(total);
        check(mean(Tier::Own, 60, 2.9), "≤5");
        check(mean(Tier::Own, 60, 40.5), "67.5 ±0");
        check(mean(Tier::Regional, 10, 9.0), "≥60 u");
        check(mean(Tier::Regional, 300, 201.4), "67 ±1.04");
        check(mean(Tier::Regional, 300, 1.0), "≤5");
        let benchmarks = |n, total| Scale::new(n, 8.0, Tier::Regional.rules_under(Method::First).sigma).estimate(total);
        check(benchmarks(300, 150.0), "4 ±0.0813");
        check(benchmarks(10, 1.0), "≤4 u");
        check(benchmarks(10, 9.0), "≥4 u");
    }

    #[test]
    fn counts_are_rounded_and_never_the_whole_group() {
        let of = |tier: Tier, n, total| count(total, n, tier.rules_under(Method::First).sigma, tier.rules());
        check(of(Tier::Own, 60, 2.0), "≤3");
        check(of(Tier::Own, 60, 30.0), "30 ±0");
        check(of(Tier::Own, 60, 60.0), "≥57");
        check(of(Tier::Regional, 60, 1.0), "≤5 u");
        check(of(Tier::Regional, 60, 31.0), "30 ±3.33");
        check(of(Tier::Regional, 12, 8.0), "≥5 u");
        check(of(Tier::International, 23, 22.0), "≥10 u");
        check(of(Tier::International, 20, 4.0), "0 low");
        check(of(Tier::International, 20, 16.0), "≥10 u");
        check(of(Tier::International, 40, 9.0), "10 ±4.93 u");
    }

    #[test]
    fn a_bin_of_fewer_than_three_rounds_to_zero() {
        let bin = |total| Scale::new(60, 1.0, Tier::Regional.rules_under(Method::First).sigma).bin(total);
        check(bin(-3.0), "0 low");
        check(bin(2.9), "0 low");
        check(bin(3.0), "0.05 ±0.052 u");
        check(bin(60.0), "≥0.95 u");
    }

    #[test]
    fn shares_of_students_tell_their_error_with_rounding() {
        let share = |cohort, deviation, total| Scale::of_students(cohort, deviation).estimate(total);
        check(share(20_000.0, 463.0, 17_123.0), "0.86 ±0.0239");
        check(share(20_000.0, 463.0, -200.0), "≤0.06");
        check(share(20_000.0, 463.0, 19_999.0), "≥0.94");
        check(share(30.0, 300.0, 14.0), "0.4 ±10 u");
        check(share(30.0, 300.0, 27.0), "0.8 ±10 u");
        check(share(5.0, 0.0, 2.0), "≤0.6");
        check(share(5.0, 0.0, 3.0), "≥0.4");
        check(share(900.0, 0.0, 450.0), "0.5 ±0");
        let of = |tier: Tier, cohort, deviation, total| count_of_students(total, cohort, deviation, tier.rules());
        check(of(Tier::Own, 900.0, 0.0, 1.0), "≤3");
        check(of(Tier::Own, 900.0, 0.0, 123.0), "123 ±0");
        check(of(Tier::Own, 900.0, 0.0, 900.0), "≥897");
        check(of(Tier::Regional, 20_000.0, 463.0, 17_123.0), "17125 ±463");
        check(of(Tier::International, 20.0, 4.0, 18.0), "≥10 u");
        check(cohort(20_001.0, 0.0, Tier::Regional.rules()), "20000 ±1.44");
        check(cohort(7.0, 0.0, Tier::Own.rules()), "7 ±0");
        check(cohort(812.3, 120.0, Tier::Regional.rules()), "810 ±120");
    }

    #[test]
    fn group_sizes_are_rounded_without_overflow() {
        assert_eq!(rounded(12, Tier::Regional.rules()), 10);
        assert_eq!(rounded(13, Tier::Regional.rules()), 15);
        assert_eq!(rounded(u32::MAX, Tier::International.rules()), u32::MAX);
        assert_eq!(rounded(17, Tier::Own.rules()), 17);
    }
}
