//! Official figures in the layout of "Explore education statistics": one row a place and a time, with filters and indicators.
//!
//! What each column is tells a description beside the file (`.meta.csv`); where there is none it is guessed from what stands in the
//! columns, and told.

mod level;
mod meta;
pub mod shipped;
#[cfg(test)]
mod tests;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Read,
};

use csv::ByteRecord;
use sha2::{Digest, Sha256};

use crate::domain::{
    OfficialFilter, OfficialIndicator, OfficialRow, OfficialStatus, OfficialTime,
    label::is_invisible,
    official::{MOST_VALUES, read_value},
};

use super::{
    Alike, Form, Found, Problem, ProblemCode,
    columns::{Columns, normal},
    file::{self, Layout},
    printable, reference,
    row::Row,
};

use level::Level;
use meta::Described;

/// The most columns of a file. Those of real ones are a few dozen.
const MOST_COLUMNS: usize = 500;

/// The longest text of a field, characters.
const LONGEST_TEXT: usize = 300;

/// The columns that every file has, and another name that some have for the last.
const PERIOD: &str = "time_period";
const IDENTIFIER: &str = "time_identifier";
const LEVEL: [&str; 2] = ["geographic_level", "geographical_level"];

/// The columns in which the layout names places of a sort.
#[derive(Debug, Clone, Copy)]
pub struct PlaceColumns {
    /// Those of its code, the one to write first.
    pub codes: &'static [&'static str],
    /// That of its name.
    pub name: &'static str,
}

/// The columns of a sort of place, in the words of a source; `None` where the layout has no such place.
pub fn place_columns(level: &str) -> Option<PlaceColumns> {
    let level = Level::find(level).filter(|level| !level.is_institution)?;
    Some(PlaceColumns { codes: level.codes, name: level.name })
}

/// What was read of official figures.
#[derive(Debug)]
pub struct OfficialReading {
    /// What rows differ in.
    pub filters: Vec<OfficialFilter>,
    /// What is measured.
    pub indicators: Vec<OfficialIndicator>,
    /// Whether filters and indicators were guessed.
    pub guessed: bool,
    /// The good rows.
    pub figures: Vec<OfficialRow>,
    /// The rows read, without the header.
    pub rows: u64,
    /// How many rows were left out because they are about institutions, by level.
    pub left_out: BTreeMap<String, u64>,
    /// Sorts of time that the layout does not have: kept as they are.
    pub unknown_times: BTreeSet<String>,
    /// Lines that say something of the same place, time and items as an earlier one: kept beside it.
    pub repeated: Vec<u64>,
    /// What is wrong with the file, in its order: the first problems of each kind.
    pub problems: Vec<Problem>,
    /// Every kind of problem, with how many there are.
    pub kinds: Vec<Alike>,
    /// What is wrong with the description.
    pub meta_problems: Vec<Problem>,
    /// The form in which the table was found.
    pub found: Option<Found>,
    /// Columns that were not read, by name.
    pub ignored: Vec<String>,
    /// SHA-256 of the file and its description.
    pub checksum: [u8; 32],
}

