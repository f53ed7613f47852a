//! The layout of "Explore education statistics": a data file with one line for each place, time and filter, and the file about its columns.
//!
//! Written to the rules that its screener checks: no blank where something must stand, symbols of official statistics for
//! what is not given, lower-case names `{title}_{type}`, intervals as two columns, a default for a filter without a total.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use disclosure::CellStatus;

use crate::domain::AreaKind;

use super::{
    beside::Published,
    csv,
    format::Unwritable,
    table::{Facet, FacetKind, Figure, Item, Measure, Place, Row, Table, Unit},
};

/// What stands where nothing can.
pub(super) const NOT_APPLICABLE: &str = "z";

/// The longest label of an item, characters.
const LONGEST_ITEM: usize = 120;

/// The only country that the layout is for.
pub(super) const ENGLAND: &str = "E92000001";

/// The old three-digit codes of local authorities, by their code today.
pub(super) static OLD_CODES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("../../reference/local_authority_codes.csv").lines().skip(1);
    lines.filter_map(|line| line.split(',').next().zip(line.split(',').nth(1))).collect()
});

/// How places of a kind are written.
struct Level {
    name: &'static str,
    columns: &'static [&'static str],
}

fn level(kind: AreaKind) -> Result<Level, Unwritable> {
    let (name, columns): (_, &[&str]) = match kind {
        AreaKind::Country => ("National", &[]),
        AreaKind::Region => ("Regional", &["region_code", "region_name"]),
        AreaKind::Lep => (
            "Local enterprise partnership",
            &["local_enterprise_partnership_code", "local_enterprise_partnership_name"],
        ),
        AreaKind::Lsip => ("Local skills improvement plan area", &["lsip_code", "lsip_name"]),
        AreaKind::CombinedAuthority => {
            ("English devolved area", &["english_devolved_area_code", "english_devolved_area_name"])
        }
        AreaKind::LocalAuthority => {
            ("Local authority", &["region_code", "region_name", "old_la_code", "new_la_code", "la_name"])
        }
        AreaKind::Hub => {
            let message =
                "the layout of Explore education statistics has no level for careers hubs: take another format";
            return Err(Unwritable(message.to_owned()));
        }
    };
    Ok(Level { name, columns })
}

/// The data file.
///
/// # Errors
/// Where the layout has no level for the areas.
pub(super) fn data(table: &Table) -> Result<Vec<u8>, Unwritable> {
    let level = checked_level(table)?;
    let mut writer = csv::writer();
    let head = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name"];
    let head = head.into_iter().chain(level.columns.iter().copied()).map(str::to_owned);
    let head = head.chain(filters(table).map(|(_, facet)| facet.name.clone()));
    let head = head.chain(indicators(table).into_iter().map(|indicator| indicator.name));
    // Memory takes whatever is written to it.
    let _ = writer.write_record(head);
    for row in &table.rows {
        let mut line: Vec<Cow<'_, str>> = Vec::new();
        let (time, identifier) = time(&table.item(row, 1).code);
        line.extend([time, Cow::Borrowed(identifier), Cow::Borrowed(level.name)]);
        line.extend([Cow::Borrowed(ENGLAND), Cow::Borrowed("England")]);
        place(table, row, &mut line);
        line.extend(filters(table).map(|(at, facet)| Cow::Owned(label(facet, table.item(row, at)))));
        line.push(counted(row));
        for (measure, figure) in table.measures.iter().zip(&row.figures) {
            line.extend(numbers(measure, figure));
        }
        if let Some(beside) = &table.beside {
            line.extend(published(beside.find(&row.keys)));
        }
        let _ = writer.write_record(line.iter().map(|text| text.as_bytes()));
    }
    Ok(writer.into_inner().unwrap_or_default())
}

/// The columns of a file about columns; with the last one where a filter has a total of another name than the layout's own.
pub(super) fn meta_columns(has_defaults: bool) -> Vec<&'static str> {
    let always = [
        "col_name",
        "col_type",
        "label",
        "indicator_grouping",
        "indicator_unit",
        "indicator_dp",
        "filter_hint",
        "filter_grouping_column",
    ];
    always.into_iter().chain(has_defaults.then_some("filter_default")).collect()
}

