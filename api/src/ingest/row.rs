//! One row of a file while it is checked: every field that cannot be used leaves a problem behind.

use chrono::{Days, NaiveDate};
use csv::ByteRecord;

use crate::domain::{
    AreaKind, Attributes, Catalogue, Dimension, Location, Organisation, Outside, Pseudonym, Secret, label::is_invisible,
};

use super::{Problem, ProblemCode, columns::Columns, identifier, trimmed};

/// The longest scheme, characters.
const LONGEST_SCHEME: usize = 16;

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
    /// The row on a line, as wide as the columns.
    pub(super) fn new(columns: &'a Columns, line: u64, fields: &'a ByteRecord) -> Self {
        debug_assert_eq!(fields.len(), columns.count(), "the reader of files lets no other row pass");
        Self { columns, line, fields, problems: Vec::new() }
    }

    /// Its fields.
    pub(super) fn fields(&self) -> &'a ByteRecord {
        self.fields
    }

    /// Whether something is wrong with it so far.
    pub(super) fn is_wrong(&self) -> bool {
        !self.problems.is_empty()
    }

    /// What was made of the row, or everything that is wrong with it.
    pub(super) fn finish<T>(self, record: Option<T>) -> Result<T, Vec<Problem>> {
        match record {
            Some(record) if self.problems.is_empty() => Ok(record),
            _ => {
                debug_assert!(!self.problems.is_empty(), "a row is never passed over without a word");
                Err(self.problems)
            }
        }
    }

    /// A field, trimmed; a problem where it is not UTF-8.
    pub(super) fn text(&mut self, position: usize) -> Option<&'a str> {
        let bytes = self.fields.get(position).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(trimmed(text)),
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

    /// Notes that the file has no column for something that the row needs.
    pub(super) fn lacks(&mut self, column: &str, expected: impl Into<String>) {
        self.problems.push(Problem::in_column(self.line, column, ProblemCode::Header, "", expected));
    }

    /// The pseudonym and the scheme of the institution that a scheme and an identifier name.
    pub(super) fn institution(
        &mut self,
        scheme: usize,
        identifier: usize,
        secret: &Secret,
    ) -> Option<(Pseudonym, String)> {
        let scheme = self.scheme(scheme);
        if self.text(identifier)?.is_empty() {
            self.problem(identifier, ProblemCode::Blank, "", "the identifier of an institution");
            return None;
        }
        self.institution_of(&scheme?, identifier, secret)
    }

    /// The same, of a scheme that is known.
    pub(super) fn institution_of(
        &mut self,
        scheme: &str,
        identifier: usize,
        secret: &Secret,
    ) -> Option<(Pseudonym, String)> {
        let text = self.text(identifier)?;
        if text.is_empty() {
            self.problem(identifier, ProblemCode::Blank, text, "the identifier of an institution");
            return None;
        }
        if let Some(expected) = identifier::fault(scheme, text) {
            self.problem(identifier, ProblemCode::Identifier, text, expected);
            return None;
        }
        Some((secret.pseudonym(scheme, text), scheme.to_owned()))
    }

    /// A scheme of identifiers, in capitals.
    fn scheme(&mut self, position: usize) -> Option<String> {
        let expected = "1 to 16 of A-Z, 0-9 and -";
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let text = self.bounded(position, LONGEST_SCHEME, expected, is_allowed)?;
        Some(text.to_ascii_uppercase())
    }

    /// A field of 1 to 64 printable characters.
    pub(super) fn label(&mut self, position: usize) -> Option<&'a str> {
        let is_allowed = |c: char| !c.is_control() && !is_invisible(c);
        let text = self.bounded(position, identifier::LONGEST, "1 to 64 printable characters", is_allowed)?;
        if text.starts_with('#') || text.starts_with('=') {
            self.problem(
                position,
                ProblemCode::Identifier,
                text,
                "1 to 64 printable characters, not a formula or its error",
            );
            return None;
        }
        Some(text)
    }

    /// A day, as ISO 8601 or as day, month and year; a time after it says nothing.
    pub(super) fn date(&mut self, position: usize) -> Option<NaiveDate> {
        let text = self.text(position)?;
        let date = date(text);
        if date.is_none() {
            let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::Date };
            self.problem(position, code, text, "a date such as `2024-03-31` or `31/03/2024`, the day before the month");
        }
        date
    }

    /// A day that is held to a time it lies in, so that it may also be the number that a spreadsheet keeps for it, e.g. `45366`.
    pub(super) fn date_or_serial(&mut self, position: usize) -> Option<NaiveDate> {
        let serial = self.text(position).and_then(serial);
        serial.or_else(|| self.date(position))
    }

    /// A local authority and, unless it is blank, a careers hub, under the codes that are kept: what stood in an area that was
    /// recoded or merged stands in the one after it. `since` is the first day of the time that the row is about.
    pub(super) fn location(&mut self, at: &At, catalogue: &Catalogue, since: NaiveDate) -> Option<Location> {
        let local_authority = self.area(at.local_authority, catalogue, AreaKind::LocalAuthority, since);
        let hub = match self.text(at.hub)? {
            "" => None,
            _ => Some(self.area(at.hub, catalogue, AreaKind::Hub, since)?),
        };
        Some(Location { local_authority: local_authority?, hub })
    }

    /// The code under which an area is kept.
    pub(super) fn area(
        &mut self,
        position: usize,
        catalogue: &Catalogue,
        kind: AreaKind,
        since: NaiveDate,
    ) -> Option<String> {
        let text = self.text(position)?;
        let expected = match catalogue.kept_code(&text.to_ascii_uppercase(), kind, since) {
            Ok(kept) => return Some(kept.to_owned()),
            Err(expected) => expected,
        };
        let named: Vec<String> = catalogue
            .areas()
            .iter()
            .filter(|area| area.kind == kind && area.name.to_lowercase() == text.to_lowercase())
            .map(|area| format!("; `{}` is {}", area.code, area.name))
            .collect();
        let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownArea };
        self.problem(position, code, text, format!("{expected}{}", named.concat()));
        None
    }

    /// The category of each dimension, from the columns where they stand.
    pub(super) fn attributes(&mut self, positions: [usize; Dimension::ALL.len()]) -> Option<Attributes> {
        let mut attributes = Some(Attributes::default());
        for (dimension, position) in Dimension::ALL.into_iter().zip(positions) {
            match (&mut attributes, self.category(dimension, position)) {
                (Some(attributes), Some(code)) => attributes.0[dimension as usize] = code,
                _ => attributes = None,
            }
        }
        attributes
    }

    /// The dictionary code of the category of a dimension, 0 where it may be blank and is.
    pub(super) fn category(&mut self, dimension: Dimension, position: usize) -> Option<u8> {
        let code = self.text(position)?;
        if code.is_empty() && dimension.may_be_blank() {
            return Some(0);
        }
        let found = dimension.position(&category(code)).and_then(|position| u8::try_from(position + 1).ok());
        if found.is_none() {
            let known: Vec<&str> = dimension.categories().iter().map(|category| category.code).collect();
            let or_blank = if dimension.may_be_blank() { " or blank" } else { "" };
            let expected = format!("one of {}{or_blank}", known.join(", "));
            let problem = if code.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownCategory };
            self.problem(position, problem, code, expected);
        }
        found
    }

    /// Notes that no register knows the institution, so that a column is wanted.
    pub(super) fn unregistered(&mut self, identifier: usize, column: &str) {
        let found = shown(self.fields, identifier);
        let told = |problem: &Problem| problem.code == ProblemCode::NotRegistered;
        if !self.problems.iter().any(told) {
            let expected =
                format!("an institution of a register, or what it would tell, from the column `{column}` on");
            self.problem(identifier, ProblemCode::NotRegistered, &found, expected);
        }
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
    trimmed(&String::from_utf8_lossy(fields.get(position).unwrap_or_default())).to_owned()
}

