//! Counts students: a plan about destinations over a snapshot becomes raw cells.

use std::{collections::HashMap, ops::Range, sync::Arc};

use disclosure::{Contributions, CountedStudents, Label, RawStudentCell, RawStudentTable, SecretGroup};

use crate::{
    domain::{AreaIndex, CohortYear, Stage},
    plan::{Banding, DestinationPlan},
    snapshot::{CohortColumns, NOT_ASSESSED, Snapshot},
};

/// Institutions with a cohort, and how large these are. Public: cohort sizes are no secret, and who was assessed is none.
#[derive(Clone, Copy, Default)]
pub struct Cohorts {
    /// How many institutions.
    pub institutions: u32,
    /// Their cohorts.
    pub sizes: Contributions,
    keys: u128,
}

/// Counts every cell of a plan, in its canonical order.
pub fn run_destinations(plan: &DestinationPlan, snapshot: &Snapshot) -> RawStudentTable {
    let scanner = Scanner::new(plan, snapshot);
    let mut cells = Vec::with_capacity(plan.cells());
    for &area in plan.areas() {
        for &year in plan.cohort_years() {
            for &stage in plan.stages() {
                scanner.group(area, year, stage, &mut cells);
            }
        }
    }
    RawStudentTable::new(cells)
}

/// The cohorts behind each group of a plan, in the order areas, cohort years, stages, and nothing else: public, for advice
/// about hidden cells. With bands, those of institutions that were assessed on every benchmark.
pub fn cohorts(plan: &DestinationPlan, snapshot: &Snapshot) -> Vec<Cohorts> {
    let scanner = Scanner::new(plan, snapshot);
    let mut groups = Vec::with_capacity(plan.groups());
    for &area in plan.areas() {
        for &year in plan.cohort_years() {
            for &stage in plan.stages() {
                let mut all = Cohorts::default();
                scanner.each_row(area, year, stage, |columns, row, _| all.add(columns, row));
                groups.push(all);
            }
        }
    }
    groups
}

/// What stays the same for every group of a plan.
struct Scanner<'a> {
    plan: &'a DestinationPlan,
    snapshot: &'a Snapshot,
    /// With bands, the band of every institution that was assessed on every benchmark, by record key.
    band_of: Option<HashMap<u128, usize>>,
}

/// What is gathered for one band of one group, or for all of it where there are none.
#[derive(Clone)]
struct Gathered {
    inside: Cohorts,
    students: Vec<Contributions>,
}

impl<'a> Scanner<'a> {
    fn new(plan: &'a DestinationPlan, snapshot: &'a Snapshot) -> Self {
        Self { plan, snapshot, band_of: plan.banding().map(|banding| bands_of(banding, snapshot)) }
    }

    /// Counts the cells of one group, in the order destinations, bands.
    fn group(&self, area: AreaIndex, year: CohortYear, stage: Stage, cells: &mut Vec<RawStudentCell>) {
        let destinations = self.plan.destinations();
        let bands = self.plan.banding().map_or(1, |banding| banding.bands.len());
        let mut all = Cohorts::default();
        let empty =
            Gathered { inside: Cohorts::default(), students: vec![Contributions::default(); destinations.len()] };
        let mut gathered = vec![empty; bands];
        self.each_row(area, year, stage, |columns, row, band| {
            all.add(columns, row);
            let own = &mut gathered[band];
            own.inside.add(columns, row);
            for (sum, &destination) in own.students.iter_mut().zip(destinations) {
                sum.add(columns.students(destination)[row]);
            }
        });
        let catalogue = self.snapshot.catalogue();
        let names: Vec<Option<String>> = match self.plan.banding() {
            None => vec![None],
            Some(banding) => banding.bands.iter().map(|&band| self.plan.band_name(catalogue, Some(band))).collect(),
        };
        let conditions: Vec<Arc<str>> = match self.plan.banding() {
            None => vec![self.plan.conditions(catalogue, area, None).into()],
            Some(banding) => {
                let of = |&band: &_| self.plan.conditions(catalogue, area, Some(band)).into();
                banding.bands.iter().map(of).collect()
            }
        };
        let period: Arc<str> = year.to_string().into();
        for (position, destination) in destinations.iter().enumerate() {
            let measure = format!("destinations/{}/{}", stage.code(), destination.code());
            for ((own, name), conditions) in gathered.iter().zip(&names).zip(&conditions) {
                let measure = name.as_ref().map_or_else(|| measure.clone(), |name| format!("{measure}/{name}"));
                cells.push(RawStudentCell::Counted(CountedStudents {
                    label: Label { conditions: conditions.clone(), period: period.clone() },
                    measure: measure.into(),
                    institutions: all.institutions,
                    cohort: all.sizes,
                    keys: all.keys,
                    students: own.students[position],
                    part: name.as_ref().map(|name| SecretGroup {
                        measure: format!("destinations/{}/{name}", stage.code()).into(),
                        institutions: own.inside.institutions,
                        cohort: own.inside.sizes,
                    }),
                }));
            }
        }
    }

    /// Visits each institution of a group that has a cohort, with its band; 0 where there are none.
    fn each_row(
        &self,
        area: AreaIndex,
        year: CohortYear,
        stage: Stage,
        mut visit: impl FnMut(&CohortColumns, usize, usize),
    ) {
        let Some(columns) = self.snapshot.destinations().cohort(year, stage) else { return };
        for row in columns.rows_of(area, self.plan.provider(), self.snapshot.catalogue()).into_iter().flatten() {
            let band = match &self.band_of {
                None => Some(0),
                Some(bands) => bands.get(&columns.keys()[row]).copied(),
            };
            if let Some(band) = band.filter(|_| columns.cohorts()[row] > 0) {
                visit(columns, row, band);
            }
        }
    }
}

impl Cohorts {
    fn add(&mut self, columns: &CohortColumns, row: usize) {
        self.institutions += 1;
        self.sizes.add(columns.cohorts()[row]);
        self.keys = self.keys.wrapping_add(columns.keys()[row]);
    }
}

/// The band of every institution that was assessed on every benchmark of the framework in the period, by record key.
fn bands_of(banding: &Banding, snapshot: &Snapshot) -> HashMap<u128, usize> {
    let framework = snapshot.framework(banding.framework);
    let Some(columns) = framework.period(banding.period) else { return HashMap::new() };
    let benchmarks = &snapshot.catalogue().frameworks()[banding.framework].benchmarks;
    let rows: Range<usize> = 0..framework.keys().len();
    rows.filter_map(|row| {
        let achieved = benchmarks.iter().try_fold(0, |achieved, benchmark| {
            let score = columns.score(benchmark.number)[row];
            (score != NOT_ASSESSED).then_some(achieved + usize::from(score == 100))
        })?;
        let band = banding.bands.iter().position(|band| (band.lowest..=band.highest).contains(&achieved))?;
        Some((framework.keys()[row], band))
    })
    .collect()
}

#[cfg(test)]
mod tests;
