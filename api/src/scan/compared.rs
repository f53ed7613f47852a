//! What the guard compares: the rows of an area and of those around it, and how many institutions each cell counts.

use crate::{
    domain::{AreaIndex, Period},
    plan::Plan,
};

use super::{
    count::{Counter, Counts, SourceCounts},
    guard::{Guard, Place},
    revision,
    scanner::{Rows, Scanner},
    tally::Histogram,
};

impl<'a> Scanner<'a> {
    /// The rows of each area around an area.
    pub(super) fn rows_around(&self, area: AreaIndex) -> Vec<Rows<'a>> {
        self.catalogue.around(area).iter().map(|&around| self.rows_of(around)).collect()
    }

    /// What the guard looks at: per source that holds the period, its rows and how many of them each cell counts.
    pub(super) fn places<'b>(
        &'b self,
        counts: &Counts,
        rows: &'b Rows<'a>,
        around: &'b [Rows<'a>],
        period: Period,
    ) -> Vec<Place<'b>> {
        let (groups, benchmarks) = (self.plan.groups().len(), self.plan.benchmarks().len());
        counts
            .sources
            .iter()
            .filter_map(|(position, source)| {
                let cells = (0..benchmarks).flat_map(|benchmark| (0..groups).map(move |group| (benchmark, group)));
                let kept = |kept: bool, size: u32| if kept { size } else { 0 };
                let sizes = cells
                    .map(|(benchmark, group)| {
                        let size = source.tallies[benchmark * groups + group].institutions;
                        kept(counts.keeps(size, |other| other.tallies[benchmark * groups + group].institutions), size)
                    })
                    .chain((0..source.histograms.len()).map(|group| {
                        let size = source.histograms[group].institutions();
                        kept(counts.keeps(size, |other| other.histograms[group].institutions()), size)
                    }))
                    .collect();
                let (framework, columns) = self.sources[*position];
                Some(Place {
                    source: framework,
                    columns: columns.period(period)?,
                    rows: &rows[*position],
                    position: *position,
                    around,
                    sizes,
                })
            })
            .collect()
    }

    /// The guard over sets as they are at their bases: those of an area, of the areas around it, and of every plan that the
    /// guard compares with.
    pub(super) fn low_effect_at_bases(
        &self,
        guard: &Guard<'_>,
        places: &[Place<'_>],
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
            .map(|&around| kept(&self.sizes_at_bases(around, period, counter)))
            .collect();
        let without = |plan: &Plan| Scanner::new(plan, self.snapshot).sizes_at_bases(area, period, counter);
        guard.low_effect_at_bases(places, &around, without)
    }

    /// Per source that holds a period, and per line and group, how many institutions of an area are counted at its base.
    fn sizes_at_bases(&self, area: AreaIndex, period: Period, counter: &mut Counter) -> Vec<Vec<u32>> {
        let rows = self.rows_of(area);
        let mut counts = self.count(&rows, period, counter);
        revision::revise(self, area, &rows, period, &mut counts);
        let sizes = |source: &SourceCounts| {
            let tallies = source.tallies.iter().map(|tally| tally.institutions);
            tallies.chain(source.histograms.iter().map(Histogram::institutions)).collect()
        };
        counts.sources.iter().map(|(_, source)| sizes(source)).collect()
    }
}
