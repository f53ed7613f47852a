//! A table as tidy columns: one line for each row and measure. What CSV, JSON and Parquet write.

use super::{
    table::{FacetKind, Row, Table},
    words,
};

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    Integer,
    Number,
    Boolean,
}

/// A column.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    /// What it tells, for whoever reads the file.
    pub(super) description: String,
}

/// What stands in a column of one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Nothing,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl<'a> Value<'a> {
    fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }

    fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }

    fn boolean(boolean: Option<bool>) -> Self {
        boolean.map_or(Self::Nothing, Self::Boolean)
    }
}

/// The columns of a table. They follow from the question, and never from an answer.
pub(super) fn columns(table: &Table) -> Vec<Column> {
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
    columns
}

/// How many lines a table has.
pub(super) fn lines(table: &Table) -> usize {
    table.rows.len() * table.measures.len()
}

/// Gives each line of a table to a writer, the measures of a row one after the other.
///
/// # Errors
/// The writer's first.
pub(super) fn each_line<'a, E>(
    table: &'a Table,
    mut write: impl FnMut(&[Value<'a>]) -> Result<(), E>,
) -> Result<(), E> {
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
            write(&line)?;
        }
    }
    Ok(())
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
