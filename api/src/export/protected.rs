//! A protected table as tidy columns.

use serde_json::{Map, Value as Json, json};

use super::{
    beside::Published,
    table::{About, FacetKind, Row, Table},
    tidy::{Column, ColumnKind, Tidy, Value},
    words,
};

impl Tidy for Table {
    fn columns(&self) -> Vec<Column> {
        columns(self)
    }

    fn lines(&self) -> usize {
        self.rows.len() * self.measures.len()
    }

    fn each_line<'a>(&'a self, write: &mut dyn FnMut(&[Value<'a>])) {
        each_line(self, write);
    }

    fn about(&self) -> Map<String, Json> {
        about(self)
    }

    fn heading(&self) -> (String, String, Option<String>) {
        let About { title, citation, published_at, .. } = &self.about;
        (title.clone(), citation.clone(), Some(published_at.format("%Y-%m-%d").to_string()))
    }
}

fn columns(table: &Table) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut add = |name: &str, kind, description: &str| {
        columns.push(Column { name: name.to_owned(), kind, description: description.to_owned() });
    };
    for facet in &table.facets {
        match facet.kind {
            FacetKind::Area => {
                add("area_code", ColumnKind::Text, "The code of the area");
                add("area", ColumnKind::Text, "Its name");
            }
            FacetKind::Benchmark => {
                add("benchmark", ColumnKind::Integer, "The number of the benchmark in the framework");
                add("benchmark_title", ColumnKind::Text, "Its title");
            }
            FacetKind::Time | FacetKind::Category => add(&facet.name, ColumnKind::Text, facet.label),
        }
    }
    add("institutions", ColumnKind::Integer, "How many institutions are behind the row, rounded; empty where hidden");
    if table.mapped {
        add("comparability", ColumnKind::Text, "How their results compare with the benchmark they are reported under");
    }
    if table.reconciled {
        add("reconciled", ColumnKind::Boolean, "Whether the figures were brought to add up");
    }
    add("measure", ColumnKind::Text, "What is measured");
    add("unit", ColumnKind::Text, "What the value is a number of; shares are from 0 to 1");
    add("value", ColumnKind::Number, "The value, with protection noise and rounding; empty where hidden");
    add("standard_error", ColumnKind::Number, "The standard error of protection, in the unit of the value");
    add("lower_95", ColumnKind::Number, "The lower end of the 95 % interval of protection");
    add("upper_95", ColumnKind::Number, "The upper end of the 95 % interval of protection");
    add("bound", ColumnKind::Text, "AT_MOST or AT_LEAST where the value is the edge of a band");
    add("status", ColumnKind::Text, "OK, UNRELIABLE, CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE or ROUNDS_TO_ZERO");
    add("reason", ColumnKind::Text, "Why there is no value");
    if table.measures.iter().any(|measure| measure.since.is_some()) {
        add("since", ColumnKind::Text, "Of a change, the earlier period");
        add("distinguishable", ColumnKind::Boolean, "Of a change, whether it is larger than the noise");
        add("same_institutions", ColumnKind::Boolean, "Of a change, whether both periods are about the same ones");
    }
    if table.beside.is_some() {
        add_columns_beside(&mut columns);
    }
    columns
}

/// The columns of what stands beside: the same figure for every measure and benchmark of an area and a period.
fn add_columns_beside(columns: &mut Vec<Column>) {
    for (name, kind, description) in [
        (
            "official_value",
            ColumnKind::Number,
            "The official figure of the same area and academic year, as published; says nothing of a cause",
        ),
        ("official_unit", ColumnKind::Text, "Its unit"),
        (
            "official_lower_95",
            ColumnKind::Number,
            "The lower limit of its 95 % interval, where its publisher gives one",
        ),
        (
            "official_upper_95",
            ColumnKind::Number,
            "The upper limit of its 95 % interval, where its publisher gives one",
        ),
        ("official_status", ColumnKind::Text, "PUBLISHED, or why there is no number; empty where there is no figure"),
        ("official_text", ColumnKind::Text, "What was published in the place of a number"),
        ("official_time", ColumnKind::Text, "The time it is about, as published"),
        ("official_data_set", ColumnKind::Text, "The name of its data set"),
    ] {
        columns.push(Column { name: name.to_owned(), kind, description: description.to_owned() });
    }
}

