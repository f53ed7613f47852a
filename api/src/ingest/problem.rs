//! What is wrong with a file, and where.

use std::fmt;

use crate::domain::label::is_invisible;

/// The longest value that a problem repeats, characters.
const LONGEST_VALUE: usize = 100;

/// One thing that is wrong with a file: where it stands, what was found there, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line as a spreadsheet shows it, from 1: blank ones count, and line breaks within a field do not.
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
    /// The file is of a kind that holds no table.
    Kind,
    /// The file, or a row of it, is larger than anything that is read.
    TooLarge,
    /// The workbook has no such sheet.
    Sheet,
    /// A column of the header is missing, or there twice.
    Header,
    /// A row has more or fewer fields than the header.
    Fields,
    /// The file ends in the middle of a row, or seems to.
    Truncated,
    /// The file cannot be read any further.
    Unreadable,
    /// Text is not in the encoding of its file.
    Encoding,
    /// Something follows a closed quote.
    Quote,
    /// A field that must be filled is blank.
    Blank,
    /// An identifier is none.
    Identifier,
    /// No framework has that code.
    UnknownFramework,
    /// No area has that code, or it is of another kind.
    UnknownArea,
    /// What is said of an area is not taken.
    Area,
    /// A period is none, lies ahead, or came before its framework.
    Period,
    /// A date is none, or does not fit its period.
    Date,
    /// A dimension has no such category.
    UnknownCategory,
    /// A score is none.
    Score,
    /// A cohort year is none, or has not ended.
    CohortYear,
    /// A number of students is none.
    Students,
    /// Counts of a cohort are there, and others of it are not.
    Cohort,
    /// No result of the institution was handed in, so that it is not known where it stands.
    UnknownInstitution,
    /// Another organisation speaks for the institution.
    SpokenFor,
    /// No register that was taken in knows the institution, and the file does not tell what it is.
    NotRegistered,
    /// The roll names the institutions of the local authority, and not this one.
    NotOnRoll,
    /// The roll has the institution in another local authority.
    OtherPlace,
    /// The careers hub has no institutions in the local authority.
    HubElsewhere,
    /// The institution stands outside the area of the organisation that hands in, or that is to speak for it.
    OtherArea,
    /// An official figure, or what it is about, cannot be kept.
    Figure,
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
            Self::Kind => "KIND",
            Self::TooLarge => "TOO_LARGE",
            Self::Sheet => "SHEET",
            Self::Header => "HEADER",
            Self::Fields => "FIELDS",
            Self::Truncated => "TRUNCATED",
            Self::Unreadable => "UNREADABLE",
            Self::Encoding => "ENCODING",
            Self::Quote => "QUOTE",
            Self::Blank => "BLANK",
            Self::Identifier => "IDENTIFIER",
            Self::UnknownFramework => "UNKNOWN_FRAMEWORK",
            Self::UnknownArea => "UNKNOWN_AREA",
            Self::Area => "AREA",
            Self::Period => "PERIOD",
            Self::Date => "DATE",
            Self::UnknownCategory => "UNKNOWN_CATEGORY",
            Self::Score => "SCORE",
            Self::CohortYear => "COHORT_YEAR",
            Self::Students => "STUDENTS",
            Self::Cohort => "COHORT",
            Self::UnknownInstitution => "UNKNOWN_INSTITUTION",
            Self::SpokenFor => "SPOKEN_FOR",
            Self::NotRegistered => "NOT_REGISTERED",
            Self::NotOnRoll => "NOT_ON_ROLL",
            Self::OtherPlace => "OTHER_PLACE",
            Self::HubElsewhere => "HUB_ELSEWHERE",
            Self::OtherArea => "OTHER_AREA",
            Self::Figure => "FIGURE",
            Self::UnknownOrganisation => "UNKNOWN_ORGANISATION",
            Self::Duplicate => "DUPLICATE",
            Self::Empty => "EMPTY",
        }
    }
}

impl Problem {
    /// A problem in one column of the row that starts on a line.
    pub fn in_column(line: u64, column: &str, code: ProblemCode, value: &str, expected: impl Into<String>) -> Self {
        Self { line, column: Some(shown(column)), code, value: shown(value), expected: expected.into() }
    }

    /// A problem of the row that starts on a line.
    pub fn in_row(line: u64, code: ProblemCode, value: &str, expected: impl Into<String>) -> Self {
        Self { line, column: None, code, value: shown(value), expected: expected.into() }
    }
}

/// Problems of one kind in one column, or in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// What sort of problem they are.
    pub code: ProblemCode,
    /// The column by name, where they are about one.
    pub column: Option<String>,
    /// How many there are.
    pub count: u64,
    /// The line of the last one.
    pub last_line: u64,
}

/// What may be shown of a text that came from outside: a sign in place of whatever a terminal would obey, or nobody would see.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c }).collect()
}

/// What may be repeated of a value: what is printable, and not all of a long one.
fn shown(value: &str) -> String {
    let mut shown: String = printable(&value.chars().take(LONGEST_VALUE).collect::<String>());
    if value.chars().nth(LONGEST_VALUE).is_some() {
        shown.push('…');
    }
    shown
}

/// A field without the blanks around it, among them those that no keyboard has.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
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
