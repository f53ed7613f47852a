//! What is left of a cell for an organisation that knows what it handed in itself.
//!
//! It may take its own results off every answer. So it is answered where the threshold and the guard hold among the institutions
//! that others handed in as well: where these are none, nothing is to protect; where they are fewer than the threshold, the cell
//! is not answered. Who handed in what is public to the organisation itself, and hangs on no score.

use crate::{
    domain::{AreaIndex, Period},
    tabulation::outside,
};

use super::{
    figures::{Counts, Gather, Headcounts},
    guard::Guarded,
    scanner::{Rows, Scanner},
};

/// The rows of an area, and of each around it, that others than the asker handed in.
pub(super) struct Others<'a> {
    pub(super) rows: Rows<'a>,
    pub(super) around: Vec<Rows<'a>>,
}

impl<'a> Scanner<'a> {
    /// The rows that others handed in; `None` where the asker handed in nothing there or around.
    pub(super) fn others(&self, area: AreaIndex, rows: &Rows<'a>, around: &[Rows<'a>]) -> Option<Others<'a>> {
        let own = self.own_rows_of(area)?;
        let areas_around = self.catalogue.around(area);
        let own_around: Vec<Rows<'a>> =
            areas_around.iter().map(|&around| self.own_rows_of(around)).collect::<Option<_>>()?;
        let is_any = |own: &Rows<'_>| own.iter().any(|rows| !rows.is_empty());
        (is_any(&own) || own_around.iter().any(is_any)).then(|| Others {
            rows: less(rows, &own),
            around: around.iter().zip(&own_around).map(|(rows, own)| less(rows, own)).collect(),
        })
    }

    /// The rows of an area that others handed in.
    pub(super) fn others_of(&self, area: AreaIndex) -> Rows<'a> {
        let rows = self.rows_of(area);
        match self.own_rows_of(area) {
            Some(own) => less(&rows, &own),
            None => rows,
        }
    }

    /// What the guard looks at when it leaves out what the asker knows. `counts` says which sources a cell counts, `others` how
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

    /// Per measure column and group, whether the asker knows so much of a cell that the rest of it is too few. Cells that are
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
