//! The reference data that ships with the product, read from `api/reference`.

use std::{str::FromStr, sync::LazyLock};

use chrono::NaiveDate;
use csv::StringRecord;

use crate::domain::{
    Area, Benchmark, Comparator, Framework, Membership, PublishedFigure, Reference, Relation, Succession, Wordings,
};

const FRAMEWORKS: &str = include_str!("../../reference/frameworks.csv");
const BENCHMARKS: &str = include_str!("../../reference/benchmarks.csv");
const CROSSWALK: &str = include_str!("../../reference/crosswalk.csv");
const AREAS: &str = include_str!("../../reference/areas.csv");
const MEMBERSHIPS: &str = include_str!("../../reference/area_membership.csv");
const SUCCESSIONS: &str = include_str!("../../reference/area_succession.csv");
const COMPARATORS: &str = include_str!("../../reference/comparators.csv");
const AUTHORITIES: &str = include_str!("../../reference/local_authority_codes.csv");
const WORDS: &str = include_str!("../../reference/words.csv");
const FIGURES: &str = include_str!("../../reference/published_figures.csv");

/// A shipped file that cannot be read: a fault of the build.
#[derive(Debug, thiserror::Error)]
#[error("the shipped file {file}, line {line}, column {column}: {reason}")]
pub struct ShippedFileError {
    file: &'static str,
    line: u64,
    column: &'static str,
    reason: String,
}

impl ShippedFileError {
    /// That a line of a file cannot be read.
    pub(super) fn at(file: &'static str, line: u64, reason: String) -> Self {
        Self { file, line, column: "", reason }
    }
}

/// Reads frameworks, benchmarks, the crosswalk, areas, memberships, successions and comparators.
///
/// # Errors
/// When a shipped file is broken.
pub fn load() -> Result<Reference, ShippedFileError> {
    let mut frameworks = rows("frameworks.csv", FRAMEWORKS, |row| {
        Ok(Framework {
            code: row.text("code")?,
            title: row.text("title")?,
            jurisdiction: row.text("jurisdiction")?,
            year: row.parse("year")?,
            number_of_benchmarks: row.parse("number_of_benchmarks")?,
            benchmarks: Vec::new(),
        })
    })?;
    let benchmarks = rows("benchmarks.csv", BENCHMARKS, |row| {
        let benchmark = Benchmark { number: row.parse("number")?, code: row.text("code")?, title: row.text("title")? };
        Ok((row.text("framework")?, benchmark))
    })?;
    for (code, benchmark) in benchmarks {
        if let Some(framework) = frameworks.iter_mut().find(|framework| framework.code == code) {
            framework.benchmarks.push(benchmark);
        }
    }
    let relations = rows("crosswalk.csv", CROSSWALK, |row| {
        Ok(Relation {
            from_framework: row.text("from_framework")?,
            from_number: row.parse("from_number")?,
            to_framework: row.text("to_framework")?,
            to_number: row.parse("to_number")?,
            kind: row.parse("relation")?,
            basis: row.text("basis")?,
        })
    })?;
    let areas = rows("areas.csv", AREAS, |row| {
        Ok(Area {
            code: row.text("code")?,
            name: row.text("name")?,
            kind: row.parse("kind")?,
            parent: Some(row.text("parent_code")?).filter(|code| !code.is_empty()),
            code_scheme: row.text("code_scheme")?,
            valid_from: row.day("valid_from")?,
            valid_to: row.day("valid_to")?,
            source: row.text("source")?,
            own: false,
        })
    })?;
    let memberships = rows("area_membership.csv", MEMBERSHIPS, |row| {
        Ok(Membership {
            child: row.text("child_code")?,
            parent: row.text("parent_code")?,
            valid_from: row.day("valid_from")?,
            valid_to: row.day("valid_to")?,
            source: row.text("source")?,
            own: false,
        })
    })?;
    let successions = rows("area_succession.csv", SUCCESSIONS, |row| {
        Ok(Succession {
            from: row.text("from_code")?,
            to: row.text("to_code")?,
            on: row.parse("date")?,
            kind: row.parse("kind")?,
            source: row.text("source")?,
            own: false,
        })
    })?;
    let comparators = rows("comparators.csv", COMPARATORS, |row| {
        Ok(Comparator {
            code: row.text("code")?,
            name: row.text("name")?,
            about: Some(row.text("about")?).filter(|code| !code.is_empty()),
            members: row.text("members")?.split_whitespace().map(str::to_owned).collect(),
            valid_from: row.day("valid_from")?,
            valid_to: row.day("valid_to")?,
            source: row.text("source")?,
            own: false,
        })
    })?;
    Ok(Reference { frameworks, relations, areas, memberships, successions, comparators })
}

