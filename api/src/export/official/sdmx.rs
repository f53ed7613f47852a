//! SDMX-CSV 2.1: one line for each observation as published, with the codes of official statistics for what is none.

use std::borrow::Cow;

use crate::{
    domain::{OfficialStatus, OfficialTime, official::read_value},
    export::{csv, sdmx::MISSING},
};

use super::OfficialTable;

/// What stands behind the dimensions.
const BEHIND: [&str; 11] = [
    "MEASURE",
    "OBS_VALUE",
    "UNIT_MEASURE",
    "LOWER_95",
    "UPPER_95",
    "OBS_STATUS",
    "CONF_STATUS",
    "OBS_TEXT",
    "TIME_IDENTIFIER",
    "REPORTING_YEAR_START_DAY",
    "SOURCE",
];

/// The observations of a table.
pub(super) fn write(table: &OfficialTable<'_>) -> Vec<u8> {
    let set = table.selection.of;
    let structure = format!("BENCHMARK_EXCHANGE:OFFICIAL_{}({}.0.0)", set.name.to_uppercase(), set.version);
    let mut writer = csv::writer();
    let head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA", "TIME_PERIOD"].map(str::to_owned).into_iter();
    let head = head.chain(table.filters.iter().map(|name| name.to_uppercase()));
    // Memory takes whatever is written to it.
    let _ = writer.write_record(head.chain(BEHIND.map(str::to_owned)));
    let number = |number: Option<f64>| number.map_or(Cow::Borrowed(""), |number| Cow::Owned(number.to_string()));
    for row in &table.selection.rows {
        let (time, begins) = time(&row.time);
        for &column in &table.selection.columns {
            let figure = table.selection.figure(row, column);
            if figure.text().is_empty() {
                continue;
            }
            let (value, status) = read_value(figure.text());
            let (lower, upper) = figure.limits.unzip();
            let (code, confidentiality) = statuses(status);
            let indicator = table.indicator(column);
            let mut line: Vec<Cow<'_, str>> =
                vec!["dataflow".into(), (&structure).into(), "I".into(), csv::inert(&row.area_code), (&time).into()];
            line.extend(row.items.iter().map(|item| csv::inert(item)));
            line.extend([
                csv::inert(&indicator.column),
                value.map_or(Cow::Borrowed(MISSING), |value| Cow::Owned(value.to_string())),
                csv::inert(&indicator.unit),
                number(lower),
                number(upper),
                code.into(),
                confidentiality.into(),
                if value.is_none() { csv::inert(figure.text()) } else { "".into() },
                csv::inert(&row.time.identifier),
                begins.into(),
                csv::inert(table.source(row).unwrap_or_default()),
            ]);
            let _ = writer.write_record(line.iter().map(|text| text.as_bytes()));
        }
    }
    writer.into_inner().unwrap_or_default()
}

/// A time as SDMX writes it, and when the year of it begins where that is not in January.
fn time(time: &OfficialTime) -> (String, &'static str) {
    let year = time.period.get(..4).unwrap_or_default();
    let code = time.code().unwrap_or_default();
    let begins = match code.get(..2).unwrap_or_default() {
        "AY" | "T1" | "T2" | "T3" | "HT" => "--09-01",
        "FY" | "P1" | "P2" => "--04-01",
        "TY" => "--04-06",
        _ => "",
    };
    let number = |from: usize| code.get(from..).and_then(|number| number.parse::<u8>().ok());
    let written = match code.as_str() {
        "AY" | "FY" | "TY" => format!("{year}-A1"),
        "T1" | "T2" | "T3" => format!("{year}-{code}"),
        "P1" => format!("{year}-S1"),
        "P2" => format!("{year}-S2"),
        "EOM" => format!("{year}-03"),
        _ if code.starts_with('M') => number(1).map_or(year.to_owned(), |month| format!("{year}-{month:02}")),
        _ if code.starts_with('W') => number(1).map_or(year.to_owned(), |week| format!("{year}-W{week:02}")),
        _ => match code.get(2..).filter(|quarter| ["Q1", "Q2", "Q3", "Q4"].contains(quarter)) {
            Some(quarter) => format!("{year}-{quarter}"),
            // What SDMX has no word for, such as several quarters: the year, with the source's word beside.
            None if begins.is_empty() => year.to_owned(),
            None => format!("{year}-A1"),
        },
    };
    (written, begins)
}

/// The codes of `CL_OBS_STATUS` and `CL_CONF_STATUS`.
fn statuses(status: OfficialStatus) -> (&'static str, &'static str) {
    match status {
        OfficialStatus::Published | OfficialStatus::Text => ("A", "F"),
        OfficialStatus::Confidential => ("Q", "C"),
        OfficialStatus::NotApplicable => ("M", "F"),
        OfficialStatus::NotAvailable => ("L", "F"),
        OfficialStatus::Low => ("N", "F"),
        OfficialStatus::Unreliable => ("U", "F"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_of_time_has_a_form() {
        let check = |period: &str, identifier: &str, expected: (&str, &str)| {
            let (written, begins) = time(&OfficialTime::new(period, identifier).unwrap());
            assert_eq!((written.as_str(), begins), expected, "{period} {identifier}");
        };
        check("202324", "Academic year", ("2023-A1", "--09-01"));
        check("202324", "Spring term", ("2023-T2", "--09-01"));
        check("202324", "Autumn and spring term", ("2023-A1", "--09-01"));
        check("202324", "Financial year Q3", ("2023-Q3", "--04-01"));
        check("202324", "Financial year Q1-Q3", ("2023-A1", "--04-01"));
        check("202324", "Tax year", ("2023-A1", "--04-06"));
        check("2023", "Calendar year", ("2023", ""));
        check("2023", "Reporting year", ("2023", ""));
        check("2023", "September", ("2023-09", ""));
        check("2023", "Week 5", ("2023-W05", ""));
        check("202324", "Part 1 (April to September)", ("2023-S1", "--04-01"));
        check("2023", "Whenever", ("2023", ""));
    }
}
