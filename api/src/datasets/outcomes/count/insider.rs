//! What is left of a cell for organisations that know what they handed in themselves: the asker, and those that stand under one
//! agreement with it.
//!
//! They may take their own results off every answer. So it is given where the threshold and the guard hold among the institutions
//! that others handed in as well: where these are none, nothing is to protect; where they are fewer than the threshold, the cell
//! is not answered. Who handed in what is public to the organisations themselves, and hangs on no score.

use crate::{
    datasets::outcomes::Plan,
    domain::{AreaIndex, Period},
    policy::Insiders,
    release::Snapshot,
    tabulation::outside,
};

use super::{
    counter::Counter,
    figures::{Counts, Gather, Headcounts},
    guard::{Guard, Guarded},
    scanner::{Rows, Scanner},
};

/// Per area of a plan without conditions over one framework, whether its cells are for the asker what they are for somebody who
/// handed in nothing.
///
/// They are where nothing came late or was corrected there, no insider handed in anything there, and what others than each of
/// them handed in around it is not an institution or two more: then the guard finds nothing more, whichever cells would be answered.
pub(in crate::datasets::outcomes) fn as_for_anybody(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
    let scanner = Scanner::new(plan, snapshot);
    let guard = Guard::new(plan, scanner.measured(), &scanner.grouping);
    let mut counter = Counter::default();
    let mut of =
        |&area: &AreaIndex| scanner.insiders.is_empty() || scanner.is_as_for_anybody(area, &guard, &mut counter);
    plan.areas().iter().map(&mut of).collect()
}

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
    fn is_as_for_anybody(&self, area: AreaIndex, guard: &Guard<'_>, counter: &mut Counter) -> bool {
        let (rows, around) = (self.rows_of(area), self.rows_around(area));
        let others = self.others(area, &rows, &around);
        if others.iter().any(|others| others.rows != rows) {
            return false;
        }
        let is_open = |&period: &Period| {
            let held = self.sources.iter().zip(&rows).enumerate();
            let held = held.filter_map(|(position, ((source, _), rows))| {
                Some((position, *source, self.columns(source, period)?, rows))
            });
            let held: Vec<_> = held.collect();
            let is_as_ever = held.iter().all(|(_, _, columns, rows)| {
                let history = columns.history();
                let mut late = rows.iter().flat_map(|range| history.late_in(range));
                late.next().is_none() && history.past_in(area, self.catalogue).next().is_none()
            });
            is_as_ever
                && others.iter().all(|others| {
                    let places = held.iter().map(|&(position, source, columns, rows)| Guarded {
                        source,
                        columns,
                        rows,
                        position,
                        around: &others.around,
                        // As if every cell would be answered.
                        sizes: vec![self.fewest(); self.measured()],
                    });
                    !guard.low_effect(&places.collect::<Vec<_>>(), counter).contains(&true)
                })
        };
        self.plan.periods().iter().all(is_open)
    }

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
