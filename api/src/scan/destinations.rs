//! Counts students: a plan about destinations over a snapshot becomes raw cells.

mod base;

use std::sync::Arc;

use disclosure::{
    Contributions, CountedStudents, FEWEST_AROUND, HiddenReason, Label, RawStudentCell, RawStudentTable, SecretGroup,
};

use crate::{
    domain::{AreaIndex, CohortYear, Stage},
    plan::DestinationPlan,
    snapshot::Snapshot,
};

use super::guard::outside;

use base::{Bands, Member};

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
/// about hidden cells. With bands, those of institutions that were assessed on every benchmark. As of each group's base, as its
/// cells are.
pub fn cohorts(plan: &DestinationPlan, snapshot: &Snapshot) -> Vec<Cohorts> {
    let scanner = Scanner::new(plan, snapshot);
    let mut groups = Vec::with_capacity(plan.groups());
    for &area in plan.areas() {
        for &year in plan.cohort_years() {
            for &stage in plan.stages() {
                let mut all = Cohorts::default();
                scanner.each_member(area, year, stage, |key, member| all.add(key, member));
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
    bands: Option<Bands>,
}

/// What is gathered for one band of one group, or for all of it where there are none.
#[derive(Clone)]
struct Gathered {
    inside: Cohorts,
    students: Vec<Contributions>,
}

impl<'a> Scanner<'a> {
    fn new(plan: &'a DestinationPlan, snapshot: &'a Snapshot) -> Self {
        Self { plan, snapshot, bands: plan.banding().map(|banding| Bands::of(banding, snapshot)) }
    }

    /// Counts the cells of one group, in the order destinations, bands.
    fn group(&self, area: AreaIndex, year: CohortYear, stage: Stage, cells: &mut Vec<RawStudentCell>) {
        let destinations = self.plan.destinations();
        let bands = self.plan.banding().map_or(1, |banding| banding.bands.len());
        if self.is_close_to_another(area, year, stage) {
            let withheld = destinations.len() * bands;
            cells.extend((0..withheld).map(|_| RawStudentCell::Withheld(HiddenReason::LowEffect)));
            return;
        }
        let mut all = Cohorts::default();
        let empty =
            Gathered { inside: Cohorts::default(), students: vec![Contributions::default(); destinations.len()] };
        let mut gathered = vec![empty; bands];
        let base = self.each_member(area, year, stage, |key, member| {
            all.add(key, member);
            let own = &mut gathered[member.band];
            own.inside.add(key, member);
            for (sum, &destination) in own.students.iter_mut().zip(destinations) {
                sum.add(member.students[destination as usize]);
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
        let period: Arc<str> = base.map_or_else(|| year.to_string(), |base| format!("{year}@{base}")).into();
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
                    part: name.as_ref().map(|name| {
                        Box::new(SecretGroup {
                            measure: format!("destinations/{}/{name}", stage.code()).into(),
                            group: base.map_or_else(|| name.clone(), |base| format!("{name}@{base}")).into(),
                            institutions: own.inside.institutions,
                            cohort: own.inside.sizes,
                        })
                    }),
                }));
            }
        }
    }

    /// Whether an area around has one or two more institutions with a cohort: the two answers would tell about those.
    fn is_close_to_another(&self, area: AreaIndex, year: CohortYear, stage: Stage) -> bool {
        let Some(columns) = self.snapshot.destinations().cohort(year, stage) else { return false };
        let rows_of = |area| columns.rows_of(area, self.plan.provider(), self.snapshot.catalogue());
        let rows = rows_of(area);
        let base = self.base(columns, &rows);
        let counts = |row: &usize| self.member(columns, *row, base).is_some();
        let mut own = rows.iter().cloned().flatten();
        own.any(|row| counts(&row))
            && self.snapshot.catalogue().around(area).iter().any(|&around| {
                let around = rows_of(around);
                let outside = outside(&around, &rows).flatten();
                (1..FEWEST_AROUND as usize).contains(&outside.filter(counts).take(FEWEST_AROUND as usize).count())
            })
    }

    /// Visits each institution of a group, by record key, with what it adds at the group's base. Returns the base where it is
    /// a later one than the first that could be.
    fn each_member(
        &self,
        area: AreaIndex,
        year: CohortYear,
        stage: Stage,
        mut visit: impl FnMut(u128, &Member),
    ) -> Option<u32> {
        let columns = self.snapshot.destinations().cohort(year, stage)?;
        let rows = columns.rows_of(area, self.plan.provider(), self.snapshot.catalogue());
        let base = self.base(columns, &rows);
        for row in rows.into_iter().flatten() {
            if let Some(member) = self.member(columns, row, base) {
                visit(columns.keys()[row], &member);
            }
        }
        base.filter(|&base| base > columns.since())
    }
}

impl Cohorts {
    fn add(&mut self, key: u128, member: &Member) {
        self.institutions += 1;
        self.sizes.add(member.students.iter().sum());
        self.keys = self.keys.wrapping_add(key);
    }
}

#[cfg(test)]
mod tests;
