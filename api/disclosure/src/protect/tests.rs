//! Whole cells, from exact figures to what is shown.

use super::*;
use crate::{Bound, CellStatus, Estimate, Named, Tier};

fn raw(institutions: u32, achieved: u32, sum: u64, keys: u128) -> Counted {
    let label = Label::new("area=E12000001", "202324T3");
    Counted {
        label,
        measure: "GATSBY-2014/3".into(),
        institutions,
        sum,
        achieved,
        named: Named::all_of(keys),
        standard: false,
    }
}

fn raw_overall(histogram: Vec<u32>, keys: u128) -> CountedOverall {
    let Counted { label, .. } = raw(0, 0, 0, 0);
    CountedOverall {
        label,
        measure: "GATSBY-2014".into(),
        institutions: histogram.iter().sum(),
        histogram,
        named: Named::all_of(keys),
    }
}

fn one(cell: RawCell, key: u8, tier: Tier) -> ProtectedCell {
    protect(RawTable::new(tier, vec![cell], vec![]), &NoiseKey::new([key; 32])).cells()[0].clone()
}

fn one_overall(cell: RawOverall, key: u8, tier: Tier) -> ProtectedOverall {
    protect(RawTable::new(tier, vec![], vec![cell]), &NoiseKey::new([key; 32])).overall()[0].clone()
}

fn show(estimate: &Estimate) -> String {
    let side = match estimate.bound {
        Some(Bound::AtMost) => "≤",
        Some(Bound::AtLeast) => "≥",
        None => "",
    };
    match (estimate.value, estimate.reason) {
        (Some(value), None) => format!("{side}{value}{}", estimate.status.symbol().unwrap_or_default()),
        (None, Some(reason)) => format!("{reason:?}"),
        both => panic!("a value or a reason, not {both:?}"),
    }
}

fn check(tier: Tier, institutions: u32, achieved: u32, sum: u64, expected: &str) {
    let cell = one(RawCell::Counted(raw(institutions, achieved, sum, 1)), 7, tier);
    let shown = [cell.achieved, cell.achieved_share, cell.mean_score].map(|estimate| show(&estimate)).join(" ");
    let institutions = cell.institutions.map_or("-".to_owned(), |institutions| institutions.to_string());
    assert_eq!(format!("{institutions} {shown}"), expected, "{tier} {institutions} {achieved} {sum}");
}

#[test]
fn own_results_are_exact_between_the_bands() {
    check(Tier::Own, 0, 0, 0, "- NotCollected NotCollected NotCollected");
    check(Tier::Own, 2, 1, 100, "- SmallGroup SmallGroup SmallGroup");
    check(Tier::Own, 6, 3, 300, "- SmallGroup SmallGroup SmallGroup");
    check(Tier::Own, 7, 3, 350, "7 3 0.428571 50");
    check(Tier::Own, 7, 2, 100, "7 ≤3 ≤0.428572 ≤42.857143");
    check(Tier::Own, 7, 7, 700, "7 ≥4 ≥0.571428 ≥57.142857");
    check(Tier::Own, 80, 20, 5_000, "80 20 0.25 62.5");
    check(Tier::Own, 80, 0, 0, "80 ≤3 ≤0.05 ≤5");
}

#[test]
fn a_cell_below_the_threshold_is_hidden_in_every_tier() {
    for tier in Tier::ALL {
        let fewest = tier.rules().fewest_institutions();
        assert!(fewest >= tier.rules().k_institutions);
        for institutions in 1..fewest {
            for achieved in 0..=institutions {
                let sum = u64::from(achieved) * 100;
                check(tier, institutions, achieved, sum, "- SmallGroup SmallGroup SmallGroup");
            }
        }
        let shown = one(RawCell::Counted(raw(fewest, fewest / 2, 50 * u64::from(fewest), 1)), 7, tier);
        assert!(shown.institutions.is_some() && shown.achieved_share.value.is_some());
    }
}

#[test]
fn a_hidden_value_is_never_zero_and_says_why() {
    for (reason, status) in [
        (HiddenReason::LowEffect, CellStatus::Confidential),
        (HiddenReason::Dominance, CellStatus::Confidential),
        (HiddenReason::Budget, CellStatus::Confidential),
        (HiddenReason::Policy, CellStatus::Confidential),
        (HiddenReason::NotCollected, CellStatus::NotAvailable),
        (HiddenReason::NoCounterpart, CellStatus::NotApplicable),
    ] {
        let hidden = Estimate { value: None, standard_error: None, bound: None, status, reason: Some(reason) };
        let cell = one(RawCell::Withheld(reason), 7, Tier::Regional);
        assert_eq!(
            (cell.institutions, cell.achieved, cell.achieved_share, cell.mean_score),
            (None, hidden, hidden, hidden)
        );
        let overall = one_overall(RawOverall::Withheld { reason, benchmarks: 8 }, 7, Tier::Regional);
        assert_eq!((overall.institutions, overall.mean_achieved, overall.share_with_all), (None, hidden, hidden));
        assert_eq!((overall.distribution, overall.quartiles), (vec![hidden; 9], [hidden; 3]));
    }
}

