//! Destinations: a viewer's question becomes a protected table of students. Each step demands what the one before made.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use disclosure::{HiddenReason, ProtectedStudentCell, ProtectedStudentTable, RawStudentTable, Tier, hidden_cohort};

use crate::{
    domain::{AreaIndex, Catalogue, CohortYear, Destination, Release, Stage},
    plan::{self, Band, Banding, DestinationCitation, DestinationPlan, DestinationQuestion},
    policy::Grant,
    scan,
    snapshot::Snapshot,
};

use super::{
    Error, Reader,
    advise::{ask_for, coarser},
    tabulation::summary,
};

/// A protected table with what is needed to read it. Cells stand in the order areas, cohort years, stages, destinations,
/// bands.
pub struct DestinationTabulation {
    snapshot: Arc<Snapshot>,
    grant: Grant,
    plan: DestinationPlan,
    charges: usize,
    table: ProtectedStudentTable,
    /// Per group of institutions: area × cohort year × stage. Looked for when it is first read.
    remedies: OnceLock<Vec<Vec<String>>>,
}

/// What a cell is about.
pub struct DestinationKey {
    /// The area.
    pub area: AreaIndex,
    /// The cohort year.
    pub cohort_year: CohortYear,
    /// The stage.
    pub stage: Stage,
    /// The destination.
    pub destination: Destination,
    /// The band of benchmarks achieved, where the table has bands.
    pub band: Option<Band>,
}

impl Reader {
    /// Answers a question about destinations from a release, the newest when none is named.
    ///
    /// # Errors
    /// When there is no release, no grant, the question breaks a rule, or its budget is used up or cannot be charged. None
    /// of them depends on a count or a score. A question that breaks a rule is not charged.
    pub async fn destinations(
        &self,
        question: &DestinationQuestion,
        release: Option<u32>,
    ) -> Result<DestinationTabulation, Error> {
        let snapshot = self.snapshot(release).await?;
        let catalogue = snapshot.catalogue().clone();
        let grant = self.authorize(&catalogue, question.purpose.as_deref())?;
        let newest_year = || snapshot.destinations().newest_year();
        let newest_period = |framework| snapshot.newest_period(&[framework]);
        let plan = plan::build_destinations(question, &grant, &catalogue, newest_year, newest_period)?;
        let assessed = |banding: &Banding| snapshot.framework(banding.framework).period(banding.period).is_some();
        let has_groups = plan.banding().is_none_or(assessed);
        let bill =
            plan.bill(&catalogue, |year, stage| has_groups && snapshot.destinations().cohort(year, stage).is_some());
        let refused = self.charge(plan.organisation(), plan.tier(), &bill).await?;

        let raw =
            if plan.wanted() { scan::run_destinations(&plan, &snapshot) } else { RawStudentTable::new(Vec::new()) };
        let raw = raw.withhold(HiddenReason::Budget, |cell| refused.part(plan.part_of_cell(cell)));
        let table = disclosure::protect_students(raw, self.exchange.noise(), plan.tier());
        let charges = bill.charges.len();
        Ok(DestinationTabulation { snapshot, grant, plan, charges, table, remedies: OnceLock::new() })
    }
}

impl DestinationTabulation {
    /// The release it was answered from.
    pub fn release(&self) -> &Release {
        self.snapshot.release()
    }

