//! A sheet of a workbook (.xlsx), row by row. What it would take to unpack is looked at before anything is unpacked.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{Cursor, Read},
    ops::ControlFlow,
};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError, XlsxFormulaMetadata};
use csv::ByteRecord;
use zip::ZipArchive;

use crate::ingest::{Problem, ProblemCode, printable};

use super::{Form, Found, Line, WIDEST, is_blank, kind, unreadable};

/// The largest workbook, bytes.
const LARGEST: usize = 48 << 20;

/// The most that its sheets may unpack to, bytes: some 300,000 rows of results.
const UNPACKED: u64 = 256 << 20;

/// The most that everything else may unpack to, its texts among it, bytes.
const UNPACKED_BESIDE: u64 = 48 << 20;

/// The longest text or tag within a sheet, bytes: a cell holds 32,767 characters.
const LONGEST: usize = 1 << 18;

/// The most formulas without a result that are told one by one, and how much is told of each, characters.
const MOST_UNSOLVED: usize = 10_000;
const LONGEST_FORMULA: usize = 40;

/// What archives hold that are no workbooks of this kind, what they are and what to do about it.
const OTHERS: [(&str, &str, &str); 5] = [
    ("Index/Document.iwa", "a document of Numbers or another program of Apple", "export it as .xlsx or CSV"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "save it as .xlsx"),
    ("content.xml", "an OpenDocument file", "save a spreadsheet as .xlsx"),
    ("word/document.xml", "a Word document", "export the table itself"),
    ("ppt/presentation.xml", "a presentation", "export the table itself"),
];

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Formulas without a result, by row and column.
type Unsolved = HashMap<(u32, u32), String>;

/// Reads the rows of a sheet that are not blank, from a workbook of which the first bytes are read.
pub(super) fn each_row(
    head: Vec<u8>,
    input: &mut dyn Read,
    form: &Form,
    visit: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
) -> Result<Found, Problem> {
    let mut bytes = head;
    // At once: grown by and by it would be held twice.
    bytes.reserve_exact((LARGEST + 1).saturating_sub(bytes.len()));
    input.take((LARGEST + 1 - bytes.len()) as u64).read_to_end(&mut bytes).map_err(|error| unreadable(1, &error))?;
    if bytes.len() > LARGEST {
        let most = format!("a workbook of {} MiB at most; export the sheet as CSV", LARGEST >> 20);
        return Err(kind::too_large(1, "a larger workbook", &most));
    }
    let with_formulas = check(&bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes.as_slice())).map_err(|error| broken(&error))?;
    let found = choose(&workbook, form)?;
    let Found::Sheet { name, .. } = &found else { return Ok(found) };
    let unsolved = if with_formulas { unsolved(&mut workbook, name)? } else { HashMap::new() };
    rows(&mut workbook, name, &unsolved, visit)?;
    Ok(found)
}

/// Whether the archive is a workbook, and one that can be unpacked in bounded memory. What it says of itself is not trusted. Returns whether its
/// sheets may have formulas.
fn check(bytes: &[u8]) -> Result<bool, Problem> {
    let mut archive: Archive<'_> = ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
        Problem::in_row(1, ProblemCode::Unreadable, &error.to_string(), "a workbook that can be read to its end")
    })?;
    let names: Vec<String> = archive.file_names().flatten().map(Cow::into_owned).collect();
    let holds = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if let Some((_, found, advice)) = OTHERS.iter().find(|(name, ..)| holds(name)) {
        return Err(kind::another(found, advice));
    }
    if !names.iter().any(|name| name.to_ascii_lowercase().ends_with("workbook.xml")) {
        return Err(kind::another("a zip archive without a workbook", "unpack it first"));
    }
    let (mut sheets, mut beside) = (0, 0);
    let is_sheet = |name: &str| name.to_ascii_lowercase().contains("/worksheets/");
    for name in &names {
        let size = archive.by_name(name).map_or(0, |entry| entry.size());
        let sum = if is_sheet(name) { &mut sheets } else { &mut beside };
        *sum += size;
    }
    if sheets > UNPACKED || beside > UNPACKED_BESIDE {
        return Err(unpacks_to_much());
    }
    let (mut sheets, mut beside) = (UNPACKED, UNPACKED_BESIDE);
    let mut with_formulas = false;
    for name in &names {
        let left = if is_sheet(name) { &mut sheets } else { &mut beside };
        let entry = archive.by_name(name).map_err(|error| {
            Problem::in_row(1, ProblemCode::Unreadable, &error.to_string(), "a workbook that can be unpacked")
        })?;
        let found = unpack(entry, *left, is_sheet(name))?;
        *left = found.left;
        with_formulas |= is_sheet(name) && found.with_formulas;
    }
    Ok(with_formulas)
}

