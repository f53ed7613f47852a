//! A page of the book: the standard tables of one framework, tier and kind of area, with their numbers as JSON.

use disclosure::{Estimate, NoiseKey, ProtectedCell, ProtectedOverall, ProtectedTable};

use crate::{domain::Comparability, release::Snapshot, tabulation::TablePlan};

use super::{Plan, count};

/// What a cell's numbers take as JSON, bytes, about.
const TEXT_BYTES: usize = 32;

/// The standard tables of one framework, tier and kind of area.
pub(super) struct Page {
    /// The areas, periods and benchmarks that are there.
    pub(super) plan: Plan,
    /// Where an area without institutions stands, for all of them: nothing is known of any.
    empty: Option<usize>,
    pub(super) table: ProtectedTable,
    pub(super) comparability: count::Compared,
    pub(super) numbers: Numbers,
}

/// Places on a page of the book.
pub(super) struct Places {
    /// Of cells.
    pub(super) cells: Vec<u32>,
    /// Of rows over all benchmarks.
    pub(super) overall: Vec<u32>,
}

impl Page {
    pub(super) fn of(plan: Plan, empty: Option<usize>, snapshot: &Snapshot, key: &NoiseKey) -> Self {
        let count::Scan { table, comparability } = count::run(&plan, snapshot);
        let table = disclosure::protect(table, key);
        let numbers = Numbers::of(table.cells());
        Self { plan, empty, table, comparability, numbers }
    }

    pub(super) fn bytes(&self) -> usize {
        let rows = self.plan.rows() * bytes_of_row(self.plan.benchmarks().len());
        rows - self.plan.cells() * TEXT_BYTES + self.numbers.text.len()
    }

    /// Where the cells and the rows over all benchmarks of a plan stand; `None` where one of them does not.
    pub(super) fn places(&self, plan: &Plan) -> Option<Places> {
        let area = |area| self.plan.areas().binary_search(area).ok().or(self.empty);
        let areas: Vec<usize> = plan.areas().iter().map(area).collect::<Option<_>>()?;
        let periods = each_in(self.plan.periods(), plan.periods())?;
        let benchmarks = each_in(self.plan.benchmarks(), plan.benchmarks())?;
        let parts = plan.parts();
        let room = |wanted: bool, count: usize| Vec::with_capacity(if wanted { count } else { 0 });
        let mut places = Places { cells: room(parts.cells, plan.cells()), overall: room(parts.overall, plan.rows()) };
        for area in areas {
            for &period in &periods {
                if parts.cells {
                    let first = self.plan.cell(area, period, 0, 0);
                    for benchmark in &benchmarks {
                        places.cells.push(u32::try_from(first + benchmark).ok()?);
                    }
                }
                if parts.overall {
                    places.overall.push(u32::try_from(self.plan.row(area, period, 0)).ok()?);
                }
            }
        }
        Some(places)
    }
}

/// Where each of some things stands in a list that is sorted; `None` where one does not.
fn each_in<T: Ord>(list: &[T], wanted: &[T]) -> Option<Vec<usize>> {
    wanted.iter().map(|one| list.binary_search(one).ok()).collect()
}

/// What an area takes in a period, bytes.
pub(super) fn bytes_of_row(benchmarks: usize) -> usize {
    let numbers = NUMBERS * size_of::<u32>() + TEXT_BYTES;
    let cell = size_of::<ProtectedCell>() + size_of::<Comparability>() + numbers;
    benchmarks * cell
        + size_of::<ProtectedOverall>()
        + size_of::<Comparability>()
        + (benchmarks + 1) * size_of::<Estimate>()
}

/// A number of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// How many institutions were assessed.
    Institutions,
    /// How many achieved the benchmark.
    Achieved,
    /// Its standard error.
    AchievedError,
    /// Which share did.
    Share,
    /// Its standard error.
    ShareError,
    /// Their mean score.
    Mean,
    /// Its standard error.
    MeanError,
}

/// How many numbers a cell has.
const NUMBERS: usize = 7;

/// The numbers of cells as JSON, one after the other.
pub(super) struct Numbers {
    text: Vec<u8>,
    /// Where each ends, with a 0 in front.
    ends: Vec<u32>,
}

/// The numbers of one cell as JSON.
#[derive(Clone, Copy)]
pub struct Ready<'a> {
    text: &'a [u8],
    ends: &'a [u32],
}

impl Numbers {
    fn of(cells: &[ProtectedCell]) -> Self {
        let mut numbers = Self { text: Vec::new(), ends: Vec::with_capacity(cells.len() * NUMBERS + 1) };
        numbers.end();
        for cell in cells {
            let _ = serde_json::to_writer(&mut numbers.text, &cell.institutions);
            numbers.end();
            for estimate in [&cell.achieved, &cell.achieved_share, &cell.mean_score] {
                for number in [estimate.value, estimate.standard_error] {
                    // Of a number or none this does not fail.
                    let _ = serde_json::to_writer(&mut numbers.text, &number);
                    numbers.end();
                }
            }
        }
        numbers.text.shrink_to_fit();
        numbers
    }

    fn end(&mut self) {
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn of_cell(&self, cell: usize) -> Ready<'_> {
        Ready { text: &self.text, ends: &self.ends[cell * NUMBERS..=(cell + 1) * NUMBERS] }
    }
}

impl<'a> Ready<'a> {
    /// A number.
    pub fn number(self, number: Number) -> &'a [u8] {
        let number = number as usize;
        &self.text[self.ends[number] as usize..self.ends[number + 1] as usize]
    }
}
