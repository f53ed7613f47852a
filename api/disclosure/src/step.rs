//! Rounding to steps of 1, 2 or 5 times a power of ten, with clean decimals.

/// A step of 1, 2 or 5 times a power of ten, between 1e-12 and 5e9, kept as a whole multiplier over a whole divisor so that
/// multiples of it print clean: 7 steps of 0.05 are 7/20 = 0.35.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    multiplier: f64,
    divisor: f64,
}

/// The power of ten of the smallest step.
const LOWEST: i32 = -12;

/// Every step, smallest first.
const STEPS: [Step; 66] = {
    let mut steps = [Step { multiplier: 1.0, divisor: 1.0 }; 66];
    let mut at = 0;
    let mut power = LOWEST;
    while at < steps.len() {
        let (tens, tenths) = (ten_to(power), ten_to(-power - 1));
        if power >= 0 {
            steps[at].multiplier = tens;
            steps[at + 1].multiplier = 2.0 * tens;
            steps[at + 2].multiplier = 5.0 * tens;
        } else {
            steps[at].divisor = 10.0 * tenths;
            steps[at + 1].divisor = 5.0 * tenths;
            steps[at + 2].divisor = 2.0 * tenths;
        }
        at += 3;
        power += 1;
    }
    steps
};

/// Ten to a whole power, or 1 for a negative one. Exact up to 22.
const fn ten_to(power: i32) -> f64 {
    let mut value = 1.0;
    let mut left = power;
    while left > 0 {
        value *= 10.0;
        left -= 1;
    }
    value
}

impl Step {
    /// A millionth: what exact values are rounded to, so that they print clean.
    pub(crate) const MILLIONTH: Self = STEPS[18];

    /// The largest step not above `limit`; the smallest of all where there is none.
    pub(crate) fn not_above(limit: f64) -> Self {
        STEPS[position(limit)]
    }

    /// The power of ten that leaves three significant digits of `value`.
    pub(crate) fn three_digits_of(value: f64) -> Self {
        STEPS[(position(value) / 3).saturating_sub(2) * 3]
    }

    /// The step as a number.
    pub(crate) fn size(self) -> f64 {
        self.multiplier / self.divisor
    }

    /// The nearest multiple; halves away from zero.
    pub(crate) fn nearest(self, value: f64) -> f64 {
        self.times(self.count(value).round())
    }

    /// The smallest multiple not below `value`.
    pub(crate) fn up(self, value: f64) -> f64 {
        self.times((self.count(value) - SLACK).ceil())
    }

    /// The largest multiple not above `value`.
    pub(crate) fn down(self, value: f64) -> f64 {
        self.times((self.count(value) + SLACK).floor())
    }

    /// The largest multiple below `value`.
    pub(crate) fn below(self, value: f64) -> f64 {
        self.times((self.count(value) - SLACK).ceil() - 1.0)
    }

    fn count(self, value: f64) -> f64 {
        value * self.divisor / self.multiplier
    }

    fn times(self, count: f64) -> f64 {
        count * self.multiplier / self.divisor
    }
}

/// How far from a multiple, in steps, a value still is that multiple: division is not exact.
const SLACK: f64 = 1e-9;

/// The size of every step.
const SIZES: [f64; STEPS.len()] = {
    let mut sizes = [0.0; STEPS.len()];
    let mut at = 0;
    while at < sizes.len() {
        sizes[at] = STEPS[at].multiplier / STEPS[at].divisor;
        at += 1;
    }
    sizes
};

/// The position of the largest step not above `limit`, or 0.
fn position(limit: f64) -> usize {
    SIZES.partition_point(|size| *size <= limit).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_largest_not_above() {
        for (limit, step) in [
            (3.0 / 60.0, 0.05),
            (0.0499, 0.02),
            (0.3, 0.2),
            (1.0, 1.0),
            (30.0, 20.0),
            (0.001, 0.001),
            (7e-10, 5e-10),
            (0.0, 1e-12),
            (-1.0, 1e-12),
            (f64::MAX, 5e9),
        ] {
            assert!((Step::not_above(limit).size() - step).abs() <= step * 1e-12, "{limit} {step}");
        }
        assert_eq!(Step::MILLIONTH, Step::not_above(1e-6));
    }

    #[test]
    fn values_print_clean() {
        let shown = |limit, value| Step::not_above(limit).nearest(value).to_string();
        assert_eq!(shown(0.05, 0.349_999), "0.35");
        assert_eq!(shown(0.01, 0.289), "0.29");
        assert_eq!(shown(0.002, 0.3), "0.3");
        assert_eq!(shown(20.0, 51.0), "60");
        assert_eq!(Step::three_digits_of(0.051_963).nearest(0.051_963).to_string(), "0.052");
        assert_eq!(Step::three_digits_of(12.345).nearest(12.345).to_string(), "12.3");
    }

    #[test]
    fn edges_round_outwards_but_not_past_a_multiple() {
        let step = Step::not_above(0.05);
        let edges =
            [step.up(0.15), step.up(0.151), step.down(0.85), step.down(0.849), step.below(1.0), step.below(0.97)];
        assert_eq!(edges.map(|edge| edge.to_string()), ["0.15", "0.2", "0.85", "0.8", "0.95", "0.95"]);
    }
}
