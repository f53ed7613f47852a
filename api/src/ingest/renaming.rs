//! The names that a file has for its columns, from a table with the columns `theirs` and `ours`.

use std::io::Read;

use csv::ByteRecord;

use super::{
    Form, Problem, ProblemCode, Reading,
    columns::{Columns, normal, one_of},
    file::{self, Layout},
    row::{Row, shown},
};

/// The columns that every file has.
const COLUMNS: [&str; 2] = ["theirs", "ours"];

/// Reads the table: names of columns, each with the one that is meant.
pub fn read_renaming(input: impl Read) -> Reading<(String, String)> {
    file::read(&Renaming, &Form::default(), input, &mut |_| {})
}

struct Renaming;

struct Header {
    columns: Columns,
    positions: [usize; COLUMNS.len()],
}

impl Layout for Renaming {
    type Header = Header;
    type Record = (String, String);
    type Key = String;

    const IDENTITY: &'static str = "ours";
    const ONCE: &'static str = "each column once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        let required = |_: &Columns| COLUMNS.map(str::to_owned).to_vec();
        let columns = Columns::read(fields, |name| one_of(COLUMNS, name), &COLUMNS.join(", "), required)?;
        Ok(Header { positions: COLUMNS.map(|name| columns.position(name).unwrap_or_default()), columns })
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<(String, String), Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let [theirs, ours] = header.positions.map(|position| {
            let text = row.text(position);
            if text == Some("") {
                row.problem(position, ProblemCode::Blank, "", "the name of a column");
            }
            text
        });
        let record = theirs.zip(ours).map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned()));
        row.finish(record)
    }

    fn key(record: &Self::Record) -> String {
        normal(&record.1)
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.positions[1])
    }
}
