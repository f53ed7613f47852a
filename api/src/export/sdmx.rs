//! SDMX-CSV 2.1: one line for each observation, with the codes of official statistics for its status and its confidentiality.

use disclosure::{CellStatus, Estimate, HiddenReason};

use super::{
    beside::Published,
    csv,
    table::{Facet, FacetKind, Item, Table},
    words,
};

/// How an observation that is not given is written, which SDMX-CSV has for numbers that are missing on purpose.
pub(super) const MISSING: &str = "NaN";

/// When the year begins whose trimesters the terms are.
const YEAR_BEGINS: &str = "--09-01";

/// What stands behind the dimensions.
const BEHIND: [&str; 12] = [
    "MEASURE",
    "OBS_VALUE",
    "UNIT_MEASURE",
    "STANDARD_ERROR",
    "LOWER_95",
    "UPPER_95",
    "BOUND",
    "OBS_STATUS",
    "CONF_STATUS",
    "REASON",
    "INSTITUTIONS",
    "REPORTING_YEAR_START_DAY",
];

/// What stands behind those where official figures stand beside.
const BESIDE: [&str; 6] =
    ["OFFICIAL_VALUE", "OFFICIAL_UNIT", "OFFICIAL_LOWER_95", "OFFICIAL_UPPER_95", "OFFICIAL_STATUS", "OFFICIAL_TIME"];

/// The observations of a table.
pub(super) fn write(table: &Table) -> Vec<u8> {
    let structure = format!("BENCHMARK_EXCHANGE:{}(1.0.0)", table.about.dataset.to_uppercase());
    let mut writer = csv::writer();
    let head = ["STRUCTURE", "STRUCTURE_ID", "ACTION"].map(str::to_owned).into_iter();
    let head = head.chain(table.facets.iter().map(dimension)).chain(BEHIND.map(str::to_owned));
    let mapped = table.mapped.then(|| "COMPARABILITY".to_owned());
    let official = table.beside.iter().flat_map(|_| BESIDE.map(str::to_owned));
    // Memory takes whatever is written to it.
    let _ = writer.write_record(head.chain(mapped.clone()).chain(official));
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    for row in &table.rows {
        let keys: Vec<String> =
            table.facets.iter().zip(&row.keys).map(|(facet, key)| code(facet, &facet.items[*key])).collect();
        for (measure, figure) in table.measures.iter().zip(&row.figures) {
            let estimate = &figure.estimate;
            let (lower, upper) = measure.interval(estimate).unzip();
            let (status, confidentiality) = statuses(estimate);
            let mut line = vec!["dataflow".to_owned(), structure.clone(), "I".to_owned()];
            line.extend(keys.iter().cloned());
            line.extend([
                measure.name.to_uppercase(),
                estimate.value.map_or_else(|| MISSING.to_owned(), |value| value.to_string()),
                measure.unit.name().to_uppercase(),
                number(estimate.standard_error),
                number(lower),
                number(upper),
                estimate.bound.map(words::bound).unwrap_or_default().to_owned(),
                status.to_owned(),
                confidentiality.to_owned(),
                estimate.reason.map(words::reason).unwrap_or_default().to_owned(),
                row.institutions.map_or_else(String::new, |count| count.to_string()),
                YEAR_BEGINS.to_owned(),
            ]);
            line.extend(mapped.as_ref().map(|_| row.comparability.to_owned()));
            if let Some(beside) = &table.beside {
                line.extend(beside.find(&row.keys).map_or_else(Default::default, official_of));
            }
            let _ = writer.write_record(&line);
        }
    }
    writer.into_inner().unwrap_or_default()
}

fn official_of(figure: &Published) -> [String; 6] {
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let (lower, upper) = figure.limits.unzip();
    let value = figure.value.map_or_else(|| MISSING.to_owned(), |value| value.to_string());
    let (unit, status) = (csv::inert(&figure.unit).into_owned(), figure.status.to_owned());
    [value, unit, number(lower), number(upper), status, figure.time.clone()]
}

fn dimension(facet: &Facet) -> String {
    match facet.kind {
        FacetKind::Area => "REF_AREA".to_owned(),
        FacetKind::Time => "TIME_PERIOD".to_owned(),
        FacetKind::Benchmark | FacetKind::Category => facet.name.to_uppercase(),
    }
}

/// The code of an item: a term is a trimester and a cohort year a year, each of a year that begins in September.
fn code(facet: &Facet, item: &Item) -> String {
    let code = &item.code;
    match facet.kind {
        FacetKind::Time => match (code.get(..4), code.split_once('T')) {
            (Some(year), Some((_, term))) => format!("{year}-T{term}"),
            (Some(year), None) => format!("{year}-A1"),
            (None, _) => code.clone(),
        },
        _ if item.is_total() => "_T".to_owned(),
        _ => csv::inert(code).into_owned(),
    }
}

/// The codes of `CL_OBS_STATUS` and `CL_CONF_STATUS`.
fn statuses(estimate: &Estimate) -> (&'static str, &'static str) {
    let status = match estimate.status {
        CellStatus::Ok => "A",
        CellStatus::Unreliable => "U",
        CellStatus::Confidential => "Q",
        CellStatus::NotApplicable => "M",
        CellStatus::NotAvailable => "L",
        CellStatus::RoundsToZero => "N",
    };
    let confidentiality = match estimate.reason {
        Some(HiddenReason::SmallGroup) => "A",
        Some(HiddenReason::Dominance) => "G",
        Some(HiddenReason::LowEffect) => "D",
        Some(HiddenReason::Budget | HiddenReason::Policy) => "N",
        Some(HiddenReason::NotCollected | HiddenReason::NoCounterpart) | None => "F",
    };
    (status, confidentiality)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_trimesters_and_cohort_years_are_years() {
        let facet = |kind| Facet { kind, name: "x".to_owned(), label: "X", items: Vec::new() };
        let check = |kind, text: &str, expected: &str| assert_eq!(code(&facet(kind), &Item::new(text, "")), expected);
        check(FacetKind::Time, "202324T3", "2023-T3");
        check(FacetKind::Time, "202223", "2022-A1");
        check(FacetKind::Category, "total", "_T");
        check(FacetKind::Area, "E12000001", "E12000001");
    }
}
