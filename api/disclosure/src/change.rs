//! The change of a cell between two periods, from what is published of both.

use crate::{
    Bound, CellStatus, Estimate, ProtectedCell, band::Scale, noise::shared, protect::TOP_SCORE, protected::Basis,
    step::Step,
};

/// How a cell differs from the same cell in an earlier period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The change of the share that achieved, −1 to 1.
    pub achieved_share: Estimate,
    /// The change of the mean score, −100 to 100.
    pub mean_score: Estimate,
    /// Whether both cells are about the same institutions; absent where one of them is hidden.
    pub same_institutions: Option<bool>,
    /// Whether the change of the share is larger than protection explains: above 1.96 of its standard errors.
    pub share_distinguishable: bool,
    /// The same for the mean score.
    pub mean_distinguishable: bool,
}

/// How many standard errors a change must have to stand out: 95 of 100 changes that are noise alone have fewer.
const STANDS_OUT: f64 = 1.96;

impl ProtectedCell {
    /// The change since an earlier period of the same cell.
    ///
    /// # Guarantee
    ///
    /// Post-processing: the difference of the two published values, and nothing else about either cell but its public
    /// size and set. A hidden cell gives no change, whatever the results are; a band gives a bound.
    ///
    /// # Method
    ///
    /// The layers of the noise that both values share cancel as far as both groups are of one size: with s = σ/n and s' = σ'/n'
    /// the variance is `c·(s − s')² + (1 − c)·(s² + s'²)`. The shared part c is .75 where the same institutions stand in the cell
    /// by the roll, assessed or not, and .25 where others do. Rounding adds `step²/12` for each value.
    pub fn change_since(&self, earlier: &Self) -> Change {
        let pair = self.basis.zip(earlier.basis);
        let same_institutions = pair.map(|(now, then)| now.named.set == then.named.set);
        let error = |top| pair.map(|(now, then)| error(now, then, top)).unwrap_or_default();
        let [of_share, of_mean] = [error(1.0), error(TOP_SCORE)];
        let achieved_share = difference(&self.achieved_share, &earlier.achieved_share, 1.0, of_share);
        let mean_score = difference(&self.mean_score, &earlier.mean_score, TOP_SCORE, of_mean);
        Change {
            achieved_share,
            mean_score,
            same_institutions,
            share_distinguishable: stands_out(&achieved_share, of_share),
            mean_distinguishable: stands_out(&mean_score, of_mean),
        }
    }
}

fn difference(now: &Estimate, then: &Estimate, top: f64, error: f64) -> Estimate {
    if let Some(reason) = now.reason.or(then.reason) {
        return Estimate::hidden(reason);
    }
    let edges = now.value.unwrap_or_default() - then.value.unwrap_or_default();
    // −0 is 0
    let value = Step::MILLIONTH.nearest(edges) + 0.0;
    let sure = error <= 0.05 * top;
    // A band bounds the change from the side on which it lies; two of one side leave it open.
    match (now.bound, then.bound.map(opposite)) {
        (None, None) => Estimate::given(value, error, sure && value.abs() > STANDS_OUT * error),
        (Some(bound), None) | (None, Some(bound)) => Estimate::banded(value, bound, sure),
        (Some(one), Some(other)) if one == other => Estimate::banded(value, one, sure),
        _ => Estimate { value: Some(value), ..Estimate::rounds_to_zero() },
    }
}

fn opposite(bound: Bound) -> Bound {
    match bound {
        Bound::AtMost => Bound::AtLeast,
        Bound::AtLeast => Bound::AtMost,
    }
}

/// Whether a change is larger than protection explains; one that is bounded, where even its bound is.
fn stands_out(change: &Estimate, error: f64) -> bool {
    let Some(value) = change.value else { return false };
    match change.bound {
        _ if change.status == CellStatus::RoundsToZero => false,
        None => value.abs() > STANDS_OUT * error,
        Some(Bound::AtLeast) => value > STANDS_OUT * error,
        Some(Bound::AtMost) => -value > STANDS_OUT * error,
    }
}

