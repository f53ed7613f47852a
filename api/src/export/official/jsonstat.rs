//! JSON-stat 2.0: places × times × items of filters × what is measured, with the status of each number that was not published.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json, json};

use crate::{
    domain::{OfficialStatus, official::read_value},
    export::{Unwritable, tidy::Tidy, words},
};

use super::OfficialTable;

/// The most places that a cube may have, filled or not.
const MOST_PLACES: usize = 4_000_000;

/// The most that are written out one by one where most of them are empty.
const MOST_EMPTY: usize = 10_000;

/// The items of a dimension, in the order in which they come.
#[derive(Default)]
struct Axis<'a> {
    places: HashMap<&'a str, usize>,
    codes: Vec<&'a str>,
    labels: Vec<&'a str>,
}

impl<'a> Axis<'a> {
    fn place(&mut self, code: &'a str, label: &'a str) -> usize {
        *self.places.entry(code).or_insert_with(|| {
            self.codes.push(code);
            self.labels.push(label);
            self.codes.len() - 1
        })
    }

    fn told(&self, label: &str) -> Json {
        let labels: Map<String, Json> =
            self.codes.iter().zip(&self.labels).map(|(code, label)| ((*code).to_owned(), (*label).into())).collect();
        json!({"label": label, "category": {"index": self.codes, "label": labels}})
    }
}

/// The table as one data set.
///
/// # Errors
/// Where two figures are about the same place, time and items, or there are more combinations than a cube can hold.
pub(super) fn write(table: &OfficialTable<'_>) -> Result<Vec<u8>, Unwritable> {
    let set = table.selection.of;
    let times: Vec<String> = table.selection.rows.iter().map(|row| row.time.label()).collect();
    let mut axes: Vec<Axis<'_>> = (0..2 + set.filters.len()).map(|_| Axis::default()).collect();
    let keys: Vec<Vec<usize>> = table
        .selection
        .rows
        .iter()
        .zip(&times)
        .map(|(row, time)| {
            let mut key = vec![axes[0].place(&row.area_code, &row.area_name), axes[1].place(time, time)];
            key.extend(row.items.iter().zip(&mut axes[2..]).map(|(item, axis)| axis.place(item, item)));
            key
        })
        .collect();
    let metrics = metrics(table);
    let sizes: Vec<usize> = axes.iter().map(|axis| axis.codes.len()).chain([metrics.len()]).collect();
    let cells = sizes.iter().try_fold(1, |cells: usize, size| cells.checked_mul(*size));
    let Some(cells) = cells.filter(|&cells| cells <= MOST_PLACES) else {
        let message = format!(
            "as one cube it would have more than {MOST_PLACES} places, most of them empty: ask for fewer indicators, areas or years, or \
             take another format"
        );
        return Err(Unwritable(message));
    };
    let (mut values, mut statuses) = (BTreeMap::<usize, f64>::new(), Map::new());
    let mut seen: HashMap<usize, u64> = HashMap::new();
    for (row, key) in table.selection.rows.iter().zip(&keys) {
        let position = key.iter().zip(&sizes).fold(0, |position, (key, size)| position * size + key);
        let mut at = position * metrics.len();
        for &column in &table.selection.columns {
            let figure = table.selection.figure(row, column);
            let is_there = !figure.text().is_empty();
            if is_there && let Some(line) = seen.insert(at, row.line) {
                return Err(twice(line, row.line));
            }
            let (value, status) = read_value(figure.text());
            values.extend(value.map(|value| (at, value)));
            if status != OfficialStatus::Published && is_there {
                let text = if status == OfficialStatus::Text { format!(":{}", figure.text()) } else { String::new() };
                statuses.insert(at.to_string(), format!("{}{text}", words::official_status(status)).into());
            }
            at += 1;
            if column.limits.is_some() {
                let (lower, upper) = figure.limits.unzip();
                values.extend(lower.map(|lower| (at, lower)));
                values.extend(upper.map(|upper| (at + 1, upper)));
                at += 2;
            }
        }
    }
    let mut ids = vec!["area", "time"];
    ids.extend(table.filters.iter().map(String::as_str));
    ids.push("metric");
    let labels = ["Place", "Time"].into_iter().chain(set.filters.iter().map(|filter| filter.label.as_str()));
    let mut dimensions: Map<String, Json> = ids
        .iter()
        .zip(axes.iter().zip(labels))
        .map(|(id, (axis, label))| ((*id).to_owned(), axis.told(label)))
        .collect();
    dimensions.insert("metric".to_owned(), metric_dimension(&metrics));
    let text = json!({
        "version": "2.0",
        "class": "dataset",
        "label": set.title,
        "source": set.source,
        "id": ids,
        "size": sizes,
        "role": {"time": ["time"], "geo": ["area"], "metric": ["metric"]},
        "dimension": dimensions,
        "value": written(&values, cells),
        "status": statuses,
        "extension": {"about": table.about()},
    });
    Ok(text.to_string().into_bytes())
}

fn twice(line: u64, other: u64) -> Unwritable {
    Unwritable(format!(
        "the source has two figures of the same place, time and items, in the lines {line} and {other}, and a cube has room for one: \
         take another format"
    ))
}

/// One by one, or, where most places of a large cube are empty, by their positions, as the format allows.
fn written(values: &BTreeMap<usize, f64>, cells: usize) -> Json {
    if cells > MOST_EMPTY && values.len() * 2 < cells {
        return values.iter().map(|(at, value)| (at.to_string(), Json::from(*value))).collect::<Map<_, _>>().into();
    }
    (0..cells).map(|at| values.get(&at).map_or(Json::Null, |value| Json::from(*value))).collect()
}

/// Name, label and unit of each thing that is told: an indicator, and the limits of its interval.
fn metrics(table: &OfficialTable<'_>) -> Vec<(String, String, String)> {
    let mut metrics = Vec::new();
    for &column in &table.selection.columns {
        let one = table.indicator(column);
        let mut add = |ending: &str, more: &str| {
            metrics.push((format!("{}{ending}", one.column), format!("{}{more}", one.label), one.unit.clone()));
        };
        add("", "");
        if column.limits.is_some() {
            add("_lower_95", ", 95 % from");
            add("_upper_95", ", 95 % to");
        }
    }
    metrics
}

fn metric_dimension(metrics: &[(String, String, String)]) -> Json {
    let index: Vec<&str> = metrics.iter().map(|(name, ..)| name.as_str()).collect();
    let labels: Map<String, Json> =
        metrics.iter().map(|(name, label, _)| (name.clone(), label.as_str().into())).collect();
    let units: Map<String, Json> =
        metrics.iter().map(|(name, _, unit)| (name.clone(), json!({"label": unit}))).collect();
    json!({"label": "What is measured", "category": {"index": index, "label": labels, "unit": units}})
}
