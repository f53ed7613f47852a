//! The bases of cells against a naive recomputation, cell by cell and release by release, on random histories.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::{HiddenReason, NoiseKey, ProtectedCell, ProtectedTable, Tier, protect};
use proptest::prelude::*;

use crate::{
    datasets::outcomes::{Plan, Question, SourceFramework, count::run},
    domain::{
        AreaIndex, AreaKind, Attributes, Catalogue, Dimension, FrameworkIndex, Period, Pseudonym, ReleasedResult,
    },
    release::Snapshot,
    tabulation::{Asked, TablePlan},
};

use super::{
    Histogram, Tally, counts_of, histograms_of,
    naive::{AUTHORITIES, BENCHMARKS, catalogue, comes_before, meets, plan, question, score, snapshot},
};

pub(crate) const RELEASES: u32 = 5;

/// Every result ever handed in: newcomers, corrections, moves, changed categories and late arrivals over five releases.
/// How much is corrected and when each framework first comes is drawn too.
pub(crate) fn history() -> impl Strategy<Value = Vec<ReleasedResult>> {
    let one = (
        (1..=RELEASES, 0..2_usize, 0..45_u8),
        (0..AUTHORITIES, any::<bool>()),
        prop_oneof![4 => Just([1; 5]), 1 => proptest::array::uniform5(0..3_u8)],
        proptest::collection::vec(
            prop_oneof![1 => Just(None), 4 => Just(Some(100)), 2 => (98..=100_u8).prop_map(Some)],
            BENCHMARKS,
        ),
        1..3_u8,
    );
    let first = prop_oneof![2 => Just(1), 1 => 1..=RELEASES];
    let rows = (proptest::collection::vec(one.clone(), 0..200), proptest::collection::vec(one, 0..150));
    ([first.clone(), first], rows).prop_map(|(first, (mut start, mut later))| {
        start.iter_mut().for_each(|(key, ..)| key.0 = first[key.1]);
        later.retain(|(key, ..)| key.0 >= first[key.1]);
        let catalogue = catalogue();
        let mut versions: BTreeMap<_, BTreeMap<u32, ReleasedResult>> = BTreeMap::new();
        for ((release, framework, institution), (authority, in_hub), attributes, mut scores, term) in
            start.into_iter().chain(later)
        {
            scores.truncate(if framework == 0 { BENCHMARKS } else { 2 });
            let result = ReleasedResult {
                institution: Pseudonym([institution; 32]),
                framework: framework.into(),
                period: Period::new(2024, term).unwrap(),
                local_authority: catalogue.area_index(&format!("A{authority}")).unwrap(),
                hub: in_hub.then(|| catalogue.area_index("Z").unwrap()),
                attributes: Attributes(attributes),
                provider: 1,
                scores,
                from: release,
                until: None,
            };
            versions.entry((framework, institution, term)).or_default().insert(release, result);
        }
        let mut results = Vec::new();
        for versions in versions.into_values() {
            let next: Vec<u32> = versions.keys().skip(1).copied().collect();
            results.extend(
                versions
                    .into_values()
                    .zip(next.into_iter().map(Some).chain([None]))
                    .map(|(result, until)| ReleasedResult { until, ..result }),
            );
        }
        results
    })
}

/// What the store gives of a history when a release is read.
pub(crate) fn as_read(history: &[ReleasedResult], release: u32) -> Vec<ReleasedResult> {
    history
        .iter()
        .filter(|result| result.from <= release)
        .map(|result| ReleasedResult { until: result.until.filter(|&until| until <= release), ..result.clone() })
        .collect()
}

/// What a release shows, as it was handed in.
fn shown_by(history: &[ReleasedResult], release: u32) -> Vec<ReleasedResult> {
    as_read(history, release).into_iter().filter(|result| result.until.is_none()).collect()
}

/// A release as if there had been none before it.
fn alone(history: &[ReleasedResult], release: u32) -> Vec<ReleasedResult> {
    shown_by(history, release).into_iter().map(|result| ReleasedResult { from: 1, ..result }).collect()
}

/// What each institution adds, by framework: its value, and the release in which it was handed in.
type Added = BTreeMap<(Pseudonym, FrameworkIndex), (u8, u32)>;

