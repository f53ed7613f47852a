//! What a cell counts: which benchmarks of which frameworks.

use std::{borrow::Cow, fmt::Write, sync::Arc};

use crate::{
    datasets::outcomes::{Scored, SourceFramework},
    domain::{Comparability, RelationKind, Source},
};

use super::scanner::Scanner;

/// What a cell counts.
pub(super) struct Measure {
    /// Its name. It does not depend on the framework the cell is reported in, so asking in another numbering draws the same
    /// noise.
    pub(super) name: Arc<str>,
    /// How the results behind it compare with the benchmark they are reported under.
    pub(super) comparability: Comparability,
    /// Whether no dimension is named, and one benchmark of one framework is counted: then it belongs to a standard table,
    /// however it was asked for.
    pub(super) standard: bool,
}

/// The measures of one column of a table. Each is made once: which sources contribute to a cell hardly ever changes.
#[derive(Default)]
pub(super) struct Measures(Vec<(Vec<usize>, Measure)>);

impl Measures {
    /// The measure of cells to which the sources at some positions contribute; `make` makes it where it is not known.
    pub(super) fn of(&mut self, contributors: &[usize], make: impl FnOnce() -> Measure) -> &Measure {
        let place = self.0.iter().position(|(known, _)| known.iter().eq(contributors)).unwrap_or_else(|| {
            self.0.push((contributors.to_vec(), make()));
            self.0.len() - 1
        });
        &self.0[place].1
    }
}

impl Scanner<'_> {
    /// The measure of a benchmark's cell.
    pub(super) fn measure(&self, benchmark: usize, contributors: &[usize]) -> Measure {
        let sources = || contributors.iter().map(|&position| self.sources[position].0.benchmarks[benchmark].as_ref());
        let single = |source: Option<&Source>| source.is_some_and(|source| source.numbers.len() == 1);
        let name = self.name(contributors, |source| {
            source.benchmarks[benchmark].as_ref().map_or(Cow::default(), |source| Cow::Borrowed(&source.numbers))
        });
        let scored = self.plan.scored();
        Measure {
            // Who scored nothing is another measure, whose noise has nothing in common with that of who achieved it.
            name: if scored == Scored::Zero { format!("{name}/none").into() } else { name },
            comparability: compared(sources().flatten()),
            standard: scored == Scored::Full
                && self.plan.is_plain()
                && contributors.len() == 1
                && sources().all(single),
        }
    }

    /// The measure of outcomes over all benchmarks.
    pub(super) fn measure_over_all(&self, contributors: &[usize]) -> Measure {
        let name = self.name(contributors, |source| {
            let mut numbers: Vec<u8> = source.all.iter().flatten().flat_map(|source| source.numbers.clone()).collect();
            numbers.sort_unstable();
            Cow::Owned(numbers)
        });
        let sources = contributors.iter().flat_map(|&position| self.sources[position].0.all.iter().flatten());
        Measure { name, comparability: compared(sources), standard: false }
    }

    fn name(&self, contributors: &[usize], numbers: impl Fn(&SourceFramework) -> Cow<'_, [u8]>) -> Arc<str> {
        let part = |position: usize| {
            let source = self.sources[position].0;
            let mut text = self.catalogue.frameworks()[source.framework].code.clone() + "/";
            for (place, number) in numbers(source).iter().enumerate() {
                let _ = write!(text, "{}{number}", if place == 0 { "" } else { "&" });
            }
            text
        };
        if let [only] = contributors {
            return part(*only).into();
        }
        let mut parts: Vec<String> = contributors.iter().map(|&position| part(position)).collect();
        parts.sort_unstable();
        parts.join("+").into()
    }
}

/// How results that come in by some sources compare with what they are reported under: as each of them, where they are alike.
fn compared<'a>(sources: impl Iterator<Item = &'a Source>) -> Comparability {
    let mut kinds = sources.map(|source| source.kind);
    let first = kinds.next().unwrap_or(RelationKind::Exact);
    if kinds.all(|kind| kind == first) { first.into() } else { Comparability::Mixed }
}
