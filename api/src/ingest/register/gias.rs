//! Rows of Get Information about Schools, by their codes: names drift, codes do not. What a type means is said in the book.

use chrono::NaiveDate;

use crate::{
    domain::{AreaKind, Attributes, Dimension, PhaseGroup, Registered, register::size_band},
    ingest::{ProblemCode, reference},
};

use super::{LeftOut, RegisterRow};

/// The columns that are looked at.
pub(super) const COLUMNS: [&str; 22] = [
    "urn",
    "ukprn",
    "la_(code)",
    "establishmentnumber",
    "gsslacode_(name)",
    "typeofestablishment_(code)",
    "typeofestablishment_(name)",
    "phaseofeducation_(code)",
    "phaseofeducation_(name)",
    "statutorylowage",
    "statutoryhighage",
    "numberofpupils",
    "schoolcapacity",
    "percentagefsm",
    "fsm",
    "urbanrural_(code)",
    "establishmentstatus_(code)",
    "establishmentstatus_(name)",
    "opendate",
    "closedate",
    "lastchangeddate",
    "linkurn",
];

/// Before this day there was no framework, so that there are no results.
const FIRST_RESULTS: Option<NaiveDate> = NaiveDate::from_ymd_opt(2014, 9, 1);

/// What must be there and is not.
pub(super) fn missing(has: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if !has("urn") && !has("ukprn") {
        missing.push("`URN`");
    }
    if !has("typeofestablishment_(code)") && !has("typeofestablishment_(name)") {
        missing.push("`TypeOfEstablishment (code)`");
    }
    if !has("gsslacode_(name)") && !has("la_(code)") {
        missing.push("`GSSLACode (name)`, or `LA (code)`");
    }
    missing
}

/// How the phase of a type is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// By the phase of education, or else by the ages.
    Told,
    Is(&'static str),
}

/// What a type means: type here, phase, and whether such schools are state-funded and ranked by disadvantage.
struct Meaning {
    kind: &'static str,
    phase: Phase,
    ranked: bool,
}

const fn meaning(kind: &'static str, phase: Phase, ranked: bool) -> Meaning {
    Meaning { kind, phase, ranked }
}

/// What a code of a type means; `None` where no framework is about it, or it is not known.
fn of_type(code: u32) -> Option<Meaning> {
    const SPECIAL: Phase = Phase::Is("special");
    const ALTERNATIVE: Phase = Phase::Is("alternative-provision");
    const SIXTEEN: Phase = Phase::Is("16-plus");
    Some(match code {
        1 | 2 | 3 | 5 => meaning("maintained", Phase::Told, true),
        6 | 28 | 34 | 35 | 40 | 41 => meaning("academy", Phase::Told, true),
        7 | 12 | 33 | 36 | 44 => meaning("special", SPECIAL, true),
        8 | 10 => meaning("special", SPECIAL, false),
        11 => meaning("independent", Phase::Told, false),
        14 => meaning("maintained", ALTERNATIVE, true),
        38 | 42 | 43 => meaning("academy", ALTERNATIVE, true),
        18 | 31 => meaning("college", SIXTEEN, false),
        32 => meaning("college", SPECIAL, false),
        39 | 45 | 46 | 57 => meaning("academy", SIXTEEN, false),
        _ => return None,
    })
}

/// The types by name, for files without their codes.
const TYPES: [(&str, u32); 31] = [
    ("community school", 1),
    ("voluntary aided school", 2),
    ("voluntary controlled school", 3),
    ("foundation school", 5),
    ("city technology college", 6),
    ("community special school", 7),
    ("non-maintained special school", 8),
    ("other independent special school", 10),
    ("other independent school", 11),
    ("foundation special school", 12),
    ("pupil referral unit", 14),
    ("local authority nursery school", 15),
    ("further education", 18),
    ("academy sponsor led", 28),
    ("higher education institutions", 29),
    ("welsh establishment", 30),
    ("sixth form centres", 31),
    ("special post 16 institution", 32),
    ("academy special sponsor led", 33),
    ("academy converter", 34),
    ("free schools", 35),
    ("free schools special", 36),
    ("free schools alternative provision", 38),
    ("free schools 16 to 19", 39),
    ("university technical college", 40),
    ("studio schools", 41),
    ("academy alternative provision converter", 42),
    ("academy alternative provision sponsor led", 43),
    ("academy special converter", 44),
    ("academy 16-19 converter", 45),
    ("academy 16 to 19 sponsor led", 46),
];

