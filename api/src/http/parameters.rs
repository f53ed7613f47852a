//! The parameters of a request: from a JSON body or from a query string, each checked by name.

use serde_json::Value;

use crate::graphql::GraphQlRequest;

/// Reads the parameters of a JSON body.
///
/// # Errors
/// What is wrong with it, with the place where it is not JSON.
pub(super) fn from_body(body: &[u8]) -> Result<GraphQlRequest, String> {
    let mut parameters = match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => parameters,
        Ok(Value::Array(_)) => return Err("expected one request, found a batch; send each on its own".to_owned()),
        Ok(other) => return Err(format!("expected a JSON object, found {}", kind(&other))),
        Err(error) => return Err(format!("the body is not JSON: {error}")),
    };
    let mut take = |name: &str| parameters.remove(name).unwrap_or(Value::Null);
    read(take("query"), take("operationName"), take("variables"), &take("extensions"))
}

/// Reads the parameters of a query string, whose `variables` and `extensions` are JSON.
///
/// # Errors
/// What is wrong with it.
pub(super) fn from_query(pairs: &[(String, String)]) -> Result<GraphQlRequest, String> {
    let one = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(format!("the parameter `{name}` stands twice")),
            (value, None) => Ok(value),
        }
    };
    let text = |name: &str| Ok::<_, String>(one(name)?.map_or(Value::Null, |value| Value::String(value.to_owned())));
    let json = |name: &str| match one(name)? {
        None | Some("") => Ok(Value::Null),
        Some(value) => {
            serde_json::from_str(value).map_err(|error| format!("the parameter `{name}` is not JSON: {error}"))
        }
    };
    let operation = match text("operationName")? {
        Value::String(name) if name.is_empty() => Value::Null,
        other => other,
    };
    read(text("query")?, operation, json("variables")?, &json("extensions")?)
}

fn read(query: Value, operation_name: Value, variables: Value, extensions: &Value) -> Result<GraphQlRequest, String> {
    let query = match query {
        Value::String(query) if !query.is_empty() => query,
        Value::Null | Value::String(_) => return Err("the parameter `query` is missing".to_owned()),
        other => return Err(wrong("query", "a string", &other)),
    };
    let operation_name = match operation_name {
        Value::Null => None,
        Value::String(name) => Some(name),
        other => return Err(wrong("operationName", "a string or null", &other)),
    };
    for (name, value) in [("variables", &variables), ("extensions", extensions)] {
        if !matches!(value, Value::Null | Value::Object(_)) {
            return Err(wrong(name, "an object or null", value));
        }
    }
    Ok(GraphQlRequest { query, operation_name, variables })
}

fn wrong(name: &str, expected: &str, found: &Value) -> String {
    format!("the parameter `{name}` must be {expected}, found {}", kind(found))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
