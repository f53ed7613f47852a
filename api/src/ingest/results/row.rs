//! One row: fields become a record, or everything that is wrong with them.

use chrono::{NaiveDate, TimeDelta};
use csv::ByteRecord;

use crate::{
    domain::{
        AreaIndex, AreaKind, Attributes, Catalogue, Dimension, Framework, Location, Outside, Period, Pseudonym, Record,
        RegisterEntry, Remit, Secret,
    },
    ingest::{
        Problem, ProblemCode,
        row::{At, Row, category, shown},
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
    /// Whether the register says something else of the institution.
    overruled: bool,
}

impl RowCheck<'_> {
    /// Checks the row that starts on a line. Also tells whether a register says something else of the institution.
    pub(super) fn check(&self, line: u64, fields: &ByteRecord) -> Result<(Record, bool), Vec<Problem>> {
        let mut row = ResultRow { check: self, row: Row::new(self.header.columns(), line, fields), overruled: false };
        let record = row.record();
        let overruled = row.overruled;
        row.row.finish(record.map(|record| (record, overruled)))
    }
}

impl<'a> ResultRow<'a> {
    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&mut self) -> Option<Record> {
        let header = self.check.header;
        let remit = self.check.remit;
        let said = header.fixed("framework").and_then(|at| self.framework(at));
        let institution = self.institution();
        let told = self.period();
        let told = self.since_framework(told, said);
        let completed_on = self.completed_on(told);
        // Without a column for it, the term is the one in which the assessment was completed.
        let is_told = header.fixed("period").is_some();
        let period = if is_told { told } else { self.period_of(completed_on, said) };
        let identified = institution.as_ref().map(|(pseudonym, _)| remit.roll.register().identify(*pseudonym));
        let entry = identified
            .zip(period)
            .and_then(|(identified, period)| remit.roll.register().entry(identified.registered, period.ends_on()));
        let knows = identified.zip(period).is_none() || entry.is_some();
        let location = self.location(period, entry, knows);
        let attributes = self.attributes(entry, knows);
        self.while_open(completed_on, entry);
        let terms_version = header.fixed("terms_version").and_then(|at| self.row.label(at));
        let framework = match header.fixed("framework") {
            Some(_) => said,
            None => self.only_framework(period, entry),
        };
        let scores = self.scores(framework);
        let (pseudonym, scheme) = institution?;
        let institution = identified?.institution;
        // Registers name institutions by their URN, and other identifiers by that.
        let scheme = if institution == pseudonym { scheme } else { "URN".to_owned() };
        let mut location = location?;
        let place = entry.map_or(Ok(None), |entry| newer_place(remit.catalogue, entry, &location));
        let mut outside = remit.against(institution, &location);
        match place {
            Ok(Some(newer)) => location.local_authority = newer,
            Err(other) if remit.roll.entry(institution).is_none() => outside = outside.or(Some(other)),
            Ok(None) | Err(_) => {}
        }
        if let Some(outside) = outside {
            let identifier = header.identifier();
            let [local_authority, hub] =
                ["local_authority", "hub"].map(|name| header.fixed(name).unwrap_or(identifier));
            self.row.outside(outside, &At { identifier, local_authority, hub }, remit.organisation, remit.catalogue);
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

    /// The pseudonym and the scheme of the institution: by scheme and identifier, or by the first column of its kind that is filled.
    fn institution(&mut self) -> Option<(Pseudonym, String)> {
        let header = self.check.header;
        if let Some(identifier) = header.fixed("institution_id") {
            return match header.fixed("institution_scheme") {
                Some(scheme) => self.row.institution(scheme, identifier, self.check.secret),
                None => self.row.institution_of("URN", identifier, self.check.secret),
            };
        }
        for &(scheme, at) in header.named() {
            if !self.row.text(at)?.is_empty() {
                return self.row.institution_of(scheme, at, self.check.secret);
            }
        }
        self.row.problem(header.identifier(), ProblemCode::Blank, "", "the identifier of an institution");
        None
    }

    /// Where the institution stood: by the row, or by the register where the row does not tell. Without a column for the hub, a hub hands in its own.
    fn location(&mut self, period: Option<Period>, entry: Option<&RegisterEntry>, knows: bool) -> Option<Location> {
        let header = self.check.header;
        let Remit { catalogue, organisation, .. } = self.check.remit;
        let since = period.map_or(NaiveDate::MIN, Period::starts_on);
        let local_authority = match (header.fixed("local_authority"), entry) {
            (Some(at), Some(entry)) if self.row.text(at)?.is_empty() => Some(entry.local_authority.clone()),
            (Some(at), _) => self.row.area(at, catalogue, AreaKind::LocalAuthority, since),
            (None, Some(entry)) => Some(entry.local_authority.clone()),
            (None, None) => {
                if !knows {
                    self.row.unregistered(header.identifier(), "local_authority");
                }
                None
            }
        };
        let hub = match header.fixed("hub") {
            Some(at) if self.row.text(at)?.is_empty() => None,
            Some(at) => Some(self.row.area(at, catalogue, AreaKind::Hub, since)?),
            None => {
                let is_hub = |area: &AreaIndex| catalogue.areas()[*area].kind == AreaKind::Hub;
                catalogue.area_now(&organisation.area).filter(is_hub).map(|area| catalogue.areas()[area].code.clone())
            }
        };
        Some(Location { local_authority: local_authority?, hub })
    }

    /// The category of each dimension: the register's where it tells it, whatever the row says, or else the row's.
    fn attributes(&mut self, entry: Option<&RegisterEntry>, knows: bool) -> Option<Attributes> {
        let mut all = Some(Attributes::default());
        for dimension in Dimension::ALL {
            let told = entry.map_or(0, |entry| entry.attributes.0[dimension as usize]);
            let code = match self.check.header.dimension(dimension) {
                Some(at) if told > 0 => {
                    let said = self.row.text(at)?;
                    self.overruled |=
                        !said.is_empty() && dimension.position(&category(said)).map(|at| at + 1) != Some(told.into());
                    Some(told)
                }
                _ if told > 0 => Some(told),
                Some(at) => self.row.category(dimension, at),
                None if dimension.may_be_blank() => Some(0),
                None => {
                    if !knows {
                        self.row.unregistered(self.check.header.identifier(), dimension.column());
                    } else if entry.is_some() {
                        let expected = format!("the column `{}`: the register does not tell it", dimension.column());
                        self.row.lacks(dimension.column(), expected);
                    }
                    None
                }
            };
            match (&mut all, code) {
                (Some(attributes), Some(code)) => attributes.0[dimension as usize] = code,
                _ => all = None,
            }
        }
        all
    }

    /// What was assessed while the register had the institution closed is of another one.
    fn while_open(&mut self, completed_on: Option<NaiveDate>, entry: Option<&RegisterEntry>) {
        let closed_on = entry.and_then(|entry| entry.closed_on);
        if let Some((completed_on, closed_on)) =
            completed_on.zip(closed_on).filter(|(done, closed)| *done > *closed + LATEST)
            && let Some(at) = self.check.header.fixed("completed_on")
        {
            let expected = format!("a day before the institution closed, which by the register was {closed_on}");
            self.row.problem(at, ProblemCode::Date, &completed_on.to_string(), expected);
        }
    }

    /// The framework that the row names.
    fn framework(&mut self, position: usize) -> Option<&'a Framework> {
        let catalogue: &'a Catalogue = self.check.remit.catalogue;
        let code = self.row.text(position)?;
        let found = catalogue.framework_index(&code.to_ascii_uppercase()).map(|index| &catalogue.frameworks()[index]);
        if found.is_none() {
            let known: Vec<&str> = catalogue.frameworks().iter().map(|framework| framework.code.as_str()).collect();
            let problem = if code.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownFramework };
            self.row.problem(position, problem, code, format!("one of {}", known.join(", ")));
        }
        found
    }

    /// The only framework of the organisation's country for the type of institution that was there in a term and has as many benchmarks as the file
    /// has scores. Where there are several, that is told unless something else is wrong with the row, which may be the cause.
    fn only_framework(&mut self, period: Option<Period>, entry: Option<&RegisterEntry>) -> Option<&'a Framework> {
        let catalogue: &'a Catalogue = self.check.remit.catalogue;
        let period = period?;
        let country = catalogue.area_index(&self.check.remit.organisation.area);
        let of_type = entry.and_then(|entry| entry.attributes.code(Dimension::Type));
        let fits = |framework: &&Framework| {
            let jurisdiction = if framework.jurisdiction == "GB-ENG" { "E92000001" } else { &framework.jurisdiction };
            let around = catalogue.area_index(jurisdiction);
            first_period(framework).is_none_or(|first| first <= period)
                && country.zip(around).is_some_and(|(inner, outer)| catalogue.lies_in(inner, outer))
                && of_type.is_none_or(|institution_type| framework.is_for(institution_type))
                && framework.number_of_benchmarks == self.check.header.scores().len()
        };
        let fitting: Vec<&'a Framework> = catalogue.frameworks().iter().filter(fits).collect();
        if let [framework] = fitting[..] {
            return Some(framework);
        }
        if !self.row.is_wrong() {
            let codes: Vec<&str> = fitting.iter().map(|framework| framework.code.as_str()).collect();
            let which = if codes.is_empty() { String::new() } else { format!(", such as {}", codes.join(", ")) };
            self.row.lacks("framework", format!("the column `framework`, or one for every row{which}"));
        }
        None
    }

    /// A term that has begun.
    fn period(&mut self) -> Option<Period> {
        let position = self.check.header.fixed("period")?;
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
        Some(period)
    }

    /// The term in which a day lies, if a framework was there in it.
    fn period_of(&mut self, completed_on: Option<NaiveDate>, framework: Option<&Framework>) -> Option<Period> {
        let day = completed_on?;
        let period = Period::of(day);
        if let (None, Some(at)) = (period, self.check.header.fixed("completed_on")) {
            self.row.problem(at, ProblemCode::Date, &day.to_string(), "a day on which there was a framework");
        }
        self.since_framework(period, framework)
    }

    /// A term, unless the framework was not there yet.
    fn since_framework(&mut self, period: Option<Period>, framework: Option<&Framework>) -> Option<Period> {
        let header = self.check.header;
        let position = header.fixed("period").or(header.fixed("completed_on"))?;
        let (before, Some(framework)) = (period?, framework) else { return period };
        let Some(first) = first_period(framework).filter(|first| before < *first) else { return period };
        let found = shown(self.row.fields(), position);
        let expected = format!("a term from `{first}` on, since when there is {}", framework.code);
        self.row.problem(position, ProblemCode::Period, &found, expected);
        None
    }

    /// A day of the academic year until the end of the term, or shortly after it.
    fn completed_on(&mut self, period: Option<Period>) -> Option<NaiveDate> {
        let position = self.check.header.fixed("completed_on")?;
        let date = self.row.date_or_serial(position)?;
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

/// The local authority by the register, where it came in the place of that of the row by a split; an error where the two have nothing to do with each other.
fn newer_place(catalogue: &Catalogue, entry: &RegisterEntry, said: &Location) -> Result<Option<String>, Outside> {
    let now = |code: &str| catalogue.area_index(code).map(|area| catalogue.counted_in(area));
    let Some((said, registered)) = now(&said.local_authority).zip(now(&entry.local_authority)) else { return Ok(None) };
    let follows = |from: AreaIndex, to: AreaIndex| catalogue.successors(from).iter().any(|one| one.to == to);
    match (said, registered) {
        _ if said == registered || follows(registered, said) => Ok(None),
        _ if follows(said, registered) => Ok(Some(catalogue.areas()[registered].code.clone())),
        _ => Err(Outside::OtherPlace(entry.local_authority.clone())),
    }
}

/// The first term in which a framework was there.
fn first_period(framework: &Framework) -> Option<Period> {
    Period::of(NaiveDate::from_ymd_opt(framework.year, 1, 1)?)
}

/// A score: a whole number from 0 to 100, with nothing but zeros after a point or comma, and a percent sign or none.
fn score(text: &str) -> Option<u8> {
    let number = text.strip_suffix('%').map_or(text, str::trim_end);
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let is_whole = (1..=3).contains(&whole.len()) && whole.bytes().all(|byte| byte.is_ascii_digit());
    let nothing_after = !part.is_empty() && part.bytes().all(|byte| byte == b'0');
    whole.parse().ok().filter(|score| is_whole && nothing_after && *score <= 100)
}
