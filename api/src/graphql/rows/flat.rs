//! How a table is written as arrays: a value for each column, in the order of the columns.

use disclosure::Estimate;

use crate::{
    datasets::{Destinations, Outcomes},
    graphql::{
        json::{json, name, optional},
        types::{
            CellStatus, Column, ColumnType, Comparability, DestinationCategory, DestinationStage, EstimateBound,
            HiddenReason,
        },
    },
    tabulation::Tabulation,
};

/// The columns of an estimate: what follows the name of its own column, what it holds, and where the estimate has it.
const ESTIMATE: [(&str, ColumnType, &str); 5] = [
    ("", ColumnType::Number, "value"),
    ("_standard_error", ColumnType::Number, "standardError"),
    ("_bound", ColumnType::Text, "bound"),
    ("_status", ColumnType::Text, "status"),
    ("_reason", ColumnType::Text, "reason"),
];

fn column(name: &str, kind: ColumnType, path: &str) -> Column {
    Column { name: name.to_owned(), kind, path: path.to_owned() }
}

fn estimate(own: &str, path: &str) -> impl Iterator<Item = Column> {
    ESTIMATE.iter().map(move |(suffix, kind, part)| column(&format!("{own}{suffix}"), *kind, &format!("{path}.{part}")))
}

/// The columns of a table of outcomes.
pub(in crate::graphql) fn outcome_columns(table: &Tabulation<Outcomes>) -> Vec<Column> {
    let mut columns = vec![
        column("area", ColumnType::Text, "area.code"),
        column("area_name", ColumnType::Text, "area.name"),
        column("period", ColumnType::Text, "period.code"),
        column("benchmark", ColumnType::Integer, "benchmark.number"),
    ];
    columns.extend(table.plan().by().iter().map(|by| column(by.name(), ColumnType::Text, "categories.code")));
    columns.push(column("comparability", ColumnType::Text, "comparability"));
    columns.push(column("institutions", ColumnType::Integer, "institutions"));
    columns.extend(estimate("achieved", "achieved"));
    columns.extend(estimate("achieved_share", "achievedShare"));
    columns.extend(estimate("mean_score", "meanScore"));
    if table.has_states() {
        columns.extend(estimate("partly_share", "partlyShare"));
        columns.extend(estimate("none_share", "noneShare"));
    }
    columns
}

/// Writes a cell of a table of outcomes.
pub(in crate::graphql) fn write_outcome(text: &mut Vec<u8>, table: &Tabulation<Outcomes>, position: usize) {
    let cell = table.cell(position);
    let (area, period, benchmark, group) = table.cell_key(position);
    let area = &table.catalogue().areas()[area];
    let mut row = Row::new(text);
    row.value(|text| json(text, &area.code));
    row.value(|text| json(text, &area.name));
    row.value(|text| json(text, &period.to_string()));
    row.value(|text| json(text, &benchmark.number));
    for &(dimension, category) in &group.categories {
        row.value(|text| json(text, dimension.categories()[category].code));
    }
    row.value(|text| name(text, Comparability::from(table.comparability(position))));
    row.value(|text| json(text, &cell.institutions));
    row.estimate(&cell.achieved);
    row.estimate(&cell.achieved_share);
    row.estimate(&cell.mean_score);
    for share in [table.partly_share(position), table.none_share(position)].into_iter().flatten() {
        row.estimate(&share);
    }
    row.end();
}

/// The columns of a table of destinations.
pub(in crate::graphql) fn destination_columns(table: &Tabulation<Destinations>) -> Vec<Column> {
    let mut columns = vec![
        column("area", ColumnType::Text, "area.code"),
        column("area_name", ColumnType::Text, "area.name"),
        column("cohort_year", ColumnType::Text, "cohortYear"),
        column("stage", ColumnType::Text, "stage"),
        column("category", ColumnType::Text, "category"),
    ];
    if table.plan().banding().is_some() {
        for part in ["lowest", "highest", "of"] {
            let path = format!("benchmarksAchieved.{part}");
            columns.push(column(&format!("benchmarks_achieved_{part}"), ColumnType::Integer, &path));
        }
    }
    columns.push(column("institutions", ColumnType::Integer, "institutions"));
    columns.extend(estimate("cohort", "cohort"));
    columns.extend(estimate("students", "students"));
    columns.extend(estimate("share", "share"));
    columns
}

/// Writes a cell of a table of destinations.
pub(in crate::graphql) fn write_destination(text: &mut Vec<u8>, table: &Tabulation<Destinations>, position: usize) {
    let (cell, key) = (&table.cells()[position], table.cell_key(position));
    let area = &table.catalogue().areas()[key.area];
    let mut row = Row::new(text);
    row.value(|text| json(text, &area.code));
    row.value(|text| json(text, &area.name));
    row.value(|text| json(text, &key.cohort_year.to_string()));
    row.value(|text| name(text, DestinationStage::from(key.stage)));
    row.value(|text| name(text, DestinationCategory::from(key.destination)));
    if let Some(band) = &key.band {
        for part in [band.lowest, band.highest, band.of] {
            row.value(|text| json(text, &part));
        }
    }
    row.value(|text| json(text, &cell.institutions));
    row.estimate(&cell.cohort);
    row.estimate(&cell.students);
    row.estimate(&cell.share);
    row.end();
}

/// A row that is written.
struct Row<'a> {
    text: &'a mut Vec<u8>,
    begun: bool,
}

impl<'a> Row<'a> {
    fn new(text: &'a mut Vec<u8>) -> Self {
        text.push(b'[');
        Self { text, begun: false }
    }

    fn value(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if std::mem::replace(&mut self.begun, true) {
            self.text.push(b',');
        }
        write(self.text);
    }

    /// In the order of [`ESTIMATE`].
    fn estimate(&mut self, estimate: &Estimate) {
        self.value(|text| json(text, &estimate.value));
        self.value(|text| json(text, &estimate.standard_error));
        self.value(|text| optional(text, estimate.bound.map(EstimateBound::from)));
        self.value(|text| name(text, CellStatus::from(estimate.status)));
        self.value(|text| optional(text, estimate.reason.map(HiddenReason::from)));
    }

    fn end(self) {
        self.text.push(b']');
    }
}
