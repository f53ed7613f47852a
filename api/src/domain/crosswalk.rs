//! The crosswalk: how a benchmark of one framework relates to another framework's, directly or through a third.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    str::FromStr,
};

use super::FrameworkIndex;

/// How a benchmark relates to one of another framework, after SKOS mapping relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// The same statement.
    Exact,
    /// The same purpose, another wording or stricter criteria.
    Close,
    /// It covers more than the other.
    Broad,
    /// It covers a part of the other.
    Narrow,
}

impl RelationKind {
    const ALL: [Self; 4] = [Self::Exact, Self::Close, Self::Broad, Self::Narrow];

    /// The kind as stored and as written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Close => "close",
            Self::Broad => "broad",
            Self::Narrow => "narrow",
        }
    }

    /// The relation read from the other side.
    pub fn reversed(self) -> Self {
        match self {
            Self::Broad => Self::Narrow,
            Self::Narrow => Self::Broad,
            same => same,
        }
    }

    /// The relation of a to c, given a to b and b to c; `None` where nothing follows (part of a whole that is part of …).
    fn then(self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Exact | Self::Close, _) | (_, Self::Exact | Self::Close) => Some(self.max(next)),
            (one, other) => (one == other).then_some(one),
        }
    }
}

impl fmt::Display for RelationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RelationKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("expected one of exact, close, broad, narrow, found `{text}`"))
    }
}

/// One row of the crosswalk: benchmark `from_number` of a framework stands in `kind` to `to_number` of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The code of the framework related from.
    pub from_framework: String,
    /// The benchmark's number there.
    pub from_number: u8,
    /// The code of the framework related to.
    pub to_framework: String,
    /// The benchmark's number there.
    pub to_number: u8,
    /// How the first relates to the second.
    pub kind: RelationKind,
    /// Who says so, and on what ground.
    pub basis: String,
}

/// How well the results behind a cell compare with the benchmark they are reported under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparability {
    /// All were assessed on this very statement.
    Exact,
    /// Some or all were assessed on a statement of the same purpose.
    Close,
    /// They were assessed on a broader statement.
    Broad,
    /// They were assessed on narrower statements, each a part of it.
    Narrow,
    /// Several frameworks contribute, and they relate differently.
    Mixed,
}

impl From<RelationKind> for Comparability {
    fn from(kind: RelationKind) -> Self {
        match kind {
            RelationKind::Exact => Self::Exact,
            RelationKind::Close => Self::Close,
            RelationKind::Broad => Self::Broad,
            RelationKind::Narrow => Self::Narrow,
        }
    }
}

/// The benchmarks of another framework that stand in for one benchmark. An institution's score is the least of them:
/// it has achieved the whole only when it has achieved every part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// Their numbers, ascending; more than one only where each is a part.
    pub numbers: Vec<u8>,
    /// How they relate to the benchmark they stand in for.
    pub kind: RelationKind,
}

/// For each pair of frameworks, what stands in for each benchmark.
#[derive(Debug, Clone, Default)]
pub struct Crosswalk {
    sources: HashMap<(FrameworkIndex, FrameworkIndex), BTreeMap<u8, Source>>,
}

type Pairs = BTreeMap<(u8, u8), RelationKind>;

/// Relations that are stated, between pairs of frameworks.
type Direct = BTreeMap<(FrameworkIndex, FrameworkIndex), Pairs>;

/// One stated relation: from a benchmark of one framework to one of another.
pub type Row = (FrameworkIndex, u8, FrameworkIndex, u8, RelationKind);

impl Crosswalk {
    /// The crosswalk over `frameworks` frameworks from `(from, number, to, number, kind)` rows. Each row is read both
    /// ways; frameworks that are not directly related are joined along the shortest chain of related ones.
    pub fn build(frameworks: usize, rows: &[Row]) -> Self {
        let mut direct = Direct::new();
        for &(from, from_number, to, to_number, kind) in rows {
            direct.entry((from, to)).or_default().insert((from_number, to_number), kind);
            direct.entry((to, from)).or_default().insert((to_number, from_number), kind.reversed());
        }
        let mut sources = HashMap::new();
        for start in (0..frameworks).map(FrameworkIndex::from) {
            for (end, pairs) in chains(start, frameworks, &direct) {
                sources.insert((start, end), choose(&pairs));
            }
        }
        Self { sources }
    }

    /// What of framework `from` stands in for benchmark `number` of framework `to`; `None` where nothing does.
    pub fn source(&self, from: FrameworkIndex, to: FrameworkIndex, number: u8) -> Option<&Source> {
        self.sources.get(&(from, to))?.get(&number)
    }

    /// Whether any benchmark of `from` stands in for one of `to`.
    pub fn relates(&self, from: FrameworkIndex, to: FrameworkIndex) -> bool {
        self.sources.get(&(from, to)).is_some_and(|map| !map.is_empty())
    }
}

