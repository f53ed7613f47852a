//! One row: fields become a record, or everything that is wrong with them.

use chrono::{Datelike, NaiveDate};
use csv::ByteRecord;

use crate::{
    domain::{Catalogue, Dimension, Framework, Period, Record, Remit, Secret},
    ingest::{
        Problem, ProblemCode,
        row::{At, Row},
    },
};

use super::header::Header;

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
        let mut row = ResultRow { check: self, row: Row::new(self.header.columns(), line, fields)? };
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
        let period = self.period();
        let completed_on = self.date();
        let catalogue = self.check.remit.catalogue;
        let at = At { identifier, local_authority: header.fixed("local_authority"), hub: header.fixed("hub") };
        let location = self.row.location(&at, catalogue);
        let attributes = self.row.attributes(Dimension::ALL.map(|dimension| header.dimension(dimension)));
        let terms_version = self.row.identifier(header.fixed("terms_version"));
        let scores = self.scores(framework);
        let (institution, scheme) = institution?;
        let location = location?;
        if let Some(outside) = self.check.remit.against(institution, &location) {
            self.row.outside(outside, &at, self.check.remit.organisation, catalogue);
        }
        Some(Record {
            institution,
            scheme: scheme.to_owned(),
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
        let found = catalogue.framework_index(code).map(|index| &catalogue.frameworks()[index]);
        if found.is_none() {
            let known: Vec<&str> = catalogue.frameworks().iter().map(|framework| framework.code.as_str()).collect();
            self.row.problem(position, ProblemCode::UnknownFramework, code, format!("one of {}", known.join(", ")));
        }
        found
    }

    fn period(&mut self) -> Option<Period> {
        let position = self.check.header.fixed("period");
        let text = self.row.text(position)?;
        let period = text.parse().ok();
        if period.is_none() {
            let expected = "a period such as `202324T1`: academic year and term 1 to 3";
            self.row.problem(position, ProblemCode::Period, text, expected);
        }
        period
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let position = self.check.header.fixed("completed_on");
        let text = self.row.text(position)?;
        let today = self.check.today;
        let date = text.parse::<NaiveDate>().ok().filter(|date| date.year() >= 2000 && *date <= today);
        if date.is_none() {
            let expected = format!("a date such as `2024-03-31`, from 2000 to today ({today})");
            self.row.problem(position, ProblemCode::Date, text, expected);
        }
        date
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
            let score = text.parse::<u8>().ok().filter(|score| *score <= 100 && !text.starts_with('+'));
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
                self.row.problem(position, ProblemCode::Score, text, "a whole number from 0 to 100, or blank");
                whole = false;
            } else {
                scores[number] = score;
            }
        }
        let framework = framework?;
        if whole && scores.iter().all(Option::is_none) {
            let first = positions.first().copied().unwrap_or_default();
            self.row.problem(first, ProblemCode::Blank, "", "a score on at least one benchmark");
            return None;
        }
        scores.resize(framework.number_of_benchmarks, None);
        whole.then_some(scores)
    }
}
