//! One row: fields become a record, or everything that is wrong with them.

use chrono::{Datelike, NaiveDate};
use csv::ByteRecord;

use crate::{
    domain::{AreaKind, Attributes, Catalogue, Dimension, Framework, Period, Record, Secret},
    ingest::{Problem, ProblemCode},
};

use super::header::Header;

/// The longest scheme and the longest identifier, characters.
const LONGEST_SCHEME: usize = 16;
const LONGEST_IDENTIFIER: usize = 64;

/// What rows are checked against.
pub(super) struct RowCheck<'a> {
    pub(super) header: &'a Header,
    pub(super) catalogue: &'a Catalogue,
    pub(super) secret: &'a Secret,
    pub(super) today: NaiveDate,
}

/// One row while it is checked: every field that cannot be used leaves a problem behind.
struct Row<'a> {
    check: &'a RowCheck<'a>,
    line: u64,
    fields: &'a ByteRecord,
    problems: Vec<Problem>,
}

impl RowCheck<'_> {
    /// Checks the row that starts on a line.
    pub(super) fn check(&self, line: u64, fields: &ByteRecord) -> Result<Record, Vec<Problem>> {
        if fields.len() != self.header.width() {
            let expected = format!("{} fields, as many as the header has", self.header.width());
            return Err(vec![Problem::in_row(
                line,
                ProblemCode::Fields,
                &format!("{} fields", fields.len()),
                expected,
            )]);
        }
        let mut row = Row { check: self, line, fields, problems: Vec::new() };
        let record = row.record();
        match record {
            Some(record) if row.problems.is_empty() => Ok(record),
            _ => Err(row.problems),
        }
    }

    /// The text of a column, for a message.
    pub(super) fn field(&self, fields: &ByteRecord, column: &str) -> String {
        let field = fields.get(self.header.fixed(column)).unwrap_or_default();
        String::from_utf8_lossy(field).trim().to_owned()
    }
}

