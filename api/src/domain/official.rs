//! Official figures: open statistics by area, as they were published, to stand beside what institutions hand in.
//!
//! They are public already, so nothing of them is protected, drawn or charged: they are reference data, and no table of the engine.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

/// The most values one data set may hold: rows × indicators.
pub const MOST_VALUES: usize = 4_000_000;

/// What is known of a data set beside its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficialDataSet {
    /// The name it is asked for by, e.g. `neet_not_known_la_2023`.
    pub name: String,
    /// Which one of that name: 1, then one more for each import of another file.
    pub version: u32,
    /// The title to show.
    pub title: String,
    /// Where it was published, where that was told.
    pub source: Option<String>,
    /// Under which licence, where that was told.
    pub licence: Option<String>,
    /// SHA-256 of the file and of the file that describes it.
    pub checksum: [u8; 32],
    /// When it was taken in; absent for those that ship with the product.
    pub imported_at: Option<DateTime<Utc>>,
    /// What is measured.
    pub indicators: Vec<OfficialIndicator>,
    /// What rows differ in beside area and time.
    pub filters: Vec<OfficialFilter>,
}

/// Something that is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialIndicator {
    /// The name of its column, by which it is asked for.
    pub column: String,
    /// What to call it.
    pub label: String,
    /// The unit, e.g. `%`; blank where none was told.
    pub unit: String,
    /// To how many decimals it is meant to be shown, where that was told.
    pub decimals: Option<u8>,
}

/// Something that rows differ in beside area and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialFilter {
    /// The name of its column.
    pub column: String,
    /// What to call it.
    pub label: String,
    /// The item that stands for all of them, where there is one: `Total`, or what the description names.
    pub total: Option<String>,
}

/// A row of a data set: one place, one time, one item of each filter, and a value for each indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficialRow {
    /// The line of the file.
    pub line: u64,
    /// The sort of place in the words of the source, e.g. `Local authority`.
    pub level: String,
    /// The code of the place, as published.
    pub area_code: String,
    /// Its name, as published.
    pub area_name: String,
    /// When.
    pub time: OfficialTime,
    /// An item for each filter.
    pub items: Vec<String>,
    /// A value for each indicator, as published.
    pub values: Vec<String>,
    /// Where this row alone was published, where that differs from row to row.
    pub source: Option<String>,
}

/// The time that a figure is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficialTime {
    /// Four digits, or six for a year that ends in another one.
    pub period: String,
    /// What sort of time it is, in the words of the source, e.g. `Calendar year`.
    pub identifier: String,
}

/// What was published in place of a number, or that it was a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficialStatus {
    /// A number.
    Published,
    /// A text, such as years and months in `00:10`.
    Text,
    /// `c`: withheld to protect somebody.
    Confidential,
    /// `z`: the figure makes no sense there.
    NotApplicable,
    /// `x`, `k`, `:` or nothing: there is no figure.
    NotAvailable,
    /// `low` or `~`: not zero, but rounds to it.
    Low,
    /// `u`: too unreliable to be published.
    Unreliable,
}

/// What a value says: a number, or why there is none.
pub fn read_value(text: &str) -> (Option<f64>, OfficialStatus) {
    let text = text.trim();
    let symbol = match text.to_ascii_lowercase().as_str() {
        "c" => Some(OfficialStatus::Confidential),
        "z" => Some(OfficialStatus::NotApplicable),
        "x" | "k" | ":" | "" => Some(OfficialStatus::NotAvailable),
        "low" | "~" => Some(OfficialStatus::Low),
        "u" => Some(OfficialStatus::Unreliable),
        _ => None,
    };
    if let Some(status) = symbol {
        return (None, status);
    }
    match number(text) {
        Some(value) => (Some(value), OfficialStatus::Published),
        None => (None, OfficialStatus::Text),
    }
}