/// The code of a category as a person may write it: in capitals, or with blanks for its hyphens.
pub(super) fn category(text: &str) -> String {
    text.split([' ', '_']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_lowercase()
}

/// A day as spreadsheets and people write it: `2024-03-31`, `2024/03/31`, `31/03/2024`, `31-03-2024`, `31.03.2024`, `31-Mar-2024`, `31 March 2024`,
/// `2024年3月31日`, each with a time or without. Never the month before the day, and no year of two digits.
fn date(text: &str) -> Option<NaiveDate> {
    let day = without_time(text);
    let parts: Vec<&str> = match day.strip_suffix('日').and_then(|day| day.split_once('年')) {
        Some((year, rest)) => std::iter::once(year).chain(rest.splitn(2, '月')).collect(),
        None => day.split(day.chars().find(|c| !c.is_alphanumeric())?).collect(),
    };
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let number = |text: &str, longest: usize| {
        let digits = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| digits)
    };
    let named = || {
        let is = |name: &str| name.eq_ignore_ascii_case(month) || name[..3].eq_ignore_ascii_case(month);
        MONTHS.iter().position(|name| is(name)).and_then(|at| u32::try_from(at + 1).ok())
    };
    let year = number(year, 4).filter(|_| year.len() == 4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(month, 2).or_else(named)?, number(day, 2)?)
}

