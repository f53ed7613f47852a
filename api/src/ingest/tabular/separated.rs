//! Text between separators, row by row, as RFC 4180 has it and spreadsheets write it.
//!
//! By hand, because a file with data about schools must be read strictly: nothing may follow a closed quote, a row has a bounded
//! length, and rows have the numbers that a spreadsheet shows. The CSV reader of the ecosystem lets all three pass.

use std::{
    io::{BufRead, BufReader, Read},
    ops::ControlFlow,
};

use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;

use crate::ingest::{Problem, ProblemCode};

use super::{Found, HEAD, Line, WIDEST, coding::Coding, is_blank, kind, unreadable};

/// What may stand between fields, the likelier first.
const SEPARATORS: [u8; 5] = [b',', b';', b'\t', b'^', b'|'];

/// Of which row the separator is found: the first of so many with so many of one, which a title above it hardly has.
const MOST_ABOVE: usize = 20;
const OF_A_HEADER: usize = 5;

/// The longest row, bytes: far more than a worksheet's row of results, far less than memory.
const LONGEST: usize = 1 << 20;

/// What non-ASCII fields turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// There was none yet.
    Unknown,
    Utf8,
    Windows1252,
}

/// A table as text.
pub(super) struct Separated<R> {
    text: BufReader<R>,
    separator: u8,
    coding: Coding,
    letters: Letters,
    /// Whether a line feed is still part of the last line end.
    after_return: bool,
}

/// How a row ended.
enum End {
    /// With a line end.
    Line,
    /// With the file.
    File,
    /// With the file, within quotes.
    Quoted,
}

/// Where in a field the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// After a quote within quotes: it closes them, or is the first of two.
    Quote,
    /// After what may not follow a closed quote.
    Astray,
}

impl<R: Read> Separated<R> {
    /// Text of which the first bytes are known.
    pub(super) fn new(text: R, head: &[u8], coding: Coding) -> Self {
        let letters = if coding == Coding::Open { Letters::Unknown } else { Letters::Utf8 };
        Self {
            text: BufReader::with_capacity(HEAD, text),
            separator: separator(head),
            coding,
            letters,
            after_return: false,
        }
    }

    /// Reads every row that is not blank.
    pub(super) fn each_row(mut self, visit: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>) -> Result<Found, Problem> {
        let mut fields = ByteRecord::new();
        let mut line = 0;
        loop {
            line += 1;
            let (end, astray) = self.row(line, &mut fields)?;
            let at_end = !matches!(end, End::Line);
            if line == 1 && says_separator(&fields) {
                // Excel's own word about the separator is no row of the sheet.
                line = 0;
            } else if matches!(end, End::Quoted) {
                let open = Problem::in_row(line, ProblemCode::Truncated, "\"", "the quote to be closed");
                let _ = visit(Line::Unreadable(open));
            } else if !fields.iter().all(is_blank) {
                let row = match astray.map_or_else(|| self.in_utf8(line, &mut fields), Err) {
                    Ok(()) => Line::Row { line, fields: &mut fields, whole: !at_end },
                    Err(problem) => Line::Unreadable(problem),
                };
                if visit(row).is_break() {
                    break;
                }
            }
            if at_end {
                break;
            }
        }
        Ok(Found::Text { encoding: self.encoding(), separator: char::from(self.separator) })
    }

