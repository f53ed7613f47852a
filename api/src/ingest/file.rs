//! A file with a table, read row by row: header, rows, duplicates, and what the end of the file tells. Every problem is told at once.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    io::Read,
    ops::ControlFlow,
};

use csv::ByteRecord;
use sha2::{Digest, Sha256};

use super::{
    Alike, Form, Found, Problem, ProblemCode,
    columns::{Columns, names_match},
    input::Input,
    printable,
    rows::Rows,
    tabular::{self, Line},
    trimmed,
};

/// The most problems that are kept; the rest is counted.
const KEPT_PROBLEMS: usize = 1_000;

/// The most problems of one kind in one column that are kept.
const KEPT_ALIKE: u64 = 10;

/// How many rows may stand above the header: titles, and groups of columns.
const MOST_ABOVE: usize = 20;

/// From how many columns on a row with one or two fields is taken for a note.
const NAMES_OF_A_TABLE: usize = 8;

/// What was read of a file.
#[derive(Debug)]
pub struct Reading<T> {
    /// The good rows.
    pub records: Vec<T>,
    /// What is wrong, in the order of the file: the first ones of each kind.
    pub problems: Vec<Problem>,
    /// Every kind of problem, with how many there are.
    pub kinds: Vec<Alike>,
    /// The rows that are not blank, without the header.
    pub rows: u64,
    /// SHA-256 of the bytes.
    pub checksum: [u8; 32],
    /// The form in which the table was found; absent where it is none.
    pub found: Option<Found>,
    /// Columns that were not read, by name.
    pub ignored: Vec<String>,
    /// Good rows of which a register says something else, which goes.
    pub overruled: u64,
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

    /// Its columns.
    fn columns(header: &Self::Header) -> &Columns;

    /// Checks the row on a line.
    fn record(&self, header: &Self::Header, line: u64, fields: &ByteRecord) -> Result<Self::Record, Vec<Problem>>;

    /// What tells a record from another.
    fn key(record: &Self::Record) -> Self::Key;

    /// The text of the [`IDENTITY`](Self::IDENTITY) column, for a message.
    fn identity(header: &Self::Header, fields: &ByteRecord) -> String;

    /// Of how many rows a register says something else.
    fn overruled(&self) -> u64 {
        0
    }

    /// Takes out of all good rows, each with its line, what is not whole without others, and tells why.
    fn settle(&self, records: Vec<(u64, Self::Record)>, _tell: &mut dyn FnMut(Problem)) -> Vec<Self::Record> {
        records.into_iter().map(|(_, record)| record).collect()
    }
}

/// Reads a file in a form; `progress` is told how many bytes are read.
pub(super) fn read<L: Layout>(
    layout: &L,
    form: &Form,
    input: impl Read,
    progress: &mut dyn FnMut(u64),
) -> Reading<L::Record> {
    let mut reading = Reading::empty();
    let mut input = Input::new(input, progress);
    let mut table = Table::of(layout, form, |line| format!("it stands on line {line}"), &mut reading);
    let found = tabular::each_row(&mut input, form, &mut |line| table.take(line));
    let Table { header, records, last, above, .. } = table;
    if header.is_none() {
        above.into_iter().flatten().for_each(|problem| reading.add(problem));
    }
    if let Some(header) = &header {
        reading.ignored = L::columns(&header.layout).ignored().map(printable).collect();
        if header.unnamed_filled {
            reading.ignored.push("without a name".to_owned());
        }
    }
    match found {
        Ok(found) => reading.found = Some(found),
        Err(problem) => reading.add(problem),
    }
    if reading.problems.is_empty() && reading.rows == 0 {
        let (line, expected) = match header {
            None => (1, "a header and at least one row"),
            Some(_) => (last + 1, "at least one row after the header"),
        };
        reading.add(Problem::in_row(line, ProblemCode::Empty, "", expected));
    }
    reading.overruled = layout.overruled();
    reading.records = layout.settle(records, &mut |problem| reading.add(problem));
    reading.problems.sort_by_key(|problem| problem.line);
    reading.checksum = input.checksum();
    reading
}