/// The file about its columns.
///
/// # Errors
/// As [`data`].
pub(super) fn meta(table: &Table) -> Result<Vec<u8>, Unwritable> {
    checked_level(table)?;
    let has_defaults = filters(table).any(|(_, facet)| default(facet).is_some());
    let mut writer = csv::writer();
    let head = meta_columns(has_defaults);
    let _ = writer.write_record(&head);
    for (_, facet) in filters(table) {
        let mut line = vec![facet.name.clone(), "Filter".to_owned(), facet.label.to_owned()];
        line.resize(head.len(), String::new());
        if has_defaults && let Some(last) = line.last_mut() {
            *last = default(facet).unwrap_or_default();
        }
        let _ = writer.write_record(&line);
    }
    for Indicator { name, label, unit, places } in indicators(table) {
        let places = places.map(|places| places.to_string()).unwrap_or_default();
        let mut line = vec![name, "Indicator".to_owned(), label, String::new(), unit, places];
        line.resize(head.len(), String::new());
        let _ = writer.write_record(&line);
    }
    Ok(writer.into_inner().unwrap_or_default())
}

fn checked_level(table: &Table) -> Result<Level, Unwritable> {
    let Some(first) = table.places.first() else {
        return Err(Unwritable("there is no area in the table".to_owned()));
    };
    let level = level(first.kind)?;
    let is_english = |place: &Place| place.country.as_ref().is_some_and(|(code, _)| code == ENGLAND);
    if table.places.iter().all(is_english) {
        return Ok(level);
    }
    let message = "the layout of Explore education statistics is for areas of England alone: take another format";
    Err(Unwritable(message.to_owned()))
}

/// The facets that are filters, with their positions: all but place and time.
fn filters(table: &Table) -> impl Iterator<Item = (usize, &Facet)> {
    let facets = table.facets.iter().enumerate();
    facets.filter(|(_, facet)| matches!(facet.kind, FacetKind::Benchmark | FacetKind::Category))
}

fn label(facet: &Facet, item: &Item) -> String {
    let label = match facet.kind {
        FacetKind::Benchmark if item.label.is_empty() => format!("Benchmark {}", item.code),
        FacetKind::Benchmark => format!("Benchmark {}: {}", item.code, item.label),
        _ => item.label.clone(),
    };
    csv::inert(&label).chars().take(LONGEST_ITEM).collect()
}

/// What a filter without a total is set to at first.
fn default(facet: &Facet) -> Option<String> {
    let without = !facet.items.iter().any(Item::is_total);
    facet.items.first().filter(|_| without).map(|item| label(facet, item))
}

fn time(code: &str) -> (Cow<'_, str>, &'static str) {
    match code.split_once('T') {
        Some((year, term)) => {
            let term = match term {
                "1" => "Autumn term",
                "2" => "Spring term",
                _ => "Summer term",
            };
            (Cow::Borrowed(year), term)
        }
        None => (Cow::Borrowed(code), "Academic year"),
    }
}

fn place<'a>(table: &'a Table, row: &Row, line: &mut Vec<Cow<'a, str>>) {
    let (item, place) = (table.item(row, 0), &table.places[row.keys[0]]);
    let own = [csv::inert(&item.code), csv::inert(&item.label)];
    match place.kind {
        AreaKind::Country => {}
        AreaKind::LocalAuthority => {
            let region = place.region.as_ref().map(|(code, name)| [csv::inert(code), csv::inert(name)]);
            line.extend(region.unwrap_or([Cow::Borrowed(NOT_APPLICABLE), Cow::Borrowed(NOT_APPLICABLE)]));
            line.push(Cow::Borrowed(OLD_CODES.get(item.code.as_str()).copied().unwrap_or(NOT_APPLICABLE)));
            line.extend(own);
        }
        _ => line.extend(own),
    }
}

