//! Links between establishments as Get Information about Schools lists them: `URN,LinkURN,LinkName,LinkType,LinkEstablishedDate`. The names are not looked at.

use std::io::Read;

use csv::ByteRecord;

use crate::{
    domain::{Link, LinkKind},
    ingest::{
        Form, Problem, ProblemCode, Reading,
        columns::{Columns, one_of},
        file::{self, Layout},
        identifier,
        row::{Row, shown},
    },
};

/// The columns that are looked at.
const COLUMNS: [&str; 3] = ["urn", "linkurn", "linktype"];

/// Reads a list of links in a form.
pub fn read_links(form: &Form, input: impl Read) -> Reading<Link> {
    file::read(&LinksLayout, form, input, &mut |_| {})
}

struct LinksLayout;

struct Header {
    columns: Columns,
    at: [usize; COLUMNS.len()],
}

impl Layout for LinksLayout {
    type Header = Header;
    type Record = Link;
    /// The line: the same link may stand there twice.
    type Key = u64;

    const IDENTITY: &'static str = "urn";
    const ONCE: &'static str = "each line once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        let expected = "the columns `URN`, `LinkURN` and `LinkType`";
        let required = |_: &Columns| COLUMNS.map(str::to_owned).to_vec();
        let columns = Columns::read(fields, |name| one_of(COLUMNS, name), expected, required)?;
        let at = COLUMNS.map(|name| columns.position(name).unwrap_or_default());
        Ok(Header { columns, at })
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<Link, Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let [school, other, kind] = header.at;
        let mut urn = |at: usize| {
            let text = row.text(at)?;
            let fault = if text.is_empty() { Some("a URN".to_owned()) } else { identifier::fault("URN", text) };
            if let Some(expected) = fault {
                let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::Identifier };
                row.problem(at, code, text, expected);
                return None;
            }
            Some(text.to_owned())
        };
        let (school, other) = (urn(school), urn(other));
        let kind = row.text(kind).map(|text| match text.to_lowercase().as_str() {
            "successor" => LinkKind::Successor,
            "predecessor" => LinkKind::Predecessor,
            _ => LinkKind::Other,
        });
        let link = || Some(Link { line, school: school?, other: other?, kind: kind? });
        row.finish(link())
    }

    fn key(record: &Link) -> u64 {
        record.line
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.at[0])
    }
}
