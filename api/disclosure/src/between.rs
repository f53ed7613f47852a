//! What two shares of one whole leave.

use crate::{Bound, Estimate, band::with_rounding, tier::FEWEST_THAT_DIFFER};

/// The narrowest band at either end, as a share.
const NARROWEST: f64 = 0.05;

/// The share that lies between two others which do not overlap, such as those who partly achieved a benchmark between those who
/// did and those who scored nothing. `institutions` is how many there are, as shown.
///
/// # Guarantee
///
/// It is worked out from published figures alone, so it tells nothing that they do not. Where both are numbers the three add up to
/// 1, unless it is the edge of a band. It is never 0 and never 1.
///
/// # Method
///
/// What the two leave of 1. Its standard error is the root of the sum of their squares. Where either is a band, or what is left is
/// below max(5 %, 3/n), it is a band too: `AT_LEAST` what is left where they are as large as they may be, where that is above
/// the lowest band; else `AT_MOST` what is left where they are as small as they may be.
pub fn share_between(one: &Estimate, other: &Estimate, institutions: u32) -> Estimate {
    let (Some(first), Some(second)) = (one.value, other.value) else {
        return Estimate {
            value: None,
            standard_error: None,
            bound: None,
            ..*if one.value.is_none() { one } else { other }
        };
    };
    let edge = (f64::from(FEWEST_THAT_DIFFER) / f64::from(institutions.max(1))).clamp(NARROWEST, 0.5);
    let left = |first: f64, second: f64| clean((1.0 - first - second).clamp(0.0, 1.0));
    let [most, least] = [Bound::AtMost, Bound::AtLeast].map(|open| {
        let end = |estimate: &Estimate, value: f64| match estimate.bound {
            Some(bound) if bound == open => {
                if open == Bound::AtMost {
                    0.0
                } else {
                    1.0
                }
            }
            _ => value,
        };
        left(end(one, first), end(other, second))
    });
    let reliable = [one, other].iter().all(|estimate| estimate.status == crate::CellStatus::Ok);
    if let (Some(first), Some(second)) = (one.standard_error, other.standard_error) {
        let (value, error) = (most, with_rounding(libm::hypot(first, second), 0.0));
        if value >= edge && value <= 1.0 - edge {
            return Estimate::given(value, error, error <= 0.2 * value && error <= 0.05);
        }
        let (bound, edge) = if value < edge { (Bound::AtMost, edge) } else { (Bound::AtLeast, 1.0 - edge) };
        return Estimate::banded(clean(edge), bound, error <= 0.05);
    }
    if least > edge {
        Estimate::banded(least.min(clean(1.0 - edge)), Bound::AtLeast, reliable)
    } else {
        Estimate::banded(most.max(clean(edge)), Bound::AtMost, reliable)
    }
}

/// Without the last digits, which the subtraction of decimals leaves.
fn clean(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HiddenReason;

    fn number(value: f64, error: f64) -> Estimate {
        Estimate::given(value, error, true)
    }

    fn told(one: Estimate, other: Estimate) -> (Option<f64>, Option<Bound>) {
        let between = share_between(&one, &other, 60);
        (between.value, between.bound)
    }

    #[test]
    fn numbers_add_up_to_one() {
        for (one, other, left) in [(0.5, 0.2, 0.3), (0.35, 0.1, 0.55), (0.72, 0.14, 0.14)] {
            let between = share_between(&number(one, 0.03), &number(other, 0.04), 60);
            assert_eq!((between.value, between.standard_error), (Some(left), Some(0.05)));
        }
    }

    #[test]
    fn it_is_never_none_or_all() {
        assert_eq!(told(number(0.7, 0.03), number(0.3, 0.03)), (Some(0.05), Some(Bound::AtMost)));
        assert_eq!(told(number(0.8, 0.03), number(0.4, 0.03)), (Some(0.05), Some(Bound::AtMost)));
        assert_eq!(told(number(0.02, 0.01), number(0.02, 0.01)), (Some(0.95), Some(Bound::AtLeast)));
    }

    #[test]
    fn beside_a_band_it_is_one() {
        let (low, high) = (Estimate::banded(0.05, Bound::AtMost, true), Estimate::banded(0.95, Bound::AtLeast, true));
        assert_eq!(told(number(0.6, 0.03), low), (Some(0.35), Some(Bound::AtLeast)));
        assert_eq!(told(low, low), (Some(0.9), Some(Bound::AtLeast)));
        assert_eq!(told(high, low), (Some(0.05), Some(Bound::AtMost)));
        assert_eq!(told(low, high), (Some(0.05), Some(Bound::AtMost)));
        assert_eq!(told(number(0.93, 0.03), low), (Some(0.07), Some(Bound::AtMost)));
    }

    #[test]
    fn what_is_hidden_hides_it_for_the_same_reason() {
        let hidden = |reason| Estimate::hidden(reason);
        let of = |one, other| share_between(&one, &other, 60).reason;
        assert_eq!(of(hidden(HiddenReason::SmallGroup), hidden(HiddenReason::Budget)), Some(HiddenReason::SmallGroup));
        assert_eq!(of(number(0.5, 0.03), hidden(HiddenReason::Budget)), Some(HiddenReason::Budget));
    }
}
