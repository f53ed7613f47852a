//! What an operator says of areas, from a table: one row an area.
//!
//! `code` and any of the other columns, in any order; a field that is blank leaves what there was. Several codes stand in one field
//! with spaces between them.

use std::{io::Read, str::FromStr};

use chrono::NaiveDate;
use csv::ByteRecord;

use crate::domain::{AreaChange, area_change::InvalidChange};

use super::{
    Form, Problem, ProblemCode, Reading,
    columns::{Columns, Placed},
    file::{self, Layout},
    row::{Row, shown},
};

/// The columns that a file may have. The first one is in every file.
const COLUMNS: [&str; 11] = [
    "code",
    "name",
    "kind",
    "code_scheme",
    "within",
    "members",
    "valid_from",
    "valid_to",
    "succeeds",
    "succession",
    "source",
];

/// Reads a file of areas in a form, each row with the line on which it starts.
pub fn read_areas(form: &Form, input: impl Read) -> Reading<(u64, AreaChange)> {
    file::read(&AreasLayout, form, input, &mut |_| {})
}

/// The problem of a row that a change made which is not taken.
pub fn refused(line: u64, invalid: &InvalidChange) -> Problem {
    Problem::in_column(line, invalid.part, ProblemCode::Area, &invalid.found, invalid.expected.clone())
}

struct AreasLayout;

type Header = Placed<{ COLUMNS.len() }>;

impl Layout for AreasLayout {
    type Header = Header;
    type Record = (u64, AreaChange);
    type Key = String;

    const IDENTITY: &'static str = "code";
    const ONCE: &'static str = "each area once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        Placed::read(fields, COLUMNS, &COLUMNS[..1], &format!("one of {}", COLUMNS.join(", ")))
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<(u64, AreaChange), Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let [code, name, kind, scheme, within, members, from, to, succeeds, succession, source] = header.at;
        let code = row.label(code.unwrap_or_default());
        let mut text = |at: Option<usize>| at.and_then(|at| row.text(at)).filter(|text| !text.is_empty());
        let (name, scheme, source) = (text(name), text(scheme), text(source));
        let mut codes =
            |at| text(at).map(|text| text.split_whitespace().map(str::to_owned).collect()).unwrap_or_default();
        let (within, members, succeeds) = (codes(within), codes(members), codes(succeeds));
        let (valid_from, valid_to) = (day(&mut row, from), day(&mut row, to));
        let kinds = "a kind such as `hub` or `local_authority`";
        let kind = value(&mut row, kind, ProblemCode::Area, kinds);
        let succession = value(&mut row, succession, ProblemCode::Area, "one of recode, merge, split, boundary");
        let change = code.map(|code| AreaChange {
            code: code.to_owned(),
            name: name.map(str::to_owned),
            kind,
            code_scheme: scheme.map(str::to_owned),
            within,
            members,
            valid_from,
            valid_to,
            succeeds,
            succession,
            source: source.map(str::to_owned),
        });
        row.finish(change.map(|change| (line, change)))
    }

    fn key((_, change): &(u64, AreaChange)) -> String {
        change.code.clone()
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.at[0].unwrap_or_default())
    }
}

/// The day that a field says, where it is there and not blank.
pub(super) fn day(row: &mut Row<'_>, at: Option<usize>) -> Option<NaiveDate> {
    let at = at?;
    row.text(at).filter(|text| !text.is_empty())?;
    row.date(at)
}

/// What a field says, where it is there and not blank; a problem where it says something else.
fn value<T: FromStr>(row: &mut Row<'_>, at: Option<usize>, code: ProblemCode, expected: &str) -> Option<T> {
    let at = at?;
    let text = row.text(at).filter(|text| !text.is_empty())?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        row.problem(at, code, text, expected);
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AreaKind, SuccessionKind};

    #[test]
    fn a_row_says_what_it_says_and_no_more() {
        let file = "code,name,kind,within,valid_from,succeeds,succession\n\
                    S1,East,,E12000008 E37000046,2027-04-01,E10000030,split\nH1,A hub,hub,,,,\n";
        let reading = read_areas(&Form::default(), file.as_bytes());
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let [(2, east), (3, hub)] = &reading.records[..] else { panic!("{:?}", reading.records) };
        assert_eq!(east.within, ["E12000008", "E37000046"]);
        assert_eq!((east.kind, east.succession), (None, Some(SuccessionKind::Split)));
        let expected = AreaChange {
            code: "H1".into(),
            name: Some("A hub".into()),
            kind: Some(AreaKind::Hub),
            ..AreaChange::default()
        };
        assert_eq!(*hub, expected);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let file = "code,kind,valid_to,succession\nS1,town,1.4.27,taken\n,hub,,\n";
        let reading = read_areas(&Form::default(), file.as_bytes());
        let told: Vec<(u64, Option<&str>)> =
            reading.problems.iter().map(|problem| (problem.line, problem.column.as_deref())).collect();
        let expected = [(2, "valid_to"), (2, "kind"), (2, "succession"), (3, "code")];
        assert_eq!(told, expected.map(|(line, column)| (line, Some(column))));
        let reading = read_areas(&Form::default(), "name\nx\n".as_bytes());
        assert!(reading.problems[0].to_string().contains("expected the column `code`"), "{:?}", reading.problems);
    }
}