/// A number as files have them: also with commas between thousands.
fn number(text: &str) -> Option<f64> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = if text.contains(',') {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
        let mut groups = whole.split(',');
        let first = groups.next().is_some_and(|group| digits(group) && group.len() <= 3);
        if !first || !groups.all(|group| digits(group) && group.len() == 3) {
            return None;
        }
        text.replace(',', "")
    } else {
        text.to_owned()
    };
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    plain.chars().all(allowed).then(|| plain.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

/// Sorts of time that the layout has, in small letters, each with its code.
const IDENTIFIERS: [(&str, &str); 38] = [
    ("academic year", "AY"),
    ("calendar year", "CY"),
    ("financial year", "FY"),
    ("tax year", "TY"),
    ("reporting year", "RY"),
    ("five half terms", "HT5"),
    ("six half terms", "HT6"),
    ("up until 31st march", "EOM"),
    ("autumn term", "T1"),
    ("autumn and spring term", "T1T2"),
    ("spring term", "T2"),
    ("summer term", "T3"),
    ("part 1 (april to september)", "P1"),
    ("part 2 (october to march)", "P2"),
    ("january", "M1"),
    ("february", "M2"),
    ("march", "M3"),
    ("april", "M4"),
    ("may", "M5"),
    ("june", "M6"),
    ("july", "M7"),
    ("august", "M8"),
    ("september", "M9"),
    ("october", "M10"),
    ("november", "M11"),
    ("december", "M12"),
    ("academic year q1", "AYQ1"),
    ("academic year q2", "AYQ2"),
    ("academic year q3", "AYQ3"),
    ("academic year q4", "AYQ4"),
    ("calendar year q1", "CYQ1"),
    ("calendar year q2", "CYQ2"),
    ("calendar year q3", "CYQ3"),
    ("calendar year q4", "CYQ4"),
    ("financial year q1", "FYQ1"),
    ("financial year q2", "FYQ2"),
    ("financial year q3", "FYQ3"),
    ("financial year q4", "FYQ4"),
];

impl OfficialTime {
    /// The time that a period and the words of the source say; `None` where the period is none. `2017/18` and `2017-18` are read
    /// as `201718`.
    pub fn new(period: &str, identifier: &str) -> Option<Self> {
        let digits: String = period.trim().chars().filter(|c| !matches!(c, '/' | '-' | '\u{2013}')).collect();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let year = digits.get(..4)?.parse::<u32>().ok().filter(|year| (1900..=2200).contains(year))?;
        let fits = match digits.len() {
            4 => true,
            6 => digits[4..].parse() == Ok((year + 1) % 100),
            // Two whole years, as in 2017/2018.
            8 => digits[4..].parse() == Ok(year + 1),
            _ => false,
        };
        if !is_number || !fits {
            return None;
        }
        let period = if digits.len() == 8 { format!("{}{}", &digits[..4], &digits[6..]) } else { digits };
        Some(Self { period, identifier: identifier.trim().to_owned() })
    }

    /// The code of the sort of time, e.g. `CY`, where the layout has it.
    pub fn code(&self) -> Option<String> {
        let words = self.identifier.to_lowercase();
        if let Some((_, code)) = IDENTIFIERS.iter().find(|(name, _)| *name == words) {
            return Some((*code).to_owned());
        }
        if let Some(week) = words.strip_prefix("week ").and_then(|week| week.parse::<u8>().ok()) {
            return (1..=53).contains(&week).then(|| format!("W{week}"));
        }
        // Several quarters, e.g. `Financial year Q1-Q3`.
        let (year, quarters) = words.rsplit_once(" q")?;
        let (_, code) = IDENTIFIERS.iter().find(|(name, _)| *name == year)?;
        let (first, last) = quarters.split_once("-q")?;
        let is_quarter = |text: &str| matches!(text, "1" | "2" | "3" | "4");
        (is_quarter(first) && is_quarter(last)).then(|| format!("{code}Q{first}Q{last}"))
    }

    /// The academic year that the figure is put beside, as six digits: the one it is about; of a year that begins in April the one
    /// that begins in the same calendar year; of a calendar or reporting year the one that ends in it; of a month, week or quarter
    /// of a calendar year the one it lies in.
    pub fn academic_year(&self) -> String {
        if self.period.len() == 6 {
            return self.period.clone();
        }
        let year: u32 = self.period.parse().unwrap_or_default();
        let code = self.code().unwrap_or_default();
        let after = |letter: &str| code.strip_prefix(letter).and_then(|number| number.parse::<u8>().ok());
        let begins_in_it = after("M").is_some_and(|month| month >= 9)
            || after("W").is_some_and(|week| week >= 36)
            || code == "CYQ4"
            || ["AY", "FY", "TY", "T1", "T2", "T3", "HT"].iter().any(|sort| code.starts_with(sort));
        let first = if begins_in_it { year } else { year.saturating_sub(1) };
        format!("{first:04}{:02}", (first + 1) % 100)
    }

    /// The time as one word: `2023 CY`, or with the words of the source where they have no code.
    pub fn label(&self) -> String {
        format!("{} {}", self.period, self.code().unwrap_or_else(|| self.identifier.clone()))
    }
}

/// A figure: one value of one row.
#[derive(Debug, Clone, Copy)]
pub struct OfficialFigure<'a> {
    /// The data set.
    pub of: &'a OfficialDataSet,
    /// The row.
    pub row: &'a OfficialRow,
    /// Which indicator of the data set.
    pub indicator: usize,
    /// The published limits of its 95 % interval, where the data set has them.
    pub limits: Option<(f64, f64)>,
}

