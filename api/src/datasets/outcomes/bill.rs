//! What a plan costs: one charge for each tabulation and benchmark that it touches.

use std::{fmt::Write, sync::Arc};

use disclosure::Tier;

use crate::{
    domain::{Bill, Catalogue, Charge, Dimension, FrameworkIndex, Period},
    tabulation::TablePlan,
};

use super::{Plan, Scored, SourceFramework};

/// What of one framework is counted in a part of a table.
struct Counted<'a> {
    framework: &'a str,
    numbers: Vec<u8>,
    /// Whether it is what an unmapped question in this framework's own numbering counts.
    plain: bool,
}

impl Plan {
    /// The bill of the question. `holds` tells whether a framework has any result in a period.
    ///
    /// A tabulation is the kind of area, the named dimensions with their IN-sets, and, where benchmarks of several
    /// frameworks are counted together, which those are. Fewer areas, another order, or fewer categories of a breakdown
    /// are the same one, and so is the same question about another period or of another release: most of the noise lasts, so
    /// they tell little more. Who scored nothing is a tabulation of its own, of standard tables too. Outcomes over all benchmarks take the tabulation for each of them. Standard tables, questions
    /// about the asker's own results, and periods without results are free.
    ///
    /// The parts of the bill are those of the table that are wanted: per period each benchmark, then per period the
    /// outcomes over all benchmarks. [`part_of_cell`](Self::part_of_cell) and
    /// [`part_of_overall`](Self::part_of_overall) find them.
    pub(super) fn bill_where(&self, catalogue: &Catalogue, holds: impl Fn(FrameworkIndex, Period) -> bool) -> Bill {
        if self.scope.tier() == Tier::Own || self.is_standard() {
            return Bill::default();
        }
        let tabulation: Arc<str> = self.tabulation(catalogue).into();
        let held = |period: &Period| -> Vec<&SourceFramework> {
            self.sources.iter().filter(|source| holds(source.framework, *period)).collect()
        };
        let periods: Vec<Vec<&SourceFramework>> = self.periods.iter().map(held).collect();
        let mut parts = Vec::new();
        if self.parts.cells {
            for sources in &periods {
                for benchmark in 0..self.benchmarks.len() {
                    let counted = sources.iter().filter_map(|source| on_benchmark(source, benchmark, catalogue));
                    parts.push(self.charges(&tabulation, counted.collect()));
                }
            }
        }
        if self.parts.overall {
            for sources in &periods {
                let counted = sources.iter().filter_map(|source| over_all(source, catalogue));
                parts.push(self.charges(&tabulation, counted.collect()));
            }
        }
        Bill::of(&parts)
    }

    /// The part of the bill that a row of `overall` belongs to.
    pub fn part_of_overall(&self, row: usize) -> usize {
        let before = if self.parts.cells { self.periods.len() * self.benchmarks.len() } else { 0 };
        before + row / self.groups.len() % self.periods.len()
    }

    /// The kind of area and the named dimensions: `*` for one that is broken down, or limited to one category, whose cells
    /// are those of the breakdown; else the categories that are kept.
    fn tabulation(&self, catalogue: &Catalogue) -> String {
        let mut text = self.scope.kind_name(catalogue);
        for dimension in Dimension::ALL {
            let kept = match self.filters.get(&dimension) {
                _ if self.by.contains(&dimension) => "*".to_owned(),
                None => continue,
                Some(codes) if codes.len() == 1 => "*".to_owned(),
                Some(codes) => {
                    let code = |&code: &u8| dimension.categories()[usize::from(code) - 1].code;
                    codes.iter().map(code).collect::<Vec<_>>().join(",")
                }
            };
            let _ = write!(text, ";{}={kept}", dimension.name());
        }
        if self.scored == Scored::Zero {
            text.push_str(";none");
        }
        text
    }

    /// The charges of one part. Where benchmarks are counted together, in any reporting framework, that is a tabulation
    /// of its own about each of them; where not, it is the one that an unmapped question gets, and as free where that is.
    fn charges(&self, tabulation: &Arc<str>, mut counted: Vec<Counted<'_>>) -> Vec<Charge> {
        counted.sort_unstable_by_key(|counted| counted.framework);
        let alone = matches!(counted.as_slice(), [only] if only.plain);
        if alone && self.is_plain() && self.scope.is_of_free_kind() && self.scored == Scored::Full {
            return Vec::new();
        }
        let tabulation = if alone { tabulation.clone() } else { joined(tabulation, &counted) };
        let mut charges: Vec<Charge> = counted
            .iter()
            .flat_map(|counted| counted.numbers.iter().map(|number| format!("{}/{number}", counted.framework)))
            .map(|measure| Charge { measure: measure.into(), tabulation: tabulation.clone() })
            .collect();
        charges.sort_unstable();
        charges.dedup();
        charges
    }
}

/// What of a source is counted under one benchmark of the plan.
fn on_benchmark<'a>(source: &SourceFramework, benchmark: usize, catalogue: &'a Catalogue) -> Option<Counted<'a>> {
    let numbers = source.benchmarks[benchmark].as_ref()?.numbers.clone();
    let framework = &catalogue.frameworks()[source.framework].code;
    Some(Counted { framework, plain: numbers.len() == 1, numbers })
}

/// What of a source is counted over all benchmarks: nothing where one of them has no counterpart.
fn over_all<'a>(source: &SourceFramework, catalogue: &'a Catalogue) -> Option<Counted<'a>> {
    let mut numbers = Vec::with_capacity(source.all.len());
    for stand_in in &source.all {
        numbers.extend(&stand_in.as_ref()?.numbers);
    }
    numbers.sort_unstable();
    let framework = &catalogue.frameworks()[source.framework];
    let every = framework.benchmarks.iter().map(|benchmark| benchmark.number);
    let plain = source.all.len() == framework.benchmarks.len() && every.eq(numbers.iter().copied());
    Some(Counted { framework: &framework.code, plain, numbers })
}

/// The tabulation with what is counted together, e.g. `REGION;mapped=GATSBY-2014/5&6+HKBM-2019/8`.
fn joined(tabulation: &str, counted: &[Counted<'_>]) -> Arc<str> {
    let one = |counted: &Counted<'_>| {
        let numbers: Vec<String> = counted.numbers.iter().map(u8::to_string).collect();
        format!("{}/{}", counted.framework, numbers.join("&"))
    };
    format!("{tabulation};mapped={}", counted.iter().map(one).collect::<Vec<_>>().join("+")).into()
}
