//! A register of institutions from a table: England's (GIAS) or Hong Kong's (EDB), with whichever of their columns are there.
//!
//! Only the columns of [`COLUMNS`] are looked at. Names, telephones and free texts are neither kept nor repeated.

mod edb;
mod gias;
pub mod links;
#[cfg(test)]
mod tests;

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    fmt,
    io::Read,
};

use chrono::NaiveDate;
use csv::ByteRecord;

use crate::domain::{Catalogue, Pseudonym, RegisterSource, Registered, Secret};

use super::{
    Form, Problem, ProblemCode, Reading,
    columns::{Columns, one_of},
    file::{self, Layout},
    row::{Row, shown},
};

/// Why an institution of a register is not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It is of a type that no framework is about.
    Type,
    /// It closed before there was any framework.
    Closed,
    /// It is only proposed.
    Proposed,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Type => "of types that no framework is about, such as nurseries",
            Self::Closed => "closed before September 2014, when no framework was there yet",
            Self::Proposed => "only proposed",
        })
    }
}

/// What was read of a register.
pub struct RegisterReading {
    /// Whose it is; absent where that was not found out.
    pub source: Option<RegisterSource>,
    /// The institutions, and what is wrong.
    pub reading: Reading<Registered>,
    /// How many were left out, and why.
    pub left_out: BTreeMap<LeftOut, u64>,
}

/// Reads a register. `progress` is told how many bytes are read.
pub fn read_register(
    form: &Form,
    input: impl Read,
    catalogue: &Catalogue,
    secret: &Secret,
    progress: &mut dyn FnMut(u64),
) -> RegisterReading {
    let layout = RegisterLayout { catalogue, secret, source: RefCell::default(), left_out: RefCell::default() };
    let reading = file::read(&layout, form, input, progress);
    let records = reading.records.into_iter().filter_map(|(_, taken)| match taken {
        Taken::In(registered) => Some(*registered),
        Taken::Out => None,
    });
    let reading = Reading {
        records: records.collect(),
        problems: reading.problems,
        kinds: reading.kinds,
        rows: reading.rows,
        checksum: reading.checksum,
        found: reading.found,
        ignored: reading.ignored,
        overruled: reading.overruled,
    };
    RegisterReading { source: layout.source.into_inner(), reading, left_out: layout.left_out.into_inner() }
}

/// A register, and what its rows are checked against.
struct RegisterLayout<'a> {
    catalogue: &'a Catalogue,
    secret: &'a Secret,
    source: RefCell<Option<RegisterSource>>,
    left_out: RefCell<BTreeMap<LeftOut, u64>>,
}

/// What becomes of a row.
enum Taken {
    In(Box<Registered>),
    Out,
}

/// What tells a row from another.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Institution(Pseudonym),
    /// A row that is left out, or of a register that tells of a school in several rows.
    Line(u64),
}

/// Where the columns stand that are looked at.
struct Header {
    columns: Columns,
    source: RegisterSource,
    at: Vec<(&'static str, usize)>,
}

impl Header {
    /// Where a column stands, if it does.
    fn at(&self, name: &str) -> Option<usize> {
        self.at.iter().find(|(known, _)| *known == name).map(|&(_, at)| at)
    }
}

impl Layout for RegisterLayout<'_> {
    type Header = Header;
    type Record = (Key, Taken);
    type Key = Key;

    const IDENTITY: &'static str = "institution";
    const ONCE: &'static str = "each institution once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        let known = || gias::COLUMNS.into_iter().chain(edb::COLUMNS);
        let expected = "the columns of a register: `URN`, `TypeOfEstablishment (code)`, … of Get Information about Schools, or \
                        `SCHOOL NO.`, `ENGLISH CATEGORY`, … of the Education Bureau's list of schools";
        let columns = Columns::read(fields, |name| one_of(known(), name), expected, |_| Vec::new())?;
        let at: Vec<(&str, usize)> = known().filter_map(|name| Some((name, columns.position(name)?))).collect();
        let has = |name: &str| at.iter().any(|(known, _)| *known == name);
        let other = OTHERS.into_iter().find(|(mark, ..)| has(mark));
        if let Some((_, found, expected)) = other {
            return Err(vec![Problem::in_row(1, ProblemCode::Header, found, expected)]);
        }
        let is_gias = |name: &&str| has(name) && !edb::COLUMNS.contains(name);
        let (source, missing) = if gias::COLUMNS.iter().any(is_gias) {
            (RegisterSource::Gias, gias::missing(&has))
        } else {
            (RegisterSource::Edb, edb::missing(&has))
        };
        if !missing.is_empty() {
            let others = columns.ignored().take(5).collect::<Vec<_>>().join(", ");
            let problem = |name: &str| Problem::in_row(1, ProblemCode::Header, &others, format!("the column {name}"));
            return Err(missing.into_iter().map(problem).collect());
        }
        *self.source.borrow_mut() = Some(source);
        Ok(Header { columns, source, at })
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<Self::Record, Vec<Problem>> {
        let mut row = RegisterRow { layout: self, header, row: Row::new(&header.columns, line, fields) };
        let taken = match header.source {
            RegisterSource::Gias => row.gias(),
            RegisterSource::Edb => row.edb(),
        };
        let taken = row.row.finish(taken)?;
        Ok(match taken {
            Ok(registered) if header.source == RegisterSource::Gias => {
                (Key::Institution(registered.institution), Taken::In(Box::new(registered)))
            }
            Ok(registered) => (Key::Line(line), Taken::In(Box::new(registered))),
            Err(why) => {
                *self.left_out.borrow_mut().entry(why).or_default() += 1;
                (Key::Line(line), Taken::Out)
            }
        })
    }

