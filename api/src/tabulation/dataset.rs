//! What a dataset tells the engine about itself.

use disclosure::{HiddenReason, NoiseKey};

use crate::{
    domain::{AreaIndex, Bill, Catalogue},
    policy::Grant,
    release::Snapshot,
};

use super::{Asked, Figure, InvalidCitation, Paid, PlanError, Scope};

/// What a book has of the tables of a question.
pub enum Lookup<D: Dataset> {
    /// All of it.
    All(D::Protected),
    /// Some of it; the rest must be counted.
    Part(D::Part),
    /// Nothing.
    Nothing,
}

/// A body of figures that tables are made of.
///
/// The engine does what is the same for all of them: it finds the areas and the tier ([`Scope`]), lays cells out
/// ([`Layout`](super::Layout)), has the bill paid ([`Ledger`](super::Ledger)), freezes figures until enough institutions changed
/// ([`frozen_bases`](super::frozen_bases)), answers, previews, cites and advises. A dataset brings a question, a plan, a bill, a
/// count and the protection its figures need.
///
/// A new one is a folder of five files (the question, the plan, its bill, the count, and this trait with what the table tells)
/// and its fields in the contract; nothing elsewhere changes.
///
/// Some things look alike and are not wanted alike, so they stay with the datasets: how figures are counted (outcomes add bytes
/// up in vector registers, destinations go from institution to institution); how they are protected (students have a ceiling,
/// scores are not); and the guard against close cells (outcomes compare with every condition less, destinations only with areas
/// around, having no other condition).
pub trait Dataset: Sized + Send + Sync + 'static {
    /// What it is called where operators see it.
    const NAME: &'static str;

    /// The question as asked.
    type Question: Send;
    /// A table's checked question, in canonical form.
    type Plan: TablePlan;
    /// The exact figures of all tables of a question. They carry their tier.
    type Raw: Send;
    /// The figures that may be shown.
    type Protected: Send + Sync;
    /// What is known of a table in advance from sizes alone: no score and no count of students has a place in it.
    type Sizes;
    /// What may be expected of one cell.
    type Expected: Send + Sync;
    /// What is made of a release ahead of every question.
    type Book: Send + Sync;
    /// What a book has of a question that it does not have all of.
    type Part: Send;

    /// What the question names as every question does.
    fn asked(question: &mut Self::Question) -> &mut Asked;

    /// The plans of the tables that answer a question: its own, then any that belong to it, such as totals.
    ///
    /// # Errors
    /// [`PlanError`], the first rule that the question breaks.
    fn plans(question: &Self::Question, grant: &Grant, snapshot: &Snapshot) -> Result<Vec<Self::Plan>, PlanError>;

    /// Counts tables that are paid for, but for the part that a book has. What the budget refused is withheld.
    fn count(tables: &[Paid<Self::Plan>], snapshot: &Snapshot, part: Option<Self::Part>) -> Self::Raw;

    /// Protects what was counted.
    fn protect(raw: Self::Raw, plans: &[Self::Plan], key: &NoiseKey) -> Self::Protected;

    /// Tables that are paid for, as far as the book has them. The figures are those that counting gives.
    fn look_up(tables: &[Paid<Self::Plan>], snapshot: &Snapshot, book: &Self::Book) -> Lookup<Self>;

    /// Every figure that may want advice, and why it is hidden where it is.
    fn figures(plans: &[Self::Plan], table: &Self::Protected) -> Vec<Figure>;

    /// Why each of these figures is hidden, in the same order.
    fn reasons(table: &Self::Protected) -> impl Iterator<Item = Option<HiddenReason>>;

    /// The sizes of a table's cells, at their bases and behind the guards, as [`count`](Self::count) finds them.
    fn sizes(plan: &Self::Plan, snapshot: &Snapshot) -> Self::Sizes;

    /// What may be expected of each cell. `is_refused` tells of a cell whether the budget refuses it.
    fn expect(sizes: Self::Sizes, is_refused: impl Fn(usize) -> bool) -> Vec<Self::Expected>;

    /// Why a cell will be hidden, as far as that is public.
    fn reason(expected: &Self::Expected) -> Option<HiddenReason>;

    /// Per cell of a changed table, whether it is worth proposing: whether it would be answered, as far as that is public.
    fn would_answer(plan: &Self::Plan, snapshot: &Snapshot) -> Vec<bool>;

    /// Per cell, whether it is hidden because the asker handed in all but a few of it itself, so that the rest would be told.
    fn known_to_asker(plan: &Self::Plan, snapshot: &Snapshot) -> Vec<bool>;

    /// What to say of what the budget does not pay for, where it is always the same.
    const WITHIN_BUDGET: Option<&'static str>;

    /// Reads what [`TablePlan::canonical`] wrote. Codes of areas and frameworks are not looked up.
    ///
    /// # Errors
    /// When the text is not built like one.
    fn read(canonical: &str) -> Result<Self::Question, InvalidCitation>;

    /// Checks what a question read from a citation may not say at its tier.
    ///
    /// # Errors
    /// When it says it.
    fn check_cited(_question: &Self::Question) -> Result<(), InvalidCitation> {
        Ok(())
    }
}

/// A checked question in canonical form: two spellings of one question are one plan.
pub trait TablePlan: Clone + Send + Sync + 'static {
    /// Which areas, for whom, how protected.
    fn scope(&self) -> &Scope;

    /// How many cells the table has.
    fn cells(&self) -> usize;

    /// Whether it is a standard table, which is free.
    fn is_standard(&self) -> bool;

    /// What it costs.
    fn bill(&self, snapshot: &Snapshot) -> Bill;

    /// The part of the bill that a cell belongs to.
    fn part_of_cell(&self, cell: usize) -> usize;

    /// The canonical question in one line of text: equal for every spelling of it, and different for any other question.
    fn canonical(&self, catalogue: &Catalogue) -> String;

    /// The same question over another area.
    fn over(&self, area: AreaIndex) -> Self;

    /// Changes to the question, each in words, that may bring more institutions together; areas around are the engine's.
    fn changes(&self, catalogue: &Catalogue) -> Vec<(String, Self)>;

    /// Where a cell stands in the table of a changed question. `moved` is whether that is about one other area.
    fn counterpart(&self, cell: usize, changed: &Self, moved: bool) -> Option<usize>;
}
