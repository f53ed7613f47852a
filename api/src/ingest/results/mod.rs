//! Institution-level results from a table: read as a stream, checked row by row, every problem told at once.

mod header;
mod row;
#[cfg(test)]
mod tests;

use std::{cell::Cell, io::Read};

use chrono::NaiveDate;
use csv::ByteRecord;

use crate::domain::{Period, Pseudonym, Record, Remit, Secret};

use super::{
    Form, Problem, ProblemCode, Reading, Rows,
    columns::Columns,
    file::{self, Layout},
    row::shown,
};

use header::Header;
use row::RowCheck;

/// Reads a results file in a form. `remit` is what its provider may hand in, `today` is the last day on which an assessment can have been completed; `progress` is told how
/// many bytes are read.
pub fn read_results(
    form: &Form,
    input: impl Read,
    remit: Remit<'_>,
    secret: &Secret,
    today: NaiveDate,
    progress: &mut dyn FnMut(u64),
) -> Reading<Record> {
    file::read(&ResultsLayout { remit, secret, today, overruled: Cell::new(0) }, form, input, progress)
}

/// Checks results that are handed in as rows, as [`read_results`] does those of a file.
pub fn check_results(rows: &Rows, remit: Remit<'_>, secret: &Secret, today: NaiveDate) -> Reading<Record> {
    file::read_rows(&ResultsLayout { remit, secret, today, overruled: Cell::new(0) }, rows)
}

/// A results file, and what its rows are checked against.
struct ResultsLayout<'a> {
    remit: Remit<'a>,
    secret: &'a Secret,
    today: NaiveDate,
    overruled: Cell<u64>,
}

impl Layout for ResultsLayout<'_> {
    type Header = Header;
    type Record = Record;
    type Key = (Pseudonym, String, Period);

    const IDENTITY: &'static str = "institution_id";
    const ONCE: &'static str = "each institution once for a framework and a period";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        Header::read(fields, self.remit.catalogue, !self.remit.roll.register().is_empty())
    }

    fn columns(header: &Header) -> &Columns {
        header.columns()
    }

    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<Record, Vec<Problem>> {
        let Self { remit, secret, today, .. } = *self;
        let (record, overruled) = RowCheck { header, remit, secret, today }.check(line, fields)?;
        self.overruled.set(self.overruled.get() + u64::from(overruled));
        Ok(record)
    }

    fn overruled(&self) -> u64 {
        self.overruled.get()
    }

    /// Scores that are all 0 or 1 are shares, or yes and no: taken as they stand they would be next to nothing of 100.
    fn settle(&self, records: Vec<(u64, Record)>, tell: &mut dyn FnMut(Problem)) -> Vec<Record> {
        let scores = || records.iter().flat_map(|(_, record)| record.scores.iter().flatten());
        if scores().all(|&score| score <= 1) && scores().filter(|&&score| score == 1).count() > 1 {
            let of_one = |(line, record): &(u64, Record)| record.scores.contains(&Some(1)).then_some(*line);
            for line in records.iter().filter_map(of_one) {
                let expected = "scores from 0 to 100, where 100 is achieved; every score of the file is 0 or 1";
                tell(Problem::in_row(line, ProblemCode::Score, "1", expected));
            }
            return Vec::new();
        }
        records.into_iter().map(|(_, record)| record).collect()
    }

    fn key(record: &Record) -> Self::Key {
        (record.institution, record.framework.clone(), record.period)
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.identifier())
    }
}
