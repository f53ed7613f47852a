//! What an operator says of comparators, from a table: one row a comparator.
//!
//! `code` and any of the other columns, in any order; a field that is blank leaves what there was. Several codes stand in one field
//! with spaces between them.

use std::io::Read;

use csv::ByteRecord;

use crate::domain::ComparatorChange;

use super::{
    Form, Problem, Reading,
    areas::day,
    columns::{Columns, Placed},
    file::{self, Layout},
    row::{Row, shown},
};

/// The columns that a file may have. The first one is in every file.
const COLUMNS: [&str; 7] = ["code", "name", "about", "members", "valid_from", "valid_to", "source"];

/// Reads a file of comparators in a form, each row with the line on which it starts.
pub fn read_comparators(form: &Form, input: impl Read) -> Reading<(u64, ComparatorChange)> {
    file::read(&ComparatorsLayout, form, input, &mut |_| {})
}

struct ComparatorsLayout;

type Header = Placed<{ COLUMNS.len() }>;

impl Layout for ComparatorsLayout {
    type Header = Header;
    type Record = (u64, ComparatorChange);
    type Key = String;

    const IDENTITY: &'static str = "code";
    const ONCE: &'static str = "each comparator once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        Placed::read(fields, COLUMNS, &COLUMNS[..1], &format!("one of {}", COLUMNS.join(", ")))
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<(u64, ComparatorChange), Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let [code, name, about, members, from, to, source] = header.at;
        let code = row.label(code.unwrap_or_default());
        let mut text =
            |at: Option<usize>| at.and_then(|at| row.text(at)).filter(|text| !text.is_empty()).map(str::to_owned);
        let (name, about, source) = (text(name), text(about), text(source));
        let members = text(members).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let (valid_from, valid_to) = (day(&mut row, from), day(&mut row, to));
        let change = code.map(|code| ComparatorChange {
            code: code.to_owned(),
            name,
            about,
            members,
            valid_from,
            valid_to,
            source,
        });
        row.finish(change.map(|change| (line, change)))
    }

    fn key((_, change): &(u64, ComparatorChange)) -> String {
        change.code.clone()
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.at[0].unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_it_says_and_no_more() {
        let file = "code,about,members,source,name\nSN-1,E08000038,E08000035 E06000047,a table,Neighbours\nSN-2,,,,\n";
        let reading = read_comparators(&Form::default(), file.as_bytes());
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let [(2, one), (3, other)] = &reading.records[..] else { panic!("{:?}", reading.records) };
        assert_eq!(one.members, ["E08000035", "E06000047"]);
        assert_eq!((one.about.as_deref(), one.name.as_deref()), (Some("E08000038"), Some("Neighbours")));
        assert_eq!(*other, ComparatorChange { code: "SN-2".into(), ..ComparatorChange::default() });
    }

    #[test]
    fn a_code_that_stands_twice_and_a_day_that_is_none_are_problems() {
        let file = "code,valid_to\nA,2026-01-01\nA,\nB,1.4.27\n";
        let reading = read_comparators(&Form::default(), file.as_bytes());
        let told: Vec<u64> = reading.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(told, [3, 4], "{:?}", reading.problems);
    }
}
