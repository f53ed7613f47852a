//! Counts students, or the cohorts they are part of: a plan about destinations over a release becomes raw cells, or sizes.

use std::sync::Arc;

use disclosure::{
    CappedSum, Ceiling, CohortSizes, Contributions, CountedStudents, FEWEST_AROUND, HiddenReason, Label,
    RawStudentCell, RawStudentTable, SecretGroup, SizedCohort, Tier, hidden_cohort,
};

use crate::{
    domain::{AreaIndex, CohortYear, Stage},
    policy::Insiders,
    release::Snapshot,
    tabulation::{Base, TablePlan, at_base, later, outside},
};

use super::{
    Plan,
    base::{Bands, HandedInBy, Member},
};

/// Institutions with a cohort, and how large these are. Public: cohort sizes are no secret, and who was assessed is none.
#[derive(Clone, Copy, Default)]
pub(super) struct Cohorts {
    /// How many institutions.
    pub(super) institutions: u32,
    /// Their cohorts.
    pub(super) sizes: Contributions,
    pub(super) keys: u128,
}

/// Counts every cell of a plan, in its canonical order; none where they are not wanted.
pub(super) fn run(plan: &Plan, snapshot: &Snapshot) -> RawStudentTable {
    let scanner = Scanner::new(plan, snapshot);
    let mut cells = Vec::new();
    if plan.wanted {
        plan.groups().for_each(|(area, year, stage)| scanner.group(area, year, stage, &mut cells));
    }
    RawStudentTable::new(plan.scope().tier(), cells)
}

/// The cohorts behind each cell of a plan, at the same bases and behind the same guard as [`run`] counts it. Who is in a band,
/// and where students went, is not looked at.
pub(super) fn sizes(plan: &Plan, snapshot: &Snapshot) -> CohortSizes {
    let scanner = Scanner::new(plan, snapshot);
    let mut cells = Vec::with_capacity(plan.cells());
    for (area, year, stage) in plan.groups() {
        let cell = if scanner.is_withheld(area, year, stage) {
            SizedCohort::Withheld(HiddenReason::LowEffect)
        } else {
            let Cohorts { institutions, sizes: cohort, .. } = scanner.cohorts(area, year, stage);
            SizedCohort::Counted { institutions, cohort, in_part: plan.banding().is_some() }
        };
        cells.extend((0..plan.cells_of_group()).map(|_| cell));
    }
    CohortSizes::new(plan.scope().tier(), cells)
}

/// Per cell, whether it is withheld because the asker handed in all but a few of its institutions itself.
pub(super) fn known(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
    let scanner = Scanner::new(plan, snapshot);
    let known = plan.groups().map(|(area, year, stage)| scanner.is_known(area, year, stage));
    known.flat_map(|known| (0..plan.cells_of_group()).map(move |_| known)).collect()
}

/// The cohorts behind each group of a plan, `None` where the guard withholds it: for advice about hidden cells.
pub(super) fn told(plan: &Plan, snapshot: &Snapshot) -> Vec<Option<Cohorts>> {
    let scanner = Scanner::new(plan, snapshot);
    let told =
        |(area, year, stage)| (!scanner.is_withheld(area, year, stage)).then(|| scanner.cohorts(area, year, stage));
    plan.groups().map(told).collect()
}

/// What stays the same for every group of a plan.
pub(super) struct Scanner<'a> {
    pub(super) plan: &'a Plan,
    pub(super) snapshot: &'a Snapshot,
    pub(super) bands: Option<Bands>,
}

/// What is gathered for one band of one group, or for all of it where there are none.
#[derive(Clone)]
struct Gathered {
    institutions: u32,
    cohort: CappedSum,
    students: Vec<CappedSum>,
}

/// How much one institution of a group may add: to a sum of cohorts, and to one about a destination.
struct Ceilings<'a> {
    tier: Tier,
    around: &'a Cohorts,
}