    fn key(record: &Self::Record) -> Key {
        match &record.0 {
            Key::Institution(institution) => Key::Institution(*institution),
            Key::Line(line) => Key::Line(*line),
        }
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        let at = ["urn", "ukprn"].into_iter().find_map(|name| header.at(name));
        at.map_or(String::new(), |at| shown(fields, at))
    }

    /// A school of several sessions has a row for each: they must say the same.
    fn settle(&self, records: Vec<(u64, Self::Record)>, tell: &mut dyn FnMut(Problem)) -> Vec<Self::Record> {
        let mut first: HashMap<Pseudonym, (u64, Registered)> = HashMap::new();
        let mut settled = Vec::with_capacity(records.len());
        for (line, (key, taken)) in records {
            let Taken::In(registered) = &taken else { continue };
            match first.get(&registered.institution) {
                Some((_, before)) if before == &**registered => continue,
                Some((of, _)) => {
                    let expected = format!("{}, or rows that say the same of it; it stands on line {of}", Self::ONCE);
                    tell(Problem::in_row(line, ProblemCode::Duplicate, "another row of the same school", expected));
                    continue;
                }
                None => first.insert(registered.institution, (line, (**registered).clone())),
            };
            settled.push((key, taken));
        }
        settled
    }
}

/// Lists that are no registers: a column that only they have, what they are and what to do with them.
const OTHERS: [(&str, &str, &str); 2] = [
    (
        "linkurn",
        "a list of links between establishments",
        "a register; the links are handed in beside it, with `--links`",
    ),
    (
        "k1_vacancy_status",
        "a list of kindergarten places",
        "the Education Bureau's list of schools; no framework is about kindergartens",
    ),
];

/// One row of a register while it is checked.
struct RegisterRow<'a> {
    layout: &'a RegisterLayout<'a>,
    header: &'a Header,
    row: Row<'a>,
}

/// What stands in a field of a register where nothing is known.
const NOTHING: [&str; 15] =
    ["", "..", ".", "-", "–", "not applicable", "does not apply", "none", "null", "na", "n/a", "#n/a", "x", "z", "c"];

impl<'a> RegisterRow<'a> {
    /// A field that says something, with where it stands.
    fn told(&mut self, name: &str) -> Option<(usize, &'a str)> {
        let at = self.header.at(name)?;
        let text = self.row.text(at)?;
        (!NOTHING.contains(&text.to_lowercase().as_str())).then_some((at, text))
    }

    /// A code of digits, without the zeros before it that spreadsheets leave out, and without the point that they add.
    fn code(&mut self, name: &str) -> Option<u32> {
        let (at, text) = self.told(name)?;
        let code = whole(text);
        if code.is_none() {
            self.row.problem(at, ProblemCode::UnknownCategory, text, "a code of digits");
        }
        code
    }

    /// A number of pupils.
    fn pupils(&mut self, name: &str) -> Option<u32> {
        let (at, text) = self.told(name)?;
        let pupils = whole(text).filter(|&pupils| pupils <= 100_000);
        if pupils.is_none() {
            self.row.problem(at, ProblemCode::Students, text, "a whole number of pupils, or blank");
        }
        pupils
    }

    /// A share in tenths of a percent.
    fn share(&mut self, name: &str) -> Option<u16> {
        let (at, text) = self.told(name)?;
        let number: Option<f64> = text.trim_end_matches('%').trim_end().replace(',', ".").parse().ok();
        let share = number.filter(|share| (0.0..=100.0).contains(share)).map(tenths);
        if share.is_none() {
            self.row.problem(at, ProblemCode::Students, text, "a share in percent from 0 to 100, or blank");
        }
        share
    }

    /// A day, where there is one.
    fn day(&mut self, name: &str) -> Option<NaiveDate> {
        let (at, _) = self.told(name)?;
        self.row.date(at)
    }

    /// A pseudonym of an identifier that is well formed.
    fn pseudonym(&mut self, name: &str, scheme: &str, wanted: bool) -> Option<Pseudonym> {
        let (at, text) = self.told(name)?;
        match super::identifier::fault(scheme, text) {
            None => Some(self.layout.secret.pseudonym(scheme, text)),
            Some(expected) => {
                if wanted {
                    self.row.problem(at, ProblemCode::Identifier, text, expected);
                }
                None
            }
        }
    }
}

/// A whole number as spreadsheets leave it: `02`, `2.0`, `1,102`.
fn whole(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let in_groups = groups.clone().all(|group| group.len() == 3);
    let bare: String = std::iter::once(first).chain(groups).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let good = in_groups && digits(&bare) && digits(part) && part.bytes().all(|byte| byte == b'0');
    bare.parse().ok().filter(|_| good)
}

/// A share in percent as whole tenths.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 100 before, from 0 to 1,000 after"
)]
fn tenths(percent: f64) -> u16 {
    (percent * 10.0).round() as u16
}
