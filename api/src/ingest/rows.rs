//! Rows that are handed in without a file, checked as those of a file are. The place of a row is its number from 1.

use csv::ByteRecord;

/// Columns by name, as files have them, and rows of texts as wide as these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// What stands in each.
    pub rows: Vec<Vec<String>>,
}

impl Rows {
    /// The columns that a row has something to say about: `None` says that its row leaves the column out, which is as if it was
    /// blank. What every row leaves out is no column.
    #[expect(clippy::needless_pass_by_value, reason = "both are made for it")]
    pub fn of(columns: Vec<String>, rows: Vec<Vec<Option<String>>>) -> Self {
        let said = |at: &usize| rows.iter().any(|row| row.get(*at).is_some_and(Option::is_some));
        let kept: Vec<usize> = (0..columns.len()).filter(said).collect();
        let pick = |row: &Vec<Option<String>>| {
            kept.iter().map(|&at| row.get(at).cloned().flatten().unwrap_or_default()).collect()
        };
        Self { rows: rows.iter().map(pick).collect(), columns: kept.iter().map(|&at| columns[at].clone()).collect() }
    }

    pub(super) fn header(&self) -> ByteRecord {
        ByteRecord::from(self.columns.iter().map(String::as_bytes).collect::<Vec<_>>())
    }

    pub(super) fn records(&self) -> impl Iterator<Item = ByteRecord> {
        self.rows.iter().map(|row| ByteRecord::from(row.iter().map(String::as_bytes).collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_row_leaves_out_is_no_column() {
        let text = |text: &str| Some(text.to_owned());
        let columns = ["a", "b", "c"].map(str::to_owned).to_vec();
        let rows = Rows::of(columns, vec![vec![text("1"), None, None], vec![None, None, text("")]]);
        assert_eq!(rows.columns, ["a", "c"]);
        assert_eq!(rows.rows, [["1", ""], ["", ""]]);
    }
}
