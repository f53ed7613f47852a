//! JSON-stat 2.0: one cube, whose last dimension is what is measured, with the status of each hidden or bounded number.

use serde_json::{Map, Value as Json, json};

use super::{
    table::{Facet, FacetKind, Figure, Measure, Table},
    tidy::Tidy,
    words,
};

/// The dimension of what is measured.
const METRIC: &str = "metric";

/// What is told of each measure: its value, and numbers about it.
const OF_EACH: [(&str, &str); 4] =
    [("", ""), ("_standard_error", ", standard error"), ("_lower_95", ", 95 % from"), ("_upper_95", ", 95 % to")];

/// What is told of an official figure beside.
const BESIDE: [(&str, &str); 3] = [("", ""), ("_lower_95", ", 95 % from"), ("_upper_95", ", 95 % to")];

/// The table as one data set.
pub(super) fn write(table: &Table) -> Vec<u8> {
    let metrics = metrics(table);
    let cells: usize = table.facets.iter().map(|facet| facet.items.len()).product();
    let mut values = vec![Json::Null; cells * metrics.len()];
    let mut statuses = Map::new();
    for row in &table.rows {
        let first = table.position(row) * metrics.len();
        values[first] = row.institutions.map_or(Json::Null, Json::from);
        for (number, (measure, figure)) in table.measures.iter().zip(&row.figures).enumerate() {
            let at = first + 1 + number * OF_EACH.len();
            let estimate = &figure.estimate;
            let (lower, upper) = measure.range(estimate).unzip();
            for (offset, told) in [estimate.value, estimate.standard_error, lower, upper].into_iter().enumerate() {
                values[at + offset] = told.map_or(Json::Null, Json::from);
            }
            if let Some(status) = status(figure) {
                statuses.insert(at.to_string(), status.into());
            }
        }
        if let Some(figure) = table.beside.as_ref().and_then(|beside| beside.find(&row.keys)) {
            let at = first + 1 + table.measures.len() * OF_EACH.len();
            let (lower, upper) = figure.limits.unzip();
            for (offset, told) in [figure.value, lower, upper].into_iter().enumerate() {
                values[at + offset] = told.map_or(Json::Null, Json::from);
            }
            if figure.value.is_none() {
                statuses.insert(at.to_string(), figure.status.into());
            }
        }
    }
    let time: Vec<&str> = names(table, FacetKind::Time);
    let geo: Vec<&str> = names(table, FacetKind::Area);
    let ids = table.facets.iter().map(|facet| facet.name.as_str()).chain([METRIC]);
    let sizes = table.facets.iter().map(|facet| facet.items.len()).chain([metrics.len()]);
    let mut dimensions: Map<String, Json> =
        table.facets.iter().map(|facet| (facet.name.clone(), dimension(facet))).collect();
    dimensions.insert(METRIC.to_owned(), metric_dimension(&metrics));
    let about = &table.about;
    let source = format!("Benchmark Exchange, release {}", about.release);
    json!({
        "version": "2.0",
        "class": "dataset",
        "label": about.title,
        "source": if about.synthetic { format!("{source}, synthetic data") } else { source },
        "updated": about.published_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "id": ids.collect::<Vec<_>>(),
        "size": sizes.collect::<Vec<_>>(),
        "role": {"time": time, "geo": geo, "metric": [METRIC]},
        "dimension": dimensions,
        "value": values,
        "status": statuses,
        "extension": {"about": table.about()},
    })
    .to_string()
    .into_bytes()
}

/// What to know of a value: its status where that is not `OK`, then why it is hidden, or on which side of it the truth lies.
fn status(figure: &Figure) -> Option<String> {
    let estimate = &figure.estimate;
    let more = estimate.reason.map(words::reason).or(estimate.bound.map(words::bound));
    match (words::status(estimate.status), more) {
        ("OK", None) => None,
        (status, None) => Some(status.to_owned()),
        (status, Some(more)) => Some(format!("{status}:{more}")),
    }
}

/// Name, label and unit of each thing that is told.
fn metrics(table: &Table) -> Vec<(String, String, String)> {
    let institutions = ("institutions".to_owned(), "Institutions behind it".to_owned(), "institutions".to_owned());
    let of_measure = |measure: &Measure| {
        let (name, label, unit) = (measure.name.clone(), measure.label.clone(), measure.unit.name());
        OF_EACH.map(|(ending, more)| (format!("{name}{ending}"), format!("{label}{more}"), unit.to_owned()))
    };
    let official = table.beside.iter().flat_map(|beside| {
        let (label, unit) = beside.heading();
        BESIDE.map(|(ending, more)| {
            (format!("official_{}{ending}", beside.indicator), format!("{label}{more}"), unit.to_owned())
        })
    });
    std::iter::once(institutions).chain(table.measures.iter().flat_map(of_measure)).chain(official).collect()
}

fn names(table: &Table, kind: FacetKind) -> Vec<&str> {
    table.facets.iter().filter(|facet| facet.kind == kind).map(|facet| facet.name.as_str()).collect()
}

fn dimension(facet: &Facet) -> Json {
    let index: Vec<&str> = facet.items.iter().map(|item| item.code.as_str()).collect();
    let labels: Map<String, Json> =
        facet.items.iter().map(|item| (item.code.clone(), item.label.as_str().into())).collect();
    json!({"label": facet.label, "category": {"index": index, "label": labels}})
}

fn metric_dimension(metrics: &[(String, String, String)]) -> Json {
    let index: Vec<&str> = metrics.iter().map(|(name, ..)| name.as_str()).collect();
    let labels: Map<String, Json> =
        metrics.iter().map(|(name, label, _)| (name.clone(), label.as_str().into())).collect();
    let units: Map<String, Json> =
        metrics.iter().map(|(name, _, unit)| (name.clone(), json!({"label": unit}))).collect();
    json!({"label": "What is measured", "category": {"index": index, "label": labels, "unit": units}})
}
