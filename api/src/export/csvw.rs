//! What the CSV is about, as "CSV on the Web" has it: citation, release and columns, in a file beside.

use serde_json::{Value as Json, json};

use super::{
    json,
    table::Table,
    tidy::{self, ColumnKind},
};

/// The metadata of the tidy CSV.
pub(super) fn write(table: &Table) -> Vec<u8> {
    let columns: Vec<Json> = tidy::columns(table)
        .into_iter()
        .map(|column| {
            let datatype = match column.kind {
                ColumnKind::Text => "string",
                ColumnKind::Integer => "integer",
                ColumnKind::Number => "number",
                ColumnKind::Boolean => "boolean",
            };
            json!({
                "name": column.name,
                "titles": column.name,
                "datatype": datatype,
                "dc:description": column.description,
            })
        })
        .collect();
    let about = &table.about;
    json!({
        "@context": "http://www.w3.org/ns/csvw",
        "url": format!("{}.csv", about.citation),
        "dc:title": about.title,
        "dc:identifier": about.citation,
        "dc:publisher": "Benchmark Exchange",
        "dc:issued": about.published_at.format("%Y-%m-%d").to_string(),
        "tableSchema": {"columns": columns},
        "notes": [json::about(table)],
    })
    .to_string()
    .into_bytes()
}
