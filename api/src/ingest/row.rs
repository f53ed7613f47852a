//! One row of a file while it is checked: every field that cannot be used leaves a problem behind.

use csv::ByteRecord;

use crate::domain::{AreaKind, Attributes, Catalogue, Dimension, Location, Organisation, Outside, Pseudonym, Secret};

use super::{Problem, ProblemCode, columns::Columns};

/// The longest scheme and the longest identifier, characters.
const LONGEST_SCHEME: usize = 16;
const LONGEST_IDENTIFIER: usize = 64;

/// What an identifier is made of, for messages.
const PRINTABLE: &str = "1 to 64 printable characters";

/// Where the columns stand that say which institution a row is about and where it stands.
pub(super) struct At {
    /// The identifier.
    pub(super) identifier: usize,
    /// The local authority.
    pub(super) local_authority: usize,
    /// The careers hub.
    pub(super) hub: usize,
}

/// The fields of one row, and what was found wrong with them so far.
pub(super) struct Row<'a> {
    columns: &'a Columns,
    line: u64,
    fields: &'a ByteRecord,
    problems: Vec<Problem>,
}

impl<'a> Row<'a> {
    /// The row that starts on a line; a problem where it is not as wide as the header.
    pub(super) fn new(columns: &'a Columns, line: u64, fields: &'a ByteRecord) -> Result<Self, Vec<Problem>> {
        if fields.len() != columns.count() {
            let expected = format!("{} fields, as many as the header has", columns.count());
            let found = format!("{} fields", fields.len());
            return Err(vec![Problem::in_row(line, ProblemCode::Fields, &found, expected)]);
        }
        Ok(Self { columns, line, fields, problems: Vec::new() })
    }

    /// What was made of the row, or everything that is wrong with it.
    pub(super) fn finish<T>(self, record: Option<T>) -> Result<T, Vec<Problem>> {
        match record {
            Some(record) if self.problems.is_empty() => Ok(record),
            _ => Err(self.problems),
        }
    }

    /// A field, trimmed; a problem where it is not UTF-8.
    pub(super) fn text(&mut self, position: usize) -> Option<&'a str> {
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

    /// Notes what is wrong with a field.
    pub(super) fn problem(&mut self, position: usize, code: ProblemCode, value: &str, expected: impl Into<String>) {
        let name = self.columns.name(position);
        self.problems.push(Problem::in_column(self.line, name, code, value, expected));
    }

    /// The pseudonym and the scheme of the institution that a scheme and an identifier name.
    pub(super) fn institution(
        &mut self,
        scheme: usize,
        identifier: usize,
        secret: &Secret,
    ) -> Option<(Pseudonym, &'a str)> {
        let scheme = self.bounded(scheme, LONGEST_SCHEME, "1 to 16 of A-Z, 0-9 and -", |c| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
        });
        let identifier = self.identifier(identifier);
        Some((secret.pseudonym(scheme?, identifier?), scheme?))
    }

    /// A field of 1 to 64 printable characters.
    pub(super) fn identifier(&mut self, position: usize) -> Option<&'a str> {
        self.bounded(position, LONGEST_IDENTIFIER, PRINTABLE, |c| !c.is_control())
    }

    /// A local authority and, unless it is blank, a careers hub.
    pub(super) fn location(&mut self, at: &At, catalogue: &Catalogue) -> Option<Location> {
        let local_authority = self.area(at.local_authority, catalogue, AreaKind::LocalAuthority);
        let hub = match self.text(at.hub)? {
            "" => None,
            _ => Some(self.area(at.hub, catalogue, AreaKind::Hub)?),
        };
        Some(Location { local_authority: local_authority?, hub })
    }

    fn area(&mut self, position: usize, catalogue: &Catalogue, kind: AreaKind) -> Option<String> {
        let code = self.text(position)?;
        let known = catalogue.area_index(code).is_some_and(|index| catalogue.areas()[index].kind == kind);
        if !known {
            self.problem(position, ProblemCode::UnknownArea, code, format!("the code of an area of kind {kind}"));
        }
        known.then(|| code.to_owned())
    }

    /// The category of each dimension, from the columns where they stand.
    pub(super) fn attributes(&mut self, positions: [usize; Dimension::ALL.len()]) -> Option<Attributes> {
        let mut attributes = Some(Attributes::default());
        for (dimension, position) in Dimension::ALL.into_iter().zip(positions) {
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

    /// Notes why the organisation may not hand the institution in.
    pub(super) fn outside(&mut self, outside: Outside, at: &At, organisation: &Organisation, catalogue: &Catalogue) {
        let area = &organisation.area;
        let is_hub = catalogue.area_index(area).is_some_and(|index| catalogue.areas()[index].kind == AreaKind::Hub);
        let (position, code, expected) = match outside {
            Outside::SpokenFor => (
                at.identifier,
                ProblemCode::SpokenFor,
                "an institution that no other organisation speaks for; the operator can hand it over".to_owned(),
            ),
            Outside::NotOnRoll => (
                at.identifier,
                ProblemCode::NotOnRoll,
                "an institution of the roll, which names those of this local authority".to_owned(),
            ),
            Outside::OtherPlace(place) => {
                (at.local_authority, ProblemCode::OtherPlace, format!("`{place}`, where the roll has the institution"))
            }
            Outside::HubElsewhere(hub) => (
                at.hub,
                ProblemCode::HubElsewhere,
                format!("a careers hub around the local authority, or blank; `{hub}` is not around it"),
            ),
            Outside::OtherArea if is_hub => (
                at.hub,
                ProblemCode::OtherArea,
                format!("an institution of the careers hub `{area}`, by the roll or else by this row"),
            ),
            Outside::OtherArea => (
                at.local_authority,
                ProblemCode::OtherArea,
                format!("an institution in the area `{area}` of the organisation `{}`", organisation.code),
            ),
        };
        let found = shown(self.fields, position);
        self.problem(position, code, &found, expected);
    }

    fn bounded(
        &mut self,
        position: usize,
        longest: usize,
        expected: &str,
        allowed: impl Fn(char) -> bool,
    ) -> Option<&'a str> {
        let text = self.text(position)?;
        if text.is_empty() || text.chars().count() > longest || !text.chars().all(allowed) {
            let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::Identifier };
            self.problem(position, code, text, expected);
            return None;
        }
        Some(text)
    }
}

/// The text of a field, for a message.
pub(super) fn shown(fields: &ByteRecord, position: usize) -> String {
    String::from_utf8_lossy(fields.get(position).unwrap_or_default()).trim().to_owned()
}