impl<'a> OfficialFigure<'a> {
    /// What is measured.
    pub fn indicator(&self) -> &'a OfficialIndicator {
        &self.of.indicators[self.indicator]
    }

    /// The value as published.
    pub fn text(&self) -> &'a str {
        self.row.values.get(self.indicator).map_or("", String::as_str)
    }
}

/// What is wanted of official figures.
#[derive(Debug, Clone, Default)]
pub struct OfficialWanted<'a> {
    /// The column of the indicator.
    pub indicator: &'a str,
    /// The data set; the newest version of each that has the indicator where absent.
    pub data_set: Option<&'a str>,
    /// Its version; the newest where absent.
    pub version: Option<u32>,
    /// The codes of the areas; all where absent.
    pub areas: Option<&'a BTreeSet<String>>,
    /// Academic years as six digits, or periods as the source has them; all where absent.
    pub years: Option<&'a [String]>,
    /// Items that rows must have, by the column of the filter.
    pub filters: &'a [(String, Vec<String>)],
}

/// Every data set, with its figures by area.
#[derive(Debug, Default)]
pub struct OfficialFigures {
    sets: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    set: OfficialDataSet,
    rows: Vec<OfficialRow>,
    by_area: HashMap<String, Vec<usize>>,
    /// The academic year of each row.
    years: Vec<u32>,
    newest: bool,
}

impl OfficialFigures {
    /// Data sets with their rows.
    pub fn of(sets: Vec<(OfficialDataSet, Vec<OfficialRow>)>) -> Self {
        let mut held: Vec<Held> = sets
            .into_iter()
            .map(|(set, rows)| {
                let mut by_area: HashMap<String, Vec<usize>> = HashMap::new();
                for (at, row) in rows.iter().enumerate() {
                    by_area.entry(row.area_code.clone()).or_default().push(at);
                }
                let mut known: HashMap<&OfficialTime, u32> = HashMap::new();
                let year = |time: &OfficialTime| time.academic_year().parse().unwrap_or_default();
                let years = rows.iter().map(|row| *known.entry(&row.time).or_insert_with(|| year(&row.time))).collect();
                Held { set, rows, by_area, years, newest: true }
            })
            .collect();
        held.sort_by(|one, other| {
            one.set.name.cmp(&other.set.name).then_with(|| other.set.version.cmp(&one.set.version))
        });
        let mut before: Option<String> = None;
        for one in &mut held {
            one.newest = before.as_ref() != Some(&one.set.name);
            before = Some(one.set.name.clone());
        }
        Self { sets: held }
    }

    /// The data sets, by name, the newest version of each first, with how many rows each has and its times.
    pub fn sets(&self) -> impl Iterator<Item = (&OfficialDataSet, &[OfficialRow], bool)> {
        self.sets.iter().map(|held| (&held.set, held.rows.as_slice(), held.newest))
    }

    /// The figures that are wanted, by data set, then as the source has them. Where nothing stands in a row there is none.
    pub fn find<'a>(&'a self, wanted: &OfficialWanted<'_>) -> Vec<OfficialFigure<'a>> {
        let mut found = Vec::new();
        let years: Option<Vec<u32>> =
            wanted.years.map(|years| years.iter().filter_map(|year| year.parse().ok()).collect());
        for held in &self.sets {
            let is_wanted = wanted.data_set.is_none_or(|name| name == held.set.name)
                && wanted.version.map_or(held.newest, |version| version == held.set.version);
            let Some(indicator) = held.indicator(wanted.indicator).filter(|_| is_wanted) else { continue };
            let filters: Option<Vec<(usize, &[String])>> =
                wanted.filters.iter().map(|(column, items)| Some((held.filter(column)?, items.as_slice()))).collect();
            let Some(filters) = filters else { continue };
            let limits = held.limits(indicator);
            let mut take = |at: usize| {
                let row = &held.rows[at];
                let has = |&(filter, items): &(usize, &[String])| items.contains(&row.items[filter]);
                let time = |asked: &[String]| {
                    asked.contains(&row.time.period)
                        || years.as_ref().is_some_and(|years| years.contains(&held.years[at]))
                };
                let is_there = row.values.get(indicator).is_some_and(|value| !value.is_empty());
                if is_there && wanted.years.is_none_or(time) && filters.iter().all(has) {
                    let limit = |at: usize| read_value(row.values.get(at).map_or("", String::as_str)).0;
                    let limits = limits.and_then(|(lower, upper)| limit(lower).zip(limit(upper)));
                    found.push(OfficialFigure { of: &held.set, row, indicator, limits });
                }
            };
            match wanted.areas {
                None => (0..held.rows.len()).for_each(&mut take),
                Some(areas) => {
                    let mut at: Vec<usize> =
                        areas.iter().filter_map(|code| held.by_area.get(code)).flatten().copied().collect();
                    at.sort_unstable();
                    at.into_iter().for_each(&mut take);
                }
            }
        }
        found
    }

