//! One row of a file while it is checked: every field that cannot be used leaves a problem behind.

use csv::ByteRecord;

use crate::domain::{Pseudonym, Secret};

use super::{Problem, ProblemCode, columns::Columns};

/// The longest scheme and the longest identifier, characters.
const LONGEST_SCHEME: usize = 16;
const LONGEST_IDENTIFIER: usize = 64;

/// What an identifier is made of, for messages.
const PRINTABLE: &str = "1 to 64 printable characters";

/// The fields of one row, and what was found wrong with them so far.
pub(super) struct Row<'a> {
    columns: &'a Columns,
    line: u64,
    fields: &'a ByteRecord,
    problems: Vec<Problem>,
}

impl<'a> Row<'a> {
    /// The row that starts on a line; a problem where it is not as wide as the header.
    pub(super) fn new(columns: &'a Columns, line: u64, fields: &'a ByteRecord) -> Result<Self, Vec<Problem>> {
        if fields.len() != columns.count() {
            let expected = format!("{} fields, as many as the header has", columns.count());
            let found = format!("{} fields", fields.len());
            return Err(vec![Problem::in_row(line, ProblemCode::Fields, &found, expected)]);
        }
        Ok(Self { columns, line, fields, problems: Vec::new() })
    }

    /// What was made of the row, or everything that is wrong with it.
    pub(super) fn finish<T>(self, record: Option<T>) -> Result<T, Vec<Problem>> {
        match record {
            Some(record) if self.problems.is_empty() => Ok(record),
            _ => Err(self.problems),
        }
    }

    /// A field, trimmed; a problem where it is not UTF-8.
    pub(super) fn text(&mut self, position: usize) -> Option<&'a str> {
        let bytes = self.fields.get(position).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.trim()),
            Err(error) => {
                let at = error.valid_up_to();
                let found = format!(
                    "byte {:#04x} at character {}",
                    bytes[at],
                    String::from_utf8_lossy(&bytes[..at]).chars().count() + 1
                );
                self.problem(position, ProblemCode::Encoding, &found, "UTF-8");
                None
            }
        }
    }

    /// Notes what is wrong with a field.
    pub(super) fn problem(&mut self, position: usize, code: ProblemCode, value: &str, expected: impl Into<String>) {
        let name = self.columns.name(position);
        self.problems.push(Problem::in_column(self.line, name, code, value, expected));
    }

    /// The pseudonym and the scheme of the institution that a scheme and an identifier name.
    pub(super) fn institution(
        &mut self,
        scheme: usize,
        identifier: usize,
        secret: &Secret,
    ) -> Option<(Pseudonym, &'a str)> {
        let scheme = self.bounded(scheme, LONGEST_SCHEME, "1 to 16 of A-Z, 0-9 and -", |c| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
        });
        let identifier = self.identifier(identifier);
        Some((secret.pseudonym(scheme?, identifier?), scheme?))
    }

    /// A field of 1 to 64 printable characters.
    pub(super) fn identifier(&mut self, position: usize) -> Option<&'a str> {
        self.bounded(position, LONGEST_IDENTIFIER, PRINTABLE, |c| !c.is_control())
    }

    fn bounded(
        &mut self,
        position: usize,
        longest: usize,
        expected: &str,
        allowed: impl Fn(char) -> bool,
    ) -> Option<&'a str> {
        let text = self.text(position)?;
        if text.is_empty() || text.chars().count() > longest || !text.chars().all(allowed) {
            let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::Identifier };
            self.problem(position, code, text, expected);
            return None;
        }
        Some(text)
    }
}

/// The text of a field, for a message.
pub(super) fn shown(fields: &ByteRecord, position: usize) -> String {
    String::from_utf8_lossy(fields.get(position).unwrap_or_default()).trim().to_owned()
}
