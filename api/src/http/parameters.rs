//! The parameters of a request: from a JSON body or from a query string, each checked by name.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::graphql::{DocumentSource, GraphQlRequest};

/// What a body holds.
#[derive(Debug)]
pub(super) enum Incoming {
    /// One request.
    One(GraphQlRequest),
    /// Several, answered in their order.
    Many(Vec<GraphQlRequest>),
}

/// Why parameters cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// The body is not JSON.
    NotJson(String),
    /// It is, but not a request.
    NotARequest(String),
    /// More requests than one body may hold.
    TooMany(String),
}

/// Reads the parameters of a JSON body. More than one request only where `most` allows several.
///
/// # Errors
/// What is wrong with it, with the place where it is not JSON.
pub(super) fn from_body(body: &[u8], most: usize) -> Result<Incoming, Malformed> {
    match serde_json::from_slice(without_mark(body)) {
        Ok(Value::Object(parameters)) => from_object(parameters).map(Incoming::One).map_err(Malformed::NotARequest),
        Ok(Value::Array(_)) if most < 2 => {
            Err(Malformed::NotARequest("expected one request, found a batch; send each on its own".to_owned()))
        }
        Ok(Value::Array(all)) if all.len() > most => {
            Err(Malformed::TooMany(format!("expected a batch of at most {most} requests, found {}", all.len())))
        }
        Ok(Value::Array(all)) if all.is_empty() => {
            Err(Malformed::NotARequest("expected requests, found an empty batch".to_owned()))
        }
        Ok(Value::Array(all)) => {
            let requests = all.into_iter().enumerate().map(|(index, one)| {
                from_value(one)
                    .map_err(|problem| Malformed::NotARequest(format!("request {index} of the batch: {problem}")))
            });
            requests.collect::<Result<_, _>>().map(Incoming::Many)
        }
        Ok(other) => Err(Malformed::NotARequest(format!("expected a JSON object, found {}", kind(&other)))),
        Err(error) => Err(Malformed::NotJson(format!("the body is not JSON: {error}"))),
    }
}

/// JSON without the mark that some editors and tools put before UTF-8; RFC 8259 allows to overlook it.
pub(super) fn without_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json)
}

/// Reads the request in a message.
///
/// # Errors
/// What is wrong with it.
pub(super) fn from_value(value: Value) -> Result<GraphQlRequest, String> {
    match value {
        Value::Object(parameters) => from_object(parameters),
        other => Err(format!("expected a JSON object, found {}", kind(&other))),
    }
}

fn from_object(mut parameters: Map<String, Value>) -> Result<GraphQlRequest, String> {
    let mut take = |name: &str| parameters.remove(name).unwrap_or(Value::Null);
    read(Sent {
        query: take("query"),
        document_id: take("documentId"),
        operation_name: take("operationName"),
        variables: take("variables"),
        extensions: take("extensions"),
    })
}

/// Reads the parameters of a query string, whose `variables` and `extensions` are JSON.
///
/// # Errors
/// What is wrong with it.
pub(super) fn from_query(query: &str) -> Result<GraphQlRequest, String> {
    let pairs = pairs(query)?;
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
    read(Sent {
        query: text("query")?,
        document_id: text("documentId")?,
        operation_name: text("operationName")?,
        variables: json("variables")?,
        extensions: json("extensions")?,
    })
}

/// The names and values of a query string, in its order.
///
/// # Errors
/// Where it is no UTF-8.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decoded(key)?, decoded(value)?))
    });
    pairs.collect()
}

/// A part of a query string as it was meant. Bytes that are no UTF-8 are refused, not replaced: the question would be another.
fn decoded(part: &str) -> Result<String, String> {
    let spaced = part.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8();
    text.map(Cow::into_owned).map_err(|error| {
        let at = error.valid_up_to() + 1;
        format!("the query string cannot be read: expected UTF-8, found something else at byte {at} of a parameter")
    })
}

/// The parameters as they were sent; null where one was not.
struct Sent {
    query: Value,
    document_id: Value,
    operation_name: Value,
    variables: Value,
    extensions: Value,
}

fn read(sent: Sent) -> Result<GraphQlRequest, String> {
    for (name, value) in [("variables", &sent.variables), ("extensions", &sent.extensions)] {
        if !matches!(value, Value::Null | Value::Object(_)) {
            return Err(wrong(name, "an object or null", value));
        }
    }
    let query = match sent.query {
        Value::String(query) if !query.is_empty() => Some(query),
        Value::Null | Value::String(_) => None,
        other => return Err(wrong("query", "a string", &other)),
    };
    let persisted = persisted(&sent.extensions)?;
    let document = match (query, unless_empty(sent.document_id), persisted) {
        (None, Value::String(id), None) => DocumentSource::Trusted(id),
        (_, Value::String(_), _) => {
            return Err("expected either `documentId` or a `query`, found both".to_owned());
        }
        (text, Value::Null, Some(hash)) => DocumentSource::Persisted(hash, text),
        (Some(text), Value::Null, None) => DocumentSource::Text(text),
        (None, Value::Null, None) => return Err("the parameter `query` is missing".to_owned()),
        (_, other, _) => return Err(wrong("documentId", "a string", &other)),
    };
    let operation_name = match unless_empty(sent.operation_name) {
        Value::Null => None,
        Value::String(name) => Some(name),
        other => return Err(wrong("operationName", "a string or null", &other)),
    };
    Ok(GraphQlRequest { document, operation_name, variables: sent.variables, text: None })
}

/// An empty text is none: several clients send one where they have nothing to say.
fn unless_empty(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        other => other,
    }
}

/// The hash of an automatic persisted query, from `extensions`.
fn persisted(extensions: &Value) -> Result<Option<[u8; 32]>, String> {
    let Some(persisted) = extensions.get("persistedQuery").filter(|value| !value.is_null()) else { return Ok(None) };
    if persisted.get("version").and_then(Value::as_u64) != Some(1) {
        return Err("the parameter `extensions.persistedQuery.version` must be 1".to_owned());
    }
    let mut hash = [0; 32];
    let digits = persisted.get("sha256Hash").and_then(Value::as_str).unwrap_or_default();
    match hex::decode_to_slice(digits, &mut hash) {
        Ok(()) => Ok(Some(hash)),
        Err(_) => Err("the parameter `extensions.persistedQuery.sha256Hash` must be 64 hexadecimal digits".to_owned()),
    }
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
