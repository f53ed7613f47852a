//! Reads what a run of rows has in a measure column of a table: a benchmark, or all benchmarks together. One byte a row.

use std::ops::Range;

use crate::{
    domain::Source,
    release::{Columns, NOT_ASSESSED},
};

/// What is counted: a benchmark of the plan, or all benchmarks of the framework together.
#[derive(Clone, Copy)]
pub(super) enum MeasureColumn<'a> {
    /// What stands in for a benchmark.
    Benchmark(&'a Source),
    /// What stands in for each.
    All(&'a [Option<Source>]),
}

/// The measure columns of a table that stand in for its benchmarks, then all of them together where these are given; `None`
/// where there is no counterpart.
pub(super) fn measure_columns<'a>(
    benchmarks: &'a [Option<Source>],
    all: Option<&'a Vec<Option<Source>>>,
) -> Vec<Option<MeasureColumn<'a>>> {
    let complete = |all: &'a Vec<Option<Source>>| all.iter().all(Option::is_some).then_some(MeasureColumn::All(all));
    let benchmarks = benchmarks.iter().map(|source| source.as_ref().map(MeasureColumn::Benchmark));
    benchmarks.chain(all.map(complete)).collect()
}

impl<'a> MeasureColumn<'a> {
    /// The values of a run of rows, [`NOT_ASSESSED`] where there is none: scores, or of all benchmarks together how many were
    /// achieved. Written into `values` where they do not stand in the columns as they are.
    pub(super) fn values<'b>(self, columns: &'b Columns, rows: &Range<usize>, values: &'b mut Vec<u8>) -> &'b [u8] {
        match self {
            MeasureColumn::Benchmark(Source { numbers, .. }) => match numbers.as_slice() {
                [only] => &columns.score(*only)[rows.clone()],
                several => {
                    least(columns, several, rows, values);
                    values
                }
            },
            MeasureColumn::All(sources) => {
                achieved(columns, sources, rows, values);
                values
            }
        }
    }

    /// The columns that have a score in every row that was assessed.
    pub(super) fn columns(self, columns: &Columns) -> Vec<&[u8]> {
        let of = |source: &'a Source| source.numbers.iter().map(|&number| columns.score(number));
        match self {
            MeasureColumn::Benchmark(source) => of(source).collect(),
            MeasureColumn::All(sources) => sources.iter().flatten().flat_map(of).collect(),
        }
    }
}

/// The least of the scores that stand in together, and not assessed where any of them is not.
fn least(columns: &Columns, numbers: &[u8], rows: &Range<usize>, values: &mut Vec<u8>) {
    values.clear();
    values.resize(rows.len(), 100);
    for &number in numbers {
        for (least, &score) in values.iter_mut().zip(&columns.score(number)[rows.clone()]) {
            let missing = |score: u8| if score == NOT_ASSESSED { u8::MAX } else { 0 };
            *least = score.min(*least) | missing(*least) | missing(score);
        }
    }
}

/// What counts in a table of those who scored nothing: full where each of the scores that stand in together is zero, else zero;
/// not assessed where any of them is not.
pub(super) fn zero_of(scores: impl Iterator<Item = u8>) -> u8 {
    scores.fold(100, zero_with)
}

fn zero_with(zero: u8, score: u8) -> u8 {
    match (zero, score) {
        (NOT_ASSESSED, _) | (_, NOT_ASSESSED) => NOT_ASSESSED,
        (zero, 0) => zero,
        _ => 0,
    }
}

/// The same of a run of rows.
pub(super) fn zeros<'b>(
    columns: &Columns,
    stand_in: &Source,
    rows: &Range<usize>,
    values: &'b mut Vec<u8>,
) -> &'b [u8] {
    values.clear();
    values.resize(rows.len(), 100);
    for &number in &stand_in.numbers {
        for (zero, &score) in values.iter_mut().zip(&columns.score(number)[rows.clone()]) {
            *zero = zero_with(*zero, score);
        }
    }
    values
}

/// How many of the benchmarks were achieved, and not assessed where any was not.
fn achieved(columns: &Columns, sources: &[Option<Source>], rows: &Range<usize>, values: &mut Vec<u8>) {
    values.clear();
    values.resize(rows.len(), 0);
    let mut together = Vec::new();
    for source in sources {
        let Some(source) = source else {
            values.fill(NOT_ASSESSED);
            return;
        };
        for (achieved, &score) in
            values.iter_mut().zip(MeasureColumn::Benchmark(source).values(columns, rows, &mut together))
        {
            let missing = if score == NOT_ASSESSED { u8::MAX } else { 0 };
            *achieved = achieved.saturating_add(u8::from(score == 100)) | missing;
        }
    }
}

/// The least of the scores that stand in together, and not assessed where any of them is not.
pub(super) fn least_of(scores: impl Iterator<Item = u8>) -> u8 {
    scores.fold(100, |least, score| match (least, score) {
        (NOT_ASSESSED, _) | (_, NOT_ASSESSED) => NOT_ASSESSED,
        (least, score) => least.min(score),
    })
}