/// Breadth first over the frameworks from `start`: the composed relations to every framework that a chain reaches.
fn chains(start: FrameworkIndex, frameworks: usize, direct: &Direct) -> BTreeMap<FrameworkIndex, Pairs> {
    let mut reached: BTreeMap<FrameworkIndex, Pairs> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(here) = queue.pop_front() {
        for next in (0..frameworks).map(FrameworkIndex::from).filter(|&next| next != start) {
            let Some(step) = direct.get(&(here, next)) else { continue };
            if reached.contains_key(&next) {
                continue;
            }
            let pairs = if here == start { step.clone() } else { compose(&reached[&here], step) };
            reached.insert(next, pairs);
            queue.push_back(next);
        }
    }
    reached
}

/// Joins two steps of a chain, keeping the closest relation for each pair.
fn compose(first: &Pairs, second: &Pairs) -> Pairs {
    let mut joined = Pairs::new();
    for (&(from, middle), &one) in first {
        for (&(_, to), &other) in second.range((middle, 0)..=(middle, u8::MAX)) {
            if let Some(kind) = one.then(other) {
                let entry = joined.entry((from, to)).or_insert(kind);
                *entry = kind.min(*entry);
            }
        }
    }
    joined
}

/// For each target benchmark the closest single source; only where there is none, all its parts together.
fn choose(pairs: &Pairs) -> BTreeMap<u8, Source> {
    let mut by_target: BTreeMap<u8, Vec<(RelationKind, u8)>> = BTreeMap::new();
    for (&(from, to), &kind) in pairs {
        by_target.entry(to).or_default().push((kind, from));
    }
    by_target
        .into_iter()
        .map(|(to, mut candidates)| {
            candidates.sort_unstable();
            let kind = candidates[0].0;
            let keep = if kind == RelationKind::Narrow { candidates.len() } else { 1 };
            let numbers = candidates.into_iter().take(keep).map(|(_, number)| number).collect();
            (to, Source { numbers, kind })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use RelationKind::{Broad, Close, Exact, Narrow};

    /// A crosswalk between frameworks that are numbered.
    struct Numbered(Crosswalk);

    impl Numbered {
        fn build(frameworks: usize, rows: &[(usize, u8, usize, u8, RelationKind)]) -> Self {
            let row = |&(from, from_number, to, to_number, kind): &(usize, u8, usize, u8, _)| {
                (from.into(), from_number, to.into(), to_number, kind)
            };
            Self(Crosswalk::build(frameworks, &rows.iter().map(row).collect::<Vec<_>>()))
        }

        fn source(&self, from: usize, to: usize, number: u8) -> Option<&Source> {
            self.0.source(from.into(), to.into(), number)
        }

        fn relates(&self, from: usize, to: usize) -> bool {
            self.0.relates(from.into(), to.into())
        }
    }

    #[test]
    fn a_broader_benchmark_stands_in_for_each_part_and_the_parts_together_for_the_whole() {
        let walk = Numbered::build(2, &[(0, 8, 1, 5, Broad), (0, 8, 1, 6, Broad)]);
        assert_eq!(walk.source(0, 1, 5), Some(&Source { numbers: vec![8], kind: Broad }));
        assert_eq!(walk.source(0, 1, 6), Some(&Source { numbers: vec![8], kind: Broad }));
        assert_eq!(walk.source(1, 0, 8), Some(&Source { numbers: vec![5, 6], kind: Narrow }));
        assert_eq!(walk.source(0, 1, 7), None);
    }

    #[test]
    fn a_closer_relation_wins_over_a_part() {
        let walk = Numbered::build(2, &[(0, 1, 1, 1, Close), (0, 2, 1, 1, Narrow)]);
        assert_eq!(walk.source(0, 1, 1), Some(&Source { numbers: vec![1], kind: Close }));
    }

    #[test]
    fn frameworks_are_joined_through_a_third() {
        let walk =
            Numbered::build(3, &[(0, 4, 1, 3, Close), (1, 3, 2, 3, Exact), (0, 8, 1, 5, Broad), (1, 5, 2, 5, Close)]);
        assert_eq!(walk.source(0, 2, 3), Some(&Source { numbers: vec![4], kind: Close }));
        assert_eq!(walk.source(2, 0, 8), Some(&Source { numbers: vec![5], kind: Narrow }));
        assert!(walk.relates(2, 0) && !walk.relates(0, 0));
    }

    #[test]
    fn close_after_exact_stays_close() {
        for (one, other, joined) in
            [(Close, Exact, Close), (Exact, Close, Close), (Exact, Exact, Exact), (Broad, Close, Broad)]
        {
            assert_eq!(one.then(other), Some(joined));
        }
    }

    #[test]
    fn a_part_of_something_broader_relates_to_nothing() {
        let walk = Numbered::build(3, &[(0, 1, 1, 1, Narrow), (1, 1, 2, 1, Broad)]);
        assert_eq!(walk.source(0, 2, 1), None);
    }
}
