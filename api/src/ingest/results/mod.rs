//! Institution-level results from CSV: read as a stream, checked row by row, every problem told at once.
//!
//! UTF-8 with a header, columns in any order. A byte order mark and CRLF line ends are read as spreadsheets write them. A
//! file that does not end with a line break is refused: nothing tells it from one whose last row was cut.

mod header;
mod input;
mod row;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, io::Read};

use chrono::NaiveDate;
use csv::ByteRecord;

use crate::domain::{Catalogue, Period, Pseudonym, Record, Secret};

use super::{Problem, ProblemCode};

use header::Header;
use input::Input;
use row::RowCheck;

/// The most problems that are kept; the rest is counted.
const KEPT_PROBLEMS: usize = 1_000;

/// Rows between two words about progress.
const PROGRESS_EVERY: u64 = 1_000;

/// What was read of a file.
#[derive(Debug)]
pub struct Reading {
    /// The good rows.
    pub records: Vec<Record>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// How many further problems there are.
    pub suppressed: u64,
    /// The rows, without the header.
    pub rows: u64,
    /// SHA-256 of the bytes.
    pub checksum: [u8; 32],
}

/// Reads a results file. `today` is the last day on which an assessment can have been completed; `progress` is told how
/// many bytes are read.
pub fn read_results(
    input: impl Read,
    catalogue: &Catalogue,
    secret: &Secret,
    today: NaiveDate,
    progress: &mut dyn FnMut(u64),
) -> Reading {
    let mut reading = Reading { records: Vec::new(), problems: Vec::new(), suppressed: 0, rows: 0, checksum: [0; 32] };
    let mut input = Input::new(input);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(1 << 16).from_reader(&mut input);
    let mut fields = ByteRecord::new();
    let header = match reader.read_byte_record(&mut fields) {
        Ok(true) => Header::read(&fields, catalogue),
        Ok(false) => Err(vec![Problem::in_row(1, ProblemCode::Empty, "", "a header and at least one row")]),
        Err(error) => Err(vec![unreadable(&error, 1)]),
    };
    let header = match header {
        Ok(header) => header,
        Err(problems) => {
            problems.into_iter().for_each(|problem| reading.add(problem));
            return reading;
        }
    };
    let check = RowCheck { header: &header, catalogue, secret, today };
    let mut seen: HashMap<(Pseudonym, String, Period), u64> = HashMap::new();
    let mut last_line = 1;
    loop {
        match reader.read_byte_record(&mut fields) {
            Ok(false) => break,
            Err(error) => {
                reading.add(unreadable(&error, last_line));
                break;
            }
            Ok(true) => {}
        }
        last_line = fields.position().map_or(last_line, csv::Position::line);
        reading.rows += 1;
        if reading.rows.is_multiple_of(PROGRESS_EVERY) {
            progress(reader.get_ref().bytes_read());
        }
        match check.check(last_line, &fields) {
            Err(problems) => problems.into_iter().for_each(|problem| reading.add(problem)),
            Ok(record) => {
                let key = (record.institution, record.framework.clone(), record.period);
                if let Some(first) = seen.get(&key) {
                    let id = check.field(&fields, "institution_id");
                    let expected =
                        format!("each institution once for a framework and a period; it stands on line {first}");
                    reading.add(Problem::in_column(last_line, "institution_id", ProblemCode::Duplicate, &id, expected));
                } else {
                    seen.insert(key, last_line);
                    reading.records.push(record);
                }
            }
        }
    }
    if reading.rows == 0 && reading.problems.is_empty() {
        reading.add(Problem::in_row(2, ProblemCode::Empty, "", "at least one row after the header"));
    }
    let input = reader.into_inner();
    if input.quotes_open() {
        reading.add(Problem::in_row(last_line, ProblemCode::Truncated, "\"", "the quote to be closed"));
    } else if !input.ends_with_line_break() {
        let expected = "a line break after the last row, without which the file may have been cut";
        reading.add(Problem::in_row(last_line, ProblemCode::Truncated, "end of file", expected));
    }
    progress(input.bytes_read());
    reading.checksum = input.checksum();
    reading
}

impl Reading {
    fn add(&mut self, problem: Problem) {
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.suppressed += 1;
        }
    }
}

fn unreadable(error: &csv::Error, line: u64) -> Problem {
    let line = error.position().map_or(line, csv::Position::line);
    Problem::in_row(line, ProblemCode::Unreadable, &error.to_string(), "a file that can be read to its end")
}
