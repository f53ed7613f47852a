//! Official figures: open statistics by area, as they were published, to stand beside what institutions hand in.
//!
//! They are public already, so nothing of them is protected, drawn or charged: they are reference data, and no table of the engine.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::OfficialTime;

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
    fn of(of: &'a OfficialDataSet, row: &'a OfficialRow, column: OfficialColumn) -> Self {
        let limit = |at: usize| read_value(row.values.get(at).map_or("", String::as_str)).0;
        let limits = column.limits.and_then(|[lower, upper]| limit(lower).zip(limit(upper)));
        Self { of, row, indicator: column.at, limits }
    }

    /// What is measured.
    pub fn indicator(&self) -> &'a OfficialIndicator {
        &self.of.indicators[self.indicator]
    }

    /// Whether another figure says the same of the same place and time.
    fn says_the_same_as(&self, other: &Self) -> bool {
        let (own, its) = (self.row, other.row);
        std::ptr::eq(self.of, other.of) && own.time == its.time && own.items == its.items && self.text() == other.text()
    }

    /// The value as published.
    pub fn text(&self) -> &'a str {
        self.row.values.get(self.indicator).map_or("", String::as_str)
    }
}

/// Rows of one data set, with some of its indicators.
#[derive(Debug)]
pub struct OfficialSelection<'a> {
    /// The data set.
    pub of: &'a OfficialDataSet,
    /// Its indicators.
    pub columns: Vec<OfficialColumn>,
    /// Its rows, as the source has them.
    pub rows: Vec<&'a OfficialRow>,
}

/// Where an indicator of a data set stands among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficialColumn {
    /// Its own place.
    pub at: usize,
    /// The places of the lower and the upper limit of its 95 % interval, where the data set has them.
    pub limits: Option<[usize; 2]>,
}

impl<'a> OfficialSelection<'a> {
    /// The figure of a row and an indicator.
    pub fn figure(&self, row: &'a OfficialRow, column: OfficialColumn) -> OfficialFigure<'a> {
        OfficialFigure::of(self.of, row, column)
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
        for held in &self.sets {
            let Some(indicator) = held.indicator(wanted.indicator).filter(|_| held.is_wanted(wanted)) else { continue };
            let column = OfficialColumn { at: indicator, limits: held.limits(indicator) };
            let rows = held.rows_of(wanted, &[indicator]);
            found.extend(rows.into_iter().map(|row| OfficialFigure::of(&held.set, row, column)));
        }
        found
    }

    /// The rows of one data set that are wanted, with some of its indicators: without any named with all but those that are the limits of
    /// another one's interval. `None` where there is no such data set, or it lacks one of the indicators.
    pub fn select<'a>(&'a self, wanted: &OfficialWanted<'_>, indicators: &[String]) -> Option<OfficialSelection<'a>> {
        let held = self.sets.iter().find(|held| wanted.data_set.is_some() && held.is_wanted(wanted))?;
        let mut columns: Vec<usize> = indicators.iter().map(|column| held.indicator(column)).collect::<Option<_>>()?;
        if columns.is_empty() {
            let limits: Vec<usize> =
                (0..held.set.indicators.len()).filter_map(|at| held.limits(at)).flatten().collect();
            columns = (0..held.set.indicators.len()).filter(|at| !limits.contains(at)).collect();
        }
        let rows = held.rows_of(wanted, &columns);
        let columns = columns.into_iter().map(|at| OfficialColumn { at, limits: held.limits(at) });
        Some(OfficialSelection { of: &held.set, columns: columns.collect(), rows })
    }

    /// The one figure that stands beside something of an area and an academic year: of those that are wanted the one whose items
    /// are all totals, where there are several; `None` where none is left, or more than one.
    pub fn beside<'a>(&'a self, wanted: &OfficialWanted<'_>) -> Option<OfficialFigure<'a>> {
        let found = self.find(wanted);
        if let [only] = found.as_slice() {
            return Some(*only);
        }
        let is_total = |figure: &&OfficialFigure<'a>| {
            figure.of.filters.iter().zip(&figure.row.items).all(|(filter, item)| {
                filter.total.as_ref() == Some(item) || wanted.filters.iter().any(|(name, _)| *name == filter.column)
            })
        };
        // A unitary authority may stand as an authority and as a district, with the same figure.
        let mut totals = found.iter().filter(is_total);
        totals.next().copied().filter(|first| totals.all(|other| first.says_the_same_as(other)))
    }
}