    /// The one figure that stands beside something of an area and an academic year: of those that are wanted the one whose items
    /// are all totals, where there are several; `None` where none is left, or more than one.
    pub fn beside<'a>(&'a self, wanted: &OfficialWanted<'_>) -> Option<OfficialFigure<'a>> {
        let found = self.find(wanted);
        if let [only] = found.as_slice() {
            return Some(*only);
        }
        let is_total = |figure: &&OfficialFigure<'a>| {
            let pairs = figure.of.filters.iter().zip(&figure.row.items);
            pairs.clone().count() > 0
                && pairs.into_iter().all(|(filter, item)| {
                    filter.total.as_ref() == Some(item) || wanted.filters.iter().any(|(name, _)| *name == filter.column)
                })
        };
        let mut totals = found.iter().filter(is_total);
        totals.next().copied().filter(|_| totals.next().is_none())
    }
}

impl Held {
    fn indicator(&self, column: &str) -> Option<usize> {
        self.set.indicators.iter().position(|indicator| indicator.column == column)
    }

    fn filter(&self, column: &str) -> Option<usize> {
        self.set.filters.iter().position(|filter| filter.column == column)
    }

    /// Where the limits of an indicator's interval stand: columns of its name, with or without its last word, and `lower_ci` and
    /// `upper_ci`.
    fn limits(&self, indicator: usize) -> Option<(usize, usize)> {
        let name = self.set.indicators[indicator].column.as_str();
        let stems = [Some(name), name.rsplit_once('_').map(|(stem, _)| stem)];
        stems.into_iter().flatten().find_map(|stem| {
            let at = |end: &str| self.indicator(&format!("{stem}_{end}"));
            at("lower_ci").zip(at("upper_ci"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_number_or_says_why_it_is_none() {
        for (text, value) in [("4.7", 4.7), ("-0.8", -0.8), ("1,208,392.7", 1_208_392.7), (" 12 ", 12.0), ("1e3", 1e3)]
        {
            assert_eq!(read_value(text), (Some(value), OfficialStatus::Published), "{text}");
        }
        for (text, status) in [
            ("c", OfficialStatus::Confidential),
            ("z", OfficialStatus::NotApplicable),
            (":", OfficialStatus::NotAvailable),
            ("", OfficialStatus::NotAvailable),
            ("Low", OfficialStatus::Low),
            ("u", OfficialStatus::Unreliable),
            ("00:10", OfficialStatus::Text),
            ("1,2", OfficialStatus::Text),
            ("inf", OfficialStatus::Text),
            ("nan", OfficialStatus::Text),
        ] {
            assert_eq!(read_value(text), (None, status), "{text}");
        }
    }

    #[test]
    fn every_time_stands_beside_one_academic_year() {
        for (period, identifier, code, year) in [
            ("202223", "Academic year", Some("AY"), "202223"),
            ("2023", "Calendar year", Some("CY"), "202223"),
            ("2022-23", "Financial Year", Some("FY"), "202223"),
            ("2017/2018", "Spring Term", Some("T2"), "201718"),
            ("2022", "Reporting year", Some("RY"), "202122"),
            ("2023", "September", Some("M9"), "202324"),
            ("2023", "August", Some("M8"), "202223"),
            ("2023", "Week 40", Some("W40"), "202324"),
            ("202223", "Financial year Q1-Q3", Some("FYQ1Q3"), "202223"),
            ("2018", "Up until 31st March", Some("EOM"), "201718"),
            ("2018", "Whenever", None, "201718"),
        ] {
            let time = OfficialTime::new(period, identifier).unwrap();
            assert_eq!((time.code().as_deref(), time.academic_year().as_str()), (code, year), "{period} {identifier}");
        }
        for period in ["", "20", "201719", "2017/19", "next", "20171", "201718x"] {
            assert!(OfficialTime::new(period, "Academic year").is_none(), "{period}");
        }
    }
}