impl Ceilings<'_> {
    fn of(&self, percent: u32) -> Ceiling {
        match self.tier {
            Tier::Own => Ceiling::NONE,
            Tier::Regional | Tier::International => self.around.sizes.ceiling(self.around.institutions, percent),
        }
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn new(plan: &'a Plan, snapshot: &'a Snapshot) -> Self {
        Self { plan, snapshot, bands: plan.banding().map(|banding| Bands::of(banding, snapshot)) }
    }

    /// Counts the cells of one group, in the order destinations, bands.
    fn group(&self, area: AreaIndex, year: CohortYear, stage: Stage, cells: &mut Vec<RawStudentCell>) {
        let destinations = self.plan.destinations();
        let bands = self.plan.band_count();
        if self.is_withheld(area, year, stage) {
            let withheld = destinations.len() * bands;
            cells.extend((0..withheld).map(|_| RawStudentCell::Withheld(HiddenReason::LowEffect)));
            return;
        }
        let around = self.around(area, year, stage);
        let ceilings = Ceilings { tier: self.plan.scope().tier(), around: &around };
        let empty = Gathered {
            institutions: 0,
            cohort: CappedSum::new(ceilings.of(100)),
            students: destinations
                .iter()
                .map(|destination| CappedSum::new(ceilings.of(destination.most(stage))))
                .collect(),
        };
        let mut all = Cohorts::default();
        let mut gathered = vec![empty; bands];
        let base = self.each_member(area, year, stage, |key, member| {
            all.add(key, member);
            let own = &mut gathered[member.band];
            own.institutions += 1;
            own.cohort.add(member.students.iter().sum());
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
        let period = at_base(&year.to_string().into(), base);
        let revision = base.map_or(0, |base| base.revision);
        for (position, destination) in destinations.iter().enumerate() {
            let measure = format!("destinations/{}/{}", stage.code(), destination.code());
            for ((own, name), conditions) in gathered.iter().zip(&names).zip(&conditions) {
                let measure = name.as_ref().map_or_else(|| measure.clone(), |name| format!("{measure}/{name}"));
                cells.push(RawStudentCell::Counted(CountedStudents {
                    label: Label { revision, ..Label::new(conditions.clone(), period.clone()) },
                    measure: measure.into(),
                    institutions: all.institutions,
                    cohort: all.sizes,
                    keys: all.keys,
                    students: own.students[position],
                    part: name.as_ref().map(|name| {
                        Box::new(SecretGroup {
                            measure: format!("destinations/{}/{name}", stage.code()).into(),
                            group: at_base(&name.as_str().into(), base),
                            institutions: own.institutions,
                            cohort: own.cohort,
                        })
                    }),
                }));
            }
        }
    }

    /// The cohorts of a group at its base. With bands, those of institutions that were assessed on every benchmark.
    fn cohorts(&self, area: AreaIndex, year: CohortYear, stage: Stage) -> Cohorts {
        let mut all = Cohorts::default();
        self.each_member(area, year, stage, |key, member| all.add(key, member));
        all
    }

    /// The cohorts of a group at its base, with bands too those of institutions that were not assessed on every benchmark: what
    /// sets the scale, whoever is in a band.
    fn around(&self, area: AreaIndex, year: CohortYear, stage: Stage) -> Cohorts {
        let mut all = Cohorts::default();
        let Some(columns) = self.snapshot.destinations().cohort(year, stage) else { return all };
        let rows = columns.rows_of(area, self.plan.scope().provider(), self.snapshot.catalogue());
        let base = self.base(columns, year, &rows).map(|base| base.release);
        for row in rows.into_iter().flatten() {
            let students = columns.split(row, base);
            if students.iter().any(|&students| students > 0) {
                all.add(columns.keys()[row], &Member { students, band: 0, from: HandedInBy::default() });
            }
        }
        all
    }

    /// Whether a group tells too much beside another, or beside what the asker knows. An organisation's own cohorts never do.
    fn is_withheld(&self, area: AreaIndex, year: CohortYear, stage: Stage) -> bool {
        self.plan.scope().tier() != Tier::Own
            && (self.is_close_to_another(area, year, stage) || self.is_known(area, year, stage))
    }

    /// Whether the asker, or a circle of it, handed in so much of a group that the rest of it could not be shown alone: what others
    /// handed in of cohorts or, with bands, of the results that make them.
    fn is_known(&self, area: AreaIndex, year: CohortYear, stage: Stage) -> bool {
        let mut insiders = self.plan.scope().insiders().iter();
        insiders.any(|insiders| self.is_known_to(insiders, area, year, stage))
    }

    fn is_known_to(&self, insiders: &Insiders, area: AreaIndex, year: CohortYear, stage: Stage) -> bool {
        let rules = self.plan.scope().tier().rules();
        let (mut all, mut other_cohorts, mut other_bands) = (0, Cohorts::default(), Cohorts::default());
        self.each_member(area, year, stage, |key, member| {
            all += 1;
            if !member.from.tells_cohort(insiders) {
                other_cohorts.add(key, member);
            }
            if !member.from.tells_band(insiders) {
                other_bands.add(key, member);
            }
        });
        let too_few = |others: &Cohorts| {
            let hidden = hidden_cohort(others.institutions, &others.sizes, rules).is_some();
            let few = self.bands.is_some() && others.institutions < rules.fewest_institutions();
            others.institutions < all && others.institutions > 0 && (hidden || few)
        };
        too_few(&other_cohorts) || (self.bands.is_some() && too_few(&other_bands))
    }

    /// Whether an area around has one or two more institutions with a cohort: the two answers would tell about those. Those that
    /// the asker, or a circle of it, handed in all of do not count.
    fn is_close_to_another(&self, area: AreaIndex, year: CohortYear, stage: Stage) -> bool {
        let Some(columns) = self.snapshot.destinations().cohort(year, stage) else { return false };
        let rows_of = |area| columns.rows_of(area, self.plan.scope().provider(), self.snapshot.catalogue());
        let rows = rows_of(area);
        let base = self.base(columns, year, &rows).map(|base| base.release);
        let member = |row: usize| self.member(columns, row, base);
        let mut own = rows.iter().cloned().flatten();
        own.any(|row| member(row).is_some())
            && self.snapshot.catalogue().around(area).iter().any(|&around| {
                let around = rows_of(around);
                let enough = FEWEST_AROUND as usize;
                // All of them, then those that others handed in than each of the insiders.
                let insiders = self.plan.scope().insiders();
                let mut more = vec![0; 1 + insiders.len()];
                for member in outside(&around, &rows).flatten().filter_map(member) {
                    more[0] += 1;
                    for (more, insiders) in more[1..].iter_mut().zip(insiders) {
                        *more += usize::from(!member.from.tells_all(insiders));
                    }
                    if more.iter().all(|more| *more >= enough) {
                        break;
                    }
                }
                more.iter().any(|more| (1..enough).contains(more))
            })
    }

    /// Visits each institution of a group, by record key, with what it adds at the group's base. Returns the base where it is
    /// a later one than the first that could be.
    pub(super) fn each_member(
        &self,
        area: AreaIndex,
        year: CohortYear,
        stage: Stage,
        mut visit: impl FnMut(u128, &Member),
    ) -> Option<Base> {
        let columns = self.snapshot.destinations().cohort(year, stage)?;
        let rows = columns.rows_of(area, self.plan.scope().provider(), self.snapshot.catalogue());
        let base = self.base(columns, year, &rows);
        for row in rows.into_iter().flatten() {
            if let Some(member) = self.member(columns, row, base.map(|base| base.release)) {
                visit(columns.keys()[row], &member);
            }
        }
        base.and_then(|base| later(base, columns.since()))
    }
}

impl Cohorts {
    pub(super) fn add(&mut self, key: u128, member: &Member) {
        self.institutions += 1;
        self.sizes.add(member.students.iter().sum());
        self.keys = self.keys.wrapping_add(key);
    }
}
