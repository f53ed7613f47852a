//! What the published method tells of the noise: which parts of it two answers share. The decoder knows no other place.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::ask::Cell;

/// The shares of the variance that hang on a cell's name, and on who stands in it by the roll; the rest hangs on the set.
const OF_NAME: f64 = 0.25;
const OF_STANDING: f64 = 0.50;

/// What one answer's noise was drawn for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn<'a> {
    pub(super) cell: &'a Cell,
    pub(super) measure: u8,
    /// Who is counted.
    pub(super) members: &'a [u32],
    /// Who stands in the cell by the roll of the term.
    pub(super) roll: &'a [u32],
    pub(super) term: usize,
    /// How many bases of the cell were shown before, as far as the asker can see.
    pub(super) base: usize,
}

/// A part of the noise: answers with the same key have the same draw in it, scaled to the noise of each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layer {
    pub(super) key: u64,
    /// Its share of the variance.
    pub(super) share: f64,
}

/// The parts of one answer's noise.
pub(super) fn layers(drawn: Drawn<'_>) -> [Layer; 3] {
    let Drawn { cell, measure, members, roll, term, base } = drawn;
    [
        Layer { key: key(&(0, measure, cell)), share: OF_NAME },
        Layer { key: key(&(1, measure, roll, base)), share: OF_STANDING },
        Layer { key: key(&(2, measure, members, term, base)), share: 1.0 - OF_NAME - OF_STANDING },
    ]
}

/// The share of the variance that the terms of one cell have in common.
pub(super) fn lasting() -> f64 {
    OF_NAME + OF_STANDING
}

fn key(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn two_terms_of_one_cell_share_all_but_the_part_of_the_set() {
    let cell = Cell { area: super::population::area("E12000001"), conditions: Vec::new() };
    let drawn = |term, members| Drawn { cell: &cell, measure: 1, members, roll: &[0, 1, 2], term, base: 0 };
    let shared = |one: Drawn<'_>, other: Drawn<'_>| -> f64 {
        let same = |(one, other): (Layer, Layer)| if one.key == other.key { one.share } else { 0.0 };
        layers(one).into_iter().zip(layers(other)).map(same).sum()
    };
    assert!((shared(drawn(0, &[0, 1]), drawn(0, &[0, 1])) - 1.0).abs() < 1e-12);
    assert!((shared(drawn(0, &[0, 1]), drawn(1, &[0, 2])) - OF_NAME - OF_STANDING).abs() < 1e-12);
}