/// Reads rows that are handed in without a file. What is wrong with the columns is told of line 0, what is wrong with a row of its
/// number from 1; people count them from 0.
pub(super) fn read_rows<L: Layout>(layout: &L, rows: &Rows) -> Reading<L::Record> {
    let (mut reading, form) = (Reading::empty(), Form::default());
    let mut table = Table::of(layout, &form, |place| format!("it is row {}", place.saturating_sub(1)), &mut reading);
    let columns = std::iter::once(rows.header());
    for (line, mut fields) in (0..).zip(columns.chain(rows.records())) {
        if table.take(Line::Row { line, fields: &mut fields, whole: true }).is_break() {
            break;
        }
    }
    let records = table.records;
    if reading.problems.is_empty() && reading.rows == 0 {
        reading.add(Problem::in_row(0, ProblemCode::Empty, "", "at least one row"));
    }
    reading.records = layout.settle(records, &mut |problem| reading.add(problem));
    reading.problems.sort_by_key(|problem| problem.line);
    reading.overruled = layout.overruled();
    reading.checksum = checksum(rows);
    reading
}

/// SHA-256 of rows, unlike that of any file with the same in it.
fn checksum(rows: &Rows) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"exchange/rows/v1");
    for row in std::iter::once(&rows.columns).chain(&rows.rows) {
        hash.update((row.len() as u64).to_be_bytes());
        for field in row {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
    }
    hash.finalize().into()
}

/// The header of a table, and how wide its rows are.
struct Header<H> {
    layout: H,
    /// Fields with a name, those between them, and those that the form adds.
    names: usize,
    /// All fields of the row.
    width: usize,
    unnamed_filled: bool,
}

/// A table while it is read.
struct Table<'a, L: Layout> {
    layout: &'a L,
    form: &'a Form,
    header: Option<Header<L::Header>>,
    /// What is wrong with the first row as a header, where it may be a title above it, and how many such rows there were.
    above: Option<Vec<Problem>>,
    titles: usize,
    seen: HashMap<L::Key, u64>,
    records: Vec<(u64, L::Record)>,
    reading: &'a mut Reading<L::Record>,
    last: u64,
    /// How it is told where a row stands.
    stands: fn(u64) -> String,
}

impl<'a, L: Layout> Table<'a, L> {
    fn of(layout: &'a L, form: &'a Form, stands: fn(u64) -> String, reading: &'a mut Reading<L::Record>) -> Self {
        Self {
            layout,
            form,
            header: None,
            above: None,
            titles: 0,
            seen: HashMap::new(),
            records: Vec::new(),
            reading,
            last: 0,
            stands,
        }
    }

    fn take(&mut self, line: Line<'_>) -> ControlFlow<()> {
        let (line, fields, whole) = match line {
            Line::Row { line, fields, whole } => (line, fields, whole),
            Line::Unreadable(problem) => {
                self.reading.rows += u64::from(self.header.is_some());
                self.reading.add(problem);
                return if self.header.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
            }
        };
        self.last = line;
        if self.header.is_none() {
            return self.header(line, fields);
        }
        self.reading.rows += 1;
        if let Err(problems) = self.row(line, fields, whole) {
            let note = self.header.as_ref().and_then(|header| note(header.names, fields));
            match note.filter(|_| whole) {
                Some(note) => {
                    let expected = "a whole row of the table; a note below it is taken out first";
                    self.reading.add(Problem::in_row(line, ProblemCode::Fields, &note, expected));
                }
                None => problems.into_iter().for_each(|problem| self.reading.add(problem)),
            }
        }
        ControlFlow::Continue(())
    }