/// What was found in an entry of the archive.
struct Looked {
    /// How much is left of what may be unpacked.
    left: u64,
    /// Whether there may be formulas in it.
    with_formulas: bool,
}

/// Unpacks and forgets.
fn unpack(mut entry: impl Read, mut left: u64, is_sheet: bool) -> Result<Looked, Problem> {
    let mut buffer = vec![0; 1 << 16];
    let (mut length, mut with_formulas) = (0, false);
    loop {
        let count = entry.read(&mut buffer).map_err(|error| {
            Problem::in_row(1, ProblemCode::Unreadable, &error.to_string(), "a workbook that can be unpacked")
        })?;
        if count == 0 {
            return Ok(Looked { left, with_formulas });
        }
        let piece = &buffer[..count];
        left = left.checked_sub(count as u64).ok_or_else(unpacks_to_much)?;
        with_formulas = with_formulas || begins_formula(piece);
        let last = piece.iter().rposition(|&byte| byte == b'<' || byte == b'>');
        length = last.map_or(length + count, |last| count - last);
        if is_sheet && length > LONGEST {
            return Err(unpacks_to_much());
        }
    }
}

/// Whether a tag in it may be that of a formula, or be one across its end.
fn begins_formula(piece: &[u8]) -> bool {
    piece.windows(2).any(|two| matches!(two, [b'<' | b':', b'f'])) || piece.ends_with(b"<") || piece.ends_with(b":")
}

fn unpacks_to_much() -> Problem {
    let most = format!(
        "{} MiB of sheets at most, and {} MiB beside; export the sheet as CSV",
        UNPACKED >> 20,
        UNPACKED_BESIDE >> 20
    );
    kind::too_large(1, "a workbook that unpacks to more", &most)
}

/// The sheet that was asked for, or the first one that is shown.
fn choose(workbook: &Xlsx<Cursor<&[u8]>>, form: &Form) -> Result<Found, Problem> {
    let sheets: Vec<_> = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).collect();
    let shown = sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    let of = shown.clone().count();
    let chosen = match &form.sheet {
        Some(name) => sheets.iter().find(|sheet| sheet.name.trim().to_lowercase() == name.trim().to_lowercase()),
        None => shown.clone().next(),
    };
    chosen.map(|sheet| Found::Sheet { name: sheet.name.clone(), of }).ok_or_else(|| {
        let names: Vec<&str> = shown.map(|sheet| sheet.name.as_str()).collect();
        let found = form.sheet.as_deref().unwrap_or("no sheet");
        Problem::in_row(1, ProblemCode::Sheet, found, format!("one of the sheets {}", printable(&names.join(", "))))
    })
}

