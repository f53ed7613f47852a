//! The official figures that ship with the product.

use sha2::{Digest, Sha256};

use crate::{
    domain::{OfficialDataSet, OfficialFilter, OfficialIndicator, OfficialRow, OfficialTime},
    ingest::{
        Form,
        reference::{self, ShippedFileError},
    },
};

use super::read_official;

/// Files in the layout of official figures, each with its name.
const OFFICIAL: [(&str, &str); 2] = [
    ("neet_not_known_la_2022", include_str!("../../../reference/official/neet_not_known_la_2022.csv")),
    ("neet_not_known_la_2023", include_str!("../../../reference/official/neet_not_known_la_2023.csv")),
];

/// Where those were published, and under which licence.
const OFFICIAL_SOURCE: &str = "Department for Education, NEET and participation: local authority dashboard data";
const OFFICIAL_LICENCE: &str = "Open Government Licence v3.0";

/// Data sets of official figures that ship with the product, each with its rows.
pub type ShippedFigures = Vec<(OfficialDataSet, Vec<OfficialRow>)>;

/// Reads the official figures that ship with the product: files as published, and the figures about benchmarks and destinations that were
/// gathered from reports, as far as they are about a place that has a code and a year.
///
/// # Errors
/// When a shipped file is broken.
pub fn official_figures() -> Result<ShippedFigures, ShippedFileError> {
    let mut sets = vec![gathered()?];
    for (name, text) in OFFICIAL {
        let reading = read_official(&Form::default(), text.as_bytes(), None);
        if let Some(problem) = reading.problems.first() {
            return Err(ShippedFileError::at(name, problem.line, problem.to_string()));
        }
        let year = name.rsplit_once('_').map_or("", |(_, year)| year);
        let set = OfficialDataSet {
            name: name.to_owned(),
            version: 1,
            title: format!("Not in education, employment or training, or not known, by local authority, {year}"),
            source: Some(OFFICIAL_SOURCE.to_owned()),
            licence: Some(OFFICIAL_LICENCE.to_owned()),
            checksum: reading.checksum,
            imported_at: None,
            indicators: reading.indicators,
            filters: reading.filters,
        };
        sets.push((set, reading.figures));
    }
    Ok(sets)
}

/// The published figures as a data set: an indicator for each measure, and the benchmark as a filter. Each row has a source of its own.
fn gathered() -> Result<(OfficialDataSet, Vec<OfficialRow>), ShippedFileError> {
    let mut indicators: Vec<OfficialIndicator> = Vec::new();
    let mut rows = Vec::new();
    let mut checksum = Sha256::new_with_prefix(b"exchange/published-figures/v1");
    for (figure, line) in reference::published_figures()?.into_iter().zip(2..) {
        checksum.update(format!("{figure:?}"));
        let Some((code, name)) = place_of(&figure.area) else { continue };
        let Some(time) = time_of(&figure.year) else { continue };
        let at = indicators.iter().position(|one| one.column == figure.measure).unwrap_or_else(|| {
            // What stands behind the unit in one row is a remark on it.
            let unit = figure.unit.split(" (").next().unwrap_or_default().to_owned();
            let label = figure.measure.replace('_', " ");
            indicators.push(OfficialIndicator { column: figure.measure.clone(), label, unit, decimals: None });
            indicators.len() - 1
        });
        let level = match code.get(..3) {
            None | Some("E92") => "National",
            Some("E12") => "Regional",
            Some(_) => "Local authority",
        };
        rows.push((
            at,
            figure.value,
            OfficialRow {
                line,
                level: level.to_owned(),
                area_code: code,
                area_name: name,
                time,
                items: vec![figure.benchmark.map_or_else(|| "Total".to_owned(), |number| number.to_string())],
                values: Vec::new(),
                source: Some(figure.source),
            },
        ));
    }
    let count = indicators.len();
    let rows = rows.into_iter().map(|(at, value, row)| {
        // A figure of its own in each row: the others are not about it.
        let values = (0..count).map(|one| if one == at { value.to_string() } else { String::new() });
        OfficialRow { values: values.collect(), ..row }
    });
    let set = OfficialDataSet {
        name: "published_figures".to_owned(),
        version: 1,
        title: "Figures about benchmarks and destinations, gathered from published reports".to_owned(),
        source: None,
        licence: None,
        checksum: checksum.finalize().into(),
        imported_at: None,
        indicators,
        filters: vec![OfficialFilter {
            column: "benchmark".to_owned(),
            label: "Benchmark".to_owned(),
            total: Some("Total".to_owned()),
        }],
    };
    Ok((set, rows.collect()))
}

/// The code and the name of a place as sources write it: a code stands in brackets.
fn place_of(area: &str) -> Option<(String, String)> {
    match area {
        "England" => return Some(("E92000001".to_owned(), area.to_owned())),
        "Hong Kong" => return Some(("HK".to_owned(), area.to_owned())),
        _ => {}
    }
    let (name, code) = area.strip_suffix(')')?.split_once(" (")?;
    Some((code.rsplit(' ').next()?.to_owned(), name.to_owned()))
}

/// The time of a year as sources write it, without what stands behind it.
fn time_of(year: &str) -> Option<OfficialTime> {
    let year = year.split(" (").next().unwrap_or_default();
    let identifier = if year.len() == 4 { "Calendar year" } else { "Academic year" };
    OfficialTime::new(year, identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_figures_of_one_area_and_year_stand_in_every_shipped_set() {
        let sets = official_figures().unwrap();
        let sizes: Vec<(&str, usize)> = sets.iter().map(|(set, rows)| (set.name.as_str(), rows.len())).collect();
        assert_eq!(sizes[1..], [("neet_not_known_la_2022", 160), ("neet_not_known_la_2023", 160)]);
        assert!(sizes[0].1 > 200, "{sizes:?}");
        let official = crate::domain::OfficialFigures::of(sets);
        let areas = std::collections::BTreeSet::from(["E06000047".to_owned()]);
        let years = ["202223".to_owned()];
        let of = |indicator: &'static str| crate::domain::OfficialWanted {
            indicator,
            areas: Some(&areas),
            years: Some(&years),
            ..Default::default()
        };
        let found = official.find(&of("NEET_percent"));
        let [only] = &found[..] else { panic!("{found:?}") };
        assert_eq!((only.row.area_name.as_str(), only.row.time.label().as_str()), ("County Durham", "2023 CY"));
        let gathered = official.beside(&of("neet_16_17")).unwrap();
        assert!(gathered.row.source.is_some() && !gathered.text().is_empty());
    }
}
