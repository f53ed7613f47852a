//! Which school came in the place of which, from the links of a register: chains of one school after another, and nothing that is not one.
//!
//! Links as they are published are noisy: they tell of splits and mergers too, some in the wrong direction, some in a ring. A chain keeps the results
//! of a school together, so only what can be nothing else makes one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// The other school came in its place.
    Successor,
    /// It came in the place of the other school.
    Predecessor,
    /// Another thing: a merger, a split, a sixth form centre.
    Other,
}

/// A link of a school with another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The line of the file.
    pub line: u64,
    /// The school's identifier.
    pub school: String,
    /// The other's identifier.
    pub other: String,
    /// What it says.
    pub kind: LinkKind,
}

/// Why a link makes no chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyDropped {
    /// It tells of no succession of one school by another.
    NoSuccession,
    /// A school would follow itself.
    Itself,
    /// Other links, or the days in the register, tell the opposite direction.
    Flipped,
    /// The school has several successors, or several predecessors.
    Split,
    /// The register has both open.
    BothOpen,
    /// The chain would lead back to its beginning.
    Ring,
    /// Results were handed in under both, so they stay two.
    BothKnown,
}

impl fmt::Display for WhyDropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSuccession => "no succession of one school by another",
            Self::Itself => "a school that follows itself",
            Self::Flipped => "the opposite is told too, or the days of opening and closing tell it",
            Self::Split => "several successors, or several predecessors",
            Self::BothOpen => "both schools are open",
            Self::Ring => "a chain that leads back to its beginning",
            Self::BothKnown => "both were handed in already, and stay two institutions",
        })
    }
}

/// A link that makes no chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedLink {
    /// The line of the file.
    pub line: u64,
    /// Why.
    pub why: WhyDropped,
}

/// The chains that links make, each from the oldest identifier to the newest, and the links that make none. `against` says what a register has against
/// a school coming in the place of another one.
pub fn chains(
    links: &[Link],
    against: impl Fn(&str, &str) -> Option<WhyDropped>,
) -> (Vec<Vec<String>>, Vec<DroppedLink>) {
    let mut dropped = Vec::new();
    let mut steps: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for Link { line, school, other, kind } in links {
        let (before, after) = match kind {
            LinkKind::Successor => (school.as_str(), other.as_str()),
            LinkKind::Predecessor => (other.as_str(), school.as_str()),
            LinkKind::Other => {
                dropped.push(DroppedLink { line: *line, why: WhyDropped::NoSuccession });
                continue;
            }
        };
        if before == after {
            dropped.push(DroppedLink { line: *line, why: WhyDropped::Itself });
        } else {
            // Both schools tell of it, each in a row of its own.
            steps.entry((before, after)).or_insert(*line);
        }
    }
    let mut drop_those = |steps: &mut BTreeMap<(&str, &str), u64>, why: &dyn Fn(&str, &str) -> Option<WhyDropped>| {
        steps.retain(|(before, after), line| match why(before, after) {
            Some(why) => {
                dropped.push(DroppedLink { line: *line, why });
                false
            }
            None => true,
        });
    };
    let told = steps.clone();
    drop_those(&mut steps, &|before, after| {
        let flipped = told.contains_key(&(after, before)).then_some(WhyDropped::Flipped);
        flipped.or_else(|| against(before, after))
    });
    let mut after: BTreeMap<&str, usize> = BTreeMap::new();
    let mut before: BTreeMap<&str, usize> = BTreeMap::new();
    for (from, to) in steps.keys() {
        *after.entry(from).or_default() += 1;
        *before.entry(to).or_default() += 1;
    }
    drop_those(&mut steps, &|from, to| (after[from] > 1 || before[to] > 1).then_some(WhyDropped::Split));
    let next: BTreeMap<&str, &str> = steps.keys().copied().collect();
    let followed: BTreeSet<&str> = next.values().copied().collect();
    let mut chains = Vec::new();
    let mut chained = BTreeSet::new();
    for &first in next.keys().filter(|first| !followed.contains(*first)) {
        let mut chain = vec![first];
        while let Some(&last) = chain.last().and_then(|last| next.get(last)) {
            chain.push(last);
        }
        chained.extend(chain.iter().copied());
        chains.push(chain.into_iter().map(str::to_owned).collect());
    }
    // Whatever has one before it and one after it and no first one is a ring.
    drop_those(&mut steps, &|from, _| (!chained.contains(from)).then_some(WhyDropped::Ring));
    dropped.sort_unstable_by_key(|link| link.line);
    (chains, dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(links: &[(&str, &str, LinkKind)], expected: &[&[&str]], lines: &[(u64, WhyDropped)]) {
        let links: Vec<Link> = links
            .iter()
            .zip(2..)
            .map(|(&(school, other, kind), line)| Link { line, school: school.into(), other: other.into(), kind })
            .collect();
        let open = |_: &str, after: &str| (after == "open").then_some(WhyDropped::BothOpen);
        let (chains, dropped) = chains(&links, open);
        assert_eq!(chains, expected);
        assert_eq!(dropped.iter().map(|link| (link.line, link.why)).collect::<Vec<_>>(), lines);
    }

    use LinkKind::{Other, Predecessor, Successor};

    #[test]
    fn a_school_is_followed_over_conversions_told_from_either_side() {
        check(&[("a", "b", Successor), ("b", "a", Predecessor), ("c", "b", Predecessor)], &[&["a", "b", "c"]], &[]);
    }

    #[test]
    fn splits_mergers_rings_and_flipped_links_make_no_chain() {
        use WhyDropped::{BothOpen, Flipped, Itself, NoSuccession, Ring, Split};
        check(&[("a", "b", Successor), ("a", "c", Successor)], &[], &[(2, Split), (3, Split)]);
        check(&[("a", "c", Successor), ("b", "c", Successor)], &[], &[(2, Split), (3, Split)]);
        check(&[("a", "b", Successor), ("b", "a", Successor)], &[], &[(2, Flipped), (3, Flipped)]);
        check(
            &[("a", "b", Successor), ("b", "c", Successor), ("c", "a", Successor), ("x", "y", Successor)],
            &[&["x", "y"]],
            &[(2, Ring), (3, Ring), (4, Ring)],
        );
        check(
            &[("a", "a", Successor), ("a", "b", Other), ("a", "open", Successor)],
            &[],
            &[(2, Itself), (3, NoSuccession), (4, BothOpen)],
        );
    }
}
