//! Counts of destinations from a table: how many students of an institution's cohort went where.
//!
//! `institution_scheme,institution_id,cohort_year,stage,category,students`, columns in any order. The file says nothing about
//! locations: an institution stands where its results say it stood.

#[cfg(test)]
mod tests;

use std::{collections::HashMap, io::Read};

use chrono::NaiveDate;
use csv::ByteRecord;

use crate::domain::{CohortYear, Destination, DestinationRecord, Locations, Pseudonym, Remit, Secret, Stage};

use super::{
    Form, Problem, ProblemCode, Reading, Rows,
    columns::{Columns, one_of},
    file::{self, Layout},
    row::{At, Row, category, shown},
};

/// The columns that every file has.
const COLUMNS: [&str; 6] = ["institution_scheme", "institution_id", "cohort_year", "stage", "category", "students"];

/// The most students of one institution in one category.
const MOST_STUDENTS: u32 = 100_000;

/// Reads a file of destinations in a form. `remit` is what its provider may hand in, `locations` tells where institutions stood, by
/// `today` a cohort year must have ended; `progress` is told how many bytes are read.
pub fn read_destinations(
    form: &Form,
    input: impl Read,
    remit: Remit<'_>,
    locations: &Locations,
    secret: &Secret,
    today: NaiveDate,
    progress: &mut dyn FnMut(u64),
) -> Reading<DestinationRecord> {
    file::read(&DestinationsLayout { remit, locations, secret, today }, form, input, progress)
}

/// Checks counts that are handed in as rows, as [`read_destinations`] does those of a file.
pub fn check_destinations(
    rows: &Rows,
    remit: Remit<'_>,
    locations: &Locations,
    secret: &Secret,
    today: NaiveDate,
) -> Reading<DestinationRecord> {
    file::read_rows(&DestinationsLayout { remit, locations, secret, today }, rows)
}

/// A file of destinations, and what its rows are checked against.
struct DestinationsLayout<'a> {
    remit: Remit<'a>,
    locations: &'a Locations,
    secret: &'a Secret,
    today: NaiveDate,
}

/// Where each column stands.
struct Header {
    columns: Columns,
    positions: [usize; COLUMNS.len()],
}

impl Layout for DestinationsLayout<'_> {
    type Header = Header;
    type Record = DestinationRecord;
    type Key = (Pseudonym, CohortYear, Stage, Destination);

    const IDENTITY: &'static str = "institution_id";
    const ONCE: &'static str = "each institution once for a cohort year, a stage and a category";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        let expected = format!("one of {}", COLUMNS.join(", "));
        let columns =
            Columns::read(fields, |name| one_of(COLUMNS, name), &expected, |_| COLUMNS.map(str::to_owned).to_vec())?;
        Ok(Header { positions: COLUMNS.map(|name| columns.position(name).unwrap_or_default()), columns })
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<DestinationRecord, Vec<Problem>> {
        let [scheme, identifier, cohort_year, stage, destination, students] = header.positions;
        let mut row = Row::new(&header.columns, line, fields);
        let register = self.remit.roll.register();
        let institution = row.institution(scheme, identifier, self.secret);
        let institution = institution.map(|(institution, _)| register.identify(institution).institution);
        let year = coded(
            &mut row,
            cohort_year,
            ProblemCode::CohortYear,
            |text| text.replace(['/', '-'], "").parse().ok(),
            || "a cohort year such as `202223`: an academic year, six digits".to_owned(),
        );
        let year = year.filter(|year: &CohortYear| {
            let ended = year.last_period().is_some_and(|last| last.ends_on() < self.today);
            if !ended {
                let expected = format!("an academic year that has ended by {}", self.today);
                row.problem(cohort_year, ProblemCode::CohortYear, &year.to_string(), expected);
            }
            ended
        });
        let stage = coded(
            &mut row,
            stage,
            ProblemCode::UnknownCategory,
            |text| Stage::from_code(&text.to_ascii_uppercase()),
            || format!("one of {}", Stage::ALL.map(Stage::code).join(", ")),
        );
        let destination = coded(
            &mut row,
            destination,
            ProblemCode::UnknownCategory,
            |text| Destination::from_code(&category(text)),
            || format!("one of {}", Destination::ALL.map(Destination::code).join(", ")),
        );
        let students = coded(&mut row, students, ProblemCode::Students, whole_number, || {
            format!("a whole number from 0 to {MOST_STUDENTS}")
        });
        let location = institution.zip(year).and_then(|(institution, year)| {
            let location = self.locations.at(institution, year);
            if location.is_none() {
                let found = shown(fields, identifier);
                let expected = "an institution with a result, which tells where it stands; hand its results in first";
                row.problem(identifier, ProblemCode::UnknownInstitution, &found, expected);
            } else if let Some(outside) = self.remit.against_destinations(institution) {
                let at = At { identifier, local_authority: identifier, hub: identifier };
                row.outside(outside, &at, self.remit.organisation, self.remit.catalogue);
            }
            location.cloned()
        });
        let record = || {
            Some(DestinationRecord {
                institution: institution?,
                cohort_year: year?,
                stage: stage?,
                destination: destination?,
                students: students?,
                location: location?,
            })
        };
        row.finish(record())
    }

    fn key(record: &DestinationRecord) -> Self::Key {
        (record.institution, record.cohort_year, record.stage, record.destination)
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.positions[1])
    }

    /// A cohort is there with all its categories, or it is not there.
    fn settle(&self, records: Vec<(u64, DestinationRecord)>, tell: &mut dyn FnMut(Problem)) -> Vec<DestinationRecord> {
        let cohort = |record: &DestinationRecord| (record.institution, record.cohort_year, record.stage);
        let mut cohorts: HashMap<_, (u64, Vec<Destination>)> = HashMap::new();
        for (line, record) in &records {
            cohorts.entry(cohort(record)).or_insert((*line, Vec::new())).1.push(record.destination);
        }
        cohorts.retain(|_, (_, there)| there.len() < Destination::ALL.len());
        let mut parts: Vec<&(u64, Vec<Destination>)> = cohorts.values().collect();
        parts.sort_unstable_by_key(|(line, _)| *line);
        for (line, there) in parts {
            let (here, missing): (Vec<_>, Vec<_>) = Destination::ALL.into_iter().partition(|one| there.contains(one));
            let codes = |list: Vec<Destination>| list.into_iter().map(Destination::code).collect::<Vec<_>>().join(", ");
            let expected = format!("every category of the cohort, 0 where nobody went; without {}", codes(missing));
            tell(Problem::in_column(*line, COLUMNS[4], ProblemCode::Cohort, &codes(here), expected));
        }
        let whole = records.into_iter().map(|(_, record)| record);
        whole.filter(|record| !cohorts.contains_key(&cohort(record))).collect()
    }
}

/// A field that must be read as something; a problem where it cannot.
fn coded<T>(
    row: &mut Row<'_>,
    position: usize,
    code: ProblemCode,
    read: impl FnOnce(&str) -> Option<T>,
    expected: impl FnOnce() -> String,
) -> Option<T> {
    let text = row.text(position)?;
    let found = read(text);
    if found.is_none() {
        row.problem(position, if text.is_empty() { ProblemCode::Blank } else { code }, text, expected());
    }
    found
}

fn whole_number(text: &str) -> Option<u32> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|students| digits && *students <= MOST_STUDENTS)
}
