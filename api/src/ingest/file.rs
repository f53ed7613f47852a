//! A CSV file read as a stream: header, rows, duplicates, and what the end of the file tells. Every problem is told at once.
//!
//! UTF-8 with a header, columns in any order. A byte order mark and CRLF line ends are read as spreadsheets write them. A
//! file that does not end with a line break is refused: nothing tells it from one whose last row was cut.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    io::Read,
};

use csv::ByteRecord;

use super::{Problem, ProblemCode, input::Input};

/// The most problems that are kept; the rest is counted.
const KEPT_PROBLEMS: usize = 1_000;

/// Rows between two words about progress.
const PROGRESS_EVERY: u64 = 1_000;

/// What was read of a file.
#[derive(Debug)]
pub struct Reading<T> {
    /// The good rows.
    pub records: Vec<T>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// How many further problems there are.
    pub suppressed: u64,
    /// The rows, without the header.
    pub rows: u64,
    /// SHA-256 of the bytes.
    pub checksum: [u8; 32],
}

/// What a sort of file holds.
pub(super) trait Layout {
    /// Where its columns stand.
    type Header;
    /// What a row becomes.
    type Record;
    /// What tells one record from another.
    type Key: Hash + Eq;

    /// The column that a duplicate is told in.
    const IDENTITY: &'static str;
    /// What may stand once only, e.g. `each institution once for a period`.
    const ONCE: &'static str;

    /// Reads the header.
    fn header(&self, fields: &ByteRecord) -> Result<Self::Header, Vec<Problem>>;

    /// Checks the row that starts on a line.
    fn record(&self, header: &Self::Header, line: u64, fields: &ByteRecord) -> Result<Self::Record, Vec<Problem>>;

    /// What tells a record from another.
    fn key(record: &Self::Record) -> Self::Key;

    /// The text of the [`IDENTITY`](Self::IDENTITY) column, for a message.
    fn identity(header: &Self::Header, fields: &ByteRecord) -> String;
}

/// Reads a file; `progress` is told how many bytes are read.
pub(super) fn read<L: Layout>(layout: &L, input: impl Read, progress: &mut dyn FnMut(u64)) -> Reading<L::Record> {
    let mut reading = Reading { records: Vec::new(), problems: Vec::new(), suppressed: 0, rows: 0, checksum: [0; 32] };
    let mut input = Input::new(input);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(1 << 16).from_reader(&mut input);
    let mut fields = ByteRecord::new();
    let header = match reader.read_byte_record(&mut fields) {
        Ok(true) => layout.header(&fields),
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
    let mut seen: HashMap<L::Key, u64> = HashMap::new();
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
        match layout.record(&header, last_line, &fields) {
            Err(problems) => problems.into_iter().for_each(|problem| reading.add(problem)),
            Ok(record) => match seen.entry(L::key(&record)) {
                Entry::Vacant(fresh) => {
                    fresh.insert(last_line);
                    reading.records.push(record);
                }
                Entry::Occupied(first) => {
                    let found = L::identity(&header, &fields);
                    let expected = format!("{}; it stands on line {}", L::ONCE, first.get());
                    let code = ProblemCode::Duplicate;
                    reading.add(Problem::in_column(last_line, L::IDENTITY, code, &found, expected));
                }
            },
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

impl<T> Reading<T> {
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
