//! The header: which column stands where.

use csv::ByteRecord;

use crate::{
    domain::{Catalogue, Dimension},
    ingest::{
        Problem, ProblemCode,
        columns::{Columns, letters, normal, one_of},
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

/// Columns whose name says the scheme of the identifiers in them.
const NAMED: [(&str, &str); 6] = [
    ("urn", "URN"),
    ("ukprn", "UKPRN"),
    ("laestab", "LAESTAB"),
    ("scrn", "HK-EDB"),
    ("school_no.", "HK-EDB"),
    ("school_no", "HK-EDB"),
];

/// Columns that a file must have also where a register tells the rest.
const NEEDED: [&str; 3] = ["institution_id", "completed_on", "terms_version"];

/// Where each column stands, if it does.
pub(super) struct Header {
    columns: Columns,
    fixed: [Option<usize>; FIXED.len()],
    dimensions: [Option<usize>; Dimension::ALL.len()],
    scores: Vec<usize>,
    /// Columns of identifiers that stand in the place of `institution_scheme` and `institution_id`.
    named: Vec<(&'static str, usize)>,
}

impl Header {
    /// Reads the first row. Columns stand in any order, each once, with others between them. There are as many scores as the file
    /// carries, from `b1` on without a gap, and no more than the largest framework has benchmarks. Where there is a `register`, few
    /// columns must be there.
    pub(super) fn read(fields: &ByteRecord, catalogue: &Catalogue, register: bool) -> Result<Self, Vec<Problem>> {
        let most = catalogue.frameworks().iter().map(|framework| framework.number_of_benchmarks).max().unwrap_or(0);
        let expected = format!("one of {}, or b1 to b{most}", known().join(", "));
        let mut last = 1;
        let ours = |written: &str| one_of(known(), written).or_else(|| benchmark(written, catalogue).map(score));
        // A row of data has such words as well; a header has others beside them.
        let has_ours = fields.iter().any(|field| ours(&String::from_utf8_lossy(field)).is_some());
        let named = |written: &str| one_of(NAMED.map(|(name, _)| name), written).filter(|_| has_ours);
        let columns = Columns::read(
            fields,
            |written| ours(written).or_else(|| named(written)),
            &expected,
            |columns| {
                last = (1..=MOST_SCORES).rev().find(|&number| columns.position(&score(number)).is_some()).unwrap_or(1);
                let has_named = columns.position("institution_id").is_none()
                    && NAMED.iter().any(|(name, _)| columns.position(name).is_some());
                let is_required = |name: &&str| {
                    let is_identifier = ["institution_scheme", "institution_id"].contains(name);
                    !(is_identifier && has_named) && (!register || NEEDED.contains(name))
                };
                let required = known().into_iter().filter(is_required).map(str::to_owned);
                required.chain((1..=last).map(score)).collect()
            },
        )?;
        if last > most {
            let expected = format!("scores up to b{most}: no framework has more benchmarks");
            return Err(vec![Problem::in_column(1, &score(last), ProblemCode::Header, &score(last), expected)]);
        }
        let find = |name: &str| columns.position(name);
        let named = || NAMED.iter().filter_map(|(name, scheme)| Some((*scheme, find(name)?)));
        Ok(Self {
            named: if find("institution_id").is_none() { named().collect() } else { Vec::new() },
            fixed: FIXED.map(find),
            dimensions: Dimension::ALL.map(|dimension| find(dimension.column())),
            scores: (1..=last).filter_map(|number| find(&score(number))).collect(),
            columns,
        })
    }

    /// The columns by name.
    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Where a column of [`FIXED`] stands, if it does.
    pub(super) fn fixed(&self, column: &str) -> Option<usize> {
        FIXED.iter().position(|name| *name == column).and_then(|index| self.fixed[index])
    }

    /// The columns of identifiers of one scheme, where there is none for all schemes.
    pub(super) fn named(&self) -> &[(&'static str, usize)] {
        &self.named
    }

    /// Where the identifier of an institution stands, for a message.
    pub(super) fn identifier(&self) -> usize {
        self.fixed("institution_id").or(self.named.first().map(|(_, at)| *at)).unwrap_or_default()
    }

    /// Where a dimension's column stands, if it does.
    pub(super) fn dimension(&self, dimension: Dimension) -> Option<usize> {
        self.dimensions[dimension as usize]
    }

    /// Where the scores stand, by number.
    pub(super) fn scores(&self) -> &[usize] {
        &self.scores
    }
}

/// The number of the benchmark whose scores are in a column: `b1`, `Benchmark 1`, `GB1 (%)`, `Benchmark 1: A stable careers programme`, or a
/// published code such as `GB25-1`. What else stands behind the number, such as that of a question below it, makes it another column.
fn benchmark(written: &str, catalogue: &Catalogue) -> Option<usize> {
    let name = normal(written);
    let all = || catalogue.frameworks().iter().flat_map(|framework| &framework.benchmarks);
    if let Some(one) = all().find(|benchmark| normal(&benchmark.code) == name) {
        return Some(one.number.into());
    }
    let behind = STARTS.into_iter().find_map(|start| {
        name.strip_prefix(start).filter(|rest| rest.starts_with(|first: char| matches!(first, '1'..='9')))
    })?;
    let (digits, rest) = behind.split_at(behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len()));
    let number = digits.parse().ok().filter(|number| (1..=MOST_SCORES).contains(number))?;
    let rest = letters(rest);
    let is_title = || all().any(|one| usize::from(one.number) == number && letters(&one.title) == rest);
    (rest.is_empty() || UNITS.contains(&rest.as_str()) || is_title()).then_some(number)
}

/// What stands before the number of a benchmark.
const STARTS: [&str; 6] = ["gatsby_benchmark_", "benchmark_", "gb_", "gb", "b_", "b"];

/// What may stand behind it.
const UNITS: [&str; 4] = ["percent", "percentage", "score", "scorepercent"];

fn score(number: usize) -> String {
    format!("b{number}")
}

fn known() -> Vec<&'static str> {
    FIXED.into_iter().chain(Dimension::ALL.map(Dimension::column)).collect()
}