    /// The catalogue it was answered with.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        self.snapshot.catalogue()
    }

    /// The tier it was answered at.
    pub fn tier(&self) -> Tier {
        self.plan.tier()
    }

    /// The purpose it was asked for.
    pub fn purpose(&self) -> &str {
        self.plan.purpose()
    }

    /// How many cells were asked for.
    pub fn size(&self) -> usize {
        self.plan.cells()
    }

    /// How many charges the question has by itself, whether they were made now, before, or refused.
    pub fn charges(&self) -> usize {
        self.charges
    }

    /// Whether it is a standard table: one kind of area × cohort year × stage × destination, no bands.
    pub fn is_standard(&self) -> bool {
        self.plan.banding().is_none()
    }

    /// A stable reference: the release, the tier and the canonical question. Two spellings of one question have one, and
    /// [`Reader::cited_destinations`] answers it again.
    pub fn citation(&self) -> String {
        DestinationCitation::write(self.release().number, &self.plan, self.catalogue())
    }

    /// The protected cells; empty where they were not wanted.
    pub fn cells(&self) -> &[ProtectedStudentCell] {
        self.table.cells()
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> DestinationKey {
        let at = self.plan.coordinates(cell);
        DestinationKey {
            area: self.plan.areas()[at.area],
            cohort_year: self.plan.cohort_years()[at.cohort_year],
            stage: self.plan.stages()[at.stage],
            destination: self.plan.destinations()[at.destination],
            band: self.plan.band(at),
        }
    }

    /// What to change to get a number for a hidden cell. Computed from public attributes only.
    pub fn remedies(&self, cell: usize) -> &[String] {
        let remedies = self.remedies.get_or_init(|| remedies(&self.plan, &self.grant, &self.snapshot, &self.table));
        &remedies[cell / self.plan.cells_of_group()]
    }

    /// How many cells carry a share, and how many are hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        summary(self.cells().iter().map(|cell| cell.share.reason))
    }
}

/// Per group of institutions that has a hidden cell, what to change: give up the bands, or ask for an area around it. What the
/// budget does not pay for, it pays for in no other area.
///
/// Counts institutions and cohorts, which are public. With bands, an area is proposed where each band would reach the
/// threshold if institutions were spread evenly: how they are spread is secret.
fn remedies(
    plan: &DestinationPlan,
    grant: &Grant,
    snapshot: &Snapshot,
    table: &ProtectedStudentTable,
) -> Vec<Vec<String>> {
    let catalogue = snapshot.catalogue();
    let shown = |plan: &DestinationPlan| -> Vec<bool> {
        let rules = plan.tier().rules();
        let bands = plan.banding().map_or(0, |banding| banding.bands.len());
        let enough = rules.fewest_institutions().saturating_mul(u32::try_from(bands).unwrap_or(u32::MAX));
        let shown = |group: &scan::Cohorts| {
            group.institutions >= enough && hidden_cohort(group.institutions, &group.sizes, rules).is_none()
        };
        scan::cohorts(plan, snapshot).iter().map(shown).collect()
    };
    let mut hidden: Vec<bool> = table
        .cells()
        .chunks(plan.cells_of_group())
        .map(|cells| cells.iter().any(|cell| cell.share.reason.is_some()))
        .collect();
    let mut remedies = vec![Vec::new(); plan.groups()];
    if !hidden.contains(&true) {
        return remedies;
    }
    if let Some(plain) = plan.without_bands() {
        for (group, _) in shown(&plain).into_iter().enumerate().filter(|&(group, shown)| shown && hidden[group]) {
            remedies[group].push("drop byBenchmarksAchieved".to_owned());
        }
    }
    for (hidden, cells) in hidden.iter_mut().zip(table.cells().chunks(plan.cells_of_group())) {
        *hidden &= cells[0].share.reason != Some(HiddenReason::Budget);
    }
    let groups_of_area = plan.groups() / plan.areas().len();
    // Many areas lie in the same ones: each is looked into once.
    let mut over: HashMap<AreaIndex, Vec<bool>> = HashMap::new();
    for (position, &area) in plan.areas().iter().enumerate() {
        let own = position * groups_of_area..(position + 1) * groups_of_area;
        if !hidden[own.clone()].contains(&true) {
            continue;
        }
        for around in coarser(area, plan.tier(), grant, catalogue) {
            let over = over.entry(around).or_insert_with(|| shown(&plan.over(around)));
            for (group, shown) in own.clone().zip(over) {
                if *shown && hidden[group] {
                    remedies[group].push(ask_for(around, catalogue));
                }
            }
        }
    }
    remedies
}
