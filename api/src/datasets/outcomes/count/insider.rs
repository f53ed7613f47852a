//! What is left of a cell for organisations that know what they handed in themselves: the asker, and those that stand under one
//! agreement with it.
//!
//! They may take their own results off every answer. So it is given where the threshold and the guard hold among the institutions
//! that others handed in as well: where these are none, nothing is to protect; where they are fewer than the threshold, the cell
//! is not answered. Who handed in what is public to the organisations themselves, and hangs on no score.

use crate::{
    domain::{AreaIndex, Period},
    policy::Insiders,
    tabulation::outside,
};

use super::{
    counter::Counter,
    figures::{Counts, Gather, Headcounts},
    guard::Guarded,
    scanner::{Rows, Scanner},
};

/// The rows of an area, and of each around it, that others than some insiders handed in.
pub(super) struct Others<'a> {
    pub(super) insiders: &'a Insiders,
    pub(super) rows: Rows<'a>,
    pub(super) around: Vec<Rows<'a>>,
}

/// How many institutions of each cell others than some insiders handed in.
pub(super) struct ByOthers<'a> {
    pub(super) insiders: &'a Insiders,
    pub(super) counts: Counts<Headcounts>,
}

impl<'a> Scanner<'a> {
    /// The rows that others handed in, for each of the insiders that handed in anything there or around.
    pub(super) fn others(&self, area: AreaIndex, rows: &Rows<'a>, around: &[Rows<'a>]) -> Vec<Others<'a>> {
        let areas_around = self.catalogue.around(area);
        let of = |&insiders: &&'a Insiders| {
            let own = self.rows_of_insiders(area, insiders);
            let own_around: Vec<Rows<'a>> =
                areas_around.iter().map(|&around| self.rows_of_insiders(around, insiders)).collect();
            let is_any = |own: &Rows<'_>| own.iter().any(|rows| !rows.is_empty());
            (is_any(&own) || own_around.iter().any(is_any)).then(|| Others {
                insiders,
                rows: less(rows, &own),
                around: around.iter().zip(&own_around).map(|(rows, own)| less(rows, own)).collect(),
            })
        };
        self.insiders.iter().filter_map(of).collect()
    }

    /// Counts what others than each of the insiders handed in of an area.
    pub(super) fn count_others(&self, area: AreaIndex, period: Period, counter: &mut Counter) -> Vec<ByOthers<'a>> {
        let rows = self.rows_of(area);
        let mut of = |&insiders: &&'a Insiders| {
            let others = less(&rows, &self.rows_of_insiders(area, insiders));
            ByOthers { insiders, counts: self.count(&others, period, counter) }
        };
        self.insiders.iter().map(&mut of).collect()
    }

    /// What the guard looks at when it leaves out what insiders know. `counts` says which sources a cell counts, `others` how
    /// many institutions of these others handed in.
    pub(super) fn guarded_others<'b, S: Gather>(
        &'b self,
        counts: &Counts<S>,
        others: &Counts<Headcounts>,
        of: &'b Others<'a>,
        period: Period,
    ) -> Vec<Guarded<'b>> {
        let mut places = self.guarded(counts, &of.rows, &of.around, period);
        for (place, source) in places.iter_mut().zip(&others.sources) {
            for (cell, size) in place.sizes.iter_mut().enumerate().filter(|(_, size)| **size > 0) {
                *size = source.counted.size(cell);
            }
        }
        places
    }

    /// Per measure column and group, whether insiders know so much of a cell that the rest of it is too few. Cells that are
    /// below the threshold as they are are hidden for that.
    pub(super) fn known<S: Gather>(&self, counts: &Counts<S>, others: &Counts<Headcounts>) -> Vec<bool> {
        let cells = self.measured() * self.plan.groups().len();
        let mut sizes = vec![[0_u32; 2]; cells];
        for (source, others) in counts.sources.iter().zip(&others.sources) {
            for (cell, size) in counts.kept_sizes(source, cells).into_iter().enumerate().filter(|(_, size)| *size > 0) {
                sizes[cell][0] += size;
                sizes[cell][1] += others.counted.size(cell);
            }
        }
        sizes.into_iter().map(|[all, others]| all >= self.fewest() && (1..self.fewest()).contains(&others)).collect()
    }
}

/// The rows of each source less others.
fn less<'a>(rows: &Rows<'_>, own: &Rows<'_>) -> Rows<'a> {
    rows.iter().zip(own).map(|(rows, own)| outside(rows, own).collect()).collect()
}
