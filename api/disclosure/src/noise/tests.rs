//! What the noise promises, measured over many cells.

use super::*;
use crate::{Label, Named};

const CELLS: u32 = 100_000;

fn label(conditions: &str, period: &str) -> Label {
    Label::new(conditions, period)
}

fn subject(label: &Label, keys: u128) -> Subject<'_> {
    Subject { label, measure: "GATSBY-2014/3", named: Named::all_of(keys), standard: false }
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
    let [inner, outer] = NOISY.map(|tier| tier.rules().sigma.powi(2));
    check(CELLS, inner, |number| (at(number).0[0], at(number).0[0]));
    check(CELLS, inner, |number| (at(number).0[1], at(number).0[1]));
    check(CELLS, outer, |number| (at(number).1[0], at(number).1[0]));
    check(CELLS, inner, |number| (at(number).0[0], at(number).1[0]));
    check(CELLS, outer / 2.0, |number| (at(number).1[0], at(number).1[1]));
    check(CELLS, 0.0, |number| (at(number).0[0], at(number).1[0] - at(number).0[0]));
}

/// One cell: its conditions, its period, the set that it counts, who stands in it, and how often it was replaced.
type Cell<'a> = (&'a str, &'a str, u128, u128, u8);

/// The covariance of the noise of two cells, as a share of the variance, over many of them.
fn check_shared(method: Method, expected: f64, one: Cell<'_>, other: Cell<'_>) {
    let key = NoiseKey::new([6; 32]);
    let noise = Noise::new(&key, Tier::Regional);
    let draw = |number: u128, (conditions, period, set, roll, revision): Cell<'_>| {
        let conditions = format!("{conditions}{number}");
        let label = Label { revision, method, ..Label::new(conditions, period) };
        let named = Named { set: number + set, roll: number + roll };
        noise.draw(Subject { named, ..subject(&label, 0) }, Pair::Benchmark)[0]
    };
    let sigma = Tier::Regional.rules_under(method).sigma;
    check(20_000, expected, |number| (draw(number, one) / sigma, draw(number, other) / sigma));
}

#[test]
fn the_layers_are_shared_as_far_as_the_cells_are_alike() {
    let check = |expected, other| check_shared(Method::Second, expected, ("area=", "202324T2", 0, 0, 0), other);
    check(1.00, ("area=", "202324T2", 0, 0, 0));
    // another period, with everybody assessed or one absent
    check(0.75, ("area=", "202324T3", 0, 0, 0));
    check(0.75, ("area=", "202324T3", 1, 0, 0));
    // another period in which somebody else stands there
    check(0.25, ("area=", "202324T3", 1, 1, 0));
    // the same set under another name, in this period and in another
    check(0.75, ("lep=", "202324T2", 0, 0, 0));
    check(0.50, ("lep=", "202324T3", 0, 0, 0));
    // figures that replaced others of the same set, as of another base
    check(0.25, ("area=", "202324T2@7", 0, 0, 1));
    // another set, by one institution, under another name
    check(0.00, ("lep=", "202324T2", 1, 1, 0));
}

#[test]
fn the_first_method_keeps_its_layers() {
    let check = |expected, other| check_shared(Method::First, expected, ("area=", "202324T2", 0, 0, 0), other);
    check(0.40, ("area=", "202324T3", 0, 0, 0));
    check(0.75, ("lep=", "202324T2", 0, 9, 1));
    check(0.40, ("lep=", "202324T3", 0, 0, 0));
    check(0.25, ("area=", "202324T2", 1, 1, 0));
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
    let [first, third] = [Method::First, Method::Third].map(|method| Label { method, ..label.clone() });
    let draw =
        |label, tier, pair| Noise::new(&key, tier).draw(subject(label, keys), pair).map(|noise| format!("{noise:.9}"));
    assert_eq!(format!("{keys:032x}"), "88d818ca3d583d2bf15abd4415b362b8");
    assert_eq!(draw(&first, Tier::Regional, Pair::Benchmark), ["-0.567265987", "5.719509787"]);
    assert_eq!(draw(&first, Tier::International, Pair::Benchmark), ["-7.327306931", "5.181106118"]);
    assert_eq!(draw(&first, Tier::International, Pair::Overall(4)), ["3.279220465", "6.818247184"]);
    assert_eq!(draw(&third, Tier::Regional, Pair::Benchmark), ["6.425114081", "5.073890172"]);
    assert_eq!(draw(&third, Tier::International, Pair::Benchmark), ["4.360421998", "4.981651884"]);
    assert_eq!(draw(&label, Tier::Regional, Pair::Benchmark), ["9.178734402", "7.248414531"]);
    assert_eq!(draw(&label, Tier::International, Pair::Benchmark), ["7.170833632", "7.158713345"]);
}