fn beside(figure: Option<&Published>) -> [Value<'_>; 8] {
    let Some(figure) = figure else { return [Value::Nothing; 8] };
    [
        Value::number(figure.value),
        Value::text(Some(figure.unit.as_str()).filter(|unit| !unit.is_empty())),
        Value::number(figure.limits.map(|(lower, _)| lower)),
        Value::number(figure.limits.map(|(_, upper)| upper)),
        Value::Text(figure.status),
        Value::text(figure.text.as_deref()),
        Value::Text(&figure.time),
        Value::Text(&figure.data_set),
    ]
}

fn each_line<'a>(table: &'a Table, write: &mut dyn FnMut(&[Value<'a>])) {
    let has_changes = table.measures.iter().any(|measure| measure.since.is_some());
    let mut line = Vec::new();
    for row in &table.rows {
        let mut about = Vec::new();
        keys(table, row, &mut about);
        about.push(row.institutions.map_or(Value::Nothing, |count| Value::Integer(count.into())));
        if table.mapped {
            about.push(Value::Text(row.comparability));
        }
        if table.reconciled {
            about.push(Value::Boolean(row.reconciled));
        }
        for (measure, figure) in table.measures.iter().zip(&row.figures) {
            let estimate = &figure.estimate;
            let interval = measure.interval(estimate);
            line.clear();
            line.extend_from_slice(&about);
            line.extend([
                Value::Text(&measure.name),
                Value::Text(measure.unit.name()),
                Value::number(estimate.value),
                Value::number(estimate.standard_error),
                Value::number(interval.map(|(lower, _)| lower)),
                Value::number(interval.map(|(_, upper)| upper)),
                Value::text(estimate.bound.map(words::bound)),
                Value::Text(words::status(estimate.status)),
                Value::text(estimate.reason.map(words::reason)),
            ]);
            if has_changes {
                line.extend([
                    Value::text(measure.since.as_deref()),
                    Value::boolean(figure.distinguishable),
                    Value::boolean(figure.same_institutions),
                ]);
            }
            if let Some(official) = &table.beside {
                line.extend(beside(official.find(&row.keys)));
            }
            write(&line);
        }
    }
}

fn keys<'a>(table: &'a Table, row: &Row, line: &mut Vec<Value<'a>>) {
    for (facet, &key) in table.facets.iter().zip(&row.keys) {
        let item = &facet.items[key];
        match facet.kind {
            FacetKind::Area => line.extend([Value::Text(&item.code), Value::Text(&item.label)]),
            FacetKind::Benchmark => {
                let number = item.code.parse().map_or(Value::Nothing, Value::Integer);
                line.extend([number, Value::Text(&item.label)]);
            }
            FacetKind::Time | FacetKind::Category => line.push(Value::Text(&item.code)),
        }
    }
}

fn about(table: &Table) -> Map<String, Json> {
    let about = &table.about;
    let mut told = Map::new();
    let mut tell = |name: &str, value: Json| drop(told.insert(name.to_owned(), value));
    tell("dataset", about.dataset.into());
    tell("title", about.title.as_str().into());
    tell("citation", about.citation.as_str().into());
    tell("release", about.release.into());
    tell("publishedAt", about.published_at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into());
    tell("synthetic", about.synthetic.into());
    if let Some((code, title)) = &about.framework {
        tell("framework", json!({"code": code, "title": title}));
    }
    tell("tier", about.tier.into());
    tell("purpose", about.purpose.as_str().into());
    tell("method", about.method.into());
    if let Some(beside) = &table.beside {
        tell("official", beside.about());
    }
    told
}