fn rows(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    unsolved: &Unsolved,
    visit: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
) -> Result<(), Problem> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| broken(&error))?;
    let percents: Vec<bool> = cells.styles().iter().map(shows_percent).collect();
    let mut row = SheetRow { number: 0, fields: Vec::new(), width: 0, record: ByteRecord::new() };
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| broken(&error))? {
        let (number, position) = cell.get_position();
        let column = usize::try_from(position).unwrap_or(usize::MAX);
        if number < row.number || column >= WIDEST {
            let expected = "a sheet with its rows in order and 16,384 columns at most";
            return Err(Problem::in_row(u64::from(number) + 1, ProblemCode::Unreadable, "another cell", expected));
        }
        if number != row.number {
            if row.end(visit).is_break() {
                return Ok(());
            }
            row.number = number;
        }
        let percent = percents.get(style).copied().unwrap_or_default();
        let text = unsolved.get(&(number, position)).map_or_else(|| text(cell.get_value(), percent), Clone::clone);
        if row.fields.len() <= column && !text.is_empty() {
            row.fields.resize(column + 1, String::new());
        }
        if let Some(field) = row.fields.get_mut(column) {
            *field = text;
        }
    }
    let _ = row.end(visit);
    Ok(())
}

/// The cells with a formula that was never worked out, as programs leave them that only write workbooks, each with its formula: blank would be wrong.
fn unsolved(workbook: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Unsolved, Problem> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| broken(&error))?;
    let mut unsolved = HashMap::new();
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|error| broken(&error))? {
        let Some(formula) = cell.formula.filter(|_| cell.value == DataRef::Empty) else { continue };
        let formula = match &formula {
            XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => formula.as_str(),
            _ => "",
        };
        if unsolved.len() == MOST_UNSOLVED {
            let expected = "a workbook with the results of its formulas: open it in a spreadsheet and save it";
            return Err(Problem::in_row(u64::from(cell.pos.0) + 1, ProblemCode::Unreadable, formula, expected));
        }
        unsolved.insert(cell.pos, format!("={}", formula.chars().take(LONGEST_FORMULA).collect::<String>()));
    }
    Ok(unsolved)
}

/// The row that is being put together.
struct SheetRow {
    /// Its number, from 0.
    number: u32,
    fields: Vec<String>,
    /// How wide the first row was that is not blank: cells that are not there are blank.
    width: usize,
    record: ByteRecord,
}

impl SheetRow {
    fn end(&mut self, visit: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
        if self.fields.iter().all(|field| is_blank(field.as_bytes())) {
            self.fields.clear();
            return ControlFlow::Continue(());
        }
        if self.width == 0 {
            self.width = self.fields.len();
        }
        self.record.clear();
        self.fields.iter().for_each(|field| self.record.push_field(field.as_bytes()));
        (self.fields.len()..self.width).for_each(|_| self.record.push_field(b""));
        self.fields.clear();
        visit(Line::Row { line: u64::from(self.number) + 1, fields: &mut self.record, whole: true })
    }
}

/// A cell as the sheet shows it, as far as that matters: whole numbers without a point, dates as ISO 8601, percents with their sign.
fn text(value: &DataRef<'_>, percent: bool) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) if percent => format!("{}%", number.saturating_mul(100)),
        DataRef::Int(number) => number.to_string(),
        // Past the 15 digits of a spreadsheet there is nothing but the error of arithmetic.
        DataRef::Float(number) if percent => format!("{}%", (number * 1e11).round() / 1e9),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(date) => day(date),
    }
}

fn day(date: &ExcelDateTime) -> String {
    if !date.is_datetime() {
        return date.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let time =
        if (hour, minute, second) == (0, 0, 0) { String::new() } else { format!("T{hour:02}:{minute:02}:{second:02}") };
    format!("{year:04}-{month:02}-{day:02}{time}")
}

/// Whether numbers are shown as percents: a `%` that is neither quoted nor escaped.
fn shows_percent(style: &Style) -> bool {
    let Some(format) = &style.number_format else { return false };
    let (mut quoted, mut escaped) = (false, false);
    format.format_code.chars().any(|c| {
        let literal = quoted || escaped;
        escaped = !literal && c == '\\';
        quoted ^= c == '"' && !escaped;
        c == '%' && !literal
    })
}

fn broken(error: &XlsxError) -> Problem {
    match error {
        XlsxError::Password => kind::another("a workbook with a password", "save it without a password"),
        error => {
            Problem::in_row(1, ProblemCode::Unreadable, &error.to_string(), "a workbook that can be read to its end")
        }
    }
}
