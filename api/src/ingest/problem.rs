//! What is wrong with a file, and where.

use std::fmt;

/// The longest value that a problem repeats, characters.
const LONGEST_VALUE: usize = 100;

/// One thing that is wrong with a file: where it stands, what was found there, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line on which the row starts, from 1.
    pub line: u64,
    /// The column by name, where it is about one.
    pub column: Option<String>,
    /// What sort of problem it is.
    pub code: ProblemCode,
    /// What was found.
    pub value: String,
    /// What was expected.
    pub expected: String,
}

/// What sort of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// A column of the header is missing, unknown, or there twice.
    Header,
    /// A row has more or fewer fields than the header.
    Fields,
    /// The file ends in the middle of a row, or seems to.
    Truncated,
    /// The file cannot be read any further.
    Unreadable,
    /// A field is not UTF-8.
    Encoding,
    /// A field that must be filled is blank.
    Blank,
    /// An identifier is none.
    Identifier,
    /// No framework has that code.
    UnknownFramework,
    /// No area has that code, or it is of another kind.
    UnknownArea,
    /// A period is none.
    Period,
    /// A date is none, or lies outside what is possible.
    Date,
    /// A dimension has no such category.
    UnknownCategory,
    /// A score is none.
    Score,
    /// A cohort year is none.
    CohortYear,
    /// A number of students is none.
    Students,
    /// No result of the institution was handed in, so that it is not known where it stands.
    UnknownInstitution,
    /// Another organisation speaks for the institution.
    SpokenFor,
    /// The roll names the institutions of the local authority, and not this one.
    NotOnRoll,
    /// The roll has the institution in another local authority.
    OtherPlace,
    /// The careers hub has no institutions in the local authority.
    HubElsewhere,
    /// The institution stands outside the area of the organisation that hands in, or that is to speak for it.
    OtherArea,
    /// No organisation has that code.
    UnknownOrganisation,
    /// What may stand once in the file stands twice.
    Duplicate,
    /// There is no row.
    Empty,
}

impl ProblemCode {
    /// The code as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "HEADER",
            Self::Fields => "FIELDS",
            Self::Truncated => "TRUNCATED",
            Self::Unreadable => "UNREADABLE",
            Self::Encoding => "ENCODING",
            Self::Blank => "BLANK",
            Self::Identifier => "IDENTIFIER",
            Self::UnknownFramework => "UNKNOWN_FRAMEWORK",
            Self::UnknownArea => "UNKNOWN_AREA",
            Self::Period => "PERIOD",
            Self::Date => "DATE",
            Self::UnknownCategory => "UNKNOWN_CATEGORY",
            Self::Score => "SCORE",
            Self::CohortYear => "COHORT_YEAR",
            Self::Students => "STUDENTS",
            Self::UnknownInstitution => "UNKNOWN_INSTITUTION",
            Self::SpokenFor => "SPOKEN_FOR",
            Self::NotOnRoll => "NOT_ON_ROLL",
            Self::OtherPlace => "OTHER_PLACE",
            Self::HubElsewhere => "HUB_ELSEWHERE",
            Self::OtherArea => "OTHER_AREA",
            Self::UnknownOrganisation => "UNKNOWN_ORGANISATION",
            Self::Duplicate => "DUPLICATE",
            Self::Empty => "EMPTY",
        }
    }
}

impl Problem {
    /// A problem in one column of the row that starts on a line.
    pub fn in_column(line: u64, column: &str, code: ProblemCode, value: &str, expected: impl Into<String>) -> Self {
        Self { line, column: Some(column.to_owned()), code, value: shown(value), expected: expected.into() }
    }

    /// A problem of the row that starts on a line.
    pub fn in_row(line: u64, code: ProblemCode, value: &str, expected: impl Into<String>) -> Self {
        Self { line, column: None, code, value: shown(value), expected: expected.into() }
    }
}

/// What may be repeated of a value: no control characters, and not all of a long one.
fn shown(value: &str) -> String {
    let mut shown: String =
        value.chars().take(LONGEST_VALUE).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if value.chars().nth(LONGEST_VALUE).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": found `{}`, expected {} [{}]", self.value, self.expected, self.code.as_str())
    }
}
