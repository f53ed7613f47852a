//! Rows of the Education Bureau's list of schools, by their categories, in either language.

use chrono::NaiveDate;

use crate::{
    domain::{AreaKind, Attributes, Dimension, Registered},
    ingest::ProblemCode,
};

use super::{LeftOut, RegisterRow};

/// The columns that are looked at.
pub(super) const COLUMNS: [&str; 17] = [
    "school_no.",
    "school_no",
    "scrn",
    "學校編號",
    "english_category",
    "中文類別",
    "school_level",
    "學校類型",
    "finance_type",
    "資助種類",
    "district",
    "分區",
    "k1_vacancy_status",
    "as_at_date",
    "學校註冊編號",
    "category",
    "類別",
];

const NUMBERS: [&str; 5] = ["school_no.", "school_no", "scrn", "學校編號", "學校註冊編號"];
const CATEGORIES: [&str; 4] = ["english_category", "中文類別", "category", "類別"];
const LEVELS: [&str; 2] = ["school_level", "學校類型"];
const FUNDS: [&str; 2] = ["finance_type", "資助種類"];
const DISTRICTS: [&str; 2] = ["district", "分區"];

/// The districts in Chinese and as the list misspells them, each with its code.
const NAMES: [(&str, &str); 19] = [
    ("中西", "HK-CW"),
    ("東", "HK-EA"),
    ("南", "HK-SO"),
    ("灣仔", "HK-WC"),
    ("九龍城", "HK-KC"),
    ("觀塘", "HK-KT"),
    ("深水埗", "HK-SS"),
    ("黃大仙", "HK-WT"),
    ("油尖旺", "HK-YT"),
    ("離島", "HK-IS"),
    ("葵青", "HK-KI"),
    ("北", "HK-NO"),
    ("西貢", "HK-SK"),
    ("沙田", "HK-ST"),
    ("大埔", "HK-TP"),
    ("荃灣", "HK-TW"),
    ("屯門", "HK-TM"),
    ("元朗", "HK-YL"),
    ("shum shui po", "HK-SS"),
];

/// What must be there and is not.
pub(super) fn missing(has: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let mut missing = Vec::new();
    if !any(&NUMBERS) {
        missing.push("`SCHOOL NO.`, or `URN`");
    }
    if !(any(&CATEGORIES) || any(&LEVELS) && any(&FUNDS)) {
        missing.push("`ENGLISH CATEGORY`, or `SCHOOL LEVEL` and `FINANCE TYPE`");
    }
    if !any(&DISTRICTS) {
        missing.push("`DISTRICT`");
    }
    missing
}

/// Words of a category in either language, and what they mean; the first one that is found counts.
const PHASES: [(&str, &str); 6] = [
    ("special", "special"),
    ("特殊", "special"),
    ("secondary", "secondary"),
    ("中學", "secondary"),
    ("primary", "primary"),
    ("小學", "primary"),
];
const TYPES: [(&str, &str); 15] = [
    ("direct subsidy", "direct-subsidy"),
    ("直接資助", "direct-subsidy"),
    ("直資", "direct-subsidy"),
    ("government", "maintained"),
    ("官立", "maintained"),
    ("caput", "aided"),
    ("按位津貼", "aided"),
    ("aided", "aided"),
    ("資助", "aided"),
    ("private", "independent"),
    ("私立", "independent"),
    ("international", "independent"),
    ("國際", "independent"),
    ("english schools foundation", "independent"),
    ("英基學校", "independent"),
];

impl RegisterRow<'_> {
    /// What becomes of a row: a school, or why it is left out. `None` where something is wrong with it.
    pub(super) fn edb(&mut self) -> Option<Result<Registered, LeftOut>> {
        let mut words = String::new();
        for name in CATEGORIES.into_iter().chain(LEVELS).chain(FUNDS) {
            if let Some((_, text)) = self.told(name) {
                words.push_str(&text.to_lowercase());
                words.push(' ');
            }
        }
        let meant =
            |table: &[(&str, &'static str)]| table.iter().find(|(word, _)| words.contains(word)).map(|(_, code)| *code);
        let is_kindergarten = words.contains("kindergarten") || words.contains("幼稚園");
        let after_school =
            words.contains("post-secondary") || words.contains("post secondary") || words.contains("專上");
        if words.is_empty() {
            let at = CATEGORIES.into_iter().chain(LEVELS).find_map(|name| self.header.at(name))?;
            self.row.problem(at, ProblemCode::Blank, "", "the category of the school");
            return None;
        }
        let Some(phase) = meant(&PHASES).filter(|_| !is_kindergarten && !after_school) else {
            return Some(Err(LeftOut::Type));
        };
        let Some(kind) = meant(&TYPES) else {
            let at = CATEGORIES.into_iter().chain(FUNDS).find_map(|name| self.header.at(name))?;
            let expected = "a category such as `Aided Secondary Schools` or `官立小學`";
            self.row.problem(at, ProblemCode::UnknownCategory, words.trim(), expected);
            return None;
        };
        let institution = self.number();
        let local_authority = self.district();
        let changed_on: Option<NaiveDate> = self.day("as_at_date");
        let attributes = Attributes::default().with(Dimension::Phase, phase)?.with(Dimension::Type, kind)?;
        Some(Ok(Registered {
            institution: institution?,
            names: Vec::new(),
            local_authority: local_authority?,
            attributes,
            group: None,
            free_meals: None,
            is_open: true,
            opened_on: None,
            closed_on: None,
            changed_on,
        }))
    }

    fn number(&mut self) -> Option<crate::domain::Pseudonym> {
        let name = NUMBERS.into_iter().find(|name| self.header.at(name).is_some())?;
        if self.told(name).is_none() {
            let at = self.header.at(name)?;
            self.row.problem(at, ProblemCode::Blank, "", "the number of the school");
            return None;
        }
        self.pseudonym(name, "HK-EDB", true)
    }

    /// The code of the district, by its name in English or Chinese.
    fn district(&mut self) -> Option<String> {
        let catalogue = self.layout.catalogue;
        let mut first = None;
        for name in DISTRICTS {
            let Some((at, text)) = self.told(name) else { continue };
            let bare = text.to_lowercase().replace('&', "and");
            let bare = bare.trim_end_matches('區').trim_end_matches(" district").trim();
            let known = NAMES.iter().find(|(name, _)| *name == bare).map(|(_, code)| (*code).to_owned());
            let by_name = || {
                let mut areas = catalogue
                    .areas()
                    .iter()
                    .filter(|area| area.kind == AreaKind::LocalAuthority && area.code.starts_with("HK-"));
                areas.find(|area| area.name.to_lowercase() == bare).map(|area| area.code.clone())
            };
            if let Some(found) = known.or_else(by_name) {
                return Some(found);
            }
            first = first.or(Some((at, text)));
        }
        let at = DISTRICTS.into_iter().find_map(|name| self.header.at(name))?;
        let (at, text) = first.unwrap_or((at, ""));
        let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownArea };
        self.row.problem(at, code, text, "the name of a district of Hong Kong, such as `Sham Shui Po`");
        None
    }
}
