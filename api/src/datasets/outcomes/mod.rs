//! Outcomes: how many institutions achieved each benchmark, by area, period and public attributes.

mod bill;
mod book;
mod build;
mod cells;
mod citation;
pub mod count;
mod page;
mod plan;
mod question;
mod table;
mod totals;

use disclosure::{ExpectedCell, HiddenReason, NoiseKey, ProtectedTable, RawTable, Sizes};

use crate::{
    policy::Grant,
    release::Snapshot,
    tabulation::{Asked, Dataset, Figure, InvalidCitation, Lookup, Paid, PlanError, TablePlan},
};

pub use book::Book;
pub use build::build;
pub use page::{Number, Ready};
pub use plan::{Group, Plan, Scored, SourceFramework};
pub use question::{Filter, Parts, Periods, Question};

use cells::{Booked, Cells, Share};

/// The dataset of outcomes.
pub struct Outcomes;

/// The exact figures of a question's tables, laid one after the other, and of the same tables in earlier periods.
pub struct Raw {
    tables: Counted,
    before: Option<Counted>,
    /// Who scored nothing, in the place of who achieved the benchmark.
    zeros: Option<RawTable>,
}

/// The exact figures of tables, and how the results behind each cell compare with its benchmark, but for areas that the book has.
struct Counted {
    table: RawTable,
    comparability: count::Compared,
    booked: Option<Booked>,
}

/// What the book has of a question: of the table that is shown, and of the one in earlier periods.
#[derive(Default)]
pub struct Part {
    now: Option<Share>,
    earlier: Option<Share>,
}

/// The protected figures of the same.
pub struct Protected {
    tables: Cells,
    before: Option<Cells>,
    /// Per cell of the tables, who scored nothing in the place of who achieved the benchmark.
    zeros: Option<ProtectedTable>,
}

impl Dataset for Outcomes {
    const NAME: &'static str = "outcomes";

    type Question = Question;
    type Plan = Plan;
    type Raw = Raw;
    type Protected = Protected;
    type Sizes = Sizes;
    type Expected = ExpectedCell;
    type Book = Book;
    type Part = Part;

    const WITHIN_BUDGET: Option<&'static str> = Some("ask for a standard table: no breakdown, no filter, not mapped");

    fn asked(question: &mut Question) -> &mut Asked {
        &mut question.asked
    }

    /// The table of the question, then its totals where they are wanted, then the same in the earlier periods from which changes
    /// are wanted, then the cells of all that are shown again, of those who scored nothing, where these are wanted.
    fn plans(question: &Question, grant: &Grant, snapshot: &Snapshot) -> Result<Vec<Plan>, PlanError> {
        let plan = build(question, grant, snapshot.catalogue(), |frameworks| snapshot.periods_of(frameworks))?;
        let since = plan.since().to_vec();
        let mut tables = plan.tables();
        let zeros: Vec<Plan> =
            if plan.parts().states { tables.iter().map(Plan::of_zeros).collect() } else { Vec::new() };
        if !since.is_empty() {
            let earlier: Vec<Plan> = tables.iter().map(|table| table.at(since.clone())).collect();
            tables.extend(earlier);
        }
        tables.extend(zeros);
        Ok(tables)
    }

    fn count(tables: &[Paid<Plan>], snapshot: &Snapshot, part: Option<Part>) -> Raw {
        let counted = |tables: &[Paid<Plan>], share: Option<Share>| {
            if let Some(Share { booked, rest }) = share {
                let count::Scan { table, comparability } = count::run(&rest, snapshot);
                return Counted { table, comparability, booked: Some(booked) };
            }
            let tier = tables.iter().map(|paid| paid.plan().scope().tier()).max();
            let mut whole = RawTable::new(tier.unwrap_or(disclosure::Tier::International), Vec::new(), Vec::new());
            let mut comparability = count::Compared::default();
            for paid in tables {
                let plan = paid.plan();
                let counted = count::run(plan, snapshot);
                whole.append(counted.table.withhold(
                    HiddenReason::Budget,
                    |cell| paid.is_refused(|plan| plan.part_of_cell(cell)),
                    |row| paid.is_refused(|plan| plan.part_of_overall(row)),
                ));
                comparability.append(counted.comparability);
            }
            Counted { table: whole, comparability, booked: None }
        };
        let [now, earlier, zeros] = sections(tables, Paid::plan);
        let Part { now: share, earlier: share_before } = part.unwrap_or_default();
        Raw {
            tables: counted(now, share),
            before: (!earlier.is_empty()).then(|| counted(earlier, share_before)),
            zeros: (!zeros.is_empty()).then(|| counted(zeros, None).table),
        }
    }