/// Reads a file in a form, with its description where there is one.
pub fn read_official(form: &Form, input: impl Read, meta: Option<&mut dyn Read>) -> OfficialReading {
    let described = meta.map(meta::read_meta);
    let layout = Official::default();
    let mut reading = file::read(&layout, form, input, &mut |_| {});
    let mut checksum = Sha256::new_with_prefix(b"exchange/official/v1");
    checksum.update(reading.checksum);
    let mut meta_problems = Vec::new();
    if let Some(described) = &described {
        checksum.update(described.checksum);
        meta_problems.clone_from(&described.problems);
    }
    let rows: Vec<Raw> = std::mem::take(&mut reading.records).into_iter().filter_map(|(_, raw)| raw).collect();
    let names = layout.others.into_inner();
    let guessed = described.is_none();
    let mut columns = match described {
        Some(described) => of_description(&names, &described.records, &mut meta_problems),
        None => guessed_columns(&names, &rows),
    };
    columns.ignored.extend(layout.unnamed.get().then(|| "without a name".to_owned()));
    if rows.is_empty() && reading.problems.is_empty() {
        let left_out: u64 = layout.left_out.borrow().values().sum();
        let found = if left_out > 0 { format!("{left_out} rows about institutions") } else { String::new() };
        reading.add(Problem::in_row(1, ProblemCode::Empty, &found, "at least one row about a place"));
    }
    if columns.indicators.is_empty() && reading.problems.is_empty() && meta_problems.is_empty() {
        let expected = if guessed {
            "a column of numbers; a description (`.meta.csv`) can say which columns are indicators"
        } else {
            "a description with an indicator that the file has"
        };
        reading.add(Problem::in_row(1, ProblemCode::Header, &printable(&names.join(", ")), expected));
    }
    let mut unknown_times = BTreeSet::new();
    let mut seen: HashMap<(String, String, OfficialTime, Vec<String>), u64> = HashMap::new();
    let mut repeated = Vec::new();
    let mut figures = Vec::with_capacity(rows.len());
    for raw in rows {
        if raw.time.code().is_none() {
            unknown_times.insert(raw.time.identifier.clone());
        }
        let pick = |at: &[usize]| at.iter().map(|&at| raw.others[at].clone()).collect::<Vec<_>>();
        let (items, values) = (pick(&columns.filters_at), pick(&columns.indicators_at));
        let key = (raw.code.clone(), raw.name.clone(), raw.time.clone(), items.clone());
        if seen.insert(key, raw.line).is_some() {
            repeated.push(raw.line);
        }
        figures.push(OfficialRow {
            line: raw.line,
            level: raw.level,
            area_code: raw.code,
            area_name: raw.name,
            time: raw.time,
            items,
            values,
            source: None,
        });
    }
    for (filter, at) in columns.filters.iter_mut().zip(0..) {
        if filter.total.is_none() {
            let items: BTreeSet<&str> = figures.iter().map(|row: &OfficialRow| row.items[at].as_str()).collect();
            let total = items.iter().find(|item| item.eq_ignore_ascii_case("total"));
            // One item alone is all there is.
            let only = items.first().filter(|_| items.len() == 1);
            filter.total = total.or(only).map(|&item| item.to_owned());
        }
    }
    OfficialReading {
        filters: columns.filters,
        indicators: columns.indicators,
        guessed,
        figures,
        rows: reading.rows,
        left_out: layout.left_out.into_inner(),
        unknown_times,
        repeated,
        problems: reading.problems,
        kinds: reading.kinds,
        meta_problems,
        found: reading.found,
        ignored: columns.ignored,
        checksum: checksum.finalize().into(),
    }
}

/// What the columns are that name neither place nor time.
#[derive(Default)]
struct Meant {
    filters: Vec<OfficialFilter>,
    filters_at: Vec<usize>,
    indicators: Vec<OfficialIndicator>,
    indicators_at: Vec<usize>,
    ignored: Vec<String>,
}

impl Meant {
    fn filter(&mut self, at: usize, column: &str, label: &str, total: &str) {
        let total = (!total.is_empty()).then(|| total.to_owned());
        self.filters.push(OfficialFilter { column: column.to_owned(), label: label_of(label, column), total });
        self.filters_at.push(at);
    }

    fn indicator(&mut self, at: usize, column: &str, label: &str, unit: &str, decimals: Option<u8>) {
        let (column, label, unit) = (column.to_owned(), label_of(label, column), unit.to_owned());
        self.indicators.push(OfficialIndicator { column, label, unit, decimals });
        self.indicators_at.push(at);
    }
}

fn label_of(label: &str, column: &str) -> String {
    if label.is_empty() { column.to_owned() } else { label.to_owned() }
}

/// What a description says of the columns. One that it has and the file has not is a problem; one that only the file has is not read.
fn of_description(names: &[String], described: &[Described], problems: &mut Vec<Problem>) -> Meant {
    let mut meant = Meant::default();
    let find = |column: &str| {
        let exact = names.iter().position(|name| name == column);
        exact.or_else(|| names.iter().position(|name| normal(name) == normal(column)))
    };
    let mut known = BTreeSet::new();
    for one in described {
        let Some(at) = find(&one.column) else {
            // Places and times need no description.
            if !is_about_place_or_time(&normal(&one.column)) {
                let expected = "a column of the file that it describes";
                problems.push(Problem::in_column(one.line, "col_name", ProblemCode::Header, &one.column, expected));
            }
            continue;
        };
        known.insert(at);
        if one.is_indicator {
            meant.indicator(at, &names[at], &one.label, &one.unit, one.decimals);
        } else {
            meant.filter(at, &names[at], &one.label, &one.total);
        }
    }
    // What groups the items of a filter need not be described itself, and rows differ in it.
    for one in described {
        if let Some(at) = find(&one.grouping).filter(|&at| known.insert(at)) {
            meant.filter(at, &names[at], "", "");
        }
    }
    let unread = names.iter().enumerate().filter(|(at, _)| !known.contains(at));
    meant.ignored = unread.map(|(_, name)| printable(name)).collect();
    meant
}

