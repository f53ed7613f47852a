//! What the CSV is about, as "CSV on the Web" has it: citation, release and columns, in a file beside.

use serde_json::{Value as Json, json};

use super::tidy::{ColumnKind, Tidy};

/// The metadata of the tidy CSV.
pub(super) fn write(table: &impl Tidy) -> Vec<u8> {
    let columns: Vec<Json> = table
        .columns()
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
    let (title, reference, issued) = table.heading();
    let mut told = json!({
        "@context": "http://www.w3.org/ns/csvw",
        "url": format!("{reference}.csv"),
        "dc:title": title,
        "dc:identifier": reference,
        "dc:publisher": "Benchmark Exchange",
        "tableSchema": {"columns": columns},
        "notes": [table.about()],
    });
    if let Some(issued) = issued {
        told["dc:issued"] = issued.into();
    }
    told.to_string().into_bytes()
}