    /// Reads the header: names as the form has them, without the blank ones at the end, and with the columns that the form adds.
    fn header(&mut self, line: u64, fields: &mut ByteRecord) -> ControlFlow<()> {
        let width = fields.len();
        let names = fields.iter().rposition(|field| !tabular::is_blank(field)).map_or(0, |last| last + 1);
        let mut header = ByteRecord::new();
        let mut problems = Vec::new();
        for field in fields.iter().take(names) {
            let name = String::from_utf8_lossy(field);
            let meant = self.form.renamed.iter().find(|(theirs, _)| names_match(theirs, &name));
            header.push_field(meant.map_or(field, |(_, ours)| ours.as_bytes()));
        }
        for (theirs, ours) in &self.form.renamed {
            if !fields.iter().any(|field| names_match(theirs, &String::from_utf8_lossy(field))) {
                let expected = format!("a column of that name, which is to be read as `{ours}`");
                problems.push(Problem::in_row(line, ProblemCode::Header, theirs, expected));
            }
        }
        for (name, value) in &self.form.constants {
            if header.iter().any(|field| names_match(name, &String::from_utf8_lossy(field))) {
                let expected = format!("no such column, since `{}` was said for every row", printable(value));
                problems.push(Problem::in_column(line, name, ProblemCode::Header, name, expected));
            } else {
                header.push_field(name.as_bytes());
            }
        }
        match self.layout.header(&header) {
            Ok(layout) if problems.is_empty() => {
                self.header = Some(Header { layout, names, width, unnamed_filled: false });
                return ControlFlow::Continue(());
            }
            Ok(_) => {}
            Err(more) => problems.extend(more.into_iter().map(|problem| Problem { line, ..problem })),
        }
        if is_title(fields) && self.titles < MOST_ABOVE {
            self.titles += 1;
            self.above.get_or_insert(problems);
            return ControlFlow::Continue(());
        }
        // What stood above it was no title, or this is no table of ours.
        let knows_a_column = problems.iter().any(|problem| problem.column.is_some());
        let first = self.above.take().filter(|_| !knows_a_column);
        first.unwrap_or(problems).into_iter().for_each(|problem| self.reading.add(problem));
        ControlFlow::Break(())
    }

    fn row(&mut self, line: u64, fields: &mut ByteRecord, whole: bool) -> Result<(), Vec<Problem>> {
        let Some(header) = &mut self.header else { return Ok(()) };
        let beside = |from: usize| fields.iter().skip(from).any(|field| !tabular::is_blank(field));
        if fields.len() < header.names || beside(header.width) {
            let found = format!("{} fields", fields.len());
            let (code, expected) = if whole || fields.len() > header.names {
                (ProblemCode::Fields, format!("{} fields, as many as the header has", header.names))
            } else {
                let expected = format!("{} fields; the file ends here, so it may have been cut", header.names);
                (ProblemCode::Truncated, expected)
            };
            return Err(vec![Problem::in_row(line, code, &found, expected)]);
        }
        header.unnamed_filled |= beside(header.names);
        fields.truncate(header.names);
        self.form.constants.iter().for_each(|(_, value)| fields.push_field(value.as_bytes()));
        let record = self.layout.record(&header.layout, line, fields)?;
        match self.seen.entry(L::key(&record)) {
            Entry::Vacant(fresh) => {
                fresh.insert(line);
                self.records.push((line, record));
                Ok(())
            }
            Entry::Occupied(first) => {
                let found = L::identity(&header.layout, fields);
                let expected = format!("{}; {}", L::ONCE, (self.stands)(*first.get()));
                Err(vec![Problem::in_column(line, L::IDENTITY, ProblemCode::Duplicate, &found, expected)])
            }
        }
    }
}

/// Whether a row looks like a title above a table, or like names of groups of columns, such as merged cells leave them: hardly anything stands in
/// it.
fn is_title(fields: &ByteRecord) -> bool {
    let filled = fields.iter().filter(|field| !tabular::is_blank(field)).count();
    filled <= (fields.len() / 4).max(2)
}

/// The text of a row with one or two fields where the table has many: what is wrong with each field of a note says nothing.
fn note(names: usize, fields: &ByteRecord) -> Option<String> {
    let mut filled = fields.iter().take(names).filter(|field| !tabular::is_blank(field));
    let first = filled.next()?;
    (names >= NAMES_OF_A_TABLE && filled.count() < 2).then(|| trimmed(&String::from_utf8_lossy(first)).to_owned())
}

impl<T> Reading<T> {
    fn empty() -> Self {
        Self {
            records: Vec::new(),
            problems: Vec::new(),
            kinds: Vec::new(),
            rows: 0,
            checksum: [0; 32],
            found: None,
            ignored: Vec::new(),
            overruled: 0,
        }
    }

    pub(crate) fn add(&mut self, problem: Problem) {
        let alike = |kind: &&mut Alike| (kind.code, &kind.column) == (problem.code, &problem.column);
        let count = if let Some(kind) = self.kinds.iter_mut().find(alike) {
            kind.count += 1;
            kind.last_line = kind.last_line.max(problem.line);
            kind.count
        } else {
            let (code, column, last_line) = (problem.code, problem.column.clone(), problem.line);
            self.kinds.push(Alike { code, column, count: 1, last_line });
            1
        };
        if count <= KEPT_ALIKE && self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(problem);
        }
    }
}
