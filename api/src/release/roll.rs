//! Who stands where by the roll of a period: everybody who took part up to then, whether assessed in that period or not.
//!
//! The lasting part of the noise hangs on it, so it must not change where somebody is absent from a term, is handed in late or
//! anew. It is the roll as the first release with the period knew it, and never changes after: an institution stands where its
//! newest result then was, and with the attributes that it had there. Kept is only where that differs from who has a result.

use std::{collections::HashMap, ops::Range};

use crate::domain::Dimension;

/// The dictionary codes of each dimension; 0 for blank.
type Codes = [u8; Dimension::ALL.len()];

/// How the roll of one period differs from its results, ascending by row.
#[derive(Clone, Default)]
pub struct Roll(Vec<Standing>);

/// A row about which the roll says something else than whether it has a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The row.
    pub row: u32,
    /// Whether it has a result.
    pub has_result: bool,
    /// With which codes the institution stands here by the roll, where it does.
    pub by_roll: Option<Codes>,
}

impl Roll {
    /// What differs in a range of rows.
    pub fn within(&self, rows: &Range<usize>) -> &[Standing] {
        let place = |row: usize| self.0.partition_point(|standing| (standing.row as usize) < row);
        &self.0[place(rows.start)..place(rows.end)]
    }

    /// What it takes in memory, bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.0.as_slice())
    }
}

/// One result, shown now or by an earlier release, as far as it tells where an institution stood.
pub(super) struct Stood {
    /// The record key of the institution.
    pub(super) key: u128,
    /// The position of the period among those of the framework, ascending.
    pub(super) period: usize,
    pub(super) row: u32,
    pub(super) codes: Codes,
    /// The first release that shows it, and the first that no longer does.
    pub(super) from: u32,
    pub(super) until: Option<u32>,
}

impl Stood {
    fn is_shown_by(&self, release: u32) -> bool {
        self.from <= release && self.until.is_none_or(|until| release < until)
    }
}

/// The roll of each period of a framework. `since` tells of each the first release with it.
pub(super) fn rolls(mut results: Vec<Stood>, since: &[u32]) -> Vec<Roll> {
    results.sort_unstable_by_key(|stood| (stood.key, stood.period));
    let mut rolls: Vec<HashMap<u32, Standing>> = since.iter().map(|_| HashMap::new()).collect();
    for of_one in results.chunk_by(|one, next| one.key == next.key) {
        for (period, (roll, &since)) in rolls.iter_mut().zip(since).enumerate().skip(of_one[0].period) {
            let up_to = of_one.partition_point(|stood| stood.period <= period);
            let standing = of_one[..up_to].iter().rev().find(|stood| stood.is_shown_by(since));
            let result = of_one[..up_to].iter().rev().take_while(|stood| stood.period == period);
            let result = result.clone().find(|stood| stood.until.is_none());
            match (standing, result) {
                (Some(standing), Some(result)) if standing.row == result.row && standing.codes == result.codes => {}
                (standing, result) => {
                    for stood in standing.into_iter().chain(result) {
                        let row = stood.row;
                        let has_result = result.is_some_and(|result| result.row == row);
                        let by_roll = standing.filter(|standing| standing.row == row).map(|standing| standing.codes);
                        roll.insert(row, Standing { row, has_result, by_roll });
                    }
                }
            }
        }
    }
    rolls.into_iter().map(ordered).collect()
}

fn ordered(roll: HashMap<u32, Standing>) -> Roll {
    let mut standings: Vec<Standing> = roll.into_values().collect();
    standings.sort_unstable_by_key(|standing| standing.row);
    Roll(standings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stood(key: u128, period: usize, row: u32, phase: u8, shown: Range<u32>) -> Stood {
        let codes = [phase, 0, 0, 0, 0];
        Stood { key, period, row, codes, from: shown.start, until: Some(shown.end).filter(|&until| until < 99) }
    }

    fn check(results: Vec<Stood>, since: &[u32], expected: &[&[(u32, bool, Option<u8>)]]) {
        let found: Vec<Vec<_>> = rolls(results, since)
            .iter()
            .map(|roll| {
                let tell = |one: &Standing| (one.row, one.has_result, one.by_roll.map(|codes| codes[0]));
                roll.within(&(0..100)).iter().map(tell).collect()
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn whoever_is_absent_from_a_term_stands_where_its_last_result_was() {
        let results = vec![stood(7, 0, 3, 1, 1..99), stood(7, 2, 3, 1, 1..99), stood(8, 0, 4, 1, 1..99)];
        check(results, &[1, 1, 1], &[&[], &[(3, false, Some(1)), (4, false, Some(1))], &[(4, false, Some(1))]]);
    }

    #[test]
    fn whoever_comes_late_stands_there_from_the_next_period_on() {
        // The second period came out with release 2, when this result was not there yet.
        check(vec![stood(7, 0, 3, 1, 2..99), stood(7, 1, 3, 1, 2..99)], &[1, 2], &[&[(3, true, None)], &[]]);
    }

    #[test]
    fn a_result_handed_in_anew_leaves_the_roll_of_its_period_as_it_was() {
        let results = vec![stood(7, 0, 3, 1, 1..5), stood(7, 0, 3, 2, 5..99)];
        check(results, &[1], &[&[(3, true, Some(1))]]);
        let moved = vec![stood(7, 0, 3, 1, 1..5), stood(7, 0, 9, 1, 5..99)];
        check(moved, &[1], &[&[(3, false, Some(1)), (9, true, None)]]);
    }

    #[test]
    fn whoever_moves_stands_in_the_new_place_from_then_on() {
        let results = vec![stood(7, 0, 3, 1, 1..99), stood(7, 1, 9, 1, 1..99), stood(8, 2, 5, 1, 1..99)];
        check(results, &[1, 1, 1], &[&[], &[], &[(9, false, Some(1))]]);
    }
}
