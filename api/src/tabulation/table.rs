//! An answer: a protected table with what is needed to read it.

use std::sync::{Arc, OnceLock};

use disclosure::{HiddenReason, NoiseKey, Tier};

use crate::{
    domain::{AuditRecord, Catalogue, Release},
    policy::Grant,
    release::Snapshot,
};

use super::{
    Citation, Dataset, Lookup, Paid, TablePlan,
    advice::{self, Advised},
    summary::summary,
};

/// A question that is paid for: everything that answering it needs, but the key of the noise. It owns all of it, so that
/// [`tabulate`] can be done by any thread.
pub struct Bought<D: Dataset> {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) grant: Grant,
    pub(super) tables: Vec<Paid<D::Plan>>,
    pub(super) charges: usize,
    pub(super) is_charged: bool,
}

/// A protected table with what is needed to read it.
pub struct Tabulation<D: Dataset> {
    snapshot: Arc<Snapshot>,
    grant: Grant,
    plans: Vec<D::Plan>,
    charges: usize,
    table: D::Protected,
    /// Looked for when it is first read: it may take more than the table itself.
    advice: OnceLock<Vec<Vec<String>>>,
}

impl<D: Dataset> Advised for Tabulation<D> {
    fn hidden(&self) -> usize {
        D::reasons(&self.table).flatten().count()
    }

    fn look_into_remedies(&self) {
        self.advise();
    }
}

/// A figure of a table, by the cell that it stands in or speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The position of the table among the plans of the question.
    pub table: usize,
    /// The position of the cell in that table.
    pub cell: usize,
    /// Why it is hidden, where it is.
    pub reason: Option<HiddenReason>,
}

/// A question that is paid for and not in the book, or not all of it.
pub struct Uncounted<D: Dataset> {
    bought: Bought<D>,
    part: Option<D::Part>,
}

impl<D: Dataset> Uncounted<D> {
    /// How many cells all tables have together, which is what counting them takes.
    pub fn cells(&self) -> usize {
        self.bought.cells()
    }
}

/// Counts what the book does not have, and protects: the whole work of an answer, without a wait in it.
pub fn tabulate<D: Dataset>(uncounted: Uncounted<D>, key: &NoiseKey) -> Tabulation<D> {
    let Uncounted { bought: Bought { snapshot, grant, tables, charges, .. }, part } = uncounted;
    let raw = D::count(&tables, &snapshot, part);
    let plans: Vec<D::Plan> = tables.into_iter().map(Paid::into_plan).collect();
    let table = D::protect(raw, &plans, key);
    Tabulation { snapshot, grant, plans, charges, table, advice: OnceLock::new() }
}

impl<D: Dataset> Bought<D> {
    /// The table as a book has it; where that does not have all of it, the question is given back to be [counted](tabulate).
    ///
    /// # Errors
    /// When it must be counted.
    pub fn look_up(self, book: Option<&D::Book>) -> Result<Tabulation<D>, Box<Uncounted<D>>> {
        let found = book.map_or(Lookup::Nothing, |book| D::look_up(&self.tables, &self.snapshot, book));
        let table = match found {
            Lookup::All(table) => table,
            Lookup::Part(part) => return Err(Box::new(Uncounted { bought: self, part: Some(part) })),
            Lookup::Nothing => return Err(Box::new(Uncounted { bought: self, part: None })),
        };
        let plans = self.tables.into_iter().map(Paid::into_plan).collect();
        let Self { snapshot, grant, charges, .. } = self;
        Ok(Tabulation { snapshot, grant, plans, charges, table, advice: OnceLock::new() })
    }

    /// Whether the database was asked to charge it: else it is free, or what was opened before.
    pub fn is_charged(&self) -> bool {
        self.is_charged
    }

    /// What the audit keeps of it. Nothing in it is of an answer.
    pub fn record(&self, client: Option<&str>) -> AuditRecord {
        let (plan, catalogue) = (self.tables[0].plan(), self.snapshot.catalogue());
        let scope = plan.scope();
        AuditRecord {
            organisation: scope.organisation().to_owned(),
            client: client.unwrap_or_default().to_owned(),
            purpose: scope.purpose().to_owned(),
            tier: scope.tier(),
            dataset: D::NAME,
            release: self.snapshot.release().number,
            question: plan.canonical(catalogue),
            cells: self.cells(),
            tabulations: self.charges,
        }
    }

    /// How many charges the question has.
    pub fn charges(&self) -> usize {
        self.charges
    }

    fn cells(&self) -> usize {
        self.tables.iter().map(|paid| paid.plan().cells()).sum()
    }
}

impl<D: Dataset> Tabulation<D> {
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
        self.plan().scope().tier()
    }

    /// The purpose it was asked for.
    pub fn purpose(&self) -> &str {
        self.plan().scope().purpose()
    }

    /// How many charges the question has by itself, whether they were made now, before, or refused.
    pub fn charges(&self) -> usize {
        self.charges
    }

    /// Whether it is a standard table.
    pub fn is_standard(&self) -> bool {
        self.plan().is_standard()
    }

    /// The plan of the question itself.
    pub fn plan(&self) -> &D::Plan {
        &self.plans[0]
    }

    /// The plans of the question and of all tables that belong to it.
    pub fn plans(&self) -> &[D::Plan] {
        &self.plans
    }

    /// The protected figures.
    pub fn table(&self) -> &D::Protected {
        &self.table
    }

    /// What to change to get a number for a hidden figure, by its place among [`Dataset::figures`]. Computed from public
    /// attributes only.
    pub fn remedies_of(&self, figure: usize) -> &[String] {
        &self.advise()[figure]
    }

    /// Looks into the remedies of every figure at once, the first time. Without a wait in it, so any thread can do it ahead.
    fn advise(&self) -> &[Vec<String>] {
        self.advice.get_or_init(|| {
            let figures = D::figures(&self.plans, &self.table);
            advice::remedies::<D>(&self.plans, &self.grant, &self.snapshot, figures)
        })
    }

    /// How many of the first figures carry a value, and how many are hidden for each reason.
    pub fn summary_of(&self, figures: usize) -> (usize, Vec<(HiddenReason, usize)>) {
        summary(D::reasons(&self.table).take(figures))
    }

    /// A stable reference: the release, the tier and the canonical question. Two spellings of one question have one, and
    /// [`Reader::cited`](crate::service::Reader::cited) answers it again.
    pub fn citation(&self) -> String {
        Citation::<D>::write(self.release(), self.plan(), self.catalogue())
    }
}
