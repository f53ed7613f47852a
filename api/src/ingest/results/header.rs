//! The header: which column stands where.

use csv::ByteRecord;

use crate::domain::{Catalogue, Dimension};

use crate::ingest::{Problem, ProblemCode};

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

/// Where each column stands.
pub(super) struct Header {
    names: Vec<String>,
    fixed: [usize; FIXED.len()],
    dimensions: [usize; Dimension::ALL.len()],
    scores: Vec<usize>,
}

impl Header {
    /// Reads the first row. Columns stand in any order, each once. There are as many scores as the file carries, from
    /// `b1` on without a gap, and no more than the largest framework has benchmarks.
    pub(super) fn read(fields: &ByteRecord, catalogue: &Catalogue) -> Result<Self, Vec<Problem>> {
        let most = catalogue.frameworks().iter().map(|framework| framework.number_of_benchmarks).max().unwrap_or(0);
        let mut problems = Vec::new();
        let mut names = Vec::with_capacity(fields.len());
        for field in fields {
            let name = String::from_utf8_lossy(field).trim().to_owned();
            if names.contains(&name) {
                problems.push(Problem::in_column(1, &name, ProblemCode::Header, &name, "each column once"));
            } else if !is_known(&name, most) {
                let expected = format!("one of {}, or b1 to b{most}", known().join(", "));
                problems.push(Problem::in_column(1, &name, ProblemCode::Header, &name, expected));
            }
            names.push(name);
        }
        let position = |column: &str| names.iter().position(|name| name == column);
        let mut find = |column: &str| {
            position(column).unwrap_or_else(|| {
                problems.push(Problem::in_column(1, column, ProblemCode::Header, "", format!("the column `{column}`")));
                0
            })
        };
        let fixed = FIXED.map(&mut find);
        let dimensions = Dimension::ALL.map(|dimension| find(dimension.column()));
        let last = (1..=most).rev().find(|number| position(&format!("b{number}")).is_some()).unwrap_or(1);
        let scores = (1..=last).map(|number| find(&format!("b{number}"))).collect();
        if problems.is_empty() { Ok(Self { names, fixed, dimensions, scores }) } else { Err(problems) }
    }

    /// How many fields a row has.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    /// The name of the column at a position.
    pub(super) fn name(&self, position: usize) -> &str {
        &self.names[position]
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

fn known() -> Vec<&'static str> {
    FIXED.into_iter().chain(Dimension::ALL.map(Dimension::column)).collect()
}

fn is_known(name: &str, benchmarks: usize) -> bool {
    let number = name.strip_prefix('b').filter(|digits| !digits.starts_with('0')).and_then(|text| text.parse().ok());
    known().contains(&name) || number.is_some_and(|number: usize| (1..=benchmarks).contains(&number))
}