/// The phases of education by name.
const PHASES: [(&str, u32); 8] = [
    ("not applicable", 0),
    ("nursery", 1),
    ("primary", 2),
    ("middle deemed primary", 3),
    ("secondary", 4),
    ("middle deemed secondary", 5),
    ("16 plus", 6),
    ("all-through", 7),
];

impl RegisterRow<'_> {
    /// What becomes of a row: an institution, or why it is left out. `None` where something is wrong with it.
    pub(super) fn gias(&mut self) -> Option<Result<Registered, LeftOut>> {
        let status = self.code("establishmentstatus_(code)").or_else(|| {
            let status = self.told("establishmentstatus_(name)")?.1.to_lowercase();
            Some(if status.starts_with("proposed") { 4 } else { 1 + u32::from(status.starts_with("closed")) })
        });
        let (opened_on, closed_on) = (self.day("opendate"), self.day("closedate"));
        let kind = self.coded("typeofestablishment_(code)", "typeofestablishment_(name)", &TYPES);
        let phase = self.coded("phaseofeducation_(code)", "phaseofeducation_(name)", &PHASES);
        if status == Some(4) {
            return Some(Err(LeftOut::Proposed));
        }
        if status.is_none_or(|status| status == 2) && closed_on.is_some() && closed_on < FIRST_RESULTS {
            return Some(Err(LeftOut::Closed));
        }
        let Some(kind) = kind else {
            let at = ["typeofestablishment_(code)", "typeofestablishment_(name)"];
            let at = at.into_iter().find_map(|name| self.header.at(name)).unwrap_or_default();
            self.row.problem(at, ProblemCode::Blank, "", "the type of the establishment");
            return None;
        };
        let Some(Meaning { kind, phase: of_type, ranked }) = of_type(kind) else {
            return Some(Err(LeftOut::Type));
        };
        if of_type == Phase::Told && phase == Some(1) {
            return Some(Err(LeftOut::Type));
        }
        let of_row = match of_type {
            Phase::Is(phase) => Some(phase),
            Phase::Told => self.phase(phase),
        };
        let group = ranked.then(|| group(of_row?, phase)).flatten();
        let attributes = self.attributes(kind, of_row);
        let free_meals = self.free_meals();
        let local_authority = self.local_authority();
        let (institution, names) = self.identifiers()?;
        let changed_on = self.day("lastchangeddate");
        Some(Ok(Registered {
            institution,
            names,
            local_authority: local_authority?,
            attributes,
            group,
            free_meals,
            is_open: status.map_or(closed_on.is_none(), |status| status != 2),
            opened_on,
            closed_on,
            changed_on,
        }))
    }

    /// A code, or the code of a name where there is no column of codes.
    fn coded(&mut self, code: &str, name: &str, names: &[(&str, u32)]) -> Option<u32> {
        if self.header.at(code).is_some() {
            return self.code(code);
        }
        let at = self.header.at(name)?;
        let text = self.row.text(at)?;
        let known = |text: &str| text.to_lowercase().split([' ', '-']).collect::<Vec<_>>().join(" ");
        let found = names.iter().find(|(name, _)| known(name) == known(text));
        // A name that is not known here is of a type that no framework is about.
        found.map(|(_, code)| *code).or((!text.is_empty()).then_some(u32::MAX))
    }

    /// The phase by the phase of education, or by the ages where that does not apply.
    fn phase(&mut self, told: Option<u32>) -> Option<&'static str> {
        match told {
            Some(2) => return Some("primary"),
            Some(3 | 5) => return Some("middle"),
            Some(4) => return Some("secondary"),
            Some(6) => return Some("16-plus"),
            Some(7) => return Some("all-through"),
            _ => {}
        }
        let (low, high) = (self.code("statutorylowage"), self.code("statutoryhighage"));
        Some(match (low, high?) {
            (_, ..=13) => "primary",
            (Some(16..), _) => "16-plus",
            (Some(10..), _) => "secondary",
            (Some(_), _) => "all-through",
            (None, _) => return None,
        })
    }

    fn attributes(&mut self, kind: &str, phase: Option<&'static str>) -> Attributes {
        let pupils = self.pupils("numberofpupils");
        let capacity = self.pupils("schoolcapacity");
        let size = phase.zip(pupils.or(capacity).filter(|&pupils| pupils > 0));
        let setting = self.told("urbanrural_(code)").and_then(|(_, code)| match code.as_bytes() {
            [b'A'..=b'C', b'1' | b'2'] | [b'U', ..] => Some("urban"),
            [b'D'..=b'F', b'1' | b'2'] | [b'R', ..] => Some("rural"),
            _ => None,
        });
        let told = [
            (Dimension::Type, Some(kind)),
            (Dimension::Phase, phase),
            (Dimension::Size, size.and_then(|(phase, pupils)| size_band(phase, pupils))),
            (Dimension::Setting, setting),
        ];
        told.into_iter().fold(Attributes::default(), |attributes, (dimension, code)| {
            code.and_then(|code| attributes.with(dimension, code)).unwrap_or(attributes)
        })
    }

    /// The share of pupils with free meals: as told, or from their number.
    fn free_meals(&mut self) -> Option<u16> {
        let told = self.share("percentagefsm");
        let (meals, pupils) = (self.pupils("fsm"), self.pupils("numberofpupils"));
        told.or_else(|| {
            let (meals, pupils) = meals.zip(pupils).filter(|(meals, pupils)| *pupils > 0 && meals <= pupils)?;
            Some(super::tenths(f64::from(meals) * 100.0 / f64::from(pupils)))
        })
    }

    /// The code of the local authority under which things are kept: by the code of the area, or by the three digits.
    fn local_authority(&mut self) -> Option<String> {
        let catalogue = self.layout.catalogue;
        let kept =
            |code: &str| catalogue.kept_code(code, AreaKind::LocalAuthority, NaiveDate::MIN).ok().map(str::to_owned);
        let by_area = self.told("gsslacode_(name)");
        let by_digits = self.told("la_(code)");
        if let Some(found) = by_area.and_then(|(_, code)| kept(&code.to_ascii_uppercase())) {
            return Some(found);
        }
        let digits = by_digits.and_then(|(_, text)| super::whole(text));
        let areas = digits.into_iter().flat_map(reference::authorities);
        if let Some(found) = areas.filter_map(kept).next_back() {
            return Some(found);
        }
        let (at, text) =
            by_area.or(by_digits).unwrap_or((self.header.at("gsslacode_(name)").or(self.header.at("la_(code)"))?, ""));
        let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownArea };
        self.row.problem(at, code, text, "the code of a local authority, such as `E06000047`, or its three digits");
        None
    }

    /// The pseudonym of the URN, or of the UKPRN where there is none, and those of its other identifiers.
    fn identifiers(&mut self) -> Option<(crate::domain::Pseudonym, Vec<crate::domain::Pseudonym>)> {
        if let Some((at, text)) = self.told("urn") {
            let Some(urn) = self.pseudonym("urn", "URN", true) else {
                debug_assert!(!text.is_empty() && self.header.at("urn") == Some(at), "a problem was told");
                return None;
            };
            let mut names = Vec::new();
            names.extend(self.pseudonym("ukprn", "UKPRN", false));
            let number = self.told("establishmentnumber").and_then(|(_, text)| super::whole(text));
            let authority = self.told("la_(code)").and_then(|(_, text)| super::whole(text));
            if let (Some(authority @ 100..=999), Some(number @ 1..=9_999)) = (authority, number) {
                names.push(self.layout.secret.pseudonym("LAESTAB", &format!("{authority}{number:04}")));
            }
            return Some((urn, names));
        }
        if self.told("ukprn").is_some() {
            return self.pseudonym("ukprn", "UKPRN", true).map(|ukprn| (ukprn, Vec::new()));
        }
        let at = ["urn", "ukprn"].into_iter().find_map(|name| self.header.at(name))?;
        self.row.problem(at, ProblemCode::Blank, "", "the URN of the establishment");
        None
    }
}

/// With which schools a state-funded school of a phase is ranked; `told` is its phase of education.
fn group(phase: &str, told: Option<u32>) -> Option<PhaseGroup> {
    match phase {
        "primary" => Some(PhaseGroup::Primary),
        "middle" if told == Some(3) => Some(PhaseGroup::Primary),
        "middle" | "secondary" | "all-through" => Some(PhaseGroup::Secondary),
        "special" => Some(PhaseGroup::Special),
        "alternative-provision" => Some(PhaseGroup::AlternativeProvision),
        _ => None,
    }
}