/// A day and a time without the time: what follows a blank, or a `T` between digits.
fn without_time(text: &str) -> &str {
    let meridiem = |end: &&str| end.eq_ignore_ascii_case("am") || end.eq_ignore_ascii_case("pm");
    let whole = text.rsplit_once(' ').filter(|(_, end)| meridiem(end)).map_or(text, |(start, _)| start.trim_end());
    let split = whole.rsplit_once(' ').or_else(|| whole.rsplit_once('T'));
    split.filter(|(_, time)| is_time(time)).map_or(text, |(day, _)| day.trim_end())
}

/// The day that spreadsheets keep as a number: how many days after 30 December 1899, from 2000 to 2049.
fn serial(text: &str) -> Option<NaiveDate> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let days: u64 = whole.parse().ok().filter(|days| whole.len() == 5 && (36_526..54_789).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

/// The months; spreadsheets shorten them to three letters.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Whether a text is a time of the day: `00:00`, `09:30:00`, with a fraction or a `Z`.
fn is_time(text: &str) -> bool {
    let text = text.trim_end_matches('Z');
    let mut parts = text.split(':');
    let is_part = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.clone().count() > 1
        && parts.by_ref().take(2).all(is_part)
        && parts.all(|seconds| seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_spreadsheets_leave_them_and_never_month_first() {
        for text in [
            "2024-03-01",
            "01/03/2024",
            "1/3/2024",
            "01-03-2024",
            "1-Mar-2024",
            "01-MAR-2024",
            "2024-03-01T00:00:00",
            "2024-03-01 09:30",
            "01/03/2024 00:00:00",
            "2024-03-01T00:00:00.000Z",
            "01/03/2024 12:00:00 AM",
            "1/3/2024 9:05 pm",
            "01.03.2024",
            "2024/03/01",
            "2024-3-1",
            "1 March 2024",
            "01 Mar 2024 00:00",
            "2024年3月1日",
        ] {
            assert_eq!(date(text).map(|date| date.to_string()).as_deref(), Some("2024-03-01"), "{text}");
        }
        assert_eq!(date("01-OCT-2024").map(|date| date.to_string()).as_deref(), Some("2024-10-01"));
        for text in [
            "",
            "03/31/2024",
            "31/03/24",
            "31-Mar-24",
            "31.03.24",
            "31 March 24",
            "March 31 2024",
            "2024-31-03",
            "2024/31/03",
            "1/3-2024",
            "2024年3月",
            "日",
            "年月日",
            "20240331",
            "45382",
            "2024-03-01 AM",
            "2024-03-32",
            "31/03/2024 later",
            "+1/03/2024",
            "Mar-2024",
            "2024-03-01T",
            "1/3/02024",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
