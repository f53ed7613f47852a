//! One row: fields become a record, or everything that is wrong with them.

use chrono::{NaiveDate, TimeDelta};
use csv::ByteRecord;

use crate::{
    domain::{Catalogue, Dimension, Framework, Period, Record, Remit, Secret},
    ingest::{
        Problem, ProblemCode,
        row::{At, Row},
    },
};

use super::header::Header;

/// How long after the end of its term an assessment may be completed: until the next term is over, or nearly.
const LATEST: TimeDelta = TimeDelta::days(92);

/// What rows are checked against.
pub(super) struct RowCheck<'a> {
    pub(super) header: &'a Header,
    pub(super) remit: Remit<'a>,
    pub(super) secret: &'a Secret,
    pub(super) today: NaiveDate,
}

/// One row while it is checked.
struct ResultRow<'a> {
    check: &'a RowCheck<'a>,
    row: Row<'a>,
}

impl RowCheck<'_> {
    /// Checks the row that starts on a line.
    pub(super) fn check(&self, line: u64, fields: &ByteRecord) -> Result<Record, Vec<Problem>> {
        let mut row = ResultRow { check: self, row: Row::new(self.header.columns(), line, fields) };
        let record = row.record();
        row.row.finish(record)
    }
}

impl<'a> ResultRow<'a> {
    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&mut self) -> Option<Record> {
        let header = self.check.header;
        let framework = self.framework();
        let (scheme, identifier) = (header.fixed("institution_scheme"), header.fixed("institution_id"));
        let institution = self.row.institution(scheme, identifier, self.check.secret);
        let period = self.period(framework);
        let completed_on = self.completed_on(period);
        let catalogue = self.check.remit.catalogue;
        let at = At { identifier, local_authority: header.fixed("local_authority"), hub: header.fixed("hub") };
        let location = self.row.location(&at, catalogue, period.map_or(NaiveDate::MIN, Period::starts_on));
        let attributes = self.row.attributes(Dimension::ALL.map(|dimension| header.dimension(dimension)));
        let terms_version = self.row.label(header.fixed("terms_version"));
        let scores = self.scores(framework);
        let (institution, scheme) = institution?;
        let location = location?;
        if let Some(outside) = self.check.remit.against(institution, &location) {
            self.row.outside(outside, &at, self.check.remit.organisation, catalogue);
        }
        Some(Record {
            institution,
            scheme,
            framework: framework?.code.clone(),
            period: period?,
            completed_on: completed_on?,
            local_authority: location.local_authority,
            hub: location.hub,
            attributes: attributes?,
            terms_version: terms_version?.to_owned(),
            scores: scores?,
        })
    }

    fn framework(&mut self) -> Option<&'a Framework> {
        let position = self.check.header.fixed("framework");
        let code = self.row.text(position)?;
        let catalogue: &'a Catalogue = self.check.remit.catalogue;
        let found = catalogue.framework_index(&code.to_ascii_uppercase()).map(|index| &catalogue.frameworks()[index]);
        if found.is_none() {
            let known: Vec<&str> = catalogue.frameworks().iter().map(|framework| framework.code.as_str()).collect();
            let problem = if code.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownFramework };
            self.row.problem(position, problem, code, format!("one of {}", known.join(", ")));
        }
        found
    }

    /// A term that has begun, and that the framework was there in.
    fn period(&mut self, framework: Option<&Framework>) -> Option<Period> {
        let position = self.check.header.fixed("period");
        let text = self.row.text(position)?;
        let Ok(period) = text.to_ascii_uppercase().parse::<Period>() else {
            let problem = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::Period };
            let expected = "a period such as `202324T1`: academic year and term 1 to 3";
            self.row.problem(position, problem, text, expected);
            return None;
        };
        let present = Period::of(self.check.today)?;
        if period > present {
            let expected = format!("a term that has begun; the present one is `{present}`");
            self.row.problem(position, ProblemCode::Period, text, expected);
            return None;
        }
        let first = framework.and_then(|framework| Period::of(NaiveDate::from_ymd_opt(framework.year, 1, 1)?));
        if let Some(first) = first.filter(|first| period < *first) {
            let code = framework.map_or("", |framework| framework.code.as_str());
            let expected = format!("a term from `{first}` on, since when there is {code}");
            self.row.problem(position, ProblemCode::Period, text, expected);
            return None;
        }
        Some(period)
    }

    /// A day of the academic year until the end of the term, or shortly after it.
    fn completed_on(&mut self, period: Option<Period>) -> Option<NaiveDate> {
        let position = self.check.header.fixed("completed_on");
        let date = self.row.date(position)?;
        let today = self.check.today;
        let (first, last) =
            period.map_or((NaiveDate::default(), today), |period| (period.year_begins_on(), period.ends_on() + LATEST));
        let last = last.min(today);
        if !(first..=last).contains(&date) {
            let text = self.row.text(position)?;
            let fits = period.map_or(String::new(), |period| format!(", which fits the term {period}"));
            let expected = format!("a day from {first} to {last}{fits}");
            self.row.problem(position, ProblemCode::Date, text, expected);
            return None;
        }
        Some(date)
    }

    /// One score per benchmark of the framework; blank is not assessed, and columns past its last benchmark are blank.
    fn scores(&mut self, framework: Option<&Framework>) -> Option<Vec<Option<u8>>> {
        let benchmarks = framework.map_or(usize::MAX, |framework| framework.number_of_benchmarks);
        let positions = self.check.header.scores();
        let mut scores = vec![None; benchmarks.min(positions.len())];
        let mut whole = true;
        for (number, &position) in positions.iter().enumerate() {
            let Some(text) = self.row.text(position) else {
                whole = false;
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let score = score(text);
            if number >= benchmarks {
                let code = framework.map_or("", |framework| framework.code.as_str());
                self.row.problem(
                    position,
                    ProblemCode::Score,
                    text,
                    format!("blank: {code} has {benchmarks} benchmarks"),
                );
                whole = false;
            } else if score.is_none() {
                self.row.problem(
                    position,
                    ProblemCode::Score,
                    text,
                    "a whole number from 0 to 100, such as `75`, `75.0` or `75%`, or blank",
                );
                whole = false;
            } else {
                scores[number] = score;
            }
        }
        let framework = framework?;
        if positions.len() < benchmarks {
            let expected = format!("the column `b{benchmarks}`: {} has {benchmarks} benchmarks", framework.code);
            self.row.lacks(&format!("b{benchmarks}"), expected);
            return None;
        }
        if whole && scores.iter().all(Option::is_none) {
            let first = positions.first().copied().unwrap_or_default();
            self.row.problem(first, ProblemCode::Blank, "", "a score on at least one benchmark");
            return None;
        }
        scores.resize(framework.number_of_benchmarks, None);
        whole.then_some(scores)
    }
}

/// A score: a whole number from 0 to 100, with nothing but zeros after a point or comma, and a percent sign or none.
fn score(text: &str) -> Option<u8> {
    let number = text.strip_suffix('%').map_or(text, str::trim_end);
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let is_whole = (1..=3).contains(&whole.len()) && whole.bytes().all(|byte| byte.is_ascii_digit());
    let nothing_after = !part.is_empty() && part.bytes().all(|byte| byte == b'0');
    whole.parse().ok().filter(|score| is_whole && nothing_after && *score <= 100)
}
