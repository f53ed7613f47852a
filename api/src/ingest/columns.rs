//! The columns of a file by name.

use csv::ByteRecord;

use super::{Problem, ProblemCode, trimmed};

/// How many names of other columns a problem repeats.
const SHOWN_NAMES: usize = 5;

/// Which column stands where. A name is the same in capitals, and with anything or nothing between its words.
pub(super) struct Columns {
    names: Vec<String>,
    /// Whether each is one that is read.
    known: Vec<bool>,
}

impl Columns {
    /// Reads the first row. Every name that is known stands once, and no column that `required` tells is missing; all that
    /// is wrong is told together. Other columns are not read. `known` is the name that is read for one as written, `expected` is what was
    /// expected where no name is known.
    pub(super) fn read(
        fields: &ByteRecord,
        known: impl Fn(&str) -> Option<String>,
        expected: &str,
        required: impl FnOnce(&Self) -> Vec<String>,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut columns = Self { names: Vec::with_capacity(fields.len()), known: Vec::with_capacity(fields.len()) };
        for field in fields {
            let written = String::from_utf8_lossy(field);
            let name = known(&written);
            if let Some(name) = name.as_deref().filter(|name| columns.position(name).is_some()) {
                problems.push(Problem::in_column(1, name, ProblemCode::Header, &written, "each column once"));
            }
            columns.known.push(name.is_some());
            columns.names.push(name.unwrap_or_else(|| trimmed(&written).to_owned()));
        }
        let others = columns.ignored().take(SHOWN_NAMES).collect::<Vec<_>>().join(", ");
        if !columns.known.contains(&true) {
            return Err(vec![Problem::in_row(1, ProblemCode::Header, &others, format!("a header with {expected}"))]);
        }
        for name in required(&columns) {
            if columns.position(&name).is_none() {
                let expected = format!("the column `{name}`");
                problems.push(Problem::in_column(1, &name, ProblemCode::Header, &others, expected));
            }
        }
        if problems.is_empty() { Ok(columns) } else { Err(problems) }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// The name of the column at a position.
    pub(super) fn name(&self, position: usize) -> &str {
        &self.names[position]
    }

    /// Where a column stands that is read.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().zip(&self.known).position(|(column, known)| *known && column == name)
    }

    /// The names of those that are not read, as the file has them.
    pub(super) fn ignored(&self) -> impl Iterator<Item = &str> {
        let others = self.names.iter().zip(&self.known).filter(|(_, known)| !**known);
        others.map(|(name, _)| name.as_str()).filter(|name| !name.is_empty())
    }
}

/// Whether two names are the same.
pub(super) fn names_match(one: &str, other: &str) -> bool {
    normal(one) == normal(other)
}

/// The one of some names that is meant by a name as written: the one with the same letters and digits.
pub(super) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>, written: &str) -> Option<String> {
    let letters = letters(written);
    names.into_iter().find(|name| !letters.is_empty() && self::letters(name) == letters).map(str::to_owned)
}

/// The letters and digits of a name, in small letters: `LA (code)` is `la_code` to some tools, and `LA..code.` to others.
pub(super) fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name in small letters, with one underscore for every blank, hyphen or underscore in a row.
pub(super) fn normal(name: &str) -> String {
    let words =
        trimmed(name).split(|c: char| c.is_whitespace() || c == '_' || c == '-').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// A header of columns that are known by name.
pub(super) struct Placed<const N: usize> {
    pub(super) columns: Columns,
    /// Where each column stands, if it does.
    pub(super) at: [Option<usize>; N],
}

impl<const N: usize> Placed<N> {
    /// Reads a header with some of these columns, the `required` of them among it. `expected` is what a problem of another column says.
    pub(super) fn read(
        fields: &ByteRecord,
        names: [&str; N],
        required: &[&str],
        expected: &str,
    ) -> Result<Self, Vec<Problem>> {
        let required = |_: &Columns| required.iter().map(|&name| name.to_owned()).collect();
        let columns = Columns::read(fields, |written| one_of(names, written), expected, required)?;
        Ok(Self { at: names.map(|name| columns.position(name)), columns })
    }
}
