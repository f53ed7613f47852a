//! Every table that is handed in, row by row: text between separators, or a workbook. What it is written in is found out, and told.

mod coding;
mod kind;
mod separated;
#[cfg(test)]
mod tests;
mod workbook;

use std::{
    fmt,
    io::{self, Read},
    ops::ControlFlow,
    str::FromStr,
};

use csv::ByteRecord;

use super::{Problem, ProblemCode};

use separated::Separated;

/// How much of a file is looked at before it is read, bytes.
const HEAD: usize = 1 << 16;

/// The widest row, fields: as wide as a worksheet.
const WIDEST: usize = 16_384;

/// The form of a table, as far as it cannot be found out or is not to be.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// What its text is written in; found out where absent.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook; the first one that is shown where absent.
    pub sheet: Option<String>,
    /// The names of its columns, each with the name that is meant.
    pub renamed: Vec<(String, String)>,
    /// Columns that the table lacks, each with what would stand in every row of it.
    pub constants: Vec<(String, String)>,
}

/// A way to write text as bytes, by its name on the web, e.g. `windows-1252` or `big5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = encoding_rs::Encoding::for_label(text.as_bytes());
        found
            .map(Self)
            .ok_or_else(|| format!("expected an encoding such as utf-8, windows-1252 or big5, found `{text}`"))
    }
}

/// The form in which a table was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Text, in an encoding, with a separator between its fields.
    Text {
        /// The encoding by name, e.g. `UTF-16LE`.
        encoding: &'static str,
        /// The separator.
        separator: char,
    },
    /// A sheet of a workbook.
    Sheet {
        /// Its name.
        name: String,
        /// How many sheets are shown.
        of: usize,
    },
}

impl Found {
    /// Whether there is nothing to tell: UTF-8 with commas.
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Text { encoding: "UTF-8", separator: ',' })
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { encoding, separator: '\t' } => write!(f, "{encoding} text with tabs between fields"),
            Self::Text { encoding, separator } => write!(f, "{encoding} text with `{separator}` between fields"),
            Self::Sheet { name, of: 1 } => write!(f, "the sheet `{}`", super::printable(name)),
            Self::Sheet { name, of } => write!(f, "the sheet `{}` of {of} in the workbook", super::printable(name)),
        }
    }
}

/// One row, or what is wrong with it.
pub(super) enum Line<'a> {
    /// A row that is not blank.
    Row {
        /// Its number as a spreadsheet shows it, from 1.
        line: u64,
        /// Its fields, as wide as it is.
        fields: &'a mut ByteRecord,
        /// Whether the end of the row was there: it is not where the file ends in its middle, or seems to.
        whole: bool,
    },
    /// A row that cannot be read; those after it can.
    Unreadable(Problem),
}

/// Reads the rows of a table that are not blank. A problem keeps it from being read to its end.
pub(super) fn each_row(
    input: &mut dyn Read,
    form: &Form,
    visit: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
) -> Result<Found, Problem> {
    let head = peek(input).map_err(|error| unreadable(1, &error))?;
    if kind::is_zip(&head) {
        return workbook::each_row(head, input, form, visit);
    }
    if let Some(problem) = kind::of_other_files(&head) {
        return Err(problem);
    }
    let coding = coding::of(&head, form.encoding.map(|encoding| encoding.0))?;
    let bytes = io::Cursor::new(head).chain(input);
    let mut text = coding.decoded(bytes);
    let head = peek(&mut text).map_err(|error| unreadable(1, &error))?;
    if let Some(problem) = kind::of_other_texts(&head) {
        return Err(problem);
    }
    Separated::new(io::Cursor::new(&head).chain(text), &head, coding).each_row(visit)
}

/// The first bytes of what is read.
fn peek(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether nothing stands in a field.
pub(super) fn is_blank(field: &[u8]) -> bool {
    field.is_ascii() && field.trim_ascii().is_empty()
        || std::str::from_utf8(field).is_ok_and(|text| super::trimmed(text).is_empty())
}

fn unreadable(line: u64, error: &io::Error) -> Problem {
    let (code, expected) = match error.kind() {
        io::ErrorKind::InvalidData => (ProblemCode::Encoding, "text in that encoding; `--encoding` names another"),
        _ => (ProblemCode::Unreadable, "a file that can be read to its end"),
    };
    Problem::in_row(line, code, &error.to_string(), expected)
}
