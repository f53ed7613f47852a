//! The roll of institutions from a table: where each stands, what it is, and which organisation speaks for it.
//!
//! `institution_scheme,institution_id,local_authority,hub,provider` and the dimensions, columns in any order. A reader of a
//! register makes the same [`RollRecord`]s of other columns, and everything past them is the same.

#[cfg(test)]
mod tests;

use std::io::Read;

use csv::ByteRecord;

use crate::domain::{
    Catalogue, Dimension, Directory, Location, Outside, Pseudonym, RollEntry, RollRecord, Secret,
    roll::{belong_together, holds},
};

use super::{
    Form, Problem, ProblemCode, Reading,
    columns::{Columns, one_of},
    file::{self, Layout},
    row::{At, Row, shown},
};

/// The columns that every file has, beside the dimensions'.
const COLUMNS: [&str; 5] = ["institution_scheme", "institution_id", "local_authority", "hub", "provider"];

/// Reads a file for the roll in a form. `progress` is told how many bytes are read.
pub fn read_roll(
    form: &Form,
    input: impl Read,
    catalogue: &Catalogue,
    directory: &Directory,
    secret: &Secret,
    progress: &mut dyn FnMut(u64),
) -> Reading<RollRecord> {
    file::read(&RollLayout { catalogue, directory, secret }, form, input, progress)
}

/// A file for the roll, and what its rows are checked against.
struct RollLayout<'a> {
    catalogue: &'a Catalogue,
    directory: &'a Directory,
    secret: &'a Secret,
}

/// Where each column stands.
struct Header {
    columns: Columns,
    scheme: usize,
    provider: usize,
    at: At,
    dimensions: [usize; Dimension::ALL.len()],
}

impl Layout for RollLayout<'_> {
    type Header = Header;
    type Record = RollRecord;
    type Key = Pseudonym;

    const IDENTITY: &'static str = "institution_id";
    const ONCE: &'static str = "each institution once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        let known: Vec<&str> = COLUMNS.into_iter().chain(Dimension::ALL.map(Dimension::column)).collect();
        let expected = format!("one of {}", known.join(", "));
        let required = |_: &Columns| known.iter().map(|&name| name.to_owned()).collect();
        let columns = Columns::read(fields, |name| one_of(known.iter().copied(), name), &expected, required)?;
        let find = |name: &str| columns.position(name).unwrap_or_default();
        let [scheme, identifier, local_authority, hub, provider] = COLUMNS.map(find);
        let dimensions = Dimension::ALL.map(|dimension| find(dimension.column()));
        Ok(Header { columns, scheme, provider, at: At { identifier, local_authority, hub }, dimensions })
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<RollRecord, Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let institution = row.institution(header.scheme, header.at.identifier, self.secret);
        let location = row.location(&header.at, self.catalogue, self.catalogue.as_of());
        let attributes = row.attributes(header.dimensions);
        if let Some(location) = location.as_ref().filter(|location| !belong_together(self.catalogue, location)) {
            let expected = format!("a careers hub around the local authority `{}`, or blank", location.local_authority);
            let found = location.hub.as_deref().unwrap_or_default();
            row.problem(header.at.hub, ProblemCode::HubElsewhere, found, expected);
        }
        let provider = self.provider(&mut row, header, location.as_ref());
        let record = || {
            let (institution, scheme) = institution?;
            let entry = RollEntry { location: location?, attributes: attributes? };
            Some(RollRecord { institution, scheme, entry, provider })
        };
        row.finish(record())
    }

    fn key(record: &RollRecord) -> Pseudonym {
        record.institution
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.at.identifier)
    }
}

impl RollLayout<'_> {
    /// Who is to speak for the institution; absent where the field is blank.
    fn provider(&self, row: &mut Row<'_>, header: &Header, location: Option<&Location>) -> Option<String> {
        let code = row.text(header.provider).filter(|code| !code.is_empty())?;
        let Some(organisation) = self.directory.organisation(code) else {
            let expected = "the code of an organisation, or blank";
            row.problem(header.provider, ProblemCode::UnknownOrganisation, code, expected);
            return None;
        };
        if location.is_some_and(|location| !holds(self.catalogue, &organisation.area, location, true)) {
            row.outside(Outside::OtherArea, &header.at, organisation, self.catalogue);
        }
        Some(code.to_owned())
    }
}