impl<'a> Row<'a> {
    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&mut self) -> Option<Record> {
        let framework = self.framework();
        let scheme = self.identifier("institution_scheme", LONGEST_SCHEME, "1 to 16 of A-Z, 0-9 and -", |c| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
        });
        let identifier =
            self.identifier("institution_id", LONGEST_IDENTIFIER, "1 to 64 printable characters", |c| !c.is_control());
        let period = self.period();
        let completed_on = self.date();
        let local_authority = self.area("local_authority", AreaKind::LocalAuthority);
        let hub = self.text(self.check.header.fixed("hub")).map(str::is_empty);
        let hub = match hub {
            Some(true) => Some(None),
            _ => self.area("hub", AreaKind::Hub).map(Some),
        };
        let attributes = self.attributes();
        let terms_version =
            self.identifier("terms_version", LONGEST_IDENTIFIER, "1 to 64 printable characters", |c| !c.is_control());
        let scores = self.scores(framework);
        Some(Record {
            institution: self.check.secret.pseudonym(scheme?, identifier?),
            scheme: scheme?.to_owned(),
            framework: framework?.code.clone(),
            period: period?,
            completed_on: completed_on?,
            local_authority: local_authority?,
            hub: hub?,
            attributes: attributes?,
            terms_version: terms_version?.to_owned(),
            scores: scores?,
        })
    }

    /// A field, trimmed; a problem where it is not UTF-8.
    fn text(&mut self, position: usize) -> Option<&'a str> {
        let bytes = self.fields.get(position).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.trim()),
            Err(error) => {
                let at = error.valid_up_to();
                let found = format!(
                    "byte {:#04x} at character {}",
                    bytes[at],
                    String::from_utf8_lossy(&bytes[..at]).chars().count() + 1
                );
                self.problem(position, ProblemCode::Encoding, &found, "UTF-8");
                None
            }
        }
    }

    fn problem(&mut self, position: usize, code: ProblemCode, value: &str, expected: impl Into<String>) {
        let name = self.check.header.name(position);
        self.problems.push(Problem::in_column(self.line, name, code, value, expected));
    }

    fn framework(&mut self) -> Option<&'a Framework> {
        let position = self.check.header.fixed("framework");
        let code = self.text(position)?;
        let catalogue = self.check.catalogue;
        let found = catalogue.framework_index(code).map(|index| &catalogue.frameworks()[index]);
        if found.is_none() {
            let known: Vec<&str> = catalogue.frameworks().iter().map(|framework| framework.code.as_str()).collect();
            self.problem(position, ProblemCode::UnknownFramework, code, format!("one of {}", known.join(", ")));
        }
        found
    }

    fn identifier(
        &mut self,
        column: &str,
        longest: usize,
        expected: &str,
        allowed: impl Fn(char) -> bool,
    ) -> Option<&'a str> {
        let position = self.check.header.fixed(column);
        let text = self.text(position)?;
        if text.is_empty() || text.chars().count() > longest || !text.chars().all(allowed) {
            let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::Identifier };
            self.problem(position, code, text, expected);
            return None;
        }
        Some(text)
    }

    fn period(&mut self) -> Option<Period> {
        let position = self.check.header.fixed("period");
        let text = self.text(position)?;
        let period = text.parse().ok();
        if period.is_none() {
            let expected = "a period such as `202324T1`: academic year and term 1 to 3";
            self.problem(position, ProblemCode::Period, text, expected);
        }
        period
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let position = self.check.header.fixed("completed_on");
        let text = self.text(position)?;
        let today = self.check.today;
        let date = text.parse::<NaiveDate>().ok().filter(|date| date.year() >= 2000 && *date <= today);
        if date.is_none() {
            let expected = format!("a date such as `2024-03-31`, from 2000 to today ({today})");
            self.problem(position, ProblemCode::Date, text, expected);
        }
        date
    }

    fn area(&mut self, column: &str, kind: AreaKind) -> Option<String> {
        let position = self.check.header.fixed(column);
        let code = self.text(position)?;
        let catalogue = self.check.catalogue;
        let known = catalogue.area_index(code).is_some_and(|index| catalogue.areas()[index].kind == kind);
        if !known {
            self.problem(position, ProblemCode::UnknownArea, code, format!("the code of an area of kind {kind}"));
        }
        known.then(|| code.to_owned())
    }

    fn attributes(&mut self) -> Option<Attributes> {
        let mut attributes = Some(Attributes::default());
        for dimension in Dimension::ALL {
            let position = self.check.header.dimension(dimension);
            let Some(code) = self.text(position) else {
                attributes = None;
                continue;
            };
            if code.is_empty() && dimension.may_be_blank() {
                continue;
            }
            let with = attributes.unwrap_or_default().with(dimension, code);
            if with.is_none() {
                let known: Vec<&str> = dimension.categories().iter().map(|category| category.code).collect();
                let or_blank = if dimension.may_be_blank() { " or blank" } else { "" };
                let expected = format!("one of {}{or_blank}", known.join(", "));
                self.problem(position, ProblemCode::UnknownCategory, code, expected);
            }
            attributes = attributes.and(with);
        }
        attributes
    }

    /// One score per benchmark of the framework; blank is not assessed, and columns past its last benchmark are blank.
    fn scores(&mut self, framework: Option<&Framework>) -> Option<Vec<Option<u8>>> {
        let benchmarks = framework.map_or(usize::MAX, |framework| framework.number_of_benchmarks);
        let positions = self.check.header.scores();
        let mut scores = vec![None; benchmarks.min(positions.len())];
        let mut whole = true;
        for (number, &position) in positions.iter().enumerate() {
            let Some(text) = self.text(position) else {
                whole = false;
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let score = text.parse::<u8>().ok().filter(|score| *score <= 100 && !text.starts_with('+'));
            if number >= benchmarks {
                let code = framework.map_or("", |framework| framework.code.as_str());
                self.problem(position, ProblemCode::Score, text, format!("blank: {code} has {benchmarks} benchmarks"));
                whole = false;
            } else if score.is_none() {
                self.problem(position, ProblemCode::Score, text, "a whole number from 0 to 100, or blank");
                whole = false;
            } else {
                scores[number] = score;
            }
        }
        let framework = framework?;
        if whole && scores.iter().all(Option::is_none) {
            let first = positions.first().copied().unwrap_or_default();
            self.problem(first, ProblemCode::Blank, "", "a score on at least one benchmark");
            return None;
        }
        scores.resize(framework.number_of_benchmarks, None);
        whole.then_some(scores)
    }
}
