//! The tidy table as JSON: what it is about, its columns with their types, and its lines as arrays.

use serde_json::{Value as Json, json};

use super::tidy::{ColumnKind, Tidy, Value};

/// `{about, schema: [{name, type, description}], data: [[…]]}`. Written line by line: a large table takes no more room than its text.
pub(super) fn write(table: &impl Tidy) -> Vec<u8> {
    let schema: Vec<Json> = table
        .columns()
        .into_iter()
        .map(|column| json!({"name": column.name, "type": kind(column.kind), "description": column.description}))
        .collect();
    let mut text = json!({"about": table.about(), "schema": schema}).to_string().into_bytes();
    // In place of the brace at the end.
    text.pop();
    text.extend_from_slice(b",\"data\":[");
    let mut is_first = true;
    table.each_line(&mut |line| {
        if !std::mem::take(&mut is_first) {
            text.push(b',');
        }
        text.extend_from_slice(Json::Array(line.iter().map(value).collect()).to_string().as_bytes());
    });
    text.extend_from_slice(b"]}");
    text
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