/// What the columns are by what stands in them: a column of numbers, symbols and spans of time holds figures, and rows differ in any
/// other.
fn guessed_columns(names: &[String], rows: &[Raw]) -> Meant {
    let mut meant = Meant::default();
    for (at, name) in names.iter().enumerate() {
        let mut values = rows.iter().map(|row| row.others[at].as_str());
        if values.clone().all(str::is_empty) {
            meant.ignored.push(printable(name));
        } else if values.all(is_figure) {
            let unit = if name.ends_with('%') || normal(name).ends_with("percent") { "%" } else { "" };
            meant.indicator(at, name, "", unit, None);
        } else {
            meant.filter(at, name, "", "");
        }
    }
    meant
}

/// Whether a text is a number, a symbol in place of one, or a span such as `00:10`.
fn is_figure(text: &str) -> bool {
    let is_span = |text: &str| {
        let parts = text.split_once(':');
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.is_some_and(|(one, other)| is_number(one) && is_number(other))
    };
    read_value(text).1 != OfficialStatus::Text || is_span(text)
}

/// The name of a column about places or times, for one as written.
fn about_place_or_time(written: &str) -> Option<String> {
    Some(normal(written)).filter(|name| is_about_place_or_time(name))
}

fn is_about_place_or_time(name: &str) -> bool {
    name == PERIOD || name == IDENTIFIER || LEVEL.contains(&name) || Level::has_column(name)
}

/// A row before it is known what its other columns are.
struct Raw {
    line: u64,
    level: String,
    code: String,
    name: String,
    time: OfficialTime,
    others: Vec<String>,
}

/// What is found out while rows are read.
#[derive(Default)]
struct Official {
    /// The names of the columns that name neither place nor time.
    others: RefCell<Vec<String>>,
    unnamed: Cell<bool>,
    values: Cell<usize>,
    left_out: RefCell<BTreeMap<String, u64>>,
}

struct Header {
    columns: Columns,
    period: usize,
    identifier: usize,
    level: usize,
    /// Where the columns stand that name neither.
    others: Vec<usize>,
}

impl Layout for Official {
    type Header = Header;
    /// The line, and `None` where its row is about an institution.
    type Record = (u64, Option<Raw>);
    type Key = u64;

