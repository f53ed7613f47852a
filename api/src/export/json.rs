//! The tidy table as JSON: what it is about, its columns with their types, and its lines as arrays.

use serde_json::{Map, Value as Json, json};

use super::{
    table::Table,
    tidy::{self, ColumnKind, Value},
};

/// `{about, schema: [{name, type, description}], data: [[…]]}`. Written line by line: a large table takes no more room than its text.
pub(super) fn write(table: &Table) -> Vec<u8> {
    let schema: Vec<Json> = tidy::columns(table)
        .into_iter()
        .map(|column| json!({"name": column.name, "type": kind(column.kind), "description": column.description}))
        .collect();
    let mut text = json!({"about": about(table), "schema": schema}).to_string().into_bytes();
    // In place of the brace at the end.
    text.pop();
    text.extend_from_slice(b",\"data\":[");
    let mut is_first = true;
    let filled: Result<(), std::convert::Infallible> = tidy::each_line(table, |line| {
        if !std::mem::take(&mut is_first) {
            text.push(b',');
        }
        text.extend_from_slice(Json::Array(line.iter().map(value).collect()).to_string().as_bytes());
        Ok(())
    });
    let Ok(()) = filled;
    text.extend_from_slice(b"]}");
    text
}

/// What is the same for all of a table.
pub(super) fn about(table: &Table) -> Map<String, Json> {
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
    told
}

fn value(value: &Value<'_>) -> Json {
    match *value {
        Value::Nothing => Json::Null,
        Value::Text(text) => text.into(),
        Value::Integer(number) => number.into(),
        Value::Number(number) => number.into(),
        Value::Boolean(boolean) => boolean.into(),
    }
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "string",
        ColumnKind::Integer => "integer",
        ColumnKind::Number => "number",
        ColumnKind::Boolean => "boolean",
    }
}
