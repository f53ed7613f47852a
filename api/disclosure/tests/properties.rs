//! What holds for every table whatever.

use disclosure::{
    CellStatus, Counted, CountedOverall, Estimate, Label, Named, NoiseKey, ProtectedTable, RawCell, RawOverall,
    RawTable, Tier, protect,
};
use proptest::prelude::*;

type Figures = (String, String, u32, u64, u32, u128, Vec<u32>);

fn figures() -> impl Strategy<Value = Figures> {
    let institutions = prop_oneof![0..40_u32, any::<u32>()];
    let sum = prop_oneof![0..4_000_u64, any::<u64>()];
    let achieved = prop_oneof![0..40_u32, any::<u32>()];
    let histogram = prop::collection::vec(prop_oneof![0..9_u32, any::<u32>()], 0..12);
    (any::<String>(), any::<String>(), institutions, sum, achieved, any::<u128>(), histogram)
}

fn tier() -> impl Strategy<Value = Tier> {
    prop::sample::select(&Tier::ALL)
}

fn cell((conditions, period, institutions, sum, achieved, keys, _): &Figures) -> RawCell {
    let label = Label::new(conditions.as_str(), period.as_str());
    let (institutions, sum, achieved, named) = (*institutions, *sum, *achieved, Named::all_of(*keys));
    RawCell::Counted(Counted {
        label,
        measure: "GATSBY-2014/3".into(),
        institutions,
        sum,
        achieved,
        named,
        standard: keys % 2 == 0,
    })
}

fn overall((conditions, period, institutions, _, _, keys, histogram): &Figures) -> RawOverall {
    let label = Label::new(conditions.as_str(), period.as_str());
    let (institutions, named, histogram) = (*institutions, Named::all_of(*keys), histogram.clone());
    RawOverall::Counted(CountedOverall { label, measure: "GATSBY-2014".into(), institutions, histogram, named })
}

fn run(figures: &[Figures], key: [u8; 32], tier: Tier) -> ProtectedTable {
    let table = RawTable::new(tier, figures.iter().map(cell).collect(), figures.iter().map(overall).collect());
    protect(table, &NoiseKey::new(key))
}

/// A value or a reason, finite, and inside the scale.
fn sound(estimate: &Estimate, top: f64) -> bool {
    match (estimate.value, estimate.reason) {
        (None, Some(reason)) => estimate.status == reason.status() && estimate.standard_error.is_none(),
        (Some(value), None) => {
            let zero = estimate.status == CellStatus::RoundsToZero;
            let inside = if zero { value.to_bits() == 0 } else { 0.0 < value && value < top };
            inside && estimate.standard_error.is_none_or(|error| error.is_finite() && error >= 0.0)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn every_table_has_an_answer_and_it_is_sound(
        figures in prop::collection::vec(figures(), 0..4), key: [u8; 32], tier in tier(),
    ) {
        let table = run(&figures, key, tier);
        prop_assert_eq!((table.cells().len(), table.overall().len()), (figures.len(), figures.len()));
        for (cell, figures) in table.cells().iter().zip(&figures) {
            prop_assert!(sound(&cell.achieved, f64::from(figures.2) + 10.0), "{cell:?}");
            prop_assert!(sound(&cell.achieved_share, 1.0), "{cell:?}");
            prop_assert!(sound(&cell.mean_score, 100.0), "{cell:?}");
            prop_assert_eq!(cell.institutions.is_none(), figures.2 < tier.rules().fewest_institutions());
        }
        for (overall, figures) in table.overall().iter().zip(&figures) {
            prop_assert_eq!(overall.distribution.len(), figures.6.len());
            let benchmarks = overall.distribution.len().saturating_sub(1) as f64;
            prop_assert!(sound(&overall.mean_achieved, benchmarks), "{overall:?}");
            prop_assert!(sound(&overall.share_with_all, 1.0), "{overall:?}");
            prop_assert!(overall.distribution.iter().all(|bin| sound(bin, 1.0)), "{overall:?}");
        }
    }

    #[test]
    fn the_same_cell_has_the_same_answer_in_any_table(
        first in figures(), second in figures(), key: [u8; 32], tier in tier(),
    ) {
        let together = run(&[first.clone(), second.clone()], key, tier);
        let reversed = run(&[second, first.clone()], key, tier);
        let alone = run(&[first], key, tier);
        prop_assert_eq!(&together.cells()[0], &alone.cells()[0]);
        prop_assert_eq!(&together.cells()[0], &reversed.cells()[1]);
        prop_assert_eq!(&together.overall()[0], &reversed.overall()[1]);
    }

    #[test]
    fn a_set_has_one_name_in_whatever_order_it_is_added(
        mut set in prop::collection::vec(any::<[u8; 32]>(), 0..20), key: [u8; 32],
    ) {
        let key = NoiseKey::new(key);
        let name = |set: &[[u8; 32]]| set.iter().fold(0_u128, |sum, one| sum.wrapping_add(key.record_key(one)));
        let before = name(&set);
        let halves = name(&set[..set.len() / 2]).wrapping_add(name(&set[set.len() / 2..]));
        set.reverse();
        prop_assert_eq!(before, name(&set));
        prop_assert_eq!(before, halves);
    }

    #[test]
    fn what_is_hidden_does_not_depend_on_scores(
        first in figures(), second in figures(), key: [u8; 32], tier in tier(),
    ) {
        let mut other = second;
        other.2 = first.2;
        other.6.resize(first.6.len(), 0);
        let (first, other) = (run(&[first], key, tier), run(&[other], key, tier));
        prop_assert_eq!(first.cells()[0].achieved.reason, other.cells()[0].achieved.reason);
        prop_assert_eq!(first.cells()[0].mean_score.reason, other.cells()[0].mean_score.reason);
        prop_assert_eq!(first.overall()[0].mean_achieved.reason, other.overall()[0].mean_achieved.reason);
    }
}
