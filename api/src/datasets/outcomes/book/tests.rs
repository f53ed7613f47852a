//! The book against cells that are counted for the question.

use std::cell::Cell;

use disclosure::{NoiseKey, protect};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::{
    datasets::outcomes::{
        Number, Part, Parts, Periods, Plan, Protected, Question,
        cells::{Cells, Share},
        count::{
            self,
            tests::{
                naive::{self, catalogue, plan, snapshot},
                revision::{RELEASES, as_read, history},
            },
        },
    },
    domain::ReleasedResult,
    release::Snapshot,
    tabulation::{Lookup, TablePlan},
};

use super::Book;

/// The organisation that asks in these tests is 1, and 2 stands under one agreement with it.
const ANOTHER: i64 = 3;

fn key() -> NoiseKey {
    NoiseKey::new([9; 32])
}

fn of_provider(mut results: Vec<ReleasedResult>, provider: i64) -> Vec<ReleasedResult> {
    results.iter_mut().for_each(|result| result.provider = provider);
    results
}

/// A question for a standard table, about some of the benchmarks and periods.
fn standard() -> impl Strategy<Value = Question> {
    let parts = (any::<bool>(), any::<bool>());
    let benchmarks = proptest::option::of(proptest::sample::subsequence(vec![1, 2], 1..=2));
    let periods = proptest::sample::subsequence(vec!["202425T1", "202425T2"], 1..=2);
    (naive::question(), parts, benchmarks, periods).prop_map(|(mut question, (cells, overall), benchmarks, periods)| {
        question.asked.purpose = None;
        question.parts = Parts { cells, overall, totals: false, states: false };
        question.benchmarks = benchmarks;
        question.periods = Periods::Named(periods.into_iter().map(Into::into).collect());
        Question { by: Vec::new(), filters: Vec::new(), mapped: false, ..question }
    })
}

fn json(number: impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(&number).unwrap()
}

/// Holds what the book has of a plan to what counting gives; tells whether the book has it.
fn is_as_counted(book: &Book, plan: &Plan, snapshot: &Snapshot) -> bool {
    let Lookup::All(Protected { tables: Cells::Gathered(page, places), before: None, zeros: None }) =
        book.look_up(&[plan], snapshot)
    else {
        return false;
    };
    let gathered = Cells::Gathered(page, places);
    let counted = count::run(plan, snapshot);
    let table = protect(counted.table, &key());
    let (cells, rows) = (0..gathered.len(), 0..gathered.rows());
    assert!(cells.clone().map(|cell| gathered.cell(cell)).eq(table.cells()));
    assert!(rows.clone().map(|row| gathered.row(row)).eq(table.overall()));
    assert!(rows.map(|row| gathered.overall_comparability(row)).eq(counted.comparability.overall.iter().copied()));
    for cell in cells {
        let (found, ready) = (gathered.cell(cell), gathered.ready(cell).unwrap());
        assert_eq!(gathered.comparability(cell), counted.comparability.cells[cell]);
        assert_eq!(ready.number(Number::Institutions), json(found.institutions));
        assert_eq!(ready.number(Number::Achieved), json(found.achieved.value));
        assert_eq!(ready.number(Number::AchievedError), json(found.achieved.standard_error));
        assert_eq!(ready.number(Number::Share), json(found.achieved_share.value));
        assert_eq!(ready.number(Number::ShareError), json(found.achieved_share.standard_error));
        assert_eq!(ready.number(Number::Mean), json(found.mean_score.value));
        assert_eq!(ready.number(Number::MeanError), json(found.mean_score.standard_error));
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_book_says_what_counting_says(history in history(), question in standard()) {
        let catalogue = catalogue();
        for release in 1..=RELEASES {
            let results = as_read(&history, release);
            let others = snapshot(&of_provider(results.clone(), ANOTHER), &catalogue);
            let plan = plan(&question, &catalogue, &others);
            let framework = others.framework(plan.framework());
            let held = plan.periods().iter().all(|&period| framework.period(period).is_some());
            prop_assert_eq!(is_as_counted(&Book::of(&others, &key()), &plan, &others), held);
        }
    }

    #[test]
    fn no_other_question_is_answered_from_the_book(results in naive::results(), question in naive::question()) {
        let catalogue = catalogue();
        let snapshot = snapshot(&of_provider(results, ANOTHER), &catalogue);
        let plan = plan(&question, &catalogue, &snapshot);
        let book = Book::of(&snapshot, &key());
        let free = plan.is_standard() && question.asked.purpose.is_none();
        prop_assert!(free || matches!(book.look_up(&[&plan], &snapshot), Lookup::Nothing));
    }

    #[test]
    fn a_book_takes_what_it_is_given_and_has_the_newest_periods(results in naive::results(), most in 0..200_000_usize) {
        let catalogue = catalogue();
        let snapshot = snapshot(&results, &catalogue);
        let (all, some) = (Book::of(&snapshot, &key()), Book::within(most, &snapshot, &key()));
        prop_assert!(some.bytes() <= most);
        for (page, part) in &some.pages {
            let (all, some) = (all.pages[page].plan.periods(), part.plan.periods());
            prop_assert!(all.ends_with(some));
        }
        if most >= all.bytes() * 2 {
            prop_assert_eq!(some.cells(), all.cells());
        }
    }
}

/// The asker is 1, 2 is of its circle, and they handed in what one authority has.
#[test]
fn who_knows_something_is_told_what_counting_says() {
    let catalogue = catalogue();
    let shared = Cell::new(0);
    let check = |(history, question, knowing): (Vec<ReleasedResult>, Question, usize)| {
        for release in 1..=RELEASES {
            let mut results = as_read(&history, release);
            for (position, result) in results.iter_mut().enumerate() {
                let is_known = usize::from(result.local_authority) == knowing;
                result.provider = if is_known { 1 + i64::from(position % 2 == 0) } else { ANOTHER };
            }
            let snapshot = snapshot(&results, &catalogue);
            let plan = plan(&question, &catalogue, &snapshot);
            let book = Book::of(&snapshot, &key());
            let counted = count::run(&plan, &snapshot);
            let expected = Cells::Drawn(protect(counted.table, &key()), counted.comparability);
            let found = match book.look_up(&[&plan], &snapshot) {
                Lookup::All(found) => found.tables,
                Lookup::Part(Part { now: Some(Share { booked, rest }), .. }) => {
                    shared.set(shared.get() + 1);
                    let drawn = count::run(&rest, &snapshot);
                    booked.with(Cells::Drawn(protect(drawn.table, &key()), drawn.comparability))
                }
                Lookup::Part(_) | Lookup::Nothing => continue,
            };
            prop_assert_eq!((found.len(), found.rows()), (expected.len(), expected.rows()));
            for cell in 0..found.len() {
                prop_assert_eq!(found.cell(cell), expected.cell(cell));
                prop_assert_eq!(found.comparability(cell), expected.comparability(cell));
            }
            for row in 0..found.rows() {
                prop_assert_eq!(found.row(row), expected.row(row));
                prop_assert_eq!(found.overall_comparability(row), expected.overall_comparability(row));
            }
        }
        Ok(())
    };
    let config = ProptestConfig { cases: 400, ..ProptestConfig::default() };
    let releases = prop_oneof![history(), naive::results()];
    // Each authority in turn is the one about which they know.
    TestRunner::new(config).run(&(releases, standard(), 0..naive::AUTHORITIES), check).unwrap();
    assert!(shared.get() > 20, "{} tables are of the book in part", shared.get());
}
