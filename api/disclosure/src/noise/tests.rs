//! What the noise promises, measured over many cells.

use super::*;
use crate::Label;

const CELLS: u32 = 100_000;

fn label(conditions: &str, period: &str) -> Label {
    Label { conditions: conditions.into(), period: period.into() }
}

fn subject(label: &Label, keys: u128) -> Subject<'_> {
    Subject { label, measure: "GATSBY-2014/3", keys, standard: false }
}

/// The mean of a·b over many cells, and the standard error of that mean where both are Gaussian of mean 0.
fn covariance(count: u32, draw: impl Fn(u128) -> (f64, f64)) -> (f64, f64) {
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for number in 0..count {
        let (a, b) = draw(u128::from(number) << 64);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let (count, ab, aa, bb) = (f64::from(count), ab, aa, bb);
    let (ab, aa, bb) = (ab / count, aa / count, bb / count);
    (ab, libm::sqrt((aa * bb + ab * ab) / count))
}

fn check(count: u32, expected: f64, draw: impl Fn(u128) -> (f64, f64)) {
    let (found, error) = covariance(count, draw);
    assert!((found - expected).abs() < 4.0 * error, "{found} is not {expected}, give or take {error}");
}

#[test]
fn the_standard_deviation_is_that_of_the_tier_and_tiers_nest() {
    let key = NoiseKey::new([5; 32]);
    let [regional, international] = NOISY.map(|tier| Noise::new(&key, tier));
    let both = |number: u128| {
        let label = label(&format!("area={number}"), "202324T3");
        let subject = subject(&label, number);
        (regional.draw(subject, Pair::Benchmark), international.draw(subject, Pair::Benchmark))
    };
    let drawn: Vec<_> = (0..CELLS).map(|number| both(u128::from(number) << 64)).collect();
    #[expect(clippy::cast_possible_truncation, reason = "below the number of cells")]
    let at = |number: u128| drawn[(number >> 64) as usize];
    check(CELLS, 9.0, |number| (at(number).0[0], at(number).0[0]));
    check(CELLS, 9.0, |number| (at(number).0[1], at(number).0[1]));
    check(CELLS, 16.0, |number| (at(number).1[0], at(number).1[0]));
    check(CELLS, 9.0, |number| (at(number).0[0], at(number).1[0]));
    check(CELLS, 8.0, |number| (at(number).1[0], at(number).1[1]));
    check(CELLS, 0.0, |number| (at(number).0[0], at(number).1[0] - at(number).0[0]));
}

#[test]
fn the_layers_are_shared_as_far_as_the_cells_are_alike() {
    let key = NoiseKey::new([6; 32]);
    let noise = Noise::new(&key, Tier::Regional);
    let draw = |conditions: &str, period: &str, keys| {
        noise.draw(subject(&label(conditions, period), keys), Pair::Benchmark)[0] / 3.0
    };
    let count = 30_000;
    // the same set: another period, other conditions, both
    check(count, 0.40, |set| {
        (draw(&format!("area={set}"), "202324T2", set), draw(&format!("area={set}"), "202324T3", set))
    });
    check(count, 0.75, |set| {
        (draw(&format!("area={set}"), "202324T2", set), draw(&format!("lep={set}"), "202324T2", set))
    });
    check(count, 0.40, |set| {
        (draw(&format!("area={set}"), "202324T2", set), draw(&format!("lep={set}"), "202324T3", set))
    });
    // the same conditions: another set, by one institution
    check(count, 0.25, |set| {
        (draw(&format!("area={set}"), "202324T2", set), draw(&format!("area={set}"), "202324T2", set + 1))
    });
}

#[test]
fn a_standard_table_takes_the_same_draws_at_its_own_scale() {
    let key = NoiseKey::new([5; 32]);
    for tier in NOISY {
        let noise = Noise::new(&key, tier);
        let both = |number: u128| {
            let label = label(&format!("area={number}"), "202324T3");
            let ordinary = subject(&label, number);
            let draw = |subject| noise.draw(subject, Pair::Benchmark)[0];
            (draw(ordinary), draw(Subject { standard: true, ..ordinary }))
        };
        let rules = tier.rules();
        check(30_000, rules.sigma_standard * rules.sigma_standard, |number| (both(number).1, both(number).1));
    }
    let noise = Noise::new(&key, Tier::Regional);
    let label = label("area=E12000001", "202324T3");
    let [ordinary, standard] =
        [false, true].map(|standard| noise.draw(Subject { standard, ..subject(&label, 1) }, Pair::Benchmark)[0]);
    let rules = Tier::Regional.rules();
    assert!((ordinary / rules.sigma - standard / rules.sigma_standard).abs() < 1e-9);
}

/// The worst that can happen to one institution's result is from 0 to 100: achieved and worth both move by one. With
/// correlation ½ the two together tell of it, and of either alone, by no more than 2/√3 over σ.
#[test]
fn one_result_moves_both_quantities_and_neither_alone_tells_more() {
    let (variance, covariance) = (1.0, CORRELATION);
    let determinant = variance * variance - covariance * covariance;
    let distance = |achieved: f64, worth: f64| {
        libm::sqrt(
            (variance * achieved * achieved - 2.0 * covariance * achieved * worth + variance * worth * worth)
                / determinant,
        )
    };
    let most = 2.0 / libm::sqrt(3.0) + 1e-12;
    for hundredths in 0..=100 {
        let worth = f64::from(hundredths) / 100.0;
        assert!(distance(1.0, worth) <= most && distance(0.0, worth) <= most, "{worth}");
    }
}

#[test]
fn own_results_carry_no_noise() {
    let key = NoiseKey::new([7; 32]);
    let noise = Noise::new(&key, Tier::Own).draw(subject(&label("", ""), 1), Pair::Benchmark);
    assert_eq!(noise.map(f64::to_bits), [0; 2]);
}

#[test]
fn another_key_measure_or_quantity_is_other_noise() {
    let (key, other) = (NoiseKey::new([8; 32]), NoiseKey::new([9; 32]));
    let label = label("area=E12000001", "202324T3");
    let base = Noise::new(&key, Tier::International).draw(subject(&label, 1), Pair::Benchmark);
    let measure = Subject { measure: "GATSBY-2014/4", ..subject(&label, 1) };
    let noise = Noise::new(&key, Tier::International);
    for different in [
        Noise::new(&other, Tier::International).draw(subject(&label, 1), Pair::Benchmark),
        noise.draw(measure, Pair::Benchmark),
        noise.draw(subject(&label, 1), Pair::Overall(0)),
        noise.draw(subject(&label, 1), Pair::Overall(1)),
    ] {
        assert!(base.iter().zip(different).all(|(base, different)| (base - different).abs() > 0.0));
    }
    assert!((base[0] - base[1]).abs() > 0.0);
}

#[test]
fn the_stream_never_changes() {
    let key = NoiseKey::new([0x2a; 32]);
    let keys = key.record_key(&[1; 32]).wrapping_add(key.record_key(&[2; 32]));
    let label = label("area=E12000001;PHASE=secondary", "202324T3");
    let draw = |tier, pair| Noise::new(&key, tier).draw(subject(&label, keys), pair).map(|noise| format!("{noise:.9}"));
    assert_eq!(format!("{keys:032x}"), "88d818ca3d583d2bf15abd4415b362b8");
    assert_eq!(draw(Tier::Regional, Pair::Benchmark), ["-0.567265987", "5.719509787"]);
    assert_eq!(draw(Tier::International, Pair::Benchmark), ["-7.327306931", "5.181106118"]);
    assert_eq!(draw(Tier::International, Pair::Overall(4)), ["3.279220465", "6.818247184"]);
}

#[test]
fn what_is_cached_is_what_would_be_drawn() {
    let key = NoiseKey::new([10; 32]);
    let subjects = |check: &mut dyn FnMut(Tier, Subject<'_>)| {
        for (conditions, period) in [("a", "1"), ("a1", ""), ("", "a1"), ("a", "2")] {
            let label = label(conditions, period);
            let product =
                NOISY.iter().flat_map(|&tier| [(tier, 1, false), (tier, 1, true), (tier, 2, false), (tier, 2, true)]);
            for (tier, keys, standard) in product {
                for measure in ["m", "m1"] {
                    check(tier, Subject { label: &label, measure, keys, standard });
                }
            }
        }
    };
    for _ in 0..2 {
        subjects(&mut |tier, subject| {
            let noise = Noise::new(&key, tier);
            let [cached, drawn] = [noise.draw(subject, Pair::Benchmark), noise.draw_uncached(subject, Pair::Benchmark)];
            assert_eq!(cached.map(f64::to_bits), drawn.map(f64::to_bits));
        });
    }
}