#[test]
fn a_hidden_distribution_keeps_its_length() {
    let few = one_overall(RawOverall::Counted(raw_overall(vec![1; 9], 1)), 7, Tier::Regional);
    assert_eq!(few.distribution, [Estimate::hidden(HiddenReason::SmallGroup); 9]);
    let none = one_overall(RawOverall::Counted(raw_overall(vec![0; 9], 1)), 7, Tier::Regional);
    assert_eq!(none.distribution, [Estimate::hidden(HiddenReason::NotCollected); 9]);
    assert!(one_overall(RawOverall::NotApplicable, 7, Tier::Regional).distribution.is_empty());
}

#[test]
fn no_cell_says_that_all_or_none_achieve() {
    for tier in Tier::ALL {
        for n in [7_u32, 10, 11, 12, 20, 23, 59, 60, 61, 100, 1_000, 5_000].into_iter().filter(|n| *n >= 7) {
            for (key, achieved) in (0..20).flat_map(|key| [0, 1, 2, n - 2, n - 1, n].map(|achieved| (key, achieved))) {
                let cell = one(RawCell::Counted(raw(n, achieved, u64::from(achieved) * 100, 9)), key, tier);
                let Some(group) = cell.institutions else { continue };
                let (share, mean) = (cell.achieved_share.value.unwrap(), cell.mean_score.value.unwrap());
                assert!(0.0 < share && share < 1.0 && 0.0 < mean && mean < 100.0, "{n} {achieved} {cell:?}");
                let count = cell.achieved;
                assert!(count.value.unwrap() < f64::from(group), "{n} {achieved} {cell:?}");
                assert!(count.value.unwrap() > 0.0 || count.status == CellStatus::RoundsToZero);
            }
        }
    }
}

#[test]
fn the_share_with_all_is_the_last_bin() {
    for (tier, key) in Tier::ALL.into_iter().flat_map(|tier| (0..30).map(move |key| (tier, key))) {
        for last in [0, 5, 40, 160] {
            let overall =
                one_overall(RawOverall::Counted(raw_overall(vec![0, 0, 80, 80, 0, 0, 0, 0, last], 4)), key, tier);
            let bin = overall.distribution[8];
            match bin.status {
                CellStatus::RoundsToZero => assert_eq!(overall.share_with_all.bound, Some(Bound::AtMost)),
                _ => assert_eq!(bin, overall.share_with_all),
            }
        }
    }
}

#[test]
fn own_overall_results_are_exact() {
    let overall = one_overall(RawOverall::Counted(raw_overall(vec![10, 20, 0, 10], 4)), 7, Tier::Own);
    assert_eq!(show(&overall.mean_achieved), "1.25");
    assert_eq!(show(&overall.share_with_all), "0.25");
    assert_eq!(overall.distribution.iter().map(show).collect::<Vec<_>>(), ["0.25", "0.5", "0low", "0.25"]);
}

#[test]
fn a_framework_without_benchmarks_has_nothing_to_report() {
    for bins in 0..2 {
        let overall = CountedOverall { institutions: 100, ..raw_overall(vec![0; bins], 4) };
        let overall = one_overall(RawOverall::Counted(overall), 7, Tier::Regional);
        assert_eq!(overall.distribution.len(), bins);
        assert_eq!(overall.mean_achieved.status, CellStatus::NotAvailable);
    }
}

#[test]
fn the_published_error_covers_the_true_share() {
    // over many sizes: where true shares fall on multiples of the step, coverage itself moves in steps (90 % to 97 %)
    let cells = 12_000_u32;
    let mut covered = 0;
    for number in 0..cells {
        let n = 200 + number % 401;
        let achieved = n / 4 + number % (n / 2);
        let mut counted = raw(n, achieved, 20_000, u128::from(number));
        counted.label.conditions = format!("area={number}").into();
        let share = one(RawCell::Counted(counted), 7, Tier::Regional).achieved_share;
        let off = share.value.unwrap() - f64::from(achieved) / f64::from(n);
        covered += u32::from(off.abs() <= 1.96 * share.standard_error.unwrap());
    }
    let coverage = f64::from(covered) / f64::from(cells);
    assert!((0.94..=0.96).contains(&coverage), "{coverage}");
}
