//! The layout that official figures come in: what is taken out here can be taken in again.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    domain::{OfficialColumn, OfficialRow, official::read_value},
    export::{
        Unwritable,
        csv::{self, inert},
        ees::{ENGLAND, NOT_APPLICABLE, OLD_CODES, meta_columns},
    },
    ingest::official::{PlaceColumns, place_columns},
};

use super::{OfficialTable, table::Known};

/// What is in front of the columns of places.
const HEAD: [&str; 5] = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name"];

/// Where local authorities lie, and their code of three digits.
const REGION: [&str; 2] = ["region_code", "region_name"];
const OLD_CODE: &str = "old_la_code";
const AUTHORITY: &str = "new_la_code";

/// The data file.
///
/// # Errors
/// Where rows are about places that the layout has no columns for.
pub(super) fn data(table: &OfficialTable<'_>) -> Result<Vec<u8>, Unwritable> {
    let columns = columns(table)?;
    let indicators = indicators(table);
    let mut writer = csv::writer();
    let head = HEAD.into_iter().chain(columns.iter().copied()).map(str::to_owned);
    let head = head.chain(table.selection.of.filters.iter().map(|filter| filter.column.clone()));
    let head = head.chain(indicators.iter().map(|&at| table.selection.of.indicators[at].column.clone()));
    // Memory takes whatever is written to it.
    let _ = writer.write_record(head);
    for row in &table.selection.rows {
        let own = place_columns(&row.level).ok_or_else(|| unknown(&row.level))?;
        let place = table.place(row);
        let (country, name) = country(row, own, place);
        let mut line: Vec<Cow<'_, str>> =
            vec![Cow::Borrowed(&row.time.period), inert(&row.time.identifier), inert(&row.level), country, name];
        line.extend(columns.iter().map(|column| located(row, own, place, column)));
        line.extend(row.items.iter().map(|item| if item.is_empty() { NOT_APPLICABLE.into() } else { inert(item) }));
        line.extend(indicators.iter().map(|&at| published(&row.values[at])));
        let _ = writer.write_record(line.iter().map(|text| text.as_bytes()));
    }
    Ok(writer.into_inner().unwrap_or_default())
}

/// The file about its columns.
///
/// # Errors
/// As [`data`].
pub(super) fn meta(table: &OfficialTable<'_>) -> Result<Vec<u8>, Unwritable> {
    columns(table)?;
    let set = table.selection.of;
    let total = |filter: &crate::domain::OfficialFilter| filter.total.clone().filter(|total| total != "Total");
    let has_defaults = set.filters.iter().any(|filter| total(filter).is_some());
    let mut writer = csv::writer();
    let head = meta_columns(has_defaults);
    let _ = writer.write_record(&head);
    for filter in &set.filters {
        let mut line = vec![filter.column.clone(), "Filter".to_owned(), inert(&filter.label).into_owned()];
        line.resize(8, String::new());
        line.extend(has_defaults.then(|| total(filter).map(|total| inert(&total).into_owned()).unwrap_or_default()));
        let _ = writer.write_record(&line);
    }
    for at in indicators(table) {
        let one = &set.indicators[at];
        let places = one.decimals.map(|decimals| decimals.to_string()).unwrap_or_default();
        let (column, label) = (one.column.clone(), inert(&one.label).into_owned());
        let mut line = vec![column, "Indicator".to_owned(), label, String::new(), one.unit.clone(), places];
        line.resize(head.len(), String::new());
        let _ = writer.write_record(&line);
    }
    Ok(writer.into_inner().unwrap_or_default())
}

/// The indicators, each with the limits of its interval behind it.
fn indicators(table: &OfficialTable<'_>) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    let add = |all: &mut Vec<usize>, at: usize| {
        if !all.contains(&at) {
            all.push(at);
        }
    };
    for OfficialColumn { at, limits } in table.selection.columns.iter().copied() {
        add(&mut all, at);
        limits.into_iter().flatten().for_each(|limit| add(&mut all, limit));
    }
    all
}

/// The columns of places of every sort that there is, beside those of countries.
fn columns(table: &OfficialTable<'_>) -> Result<Vec<&'static str>, Unwritable> {
    let levels: BTreeSet<&str> = table.selection.rows.iter().map(|row| row.level.as_str()).collect();
    let mut columns: Vec<&'static str> = Vec::new();
    for level in levels {
        let PlaceColumns { codes, name } = place_columns(level).ok_or_else(|| unknown(level))?;
        let around: &[&'static str] = if codes.first() == Some(&AUTHORITY) { &REGION } else { &[] };
        let own = match codes.first() {
            Some(&AUTHORITY) => vec![OLD_CODE, AUTHORITY, name],
            Some(&code) => vec![code, name],
            None => vec![name],
        };
        for column in around.iter().copied().chain(own) {
            if !HEAD.contains(&column) && !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    Ok(columns)
}

fn unknown(level: &str) -> Unwritable {
    Unwritable(format!("the layout has no columns for places of the level `{level}`: take another format"))
}

/// The country of a row: its place itself, the one it lies in, or England, which the layout is for.
fn country<'a>(row: &'a OfficialRow, own: PlaceColumns, place: Option<&'a Known>) -> (Cow<'a, str>, Cow<'a, str>) {
    if own.name == HEAD[4] {
        return (inert(&row.area_code), inert(&row.area_name));
    }
    match place.and_then(|place| place.country.as_ref()) {
        Some((code, name)) => (inert(code), inert(name)),
        None => (Cow::Borrowed(ENGLAND), Cow::Borrowed("England")),
    }
}

/// What stands in a column of places; nothing where it is about places of another sort.
fn located<'a>(row: &'a OfficialRow, own: PlaceColumns, place: Option<&'a Known>, column: &str) -> Cow<'a, str> {
    if own.codes.first() == Some(&column) {
        return inert(&row.area_code);
    }
    if own.name == column {
        return inert(&row.area_name);
    }
    if own.codes.first() != Some(&AUTHORITY) {
        return Cow::Borrowed("");
    }
    let region = place.and_then(|place| place.region.as_ref());
    match column {
        OLD_CODE => {
            let now = place.and_then(|place| place.now.as_deref());
            let known = [Some(row.area_code.as_str()), now].into_iter().flatten().find_map(|code| OLD_CODES.get(code));
            Cow::Borrowed(known.copied().unwrap_or(NOT_APPLICABLE))
        }
        column if column == REGION[0] => region.map_or(Cow::Borrowed(NOT_APPLICABLE), |(code, _)| inert(code)),
        column if column == REGION[1] => region.map_or(Cow::Borrowed(NOT_APPLICABLE), |(_, name)| inert(name)),
        _ => Cow::Borrowed(""),
    }
}

/// A value as published; where there is none, the symbol that says so.
fn published(text: &str) -> Cow<'_, str> {
    match text {
        "" => Cow::Borrowed(NOT_APPLICABLE),
        text if read_value(text).0.is_some() => Cow::Borrowed(text),
        text => inert(text),
    }
}