    fn encoding(&self) -> &'static str {
        match (self.coding, self.letters) {
            (Coding::Decoded(encoding), _) => encoding.name(),
            (_, Letters::Windows1252) => "Windows-1252",
            _ => "UTF-8",
        }
    }

    /// Reads the next row. Also a problem where text follows a closed quote.
    fn row(&mut self, line: u64, fields: &mut ByteRecord) -> Result<(End, Option<Problem>), Problem> {
        fields.clear();
        let mut field = Vec::new();
        let mut at = At::Start;
        let (mut length, mut astray) = (0, None);
        loop {
            let bytes = self.text.fill_buf().map_err(|error| unreadable(line, &error))?;
            if bytes.is_empty() {
                let end = if at == At::Quoted { End::Quoted } else { End::File };
                fields.push_field(&field);
                return Ok((end, astray));
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in bytes {
                used += 1;
                if std::mem::take(&mut self.after_return) && byte == b'\n' {
                    continue;
                }
                at = match (at, byte) {
                    (At::Quoted, b'"') => At::Quote,
                    (At::Quoted, _) => {
                        field.push(byte);
                        At::Quoted
                    }
                    (_, b'\n' | b'\r') => {
                        self.after_return = byte == b'\r';
                        ended = true;
                        break;
                    }
                    (_, _) if byte == self.separator => {
                        fields.push_field(&field);
                        field.clear();
                        At::Start
                    }
                    (At::Start, b'"') if field.is_empty() => At::Quoted,
                    (At::Quote, b'"') => {
                        field.push(byte);
                        At::Quoted
                    }
                    // Blanks after a quote do no harm.
                    (At::Quote, b' ') => At::Quote,
                    (At::Quote | At::Astray, _) => {
                        field.push(byte);
                        At::Astray
                    }
                    (At::Start | At::Plain, _) => {
                        field.push(byte);
                        At::Plain
                    }
                };
                if at == At::Astray && astray.is_none() {
                    let found = String::from_utf8_lossy(&field);
                    let expected = "a separator after a closed quote; a quote within a field is written twice";
                    astray = Some(Problem::in_row(line, ProblemCode::Quote, &found, expected));
                }
            }
            length += used;
            self.text.consume(used);
            if ended {
                fields.push_field(&field);
                return Ok((End::Line, astray));
            }
            if length > LONGEST || fields.len() > WIDEST {
                let most = "rows of 1 MiB and 16,384 fields at most; a quote may be open, or line ends missing";
                return Err(kind::too_large(line, "a longer row", most));
            }
        }
    }

    /// Makes UTF-8 of the fields, where they may be of Windows-1252. Fields that are neither stay as they are.
    fn in_utf8(&mut self, line: u64, fields: &mut ByteRecord) -> Result<(), Problem> {
        if self.coding != Coding::Open || fields.as_slice().is_ascii() {
            return Ok(());
        }
        let is_utf8 = fields.iter().all(|field| std::str::from_utf8(field).is_ok());
        match (self.letters, is_utf8) {
            (Letters::Unknown, true) => self.letters = Letters::Utf8,
            (Letters::Windows1252, true) => {
                let found = "letters in UTF-8 after some in Windows-1252";
                return Err(Problem::in_row(line, ProblemCode::Encoding, found, "one encoding in a file"));
            }
            (Letters::Utf8, _) => {}
            (Letters::Unknown | Letters::Windows1252, false) => {
                self.letters = Letters::Windows1252;
                let decode = |field: &[u8]| WINDOWS_1252.decode_without_bom_handling(field).0.into_owned();
                *fields = fields.iter().map(|field| decode(field).into_bytes()).collect();
            }
        }
        Ok(())
    }
}

/// What stands between the fields of the first row that is not empty: what stands there most often, outside quotes.
fn separator(head: &[u8]) -> u8 {
    if let Some(said) =
        head.strip_prefix(b"sep=").and_then(|rest| rest.first()).filter(|byte| SEPARATORS.contains(byte))
    {
        return *said;
    }
    let mut first = None;
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    let (mut rows, mut bytes) = (0, head.trim_ascii_start().iter().chain(b"\n"));
    while let Some(&byte) = bytes.next().filter(|_| rows < MOST_ABOVE) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                rows += 1;
                let most = counts.iter().max().copied().unwrap_or_default();
                let which = counts.iter().position(|&count| count == most).map(|which| SEPARATORS[which]);
                if most >= OF_A_HEADER {
                    return which.unwrap_or(b',');
                }
                // A title may have a comma or none.
                first = first.or(which.filter(|_| most > 0));
                counts = [0; SEPARATORS.len()];
            }
            _ => {
                if let Some(which) = SEPARATORS.iter().position(|&separator| separator == byte && !quoted) {
                    counts[which] += 1;
                }
            }
        }
    }
    first.unwrap_or(b',')
}

/// Whether a row is `sep=;`, which Excel reads and does not show.
fn says_separator(fields: &ByteRecord) -> bool {
    let separator = |field: &[u8]| field.strip_prefix(b"sep=").map(<[u8]>::to_vec);
    match (fields.len(), fields.get(0).and_then(separator)) {
        (1, Some(said)) => said.len() == 1,
        (2, Some(said)) => said.is_empty() && fields.get(1).is_some_and(<[u8]>::is_empty),
        _ => false,
    }
}
