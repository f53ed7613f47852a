//! Institutions with results under several frameworks in one period: a table that brings frameworks together counts each once.
//!
//! Which of its results counts is decided by public facts: the one under the newest published of its frameworks, whatever the results
//! say, and whichever of the frameworks is asked for: two answers that count the same institutions with the same noise, and another
//! result of one of them, would tell how far its two results are apart. What counts no longer, since a result under a newer framework
//! came, is laid out as though it had been replaced in the release that brought that one. So every release goes on showing what it
//! showed, and an institution that comes under another framework is a change like any other.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use disclosure::Method;
use typed_index_collections::TiVec;

use crate::domain::{AreaIndex, Catalogue, Dimension, FrameworkIndex, Period};

use super::{
    History, Late, NOT_ASSESSED, Past,
    columns::{Columns, FrameworkColumns},
    row_group::RowGroup,
};

/// From which release on something is shown, and from which no longer.
type Shown = (u32, Option<u32>);

/// Per framework asked for, framework and period, the columns that count otherwise beside those of a newer framework than on their
/// own.
pub(super) fn overlaps(
    frameworks: &TiVec<FrameworkIndex, FrameworkColumns>,
    catalogue: &Catalogue,
) -> HashMap<(FrameworkIndex, FrameworkIndex, Period), Columns> {
    let mut overlaps = HashMap::new();
    for period in shared_periods(frameworks) {
        for asked in frameworks.keys() {
            let preferred = by_preference(asked, catalogue);
            let mut there = preferred.iter().filter_map(|&framework| frameworks[framework].period(period));
            if there.any(|columns| columns.method < Method::Third) {
                continue;
            }
            let mut before: HashMap<u128, Vec<Shown>> = HashMap::new();
            for &framework in &preferred {
                let of = &frameworks[framework];
                let Some(columns) = of.period(period) else { continue };
                let shown = shown(of, columns);
                if shown.iter().any(|(key, ..)| before.contains_key(key)) {
                    overlaps.insert((asked, framework, period), without(of, columns, &before));
                }
                shown.into_iter().for_each(|(key, shown)| before.entry(key).or_default().push(shown));
            }
        }
    }
    overlaps
}

/// The periods for which several frameworks have results of one institution.
fn shared_periods(frameworks: &TiVec<FrameworkIndex, FrameworkColumns>) -> Vec<Period> {
    let mut seen: BTreeMap<Period, HashSet<u128>> = BTreeMap::new();
    let mut shared = Vec::new();
    let several = |period: Period| frameworks.iter().filter(|framework| framework.period(period).is_some()).count() > 1;
    for framework in frameworks {
        for (&period, columns) in framework.periods.iter().filter(|(period, _)| several(**period)) {
            let keys: HashSet<u128> = shown(framework, columns).into_iter().map(|(key, _)| key).collect();
            let before = seen.entry(period).or_default();
            if !shared.contains(&period) && keys.iter().any(|key| before.contains(key)) {
                shared.push(period);
            }
            before.extend(keys);
        }
    }
    shared
}

/// The framework asked for and those that the crosswalk brings to it, the newest first.
fn by_preference(asked: FrameworkIndex, catalogue: &Catalogue) -> Vec<FrameworkIndex> {
    let frameworks = catalogue.frameworks();
    let counts = |&other: &FrameworkIndex| other == asked || catalogue.crosswalk().relates(other, asked);
    let mut counted: Vec<FrameworkIndex> = frameworks.keys().filter(counts).collect();
    counted.sort_by_key(|&other| (Reverse(frameworks[other].year), &frameworks[other].code));
    counted
}

/// Every result of a period, by record key, with the releases that show it.
fn shown(framework: &FrameworkColumns, columns: &Columns) -> Vec<(u128, Shown)> {
    let history = columns.history();
    let now = (0..framework.keys.len()).filter(|&row| has_result(columns, row));
    let now = now.map(|row| (framework.keys[row], (from(history, row), None)));
    let then = history.row_groups.iter().flat_map(|group| group.rows.clone()).map(|place| history.past_at(place));
    let then = then.filter(|(_, scores)| scores.iter().any(|score| *score != NOT_ASSESSED));
    now.chain(then.map(|(past, _)| (past.key, (past.from, Some(past.until))))).collect()
}

fn has_result(columns: &Columns, row: usize) -> bool {
    columns.scores.iter().any(|scores| scores[row] != NOT_ASSESSED)
}

/// The first release that shows the result of a row as it is.
fn from(history: &History, row: usize) -> u32 {
    let late = history.late_in(&(row..row + 1)).first();
    late.map_or(history.since, |late| late.from)
}

