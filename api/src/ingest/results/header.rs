//! The header: which column stands where.

use csv::ByteRecord;

use crate::{
    domain::{Catalogue, Dimension},
    ingest::{
        Problem, ProblemCode,
        columns::{Columns, normal},
    },
};

/// The columns that every file has, beside the dimensions' and the scores'.
const FIXED: [&str; 8] = [
    "institution_scheme",
    "institution_id",
    "framework",
    "period",
    "completed_on",
    "local_authority",
    "hub",
    "terms_version",
];

/// The highest number of a column that is taken for scores.
const MOST_SCORES: usize = 99;

/// Where each column stands.
pub(super) struct Header {
    columns: Columns,
    fixed: [usize; FIXED.len()],
    dimensions: [usize; Dimension::ALL.len()],
    scores: Vec<usize>,
}

impl Header {
    /// Reads the first row. Columns stand in any order, each once, with others between them. There are as many scores as the file
    /// carries, from `b1` on without a gap, and no more than the largest framework has benchmarks.
    pub(super) fn read(fields: &ByteRecord, catalogue: &Catalogue) -> Result<Self, Vec<Problem>> {
        let most = catalogue.frameworks().iter().map(|framework| framework.number_of_benchmarks).max().unwrap_or(0);
        let expected = format!("one of {}, or b1 to b{most}", known().join(", "));
        let mut last = 1;
        let fields: ByteRecord = fields.iter().map(called).collect();
        let columns = Columns::read(&fields, is_known, &expected, |columns| {
            last = (1..=MOST_SCORES).rev().find(|&number| columns.position(&score(number)).is_some()).unwrap_or(1);
            known().into_iter().map(str::to_owned).chain((1..=last).map(score)).collect()
        })?;
        if last > most {
            let expected = format!("scores up to b{most}: no framework has more benchmarks");
            return Err(vec![Problem::in_column(1, &score(last), ProblemCode::Header, &score(last), expected)]);
        }
        let find = |name: &str| columns.position(name).unwrap_or_default();
        Ok(Self {
            fixed: FIXED.map(find),
            dimensions: Dimension::ALL.map(|dimension| find(dimension.column())),
            scores: (1..=last).map(|number| find(&score(number))).collect(),
            columns,
        })
    }

    /// The columns by name.
    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Where a column of [`FIXED`] stands.
    pub(super) fn fixed(&self, column: &str) -> usize {
        FIXED.iter().position(|name| *name == column).map_or(0, |index| self.fixed[index])
    }

    /// Where a dimension's column stands.
    pub(super) fn dimension(&self, dimension: Dimension) -> usize {
        self.dimensions[dimension as usize]
    }

    /// Where the scores stand, by number.
    pub(super) fn scores(&self) -> &[usize] {
        &self.scores
    }
}

/// A name as it is here: people call a benchmark's column `Benchmark 1` as well.
fn called(field: &[u8]) -> Vec<u8> {
    let name = normal(&String::from_utf8_lossy(field));
    let number =
        ["gatsby_benchmark_", "benchmark_", "gb_", "gb", "b_"].into_iter().find_map(|start| name.strip_prefix(start));
    match number.filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(number) => format!("b{number}").into_bytes(),
        None => field.to_vec(),
    }
}

fn score(number: usize) -> String {
    format!("b{number}")
}

fn known() -> Vec<&'static str> {
    FIXED.into_iter().chain(Dimension::ALL.map(Dimension::column)).collect()
}

fn is_known(name: &str) -> bool {
    let number =
        name.strip_prefix('b').filter(|digits| !digits.starts_with(['0', '+'])).and_then(|text| text.parse().ok());
    known().contains(&name) || number.is_some_and(|number: usize| (1..=MOST_SCORES).contains(&number))
}