/// Reads the three digits of England's local authorities, each with the code of the area. Some have had several codes.
///
/// # Errors
/// When the shipped file is broken.
pub fn local_authority_codes() -> Result<Vec<(u32, String)>, ShippedFileError> {
    rows("local_authority_codes.csv", AUTHORITIES, |row| Ok((row.parse("la_code")?, row.text("code")?)))
}

/// The codes of a local authority by its three digits, the newest last.
pub(super) fn authorities(three: u32) -> impl DoubleEndedIterator<Item = &'static str> {
    static CODES: LazyLock<Vec<(u32, String)>> = LazyLock::new(|| local_authority_codes().unwrap_or_default());
    CODES.iter().filter(move |(digits, _)| *digits == three).map(|(_, code)| code.as_str())
}

/// Reads the names of frameworks, areas and categories in other languages.
///
/// # Errors
/// When the shipped file is broken.
pub fn wordings() -> Result<Wordings, ShippedFileError> {
    let mut wordings = Wordings::default();
    for (about, code, language, text) in rows("words.csv", WORDS, |row| {
        Ok((row.text("about")?, row.text("code")?, row.parse("language")?, row.text("text")?))
    })? {
        wordings.add(about, code, language, text);
    }
    Ok(wordings)
}

/// Reads the published figures whose value is a number.
///
/// # Errors
/// When the shipped file is broken.
pub fn published_figures() -> Result<Vec<PublishedFigure>, ShippedFileError> {
    let figures = rows("published_figures.csv", FIGURES, |row| {
        let Ok(value) = row.text("value")?.parse() else { return Ok(None) };
        Ok(Some(PublishedFigure {
            year: row.text("year")?,
            area: row.text("area")?,
            measure: row.text("measure")?,
            benchmark: row.text("benchmark")?.parse().ok(),
            value,
            unit: row.text("unit")?,
            source: row.text("source")?,
        }))
    })?;
    Ok(figures.into_iter().flatten().collect())
}

/// One row of a shipped file, by column name.
struct ShippedRow<'a> {
    file: &'static str,
    header: &'a StringRecord,
    record: &'a StringRecord,
}

impl ShippedRow<'_> {
    fn text(&self, column: &'static str) -> Result<String, ShippedFileError> {
        let position = self.header.iter().position(|name| name == column);
        let field = position.and_then(|position| self.record.get(position));
        field.map(|text| text.trim().to_owned()).ok_or_else(|| self.error(column, "is missing".to_owned()))
    }

    fn parse<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<T, ShippedFileError> {
        self.text(column)?.parse().map_err(|error: T::Err| self.error(column, error.to_string()))
    }

    /// A day, where there is one.
    fn day(&self, column: &'static str) -> Result<Option<NaiveDate>, ShippedFileError> {
        if self.text(column)?.is_empty() { Ok(None) } else { self.parse(column).map(Some) }
    }

    fn error(&self, column: &'static str, reason: String) -> ShippedFileError {
        let line = self.record.position().map_or(0, csv::Position::line);
        ShippedFileError { file: self.file, line, column, reason }
    }
}