    fn protect(raw: Raw, plans: &[Plan], key: &NoiseKey) -> Protected {
        let drawn = |Counted { table, comparability, booked }: Counted, reconcile: bool| {
            let mut table = disclosure::protect(table, key);
            if let Some(booked) = booked {
                return booked.with(Cells::Drawn(table, comparability));
            }
            if reconcile && plans[0].parts().cells {
                table.reconcile(&totals::sums(&plans[..shown(plans.iter())]));
            }
            Cells::Drawn(table, comparability)
        };
        let before = raw.before.map(|before| drawn(before, false));
        let zeros = raw.zeros.map(|table| disclosure::protect(table, key));
        Protected { tables: drawn(raw.tables, plans[0].reconcile()), before, zeros }
    }

    fn look_up(tables: &[Paid<Plan>], snapshot: &Snapshot, book: &Book) -> Lookup<Self> {
        book.look_up(&tables.iter().map(Paid::plan).collect::<Vec<_>>(), snapshot)
    }

    /// Every cell of the tables shown, then every row of `overall` by the cell of the first benchmark.
    fn figures(plans: &[Plan], protected: &Protected) -> Vec<Figure> {
        let shown = plans[..shown(plans.iter())].iter().enumerate();
        let places = shown.flat_map(|(table, plan)| (0..plan.cells()).map(move |cell| (table, cell)));
        let rows = (0..protected.tables.rows()).map(|row| {
            let [area, period, group] = plans[0].overall_coordinates(row);
            (0, plans[0].cell(area, period, 0, group))
        });
        let places = places.take(protected.tables.len()).chain(rows);
        places.zip(Self::reasons(protected)).map(|((table, cell), reason)| Figure { table, cell, reason }).collect()
    }

    fn reasons(protected: &Protected) -> impl Iterator<Item = Option<HiddenReason>> {
        let tables = &protected.tables;
        let cells = (0..tables.len()).map(|cell| tables.cell(cell).achieved_share.reason);
        cells.chain((0..tables.rows()).map(|row| tables.row(row).share_with_all.reason))
    }

    fn sizes(plan: &Plan, snapshot: &Snapshot) -> Sizes {
        count::sizes(plan, snapshot)
    }

    fn expect(sizes: Sizes, is_refused: impl Fn(usize) -> bool) -> Vec<ExpectedCell> {
        disclosure::expect(&sizes.withhold(HiddenReason::Budget, is_refused))
    }

    fn reason(expected: &ExpectedCell) -> Option<HiddenReason> {
        expected.reason
    }

    fn would_answer(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
        let expected = disclosure::expect(&count::sizes(plan, snapshot));
        expected.iter().map(|cell| cell.reason.is_none()).collect()
    }

    fn known_to_asker(plan: &Plan, snapshot: &Snapshot) -> Vec<bool> {
        count::known(plan, snapshot)
    }

    fn read(canonical: &str) -> Result<Question, InvalidCitation> {
        citation::read(canonical)
    }
}

/// The tables that are shown, those of earlier periods, and those of who scored nothing.
fn sections<T>(tables: &[T], plan: impl Fn(&T) -> &Plan) -> [&[T]; 3] {
    let (now, others) = tables.split_at(shown(tables.iter().map(&plan)));
    let (earlier, zeros) = others.split_at(others.iter().filter(|&one| plan(one).scored() == Scored::Full).count());
    [now, earlier, zeros]
}

/// How many of a question's tables are shown: where changes are wanted, the second half of those about who achieved a benchmark
/// are those they are taken from.
fn shown<'a>(plans: impl Iterator<Item = &'a Plan>) -> usize {
    let mut plans = plans.filter(|plan| plan.scored() == Scored::Full).peekable();
    let alone = plans.peek().is_some_and(|own| own.since().is_empty());
    let all = plans.count();
    if alone { all } else { all / 2 }
}