impl Held {
    fn is_wanted(&self, wanted: &OfficialWanted<'_>) -> bool {
        wanted.data_set.is_none_or(|name| name == self.set.name)
            && wanted.version.map_or(self.newest, |version| version == self.set.version)
    }

    /// The rows that are wanted in which one of some indicators says something, as the source has them; none where a filter is not there.
    fn rows_of(&self, wanted: &OfficialWanted<'_>, indicators: &[usize]) -> Vec<&OfficialRow> {
        let filters: Option<Vec<(usize, &[String])>> =
            wanted.filters.iter().map(|(column, items)| Some((self.filter(column)?, items.as_slice()))).collect();
        let Some(filters) = filters else { return Vec::new() };
        let years: Option<Vec<u32>> =
            wanted.years.map(|years| years.iter().filter_map(|year| year.parse().ok()).collect());
        let is_there = |&at: &usize| {
            let row = &self.rows[at];
            let has = |&(filter, items): &(usize, &[String])| items.contains(&row.items[filter]);
            let time = |asked: &[String]| {
                asked.contains(&row.time.period) || years.as_ref().is_some_and(|years| years.contains(&self.years[at]))
            };
            let told = |&indicator: &usize| row.values.get(indicator).is_some_and(|value| !value.is_empty());
            indicators.iter().any(told) && wanted.years.is_none_or(time) && filters.iter().all(has)
        };
        let positions: Vec<usize> = match wanted.areas {
            None => (0..self.rows.len()).filter(is_there).collect(),
            Some(areas) => {
                let about = areas.iter().filter_map(|code| self.by_area.get(code)).flatten().copied();
                let mut positions: Vec<usize> = about.filter(is_there).collect();
                positions.sort_unstable();
                positions
            }
        };
        positions.into_iter().map(|at| &self.rows[at]).collect()
    }

    fn indicator(&self, column: &str) -> Option<usize> {
        self.set.indicators.iter().position(|indicator| indicator.column == column)
    }

    fn filter(&self, column: &str) -> Option<usize> {
        self.set.filters.iter().position(|filter| filter.column == column)
    }

    /// Where the limits of an indicator's interval stand: columns of its name, with or without its last word, and `lower_ci` and
    /// `upper_ci`.
    fn limits(&self, indicator: usize) -> Option<[usize; 2]> {
        let name = self.set.indicators[indicator].column.as_str();
        let stems = [Some(name), name.rsplit_once('_').map(|(stem, _)| stem)];
        stems.into_iter().flatten().find_map(|stem| {
            let at = |end: &str| self.indicator(&format!("{stem}_{end}"));
            Some([at("lower_ci")?, at("upper_ci")?])
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
    fn a_place_that_stands_twice_with_one_figure_has_it_beside_and_with_two_it_has_none() {
        let row = |level: &str, value: &str, item: &str| OfficialRow {
            line: 2,
            level: level.to_owned(),
            area_code: "E06000047".to_owned(),
            area_name: "County Durham".to_owned(),
            time: OfficialTime::new("202324", "Academic year").unwrap(),
            items: vec![item.to_owned()],
            values: vec![value.to_owned()],
            source: None,
        };
        let check = |rows: Vec<OfficialRow>, expected: Option<&str>| {
            let set = OfficialDataSet {
                name: "rates".to_owned(),
                version: 1,
                title: String::new(),
                source: None,
                licence: None,
                checksum: [0; 32],
                imported_at: None,
                indicators: vec![OfficialIndicator {
                    column: "rate".to_owned(),
                    label: String::new(),
                    unit: String::new(),
                    decimals: None,
                }],
                filters: vec![OfficialFilter {
                    column: "sex".to_owned(),
                    label: String::new(),
                    total: Some("Total".to_owned()),
                }],
            };
            let figures = OfficialFigures::of(vec![(set, rows)]);
            let wanted = OfficialWanted { indicator: "rate", ..OfficialWanted::default() };
            assert_eq!(figures.beside(&wanted).map(|figure| figure.text().to_owned()).as_deref(), expected);
        };
        let authority = || row("Local authority", "4.7", "Total");
        check(vec![authority(), row("Local authority", "9", "Girls")], Some("4.7"));
        check(vec![authority(), row("Local authority district", "4.7", "Total")], Some("4.7"));
        check(vec![authority(), row("Local authority district", "4.8", "Total")], None);
    }
}