/// An indicator and the ends of its interval: what follows its name, and its label.
const ENDS: [(&str, &str); 3] =
    [("", ""), ("_lower_ci", ", lower end of the 95% interval"), ("_upper_ci", ", upper end of the 95% interval")];

/// The official figure beside a row and the limits of its interval, as published.
fn published(figure: Option<&Published>) -> [Cow<'static, str>; 3] {
    let none = || Cow::Borrowed(NOT_APPLICABLE);
    let Some(figure) = figure else { return [none(), none(), none()] };
    let number = |number: f64| Cow::Owned(number.to_string());
    let (lower, upper) = figure.limits.unzip();
    let value =
        figure.value.map(number).or(figure.text.as_deref().map(|text| Cow::Owned(csv::inert(text).into_owned())));
    [value.unwrap_or_else(none), lower.map_or_else(none, number), upper.map_or_else(none, number)]
}

/// A column with numbers.
struct Indicator {
    name: String,
    label: String,
    unit: String,
    /// To how many decimals it is meant to be shown, where that is known.
    places: Option<usize>,
}

fn indicators(table: &Table) -> Vec<Indicator> {
    let count = Indicator {
        name: "institution_count".to_owned(),
        label: "Institutions behind the figures".to_owned(),
        unit: String::new(),
        places: Some(0),
    };
    let of_measure = |measure: &Measure| {
        let (name, unit, places) = match measure.unit {
            Unit::Institutions | Unit::Students => (format!("{}_count", measure.name), "", 0),
            Unit::Share => {
                let title = measure.name.replace("_share", "");
                (format!("{title}_percent"), if measure.since.is_some() { "pp" } else { "%" }, 1)
            }
            Unit::Score => (measure.name.clone(), "", 1),
            Unit::Benchmarks(_) => (format!("{}_average", measure.name), "", 2),
        };
        ENDS.map(|(ending, more)| Indicator {
            name: format!("{name}{ending}"),
            label: format!("{}{more}", measure.label),
            unit: unit.to_owned(),
            places: Some(places),
        })
    };
    let official = table.beside.iter().flat_map(|beside| {
        let (label, unit) = beside.heading();
        ENDS.map(|(ending, more)| Indicator {
            name: format!("official_{}{ending}", beside.indicator.to_lowercase()),
            label: format!("{label}{more}"),
            unit: unit.to_owned(),
            places: None,
        })
    });
    std::iter::once(count).chain(table.measures.iter().flat_map(of_measure)).chain(official).collect()
}

/// The number of institutions, or why it is not told, which is why the figures are not.
fn counted(row: &Row) -> Cow<'static, str> {
    let hidden = || row.figures.last().map_or(NOT_APPLICABLE, |figure| symbol(figure.estimate.status));
    row.institutions.map_or_else(|| Cow::Borrowed(hidden()), |count| Cow::Owned(count.to_string()))
}

fn symbol(status: CellStatus) -> &'static str {
    status.symbol().unwrap_or(NOT_APPLICABLE)
}

/// The value and the ends of its interval; of the edge of a band everything on its side.
fn numbers(measure: &Measure, figure: &Figure) -> [Cow<'static, str>; 3] {
    let estimate = &figure.estimate;
    let times = if measure.unit == Unit::Share { 100.0 } else { 1.0 };
    // Six digits, so that what a share lost as a binary fraction is not shown as a percentage.
    let written = |number: f64| {
        let number: f64 = format!("{:.5e}", number * times).parse().unwrap_or(number * times);
        Cow::Owned(number.to_string())
    };
    let given = estimate.value.filter(|_| estimate.status != CellStatus::RoundsToZero);
    let Some(value) = given else {
        let symbol = symbol(estimate.status);
        let ends = if estimate.value.is_some() { NOT_APPLICABLE } else { symbol };
        return [Cow::Borrowed(symbol), Cow::Borrowed(ends), Cow::Borrowed(ends)];
    };
    let none = Cow::Borrowed(NOT_APPLICABLE);
    match measure.range(estimate) {
        Some((lower, upper)) => [written(value), written(lower), written(upper)],
        None => [written(value), none.clone(), none],
    }
}
