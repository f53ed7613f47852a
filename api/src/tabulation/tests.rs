//! What every dataset relies on: the layout of cells, sealed citations, and the walk to a base.

use proptest::prelude::*;

use super::{
    Base, Layout, Versions,
    citation::{escape, unescape},
    frozen_bases, later,
};

proptest! {
    #[test]
    fn every_cell_has_a_place_of_its_own(lengths in proptest::array::uniform4(1..6_usize)) {
        let layout = Layout(lengths);
        let places: Vec<[usize; 4]> = (0..layout.cells()).map(|cell| layout.coordinates(cell)).collect();
        prop_assert!(places.is_sorted() && places.windows(2).all(|pair| pair[0] != pair[1]));
        for (cell, &at) in places.iter().enumerate() {
            prop_assert_eq!(layout.cell(at), cell);
        }
    }

    #[test]
    fn any_code_survives(code in "[%;,=a-zA-Z0-9 é-]{1,12}") {
        let escaped = escape(&code);
        prop_assert!(!escaped.contains([';', ',', '=']));
        prop_assert_eq!(unescape(&escaped).unwrap(), code);
    }
}

/// A cell that holds so many institutions at each release, all of them newcomers, of which at least ten make it public.
struct Growing<'a> {
    by_release: &'a [u32],
    now: u32,
    at_base: u32,
}

impl Versions for Growing<'_> {
    fn advance(&mut self, release: u32) {
        self.now = self.by_release[release as usize - 1];
    }

    fn may_be_shown(&mut self) -> bool {
        self.now >= 10
    }

    fn has_changed(&mut self) -> bool {
        self.now - self.at_base >= 10
    }

    fn freeze(&mut self) {
        self.at_base = self.now;
    }
}

#[test]
fn a_base_moves_while_nothing_is_shown_and_then_with_enough_changes_alone() {
    let base = |by_release: &[u32]| {
        let now = by_release[0];
        let last = u32::try_from(by_release.len()).unwrap();
        let base = frozen_bases(1, 2..=last, &mut Growing { by_release, now, at_base: now }).last();
        (base.release, base.revision)
    };
    assert_eq!(base(&[12, 13, 21]), (1, 0));
    assert_eq!(base(&[12, 13, 22, 23]), (3, 1));
    assert_eq!(base(&[12, 22, 32, 33]), (3, 2));
    assert_eq!(base(&[3, 4, 9]), (3, 0), "what is not shown yet is as new as can be");
    assert_eq!(base(&[3, 11, 12]), (2, 0), "and replaces nothing that was");
    let at = |release| Base { release, revision: 1 };
    assert_eq!((later(at(1), 1), later(at(2), 1)), (None, Some(at(2))));
}
