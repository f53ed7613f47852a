//! The one way from exact figures to figures that may be shown.

use crate::{
    CountedOverall, Estimate, HiddenReason, Label, NoiseKey, ProtectedCell, ProtectedOverall, ProtectedTable, RawCell,
    RawOverall, RawTable, Rules,
    band::{self, Scale},
    noise::{Noise, Pair},
    protected::Basis,
    quantile,
    subject::Subject,
    table::Counted,
};

/// Protects every cell of a table as its tier demands. Total: every input has an answer, and it never panics.
///
/// # Guarantee
///
/// For every table, its tier and every key:
///
/// - A cell of fewer than [`Rules::fewest_institutions`] institutions is hidden, whatever their results are. A hidden cell
///   has no number at all, never 0, and carries its reason.
/// - No share is 0 or 1, no mean is 0 or the top score, and no count is as large as its group: where the noised figure is
///   within 3 institutions of an end the value is the edge of a band. A bin or a count given as 0 says
///   [`RoundsToZero`](crate::CellStatus::RoundsToZero): few, not none.
/// - Outside [`Tier::Own`] every figure carries Gaussian noise of standard deviation [`Rules::sigma`] institutions' worth,
///   or [`Rules::sigma_standard`] in a standard table, before any other step; what is over all benchmarks [`Rules::sigma_overall`],
///   and each bin [`Rules::bins`] times as much. Who knows
///   every result but one institution's yes or no, and sees one such figure, guesses right with probability Φ(1/(2σ)) at most:
///   0.542 at σ = 4.7, 0.533 at σ = 6. Seeing share and mean of one cell, and knowing that the score is either 0 or 100,
///   Φ(1/(√3·σ)): 0.549 and 0.538.
/// - The same cell has the same answer wherever it stands in a table, in whatever order its institutions were added; and
///   the answers of two tiers together tell no more than the weaker-protected one.
///
/// The size of a group is public, and only rounded. Many *different* questions about one institution do add up; the budget,
/// outside this crate, limits those. This is **not** differential privacy: at the size of a hub no useful ε exists.
///
/// # Method
///
/// Cell-key perturbation after Fraser and Wooton (*A proposed method for confidentialising tabular output to protect
/// against differencing*, 2005), with layers as in the sticky noise of Francis et al. (*Diffix: High-Utility Database
/// Anonymization*, 2017), and the discrete Gaussian of Canonne, Kamath and Steinke (2020). In order:
///
/// 1. No institutions: `NOT_AVAILABLE`. Too few: `CONFIDENTIAL`, `SMALL_GROUP`.
/// 2. Totals in institutions' worth, plus noise: the number that achieve; the sum of scores over 100; the sum of
///    benchmarks achieved over their number; each bin. Each has noise of its own, save that the share with all *is* the
///    last bin, and that the noise of the first two has correlation ½. The noise is `Σ √(σᵢ² − σᵢ₋₁²)·(√.25·z(c‖m) + √.50·z(r‖m‖v) + √.25·z(a‖m‖t))` over the tiers up to this one,
///    with c the canonical conditions, r and a the wrapping sums of the record keys of those who stand in the cell by the roll
///    and of those who are counted, m the measure, v how often the figures were replaced, t the period and base, and z drawn
///    from HMAC-SHA256 of the key over exactly these, each with its length. Periods first published with
///    [`Method::First`](crate::Method::First) keep its layers.
/// 3. Bands, decided on the noised total: below 3, `AT_MOST` max(5 %, 3/n); above n − 3, `AT_LEAST` the mirror image.
/// 4. Rounding: shares and means to the largest step of 1, 2 or 5 times a power of ten that is not above the standard
///    error of the noise (a millionth without noise), bands outwards to the same step; counts as [`Rules::count_rounding`].
/// 5. Standard error `√(noise² + step²/12)`; `UNRELIABLE` where it is above 20 % of the value or 5 % of the scale.
///
/// 6. Quartiles of the number achieved: read off the bins as published, for groups of four thresholds and more.
///
/// Steps 3 to 6 look at noised figures only, so they tell nothing further about the results.
///
/// # Example
///
/// Two areas by three benchmarks. The second area has too few institutions.
///
/// ```
/// use disclosure::{Bound, CellStatus, Counted, Label, Named, NoiseKey, RawCell, RawTable, Tier, protect};
///
/// let key = NoiseKey::new([7; 32]);
/// let figures = [("E12000001", 240, [120, 0, 200]), ("E12000002", 6, [3, 0, 6])];
/// let mut cells = Vec::new();
/// for (area, institutions, achieved) in figures {
///     for (benchmark, achieved) in (1..).zip(achieved) {
///         cells.push(RawCell::Counted(Counted {
///             label: Label::new(format!("area={area}"), "202324T3"),
///             measure: format!("GATSBY-2014/{benchmark}").into(),
///             institutions,
///             sum: u64::from(institutions) * 50,
///             achieved,
///             named: Named::all_of(u128::from(institutions)), // in earnest: sums of `NoiseKey::record_key`
///             standard: false,
///         }));
///     }
/// }
/// let table = protect(RawTable::new(Tier::Regional, cells, vec![]), &key);
///
/// let first = &table.cells()[0];
/// assert_eq!(first.institutions, Some(240));
/// assert!((first.achieved_share.value.unwrap() - 0.5).abs() < 0.1);
/// assert_eq!(first.mean_score.standard_error, Some(2.57));
/// let none_achieve = table.cells()[1].achieved_share;
/// assert_eq!((none_achieve.value, none_achieve.bound), (Some(0.06), Some(Bound::AtMost)));
/// for hidden in &table.cells()[3..] {
///     assert_eq!((hidden.institutions, hidden.achieved.value), (None, None));
///     assert_eq!(hidden.achieved.status, CellStatus::Confidential);
/// }
/// ```
#[expect(clippy::needless_pass_by_value, reason = "exact figures end here")]
pub fn protect(table: RawTable, key: &NoiseKey) -> ProtectedTable {
    let noise = Noise::new(key, table.tier);
    let rules = |label: &Label| table.tier.rules_under(label.method);
    let mut scales = Scales::default();
    let cells = table.cells.iter().map(|raw| cell(raw, &noise, rules, &mut scales)).collect();
    let overall = table.overall.iter().map(|raw| overall(raw, &noise, rules)).collect();
    ProtectedTable::new(cells, overall)
}