    const IDENTITY: &'static str = PERIOD;
    const ONCE: &'static str = "";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        if fields.len() > MOST_COLUMNS {
            let found = format!("{} columns", fields.len());
            let expected =
                format!("at most {MOST_COLUMNS} columns; what differs from column to column may be a filter");
            return Err(vec![Problem::in_row(1, ProblemCode::TooLarge, &found, expected)]);
        }
        let known = format!("{PERIOD}, {IDENTIFIER}, {} and columns for places", LEVEL[0]);
        let required = |columns: &Columns| {
            let mut required = vec![PERIOD.to_owned(), IDENTIFIER.to_owned()];
            required.extend(columns.position(LEVEL[1]).is_none().then(|| LEVEL[0].to_owned()));
            required
        };
        let columns = Columns::read(fields, about_place_or_time, &known, required)?;
        let at = |name: &str| columns.position(name);
        let level = at(LEVEL[0]).or_else(|| at(LEVEL[1])).unwrap_or_default();
        let (period, identifier) = (at(PERIOD).unwrap_or_default(), at(IDENTIFIER).unwrap_or_default());
        let mut problems = Vec::new();
        let (mut others, mut names) = (Vec::new(), Vec::<String>::new());
        for position in 0..columns.count() {
            let name = columns.name(position);
            if is_about_place_or_time(name) {
                continue;
            }
            if name.is_empty() {
                self.unnamed.set(true);
            } else if names.iter().any(|other| other == name) {
                problems.push(Problem::in_column(1, name, ProblemCode::Header, name, "each column once"));
            } else if let Some(expected) = fault(name) {
                problems.push(Problem::in_column(1, name, ProblemCode::Header, name, expected));
            } else {
                others.push(position);
                names.push(name.to_owned());
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        self.others.replace(names);
        Ok(Header { columns, period, identifier, level, others })
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<(u64, Option<Raw>), Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let level_text = row.text(header.level).unwrap_or_default();
        let Some(level) = Level::find(level_text) else {
            row.problem(
                header.level,
                ProblemCode::UnknownCategory,
                level_text,
                "a geographic level such as `National`, `Regional` or `Local authority`",
            );
            return row.finish(None);
        };
        if level.is_institution {
            *self.left_out.borrow_mut().entry(printable(level_text)).or_default() += 1;
            return Ok((line, None));
        }
        let place = place(&mut row, header, level);
        let time = time(&mut row, header);
        let mut others = Vec::with_capacity(header.others.len());
        for &position in &header.others {
            let text = row.text(position).unwrap_or_default();
            if let Some(expected) = fault(text) {
                row.problem(position, ProblemCode::Figure, text, expected);
            }
            others.push(text.to_owned());
        }
        self.values.set(self.values.get() + others.len());
        if self.values.get() > MOST_VALUES {
            let expected =
                format!("at most {MOST_VALUES} values in one file: hand it in in parts, under names of their own");
            return Err(vec![Problem::in_row(line, ProblemCode::TooLarge, "", expected)]);
        }
        let raw = place.zip(time).map(|((code, name), time)| {
            let level = level_text.to_owned();
            (line, Some(Raw { line, level, code, name, time, others }))
        });
        row.finish(raw)
    }

    /// What stands twice is kept, and told: some sources do that.
    fn key((line, _): &(u64, Option<Raw>)) -> u64 {
        *line
    }

    fn identity(_: &Header, _: &ByteRecord) -> String {
        String::new()
    }
}

/// The code and the name of the place that a row is about.
fn place(row: &mut Row<'_>, header: &Header, level: &Level) -> Option<(String, String)> {
    let mut filled = |column: &str| {
        let position = header.columns.position(column)?;
        let text = row.text(position).filter(|text| !text.is_empty())?;
        if let Some(expected) = fault(text) {
            row.problem(position, ProblemCode::Figure, text, expected);
        }
        Some(text.to_owned())
    };
    let name = filled(level.name);
    let code = level.codes.iter().find_map(|&column| {
        let code = filled(column)?;
        let digits = (column == level::OLD_CODE).then(|| code.parse().ok()).flatten();
        Some(
            digits
                .and_then(|digits: u32| reference::authorities(digits).next_back().map(str::to_owned))
                .unwrap_or(code),
        )
    });
    let Some(code) = code.or_else(|| name.clone()) else {
        let column = level.codes.first().unwrap_or(&level.name);
        let expected = "the code of the place, in a column of its geographic level";
        match header.columns.position(column) {
            Some(position) => row.problem(position, ProblemCode::Blank, "", expected),
            None => row.lacks(column, expected),
        }
        return None;
    };
    Some((code.clone(), name.unwrap_or(code)))
}

/// The time that a row is about.
fn time(row: &mut Row<'_>, header: &Header) -> Option<OfficialTime> {
    let (period, identifier) = (row.text(header.period)?, row.text(header.identifier)?);
    if identifier.is_empty() {
        row.problem(header.identifier, ProblemCode::Blank, "", "a sort of time such as `Academic year`");
        return None;
    }
    if let Some(expected) = fault(identifier) {
        row.problem(header.identifier, ProblemCode::Figure, identifier, expected);
        return None;
    }
    let time = OfficialTime::new(period, identifier);
    if time.is_none() {
        let expected = "four digits, or six for a year that ends in the next, e.g. `2023` or `202223`";
        row.problem(header.period, ProblemCode::Period, period, expected);
    }
    time
}

/// What is expected of a text that cannot be kept; `None` where it can.
fn fault(text: &str) -> Option<&'static str> {
    if text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Some("characters that are seen");
    }
    (text.chars().count() > LONGEST_TEXT).then_some("at most 300 characters")
}
