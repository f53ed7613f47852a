//! The read path: a viewer's question becomes a protected table. Each step demands what the one before made.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use disclosure::{CellStatus, Estimate, HiddenReason, ProtectedCell, ProtectedOverall, ProtectedTable, Tier};

use crate::{
    auth::Viewer,
    domain::{Area, Benchmark, Catalogue, Comparability, Framework, Period, Release},
    plan::{self, Group, Plan, Question},
    policy, scan,
};

use super::{Error, Exchange, advise};

/// A protected table with what is needed to read it. Cells stand in the order areas, periods, benchmarks, groups.
pub struct Tabulation {
    release: Release,
    catalogue: Arc<Catalogue>,
    plan: Plan,
    table: ProtectedTable,
    comparability: Vec<Comparability>,
    remedies: Vec<Vec<String>>,
    overall_remedies: Vec<Vec<String>>,
}

impl Exchange {
    /// Answers a question from a release, the newest when none is named.
    ///
    /// # Errors
    /// When there is no release, no grant, or the question breaks a rule. None of them depends on scores.
    pub async fn tabulate(
        &self,
        viewer: &Viewer,
        question: &Question,
        release: Option<u32>,
    ) -> Result<Tabulation, Error> {
        let world = self.world();
        let snapshot = self.snapshot(&world, release).await?;
        let catalogue = snapshot.catalogue().clone();
        let grant = policy::authorize(viewer, &world.directory, &catalogue, self.today(), question.purpose.as_deref())?;
        let plan = plan::build(question, &grant, &catalogue, |frameworks| snapshot.newest_period(frameworks))?;
        let counts = scan::run(&plan, &snapshot);
        let table = disclosure::protect(counts.table, self.noise(), plan.tier());
        let advice = advise::remedies(&plan, &grant, &snapshot, &table);
        Ok(Tabulation {
            release: snapshot.release().clone(),
            catalogue,
            plan,
            table,
            comparability: counts.comparability,
            remedies: advice.cells,
            overall_remedies: advice.overall,
        })
    }
}

impl Tabulation {
    /// The release it was answered from.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// The catalogue it was answered with.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// The framework it is reported in.
    pub fn framework(&self) -> &Framework {
        &self.catalogue.frameworks()[self.plan.framework()]
    }

    /// The tier it was answered at.
    pub fn tier(&self) -> Tier {
        self.plan.tier()
    }

    /// The purpose it was asked for.
    pub fn purpose(&self) -> &str {
        self.plan.purpose()
    }

    /// Whether it is a standard table: one kind of area × period × benchmark, no other condition.
    pub fn is_standard(&self) -> bool {
        self.plan.is_standard()
    }

    /// The protected cells.
    pub fn cells(&self) -> &[ProtectedCell] {
        self.table.cells()
    }

    /// The protected outcomes over all benchmarks, in the order areas, periods, groups.
    pub fn overall(&self) -> &[ProtectedOverall] {
        self.table.overall()
    }

    /// What a cell is about.
    pub fn cell_key(&self, cell: usize) -> (&Area, Period, &Benchmark, &Group) {
        let (area, period, benchmark, group) = self.plan.coordinates(cell);
        let number = usize::from(self.plan.benchmarks()[benchmark]);
        (
            &self.catalogue.areas()[self.plan.areas()[area]],
            self.plan.periods()[period],
            &self.framework().benchmarks[number - 1],
            &self.plan.groups()[group],
        )
    }

    /// What a row of `overall` is about.
    pub fn overall_key(&self, row: usize) -> (&Area, Period, &Group) {
        let groups = self.plan.groups().len();
        let periods = self.plan.periods().len();
        (
            &self.catalogue.areas()[self.plan.areas()[row / (groups * periods)]],
            self.plan.periods()[row / groups % periods],
            &self.plan.groups()[row % groups],
        )
    }

    /// How the results behind a cell compare with the benchmark it is reported under.
    pub fn comparability(&self, cell: usize) -> Comparability {
        self.comparability[cell]
    }

    /// What to change to get a number for a hidden cell. Computed from public attributes only.
    pub fn remedies(&self, cell: usize) -> &[String] {
        &self.remedies[cell]
    }

    /// What to change to get a number for a hidden row of `overall`.
    pub fn overall_remedies(&self, row: usize) -> &[String] {
        &self.overall_remedies[row]
    }

    /// How many cells carry a share, and how many are hidden for each reason.
    pub fn summary(&self) -> (usize, Vec<(HiddenReason, usize)>) {
        summarise(self.cells().iter().map(|cell| cell.achieved_share.reason))
    }

    /// A stable reference: the release, the tier and the canonical question. Two spellings of one question have one.
    pub fn citation(&self) -> String {
        citation(&self.release, self.plan.tier(), &self.plan.canonical(&self.catalogue))
    }
}

/// How many cells carry a value, and how many are hidden for each reason.
pub(super) fn summarise(reasons: impl Iterator<Item = Option<HiddenReason>>) -> (usize, Vec<(HiddenReason, usize)>) {
    let mut hidden: Vec<(HiddenReason, usize)> = Vec::new();
    let mut published = 0;
    for reason in reasons {
        match reason {
            None => published += 1,
            Some(reason) => match hidden.iter_mut().find(|(seen, _)| *seen == reason) {
                Some((_, count)) => *count += 1,
                None => hidden.push((reason, 1)),
            },
        }
    }
    (published, hidden)
}

/// A stable reference to an answer: the release, the tier and the canonical question.
pub(super) fn citation(release: &Release, tier: Tier, canonical: &str) -> String {
    format!("release-{}-{tier}-{}", release.number, URL_SAFE_NO_PAD.encode(canonical))
}

/// Whether an estimate is hidden for want of institutions or results, so that advice may help.
pub(super) fn wants_advice(estimate: &Estimate) -> bool {
    matches!(estimate.status, CellStatus::Confidential | CellStatus::NotAvailable)
}
