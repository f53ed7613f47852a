//! What the guard compares: the rows of an area and of those around it, and how many institutions each cell counts.

use disclosure::has_low_effect;

use crate::{
    datasets::outcomes::Plan,
    domain::{AreaIndex, Period},
    policy::Insiders,
    tabulation::TablePlan,
};

use super::{
    counter::Counter,
    figures::{Counts, Gather, Headcounts},
    guard::{Guard, Guarded},
    insider::ByOthers,
    revision,
    scanner::{Rows, Scanner},
};

/// Whose institutions are counted: everybody's, or those alone that some insiders did not hand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    All,
    OthersThan(&'a Insiders),
}

impl<'a> Scanner<'a> {
    /// How many measure columns the plan has: its benchmarks, then all of them together where that is wanted.
    pub(super) fn measured(&self) -> usize {
        self.plan.benchmarks().len() + usize::from(self.plan.parts().overall)
    }

    /// The rows of each area around an area.
    pub(super) fn rows_around(&self, area: AreaIndex) -> Vec<Rows<'a>> {
        self.catalogue.around(area).iter().map(|&around| self.rows_of(around)).collect()
    }

    /// What the guard looks at: per source that holds the period, its rows and how many of them each cell counts.
    pub(super) fn guarded<'b, S: Gather>(
        &'b self,
        counts: &Counts<S>,
        rows: &'b Rows<'a>,
        around: &'b [Rows<'a>],
        period: Period,
    ) -> Vec<Guarded<'b>> {
        let cells = self.measured() * self.plan.groups().len();
        let guarded = counts.sources.iter().map(|source| {
            let (framework, _) = self.sources[source.position];
            Some(Guarded {
                source: framework,
                columns: self.columns(framework, period)?,
                rows: &rows[source.position],
                position: source.position,
                around,
                sizes: counts.kept_sizes(source, cells),
            })
        });
        guarded.flatten().collect()
    }

    /// The guard over sets as they are at their bases: those of an area, of the areas around it, and of every plan that the
    /// guard compares with.
    pub(super) fn low_effect_at_bases(
        &self,
        guard: &Guard<'_>,
        places: &[Guarded<'_>],
        whose: Whose<'_>,
        area: AreaIndex,
        period: Period,
        counter: &mut Counter,
    ) -> Vec<bool> {
        let kept = |per_source: &[Vec<u32>]| {
            let cells = places.first().map_or(0, |place| place.sizes.len());
            let of = |cell: usize| {
                let counted = places.iter().zip(per_source).filter(|(place, _)| place.sizes[cell] > 0);
                counted.map(|(_, sizes)| sizes[cell]).sum()
            };
            (0..cells).map(of).collect::<Vec<u32>>()
        };
        let around: Vec<Vec<u32>> = self
            .catalogue
            .around(area)
            .iter()
            .map(|&around| kept(&self.sizes_at_bases(whose, around, period, counter)))
            .collect();
        let without = |plan: &Plan| Scanner::new(plan, self.snapshot).sizes_at_bases(whose, area, period, counter);
        guard.low_effect_at_bases(places, &around, without)
    }

    /// Marks the cells that count a few institutions of a framework less than they would without the others, since those count
    /// under one of these: beside the table of that framework alone the answer would tell about those few. Every set is that of its
    /// own base.
    pub(super) fn replaced_few<S: Gather>(
        &self,
        counts: &Counts<S>,
        by_others: &[ByOthers<'_>],
        area: AreaIndex,
        period: Period,
        counter: &mut Counter,
    ) -> Vec<bool> {
        let cells = self.measured() * self.plan.groups().len();
        let rules = self.plan.scope().tier().rules();
        let mut few = vec![false; cells];
        let asked = self.plan.framework();
        let mut sizes = vec![0_u32; cells];
        for source in &counts.sources {
            sizes.iter_mut().zip(counts.kept_sizes(source, cells)).for_each(|(size, kept)| *size += kept);
        }
        // What is below the threshold is hidden for that.
        let is_told = |cell: usize| sizes[cell] >= self.fewest();
        for (place, source) in counts.sources.iter().enumerate() {
            let framework = self.sources[source.position].0.framework;
            if !self.plan.mapped() || !self.snapshot.is_replaced_in_part(asked, framework, period) {
                continue;
            }
            let kept = counts.kept_sizes(source, cells);
            let alone = self.alone(source.position);
            let mut compare = |whose: Whose<'_>, size: &dyn Fn(usize) -> u32| {
                let all = alone.sizes_at_bases(whose, area, period, counter);
                for (cell, &all) in
                    all.iter().flatten().enumerate().filter(|(cell, _)| kept[*cell] > 0 && is_told(*cell))
                {
                    few[cell] |= has_low_effect(all.saturating_sub(size(cell)), rules);
                }
            };
            compare(Whose::All, &|cell| source.counted.size(cell));
            for others in by_others {
                let counted = &others.counts.sources[place].counted;
                compare(Whose::OthersThan(others.insiders), &|cell| counted.size(cell));
            }
        }
        few
    }

    /// Per source that holds a period, and per measure column and group, how many institutions of an area are counted at its
    /// base.
    fn sizes_at_bases(
        &self,
        whose: Whose<'_>,
        area: AreaIndex,
        period: Period,
        counter: &mut Counter,
    ) -> Vec<Vec<u32>> {
        let rows = self.rows_of(area);
        let mut counts: Counts<Headcounts> = self.count(&rows, period, counter);
        let mut others = self.count_others(area, period, counter);
        revision::revise(self, area, &rows, period, &mut counts, &mut others);
        let counts = others
            .into_iter()
            .find(|others| whose == Whose::OthersThan(others.insiders))
            .map_or(counts, |others| others.counts);
        let cells = self.measured() * self.plan.groups().len();
        let sizes = |counted: &Headcounts| (0..cells).map(|cell| counted.size(cell)).collect();
        counts.sources.iter().map(|source| sizes(&source.counted)).collect()
    }

    /// The tier's fewest institutions.
    pub(super) fn fewest(&self) -> u32 {
        self.plan.scope().tier().rules().fewest_institutions()
    }
}