/// Of the last of some releases. Where a result under a newer framework took the place of another before, that one was as good as
/// handed in when this ended.
fn added(
    shown: &[Vec<ReleasedResult>],
    catalogue: &Catalogue,
    plan: &Plan,
    place: (AreaIndex, Period, usize),
    value: impl Fn(&SourceFramework, &ReleasedResult) -> Option<u8>,
) -> Added {
    let Some((results, before)) = shown.split_last() else { return Added::new() };
    let inside = results.iter().filter(|result| meets(result, catalogue, plan, place));
    inside
        .filter(|result| !is_replaced(result, results, catalogue, plan))
        .filter_map(|result| {
            let source = plan.sources().iter().find(|source| source.framework == result.framework)?;
            let replaced = before.iter().rposition(|results| is_replaced(result, results, catalogue, plan));
            let from = replaced.map_or(0, |release| u32::try_from(release).unwrap() + 2);
            Some(((result.institution, result.framework), (value(source, result)?, result.from.max(from))))
        })
        .collect()
}

/// Whether among some results one under a newer framework counts in the place of another.
fn is_replaced(result: &ReleasedResult, results: &[ReleasedResult], catalogue: &Catalogue, plan: &Plan) -> bool {
    let same = |other: &&ReleasedResult| {
        (other.institution, other.period) == (result.institution, result.period)
            && comes_before(other.framework, result.framework, catalogue)
            && plan.sources().iter().any(|source| source.framework == other.framework)
    };
    plan.mapped() && results.iter().filter(same).any(|other| other.scores.iter().any(Option::is_some))
}

/// The rule as it is written: one release after the other.
fn base(tier: Tier, by_release: &[Added]) -> usize {
    let fewest = tier.rules().fewest_institutions() as usize;
    let mut base = 0;
    for release in 1..by_release.len() {
        let (then, now) = (&by_release[base], &by_release[release]);
        let keys: BTreeSet<_> = then.keys().chain(now.keys()).collect();
        let changed: BTreeSet<Pseudonym> =
            keys.into_iter().filter(|key| then.get(key) != now.get(key)).map(|(institution, _)| *institution).collect();
        let enough = changed.len() >= fewest && now.len() >= fewest;
        if tier == Tier::Own || then.len() < fewest || enough {
            base = release;
        }
    }
    base
}

/// How many institutions each cell counts.
fn institutions(plan: &Plan, snapshot: &Snapshot) -> Vec<u32> {
    counts_of(plan, snapshot).iter().map(|tally| tally.institutions).collect()
}

/// Whether the guard withheld a cell: it looks at the sets of the release asked for, not at those of the base.
fn is_withheld(cell: &ProtectedCell) -> bool {
    cell.achieved.reason == Some(HiddenReason::LowEffect)
}