fn rows<T>(
    file: &'static str,
    text: &str,
    read: impl Fn(&ShippedRow<'_>) -> Result<T, ShippedFileError>,
) -> Result<Vec<T>, ShippedFileError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let broken = |error: csv::Error| ShippedFileError { file, line: 0, column: "", reason: error.to_string() };
    let header = reader.headers().map_err(broken)?.clone();
    reader
        .records()
        .map(|record| read(&ShippedRow { file, header: &header, record: &record.map_err(broken)? }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AreaKind, Catalogue, Dimension, Language, RelationKind, Source};

    fn catalogue() -> Catalogue {
        load().unwrap().into_catalogue("2026-11-24".parse().unwrap()).unwrap()
    }

    #[test]
    fn every_name_in_another_language_is_of_something_that_there_is() {
        let (catalogue, wordings) = (catalogue(), wordings().unwrap());
        let is_named = |about: &str, code: &str| wordings.find(about, code, Language::TraditionalChinese).is_some();
        let areas = catalogue.areas().iter().filter(|area| is_named("area", &area.code)).count();
        let frameworks =
            catalogue.frameworks().iter().filter(|framework| is_named("framework", &framework.code)).count();
        let categories = Dimension::ALL.into_iter().map(|dimension| {
            dimension.categories().iter().filter(|category| is_named(dimension.name(), category.code)).count()
        });
        assert_eq!((areas, frameworks, categories.sum::<usize>()), (22, 1, 7));
        assert_eq!(WORDS.lines().count(), 1 + 22 + 1 + 7);
        assert_eq!(wordings.find("area", "HK-SS", Language::TraditionalChinese), Some("深水埗區"));
    }

    #[test]
    fn every_three_digit_code_is_of_a_local_authority() {
        let (catalogue, codes) = (catalogue(), local_authority_codes().unwrap());
        assert_eq!(codes.len(), 165);
        for (_, code) in codes {
            let index = catalogue.area_index(&code).unwrap();
            assert_eq!(catalogue.areas()[index].kind, AreaKind::LocalAuthority, "{code}");
        }
    }

    #[test]
    fn the_shipped_areas_overlap_as_they_do_on_the_map() {
        let catalogue = catalogue();
        let of_kind = |kind| catalogue.areas().iter().filter(|area| area.kind == kind).count();
        assert_eq!(
            (of_kind(AreaKind::Lep), of_kind(AreaKind::CombinedAuthority), of_kind(AreaKind::Hub)),
            (38, 18, 21)
        );
        let in_use = |kind| {
            let of_kind = catalogue.areas().iter_enumerated().filter(|(_, area)| area.kind == kind);
            of_kind.filter(|&(index, _)| catalogue.is_in_use(index)).count()
        };
        assert_eq!((in_use(AreaKind::CombinedAuthority), in_use(AreaKind::Lsip)), (15, 42));
        assert_eq!(in_use(AreaKind::LocalAuthority), 153 + 18);
        let authorities = |code| catalogue.local_authorities(catalogue.area_index(code).unwrap()).len();
        assert_eq!(authorities("E92000001"), 153 + 3, "England, with Cumbria, Dorset and Northamptonshire of before");
        assert_eq!(authorities("HK"), 18, "Hong Kong");
        assert_eq!(authorities("E12000001"), 12, "the region North East");
        assert_eq!(authorities("E37000025"), 7, "the LEP North East");
        let england = catalogue.area_index("E92000001").unwrap();
        for (index, area) in catalogue.areas().iter_enumerated().filter(|(_, area)| area.kind == AreaKind::Hub) {
            assert!(catalogue.lies_in(index, england), "{}", area.name);
        }
    }

    #[test]
    fn every_local_authority_of_england_lies_in_one_area_of_each_kind_and_those_of_before_count_where_they_lie_now() {
        let catalogue = catalogue();
        let at = |code| catalogue.area_index(code).unwrap();
        for (index, area) in catalogue.areas().iter_enumerated() {
            if area.kind == AreaKind::LocalAuthority && catalogue.is_in_use(index) && area.code.starts_with('E') {
                for kind in [AreaKind::Region, AreaKind::Lep, AreaKind::Lsip] {
                    let of_kind =
                        catalogue.parents(index).iter().filter(|&&parent| catalogue.areas()[parent].kind == kind);
                    assert_eq!(of_kind.count(), 1, "{} in areas of kind {kind}", area.code);
                }
            }
        }
        let counted = [("E08000016", "E08000038"), ("E06000028", "E06000058"), ("E10000027", "E06000066")];
        for (before, now) in counted {
            assert_eq!(catalogue.counted_in(at(before)), at(now), "{before}");
        }
        assert_eq!(catalogue.counted_in(at("E10000006")), at("E10000006"), "Cumbria was split");
        assert!(catalogue.local_authorities(at("E37000007")).contains(&at("E10000006")));
        assert!(catalogue.local_authorities(at("E47000011")).is_empty(), "North of Tyne ended");
    }

    #[test]
    fn hong_kongs_eighth_benchmark_covers_englands_fifth_and_sixth() {
        let catalogue = catalogue();
        let at = |code| catalogue.framework_index(code).unwrap();
        let (england, hong_kong) = (at("GATSBY-2014"), at("HKBM-2019"));
        let walk = catalogue.crosswalk();
        for number in [5, 6] {
            let expected = Source { numbers: vec![8], kind: RelationKind::Broad };
            assert_eq!(walk.source(hong_kong, england, number), Some(&expected));
        }
        assert_eq!(
            walk.source(england, hong_kong, 8),
            Some(&Source { numbers: vec![5, 6], kind: RelationKind::Narrow })
        );
        for number in [5, 10] {
            assert_eq!(walk.source(england, hong_kong, number), None);
        }
        assert!(walk.relates(hong_kong, at("GATSBY-2025")), "through the framework of 2014");
    }

    #[test]
    fn the_published_figures_can_be_read() {
        let figures = published_figures().unwrap();
        assert!(figures.iter().any(|figure| figure.measure == "achieved_benchmark" && figure.benchmark == Some(8)));
    }
}
