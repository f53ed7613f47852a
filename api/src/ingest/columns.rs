//! The columns of a file by name.

use csv::ByteRecord;

use super::{Problem, ProblemCode};

/// Which column stands where.
pub(super) struct Columns(Vec<String>);

impl Columns {
    /// Reads the first row. Every name is known and stands once, and no column that `required` tells is missing; all that
    /// is wrong is told together. `known` says what was expected where a name is not.
    pub(super) fn read(
        fields: &ByteRecord,
        is_known: impl Fn(&str) -> bool,
        known: &str,
        required: impl FnOnce(&Self) -> Vec<String>,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut columns = Self(Vec::with_capacity(fields.len()));
        for field in fields {
            let name = String::from_utf8_lossy(field).trim().to_owned();
            if columns.0.contains(&name) {
                problems.push(Problem::in_column(1, &name, ProblemCode::Header, &name, "each column once"));
            } else if !is_known(&name) {
                problems.push(Problem::in_column(1, &name, ProblemCode::Header, &name, known));
            }
            columns.0.push(name);
        }
        for name in required(&columns) {
            if columns.position(&name).is_none() {
                let expected = format!("the column `{name}`");
                problems.push(Problem::in_column(1, &name, ProblemCode::Header, "", expected));
            }
        }
        if problems.is_empty() { Ok(columns) } else { Err(problems) }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The name of the column at a position.
    pub(super) fn name(&self, position: usize) -> &str {
        &self.0[position]
    }

    /// Where a column stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }
}