fn protected(plan: &Plan, snapshot: &Snapshot) -> ProtectedTable {
    protect(run(plan, snapshot).table, &NoiseKey::new([9; 32]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_cell_says_what_its_base_release_said(history in history(), question in question()) {
        let catalogue = catalogue();
        let plan = plan(&question, &catalogue, &snapshot(&[], &catalogue));
        let results: Vec<Vec<ReleasedResult>> = (1..=RELEASES).map(|release| alone(&history, release)).collect();
        let plain: Vec<Snapshot> = results.iter().map(|results| snapshot(results, &catalogue)).collect();
        let shown: Vec<Vec<ReleasedResult>> = (1..=RELEASES).map(|release| shown_by(&history, release)).collect();
        let tables: Vec<ProtectedTable> = plain.iter().map(|snapshot| protected(&plan, snapshot)).collect();
        let counts: Vec<Vec<Tally>> = plain.iter().map(|snapshot| counts_of(&plan, snapshot)).collect();
        let histograms: Vec<Vec<Histogram>> = plain.iter().map(|snapshot| histograms_of(&plan, snapshot)).collect();
        for release in 1..=RELEASES as usize {
            let read = snapshot(&as_read(&history, u32::try_from(release).unwrap()), &catalogue);
            let table = protected(&plan, &read);
            let (count, histogram) = (counts_of(&plan, &read), histograms_of(&plan, &read));
            let bases = |place, value: &dyn Fn(&SourceFramework, &ReleasedResult) -> Option<u8>| {
                let of = |release| added(&shown[..=release], &catalogue, &plan, place, value);
                base(plan.scope().tier(), &(0..release).map(of).collect::<Vec<_>>())
            };
            for cell in 0..plan.cells() {
                let [area, period, benchmark, group] = plan.coordinates(cell);
                let base = bases((plan.areas()[area], plan.periods()[period], group), &|source, result| {
                    score(&result.scores, &source.benchmarks[benchmark].as_ref()?.numbers)
                });
                // The roll is that of the first release with the period, whatever the base.
                let counted = Tally { roll: counts[base][cell].roll, ..count[cell] };
                prop_assert!(counted == counts[base][cell], "cell {cell}, base {base} of {release}");
                let (now, then) = (&table.cells()[cell], &tables[base].cells()[cell]);
                if base == 0 && !is_withheld(now) && !is_withheld(then) {
                    prop_assert!(now == then, "the noise of the first base, cell {cell} of {release}");
                }
                prop_assert!(plan.scope().tier() != Tier::Own || base + 1 == release);
            }
            for row in 0..plan.rows() {
                let (groups, periods) = (plan.groups().len(), plan.periods().len());
                let place = (plan.areas()[row / (groups * periods)], plan.periods()[row / groups % periods], row % groups);
                let base = bases(place, &|source, result| {
                    source.all.iter().try_fold(0, |achieved, stand_in| {
                        Some(achieved + u8::from(score(&result.scores, &stand_in.as_ref()?.numbers)? == 100))
                    })
                });
                let counted = Histogram { roll: histograms[base][row].roll, ..histogram[row].clone() };
                prop_assert!(counted == histograms[base][row], "row {row}, base {base} of {release}");
            }
        }
    }
}

/// Assessed under framework F in authority A0.
fn result(institution: u8, from: u32) -> ReleasedResult {
    ReleasedResult {
        institution: Pseudonym([institution; 32]),
        framework: 0.into(),
        period: Period::new(2024, 1).unwrap(),
        local_authority: catalogue().area_index("A0").unwrap(),
        hub: None,
        attributes: Attributes([1; 5]),
        provider: 1,
        scores: vec![Some(100); BENCHMARKS],
        from,
        until: None,
    }
}

/// Eleven of one phase and one of another, so that the two answers would tell about that one; then more of the other. The
/// whole stays at its base until ten have come, whatever it holds by now.
#[test]
fn the_guard_looks_at_the_sets_that_are_answered() {
    let catalogue = catalogue();
    let question = Question {
        framework: "F".into(),
        asked: Asked { area_kind: Some(AreaKind::Country), ..Asked::default() },
        by: vec![Dimension::Phase],
        ..Question::default()
    };
    let other = |number: u8, from| ReleasedResult { attributes: Attributes([2, 1, 1, 1, 1]), ..result(number, from) };
    let is_hidden = |late: u8| {
        let first = (0..11).map(|number| result(number, 1)).chain([other(11, 1)]);
        let results: Vec<ReleasedResult> = first.chain((0..late).map(|number| other(12 + number, 2))).collect();
        let snapshot = snapshot(&results, &catalogue);
        is_withheld(&protected(&plan(&question, &catalogue, &snapshot), &snapshot).cells()[0])
    };
    assert!(is_hidden(0) && is_hidden(8), "one, or too few, of the other phase");
    assert!(is_hidden(9), "there are ten of the other phase, but the whole is answered as if there were one");
    assert!(!is_hidden(10));
}

#[test]
fn it_takes_as_many_as_the_tier_has_for_a_threshold() {
    let catalogue = catalogue();
    let asked = Asked { area_kind: Some(AreaKind::Country), ..Asked::default() };
    let question = Question { framework: "F".into(), asked, ..Question::default() };
    let counted = |late: u8| {
        let results: Vec<ReleasedResult> =
            (0..12).map(|number| result(number, 1)).chain((0..late).map(|number| result(12 + number, 2))).collect();
        let snapshot = snapshot(&results, &catalogue);
        institutions(&plan(&question, &catalogue, &snapshot), &snapshot)[0]
    };
    assert_eq!([counted(0), counted(9), counted(10), counted(11)], [12, 12, 22, 23]);
}

#[test]
fn a_period_that_one_release_brings_has_no_history() {
    let catalogue = catalogue();
    let history = |results: &[ReleasedResult]| {
        let snapshot = snapshot(results, &catalogue);
        let columns = snapshot.framework(0.into()).period(Period::new(2024, 1).unwrap()).unwrap();
        (columns.history().since(), columns.history().is_empty())
    };
    assert_eq!(history(&[result(1, 5), result(2, 5)]), (5, true));
    assert_eq!(history(&[result(1, 5), result(2, 6)]), (5, false));
}