/// What is left of the releases that show something, where others take its place in theirs.
fn less(shown: Shown, others: &[Shown]) -> Vec<Shown> {
    let mut left = vec![shown];
    for &(start, end) in others {
        left = left
            .into_iter()
            .flat_map(|(from, until)| {
                let earlier = (from, Some(until.map_or(start, |until| until.min(start))));
                let later = end.map(|end| (from.max(end), until));
                [Some(earlier), later].into_iter().flatten()
            })
            .filter(|&(from, until)| until.is_none_or(|until| from < until))
            .collect();
    }
    left
}

/// A result that stands in the history, with where it stood.
struct Stood {
    place: (AreaIndex, Option<AreaIndex>, i64),
    past: Past,
    scores: Vec<u8>,
}

/// The columns of a period without the results in whose place others count.
fn without(framework: &FrameworkColumns, columns: &Columns, others: &HashMap<u128, Vec<Shown>>) -> Columns {
    let history = columns.history();
    let mut scores = columns.scores.clone();
    let (mut late, mut gone, mut stood) = (Vec::new(), Vec::new(), Vec::new());
    for group in &framework.row_groups {
        for row in group.rows.clone().filter(|&row| has_result(columns, row)) {
            let number = u32::try_from(row).unwrap_or(u32::MAX);
            let key = framework.keys[row];
            let own = from(history, row);
            let left = others.get(&key).map_or_else(|| vec![(own, None)], |others| less((own, None), others));
            let is_there = |shown: &Shown| shown.1.is_none();
            match left.iter().find(|shown| is_there(shown)) {
                Some(&(from, _)) if from > history.since => late.push(Late { row: number, from }),
                Some(_) => {}
                None => {
                    gone.push(number);
                    scores.iter_mut().for_each(|scores| scores[row] = NOT_ASSESSED);
                }
            }
            for (from, until) in left.into_iter().filter_map(|(from, until)| Some((from, until?))) {
                let attributes =
                    std::array::from_fn::<u8, { Dimension::ALL.len() }, _>(|at| columns.attributes[at][row]);
                stood.push(Stood {
                    place: (group.local_authority, group.hub, group.provider),
                    past: Past { key, provider: group.provider, attributes, from, until },
                    scores: columns.scores.iter().map(|scores| scores[row]).collect(),
                });
            }
        }
    }
    for group in &history.row_groups {
        for place in group.rows.clone() {
            let (past, scores) = history.past_at(place);
            let none = Vec::new();
            let others = others.get(&past.key).unwrap_or(&none);
            for (from, until) in less((past.from, Some(past.until)), others) {
                let Some(until) = until else { continue };
                let Past { key, provider, attributes, .. } = *past;
                stood.push(Stood {
                    place: (group.local_authority, group.hub, group.provider),
                    past: Past { key, provider, attributes, from, until },
                    scores: scores.to_vec(),
                });
            }
        }
    }
    stood.sort_by_key(|stood| (stood.place, stood.past.key, stood.past.from));
    let mut row_groups: Vec<RowGroup> = Vec::new();
    for of_place in stood.chunk_by(|one, next| one.place == next.place) {
        let start = row_groups.last().map_or(0, |last| last.rows.end);
        let (local_authority, hub, provider) = of_place[0].place;
        row_groups.push(RowGroup { local_authority, hub, provider, rows: start..start + of_place.len() });
    }
    Columns {
        attributes: columns.attributes.clone(),
        presence: columns.presence.with_incomplete(&gone),
        history: History {
            since: history.since,
            late,
            row_groups,
            scores: stood.iter().flat_map(|stood| stood.scores.iter().copied()).collect(),
            past: stood.into_iter().map(|stood| stood.past).collect(),
        },
        roll: columns.roll.clone(),
        method: columns.method,
        scores,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_before_and_after_others_is_left() {
        let check = |shown: Shown, others: &[Shown], expected: &[Shown]| {
            assert_eq!(less(shown, others), expected, "{shown:?} less {others:?}");
        };
        check((1, None), &[], &[(1, None)]);
        check((1, None), &[(1, None)], &[]);
        check((1, None), &[(3, None)], &[(1, Some(3))]);
        check((4, None), &[(3, None)], &[]);
        check((1, None), &[(2, Some(4))], &[(1, Some(2)), (4, None)]);
        check((3, None), &[(2, Some(4)), (6, None)], &[(4, Some(6))]);
        check((1, Some(5)), &[(2, Some(3))], &[(1, Some(2)), (3, Some(5))]);
        check((1, Some(2)), &[(2, None)], &[(1, Some(2))]);
    }
}
