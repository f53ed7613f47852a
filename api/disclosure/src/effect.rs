//! What protection does to a share of so many institutions, told from the parameters alone: to explain it, not to protect anything.

use crate::{
    Counted, Label, Named, NoiseKey, RawCell, RawTable, Tier,
    band::{self, Scale},
    protect::{protect, too_small},
};

/// What protection does to the share of some institutions that achieved something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// How many institutions are told; none where the share is hidden, and nothing else is told.
    pub shown: Option<u32>,
    /// The standard deviation of the noise, as a share.
    pub noise: f64,
    /// What the share is rounded to a multiple of.
    pub step: f64,
    /// Noise and rounding together.
    pub standard_error: f64,
    /// The edge of the lowest band: what is near to 0 is told as at most this.
    pub at_most: f64,
    /// The edge of the highest band.
    pub at_least: f64,
    /// The standard error of the change between two periods of the same institutions.
    pub change_error: f64,
    /// Whether a share of a half is reliable.
    pub reliable: bool,
}

/// What protection does to a share of some institutions, in a standard table or in another one.
///
/// # Guarantee
///
/// Knows nothing but the parameters of the tier, which are public.
///
/// # Method
///
/// The same functions as [`protect`](crate::protect()) calls. The change is that of two made-up cells, whose error hangs on
/// their size alone.
pub fn effect(tier: Tier, standard: bool, institutions: u32) -> Effect {
    let rules = tier.rules();
    if too_small(institutions, rules).is_some() {
        return Effect { shown: None, ..NOTHING };
    }
    let sigma = rules.sigma_of(standard);
    let scale = Scale::new(institutions, 1.0, sigma);
    let whole = f64::from(institutions);
    let edge = |total: f64| scale.estimate(total).value.unwrap_or_default();
    let cell = |period: &str| {
        let counted = Counted {
            label: Label::new("made up", period),
            measure: "made up".into(),
            institutions,
            sum: u64::from(institutions) * 50,
            achieved: institutions / 2,
            named: Named::all_of(1),
            standard,
        };
        protect(RawTable::new(tier, vec![RawCell::Counted(counted)], Vec::new()), &NoiseKey::new([0; 32]))
    };
    let (now, then) = (cell("now"), cell("then"));
    let change = now.cells().first().zip(then.cells().first()).map(|(now, then)| now.change_since(then));
    Effect {
        shown: Some(band::rounded(institutions, rules)),
        noise: sigma / whole,
        step: scale.step(),
        standard_error: scale.standard_error(),
        at_most: edge(0.0),
        at_least: edge(whole),
        change_error: change.and_then(|change| change.achieved_share.standard_error).unwrap_or_default(),
        reliable: scale.is_reliable(0.5, scale.standard_error()),
    }
}

const NOTHING: Effect = Effect {
    shown: None,
    noise: 0.0,
    step: 0.0,
    standard_error: 0.0,
    at_most: 0.0,
    at_least: 0.0,
    change_error: 0.0,
    reliable: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_institutions_make_a_share_more_exact_and_a_change_more_than_two_shares() {
        for tier in [Tier::Regional, Tier::International] {
            for standard in [true, false] {
                let sizes = [30, 60, 190, 550].map(|institutions| effect(tier, standard, institutions));
                for pair in sizes.windows(2) {
                    assert!(
                        pair[0].noise > pair[1].noise && pair[0].standard_error > pair[1].standard_error,
                        "{pair:?}"
                    );
                    assert!(pair[0].step >= pair[1].step, "{pair:?}");
                }
                for effect in sizes {
                    assert!(
                        effect.step <= effect.standard_error && effect.standard_error >= effect.noise,
                        "{effect:?}"
                    );
                    assert!(effect.at_most > 0.0 && effect.at_least < 1.0, "{effect:?}");
                    assert!(
                        effect.change_error > 0.0 && effect.change_error < 1.5 * effect.standard_error,
                        "{effect:?}"
                    );
                }
            }
            let small = effect(tier, true, tier.rules().k_institutions - 1);
            assert_eq!(small, NOTHING, "what is hidden has no numbers");
        }
        let own = effect(Tier::Own, false, 30);
        assert_eq!((own.shown, own.noise, own.standard_error), (Some(30), 0.0, 0.0));
    }
}