fn error(now: Basis, then: Basis, top: f64) -> f64 {
    let noise = |basis: Basis| basis.sigma * top / f64::from(basis.institutions);
    let rounding = |basis: Basis| {
        let scale = Scale::new(basis.institutions, top, basis.sigma);
        let worth = top / f64::from(basis.institutions);
        if basis.sigma > 0.0 { scale.rounding_variance() * worth * worth } else { 0.0 }
    };
    let (of_now, of_then, shared) = (noise(now), noise(then), shared(&now, &then));
    let apart = (1.0 - shared) * (of_now * of_now + of_then * of_then);
    let variance = apart + shared * (of_now - of_then) * (of_now - of_then) + rounding(now) + rounding(then);
    let error = libm::sqrt(variance);
    Step::three_digits_of(error).nearest(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counted, HiddenReason, Label, Named, NoiseKey, RawCell, RawTable, Tier, protect};

    fn cell(tier: Tier, period: &str, institutions: u32, achieved: u32, keys: u128) -> ProtectedCell {
        let label = Label::new("area=E12000001", period);
        let measure = "GATSBY-2014/3".into();
        let sum = u64::from(achieved) * 100;
        let named = Named::all_of(keys);
        let counted = Counted { label, measure, institutions, sum, achieved, named, standard: false };
        let table = protect(RawTable::new(tier, vec![RawCell::Counted(counted)], vec![]), &NoiseKey::new([3; 32]));
        table.cells()[0].clone()
    }

    #[test]
    fn own_results_change_exactly() {
        let (now, then) = (cell(Tier::Own, "202324T3", 40, 20, 1), cell(Tier::Own, "202324T2", 40, 10, 1));
        let change = now.change_since(&then);
        assert_eq!((change.achieved_share.value, change.achieved_share.standard_error), (Some(0.25), Some(0.0)));
        assert_eq!((change.mean_score.value, change.same_institutions), (Some(25.0), Some(true)));
        assert!(change.share_distinguishable && change.mean_distinguishable);
        let none = now.change_since(&now);
        assert_eq!((none.achieved_share.value, none.share_distinguishable), (Some(0.0), false));
    }

    #[test]
    fn the_same_institutions_change_with_a_smaller_error_than_others() {
        let now = cell(Tier::Regional, "202324T3", 200, 100, 1);
        let same = now.change_since(&cell(Tier::Regional, "202324T2", 200, 60, 1));
        let other = now.change_since(&cell(Tier::Regional, "202324T2", 200, 60, 2));
        assert_eq!((same.same_institutions, other.same_institutions), (Some(true), Some(false)));
        // √(.5·6² + 2·4²/12)/200 and √(1.5·6² + 2·4²/12)/200
        assert_eq!(same.achieved_share.standard_error, Some(0.0227));
        assert_eq!(other.achieved_share.standard_error, Some(0.0376));
        assert!(same.share_distinguishable);
    }

    #[test]
    fn the_error_of_a_change_is_what_it_says() {
        let (count, mut inside, mut squares) = (4_000_u32, 0, 0.0);
        for number in 0..count {
            let keys = u128::from(number) << 64;
            let n = 300 + number % 200;
            let now = cell(Tier::Regional, "202324T3", n, n / 2 + 9, keys);
            let change = now.change_since(&cell(Tier::Regional, "202324T2", n, n / 2, keys)).achieved_share;
            let off = (change.value.unwrap() - 9.0 / f64::from(n)) / change.standard_error.unwrap();
            squares += off * off;
            inside += u32::from(off.abs() <= STANDS_OUT);
        }
        let (spread, inside) = (libm::sqrt(squares / f64::from(count)), f64::from(inside) / f64::from(count));
        assert!((0.95..=1.05).contains(&spread) && (0.935..=0.965).contains(&inside), "{spread} {inside}");
    }

    #[test]
    fn a_hidden_cell_gives_no_change_and_a_band_a_bound() {
        let now = cell(Tier::Regional, "202324T3", 200, 100, 1);
        let few = now.change_since(&cell(Tier::Regional, "202324T2", 4, 2, 1));
        assert_eq!((few.achieved_share.reason, few.same_institutions), (Some(HiddenReason::SmallGroup), None));
        // at most 5 %, then about one half: at least so much more
        let none = cell(Tier::Regional, "202324T2", 200, 0, 1);
        let banded = now.change_since(&none).achieved_share;
        assert_eq!((banded.bound, banded.reason, banded.standard_error), (Some(Bound::AtLeast), None, None));
        assert!(banded.value.unwrap() > 0.3 && now.change_since(&none).share_distinguishable);
        assert_eq!(none.change_since(&now).achieved_share.bound, Some(Bound::AtMost));
        let open = none.change_since(&cell(Tier::Regional, "202324T1", 200, 0, 1));
        assert_eq!((open.achieved_share.status, open.share_distinguishable), (CellStatus::RoundsToZero, false));
        let none = now.change_since(&cell(Tier::Regional, "202324T2", 0, 0, 1));
        assert_eq!(none.achieved_share.reason, Some(HiddenReason::NotCollected));
    }
}
