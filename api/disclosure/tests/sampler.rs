//! The draws of the noise follow the discrete Gaussian, point by point; a sampler that is slightly off does not pass.

#[path = "../examples/sampler/fit.rs"]
mod fit;

use std::sync::LazyLock;

use fit::{Fit, fit as test, uniform};

/// The draws are fixed, so nothing flickers.
static UNIFORM: LazyLock<Vec<u64>> = LazyLock::new(|| uniform(1_000_000, 1));

/// A million draws in some 5,000 bins and in some 60.
fn million(sampler: impl Fn(u64) -> f64) -> [Fit; 2] {
    [50.0, 15_000.0].map(|fewest| test(&UNIFORM, fewest, &sampler))
}

#[test]
fn a_million_draws_fit_the_closed_form() {
    let [fine, coarse] = million(fit::sampler);
    assert!(fine.bins > 4_000 && (50..70).contains(&coarse.bins), "{} {}", fine.bins, coarse.bins);
    for fit in [fine, coarse] {
        assert_eq!(fit.draws, 1_000_000);
        let (chi_square, degrees) = (fit.chi_square, fit.degrees_of_freedom());
        assert!((0.001..0.999).contains(&fit.p_value), "{chi_square} with {degrees}: {}", fit.p_value);
    }
}

#[test]
fn a_sampler_that_is_one_part_in_a_hundred_off_is_found() {
    let grid = f64::from(disclosure::gaussian::GRID);
    let found =
        |sampler: &dyn Fn(f64) -> f64| million(|bits| sampler(fit::sampler(bits))).iter().any(|fit| fit.p_value < 1e-6);
    assert!(found(&|z| (z * 1.01 * grid).round() / grid), "too wide");
    assert!(found(&|z| z + 10.0 / grid), "moved");
    assert!(found(&|z| z.clamp(-3.0, 3.0)), "never far");
    assert!(found(&|z| if z == 0.0 { 1.0 / grid } else { z }), "never nothing");
}