/// The scales of a share and of a mean score, of the cell before: those of one area are often about as many institutions.
#[derive(Default)]
struct Scales(Option<(u32, f64, [Scale; 2])>);

impl Scales {
    fn of(&mut self, institutions: u32, sigma: f64) -> &[Scale; 2] {
        let known =
            self.0.take().filter(|(whole, known, _)| *whole == institutions && known.to_bits() == sigma.to_bits());
        let new = || (institutions, sigma, [1.0, TOP_SCORE].map(|top| Scale::new(institutions, top, sigma)));
        &self.0.insert(known.unwrap_or_else(new)).2
    }
}

fn cell(raw: &RawCell, noise: &Noise<'_>, rules: impl Fn(&Label) -> Rules, scales: &mut Scales) -> ProtectedCell {
    match raw {
        RawCell::NotApplicable => ProtectedCell::hidden(HiddenReason::NoCounterpart),
        RawCell::Withheld(reason) => ProtectedCell::hidden(*reason),
        RawCell::Counted(counted) => {
            let rules = rules(&counted.label);
            match too_small(counted.institutions, rules) {
                Some(reason) => ProtectedCell::hidden(reason),
                None => counted_cell(counted, noise, rules, scales),
            }
        }
    }
}

fn counted_cell(counted: &Counted, noise: &Noise<'_>, rules: Rules, scales: &mut Scales) -> ProtectedCell {
    let &Counted { ref label, ref measure, institutions, sum, achieved, named, standard } = counted;
    let [of_achieved, of_sum] = noise.draw(Subject { label, measure, named, standard }, Pair::Benchmark);
    let sigma = rules.sigma_of(standard);
    let achieved = f64::from(achieved) + of_achieved;
    let worth = sum as f64 / TOP_SCORE + of_sum;
    let [share, mean] = scales.of(institutions, sigma);
    ProtectedCell {
        institutions: Some(band::rounded(institutions, rules)),
        achieved: band::count(achieved, institutions, sigma, rules),
        achieved_share: share.estimate(achieved),
        mean_score: mean.estimate(worth),
        reconciled: false,
        basis: Some(Basis { institutions, named, revision: label.revision, method: label.method, sigma }),
    }
}

fn overall(raw: &RawOverall, noise: &Noise<'_>, rules: impl Fn(&Label) -> Rules) -> ProtectedOverall {
    match raw {
        RawOverall::NotApplicable => ProtectedOverall::hidden(HiddenReason::NoCounterpart, 0),
        RawOverall::Withheld { reason, benchmarks } => ProtectedOverall::hidden(*reason, benchmarks.saturating_add(1)),
        RawOverall::Counted(counted) => {
            let bins = counted.histogram.len();
            let rules = rules(&counted.label);
            let nothing_to_achieve = (bins < 2).then_some(HiddenReason::NotCollected);
            match nothing_to_achieve.or_else(|| too_small(counted.institutions, rules)) {
                Some(reason) => ProtectedOverall::hidden(reason, bins),
                None => counted_overall(counted, noise, rules),
            }
        }
    }
}

/// For a histogram of at least two bins.
fn counted_overall(counted: &CountedOverall, noise: &Noise<'_>, rules: Rules) -> ProtectedOverall {
    let CountedOverall { label, measure, institutions, histogram, named } = counted;
    let subject = Subject { label, measure, named: *named, standard: false };
    let of_bins = rules.sigma_overall * rules.bins;
    // quantity 0 is the mean, quantity j + 1 is bin j
    let pairs = u32::try_from(histogram.len() / 2).unwrap_or(u32::MAX);
    let mut drawn = (0..=pairs).flat_map(|pair| noise.draw(subject, Pair::Overall(pair)));
    let of_mean = drawn.next().unwrap_or_default();
    let bins: Vec<f64> =
        histogram.iter().zip(drawn).map(|(&count, noise)| f64::from(count) + rules.bins * noise).collect();

    let benchmarks = (histogram.len() - 1) as f64;
    let achieved: f64 = histogram.iter().enumerate().map(|(number, &count)| number as f64 * f64::from(count)).sum();
    let share = Scale::new(*institutions, 1.0, of_bins);
    let distribution: Vec<Estimate> = bins.iter().map(|&bin| share.bin(bin)).collect();
    ProtectedOverall {
        institutions: Some(band::rounded(*institutions, rules)),
        mean_achieved: Scale::new(*institutions, benchmarks, rules.sigma_overall)
            .estimate(achieved / benchmarks + of_mean),
        share_with_all: share.estimate(bins.last().copied().unwrap_or_default()),
        quartiles: quantile::quartiles(&distribution, *institutions, rules),
        distribution,
    }
}

/// The score of an institution that achieves a benchmark.
pub(crate) const TOP_SCORE: f64 = 100.0;

/// Why a group of a size is not shown at all.
pub(crate) fn too_small(institutions: u32, rules: Rules) -> Option<HiddenReason> {
    if institutions == 0 {
        Some(HiddenReason::NotCollected)
    } else if institutions < rules.fewest_institutions() {
        Some(HiddenReason::SmallGroup)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
