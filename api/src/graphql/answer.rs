//! What a transport sends back, and how it is written as JSON.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Pos, ServerError, Value};
use bytes::Bytes;
use serde::{Serialize, ser::SerializeMap};
use serde_json::json;

use crate::service;

use super::{
    coerce_variables::CoercionError,
    document::{self, Collected, Undecided},
    error::{TOO_MANY_REQUESTS, UNAVAILABLE, graphql_error},
    error_code::ErrorCode,
    guard::Rejection,
    json,
    prepared::{MOST_ERRORS, Refusal},
};

/// The longest message, characters: some tell what was sent.
const LONGEST_MESSAGE: usize = 1_000;

/// How a request came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It was executed, and nothing failed.
    Complete,
    /// It was executed, and some fields failed.
    Partial,
    /// Its document is not GraphQL.
    Syntax,
    /// It is GraphQL and was not executed: the document passes a limit or does not fit the schema, it is not known under
    /// its identifier, it selects no operation or several, or a variable cannot be coerced.
    Invalid,
    /// It may not be asked here.
    Forbidden,
    /// It is a mutation, and the transport allows questions only.
    NotAQuery,
    /// Nothing of it can be answered at present; the same request may be answered in a moment.
    Unavailable,
    /// Nothing of it can be answered before something else of the asker's is.
    TooMany,
}

impl Reply {
    /// How a request came about that was executed, `has_value` being whether anything of it was answered.
    fn of(has_value: bool, errors: &[ServerError]) -> Self {
        let all =
            |codes: &[&str]| errors.iter().all(|error| code(error).is_some_and(|code| codes.contains(&code.as_str())));
        match errors {
            [] => Self::Complete,
            _ if !has_value && all(&[UNAVAILABLE]) => Self::Unavailable,
            _ if !has_value && all(&[UNAVAILABLE, TOO_MANY_REQUESTS]) => Self::TooMany,
            _ => Self::Partial,
        }
    }
}

/// What execution came to.
pub(super) struct Resolved {
    /// What the library resolved, where it was executed.
    pub(super) data: Option<Value>,
    /// Every error.
    pub(super) errors: Vec<ServerError>,
    /// What was selected.
    pub(super) collected: Arc<Collected>,
    /// The points that its tables took.
    pub(super) points: Option<u32>,
}

/// What a transport sends back.
#[derive(Debug)]
pub struct Answer {
    /// How the request came about.
    pub reply: Reply,
    /// The body, JSON.
    pub body: Bytes,
    /// Whether the document asks for nothing that depends on who asks.
    pub catalogue_only: bool,
}

impl Answer {
    /// An answer of one error.
    pub(super) fn error(reply: Reply, code: &str, message: &str, request_id: &str) -> Self {
        Self::located(reply, code, message, None, request_id)
    }

    /// The answer to a mutation where the transport allows questions only.
    pub(super) fn not_a_query(request_id: &str) -> Self {
        let message = "only questions can be asked with GET; send anything else with POST";
        Self::error(Reply::NotAQuery, "BAD_REQUEST", message, request_id)
    }

    /// The answer to a document that is not executed.
    pub(super) fn refused(refusal: &Refusal, request_id: &str) -> Self {
        match refusal {
            Refusal::Guard(rejection) => {
                let (reply, code) = match rejection {
                    Rejection::Limit { .. } => (Reply::Invalid, "LIMIT_EXCEEDED"),
                    Rejection::Cycle { .. } => (Reply::Invalid, "BAD_REQUEST"),
                    Rejection::Syntax { .. } => (Reply::Syntax, "BAD_REQUEST"),
                };
                let at = rejection.position().map(|(line, column)| Pos { line, column });
                Self::located(reply, code, &rejection.to_string(), at, request_id)
            }
            Refusal::Invalid { errors, found, .. } => {
                let body = respond(None::<fn(&mut Vec<u8>)>, errors, *found, None, request_id);
                Self { reply: Reply::Invalid, body: body.into(), catalogue_only: false }
            }
            Refusal::Introspection => {
                let message = "the contract is not told here; it is published as `schema.graphql`";
                Self::error(Reply::Forbidden, "FORBIDDEN", message, request_id)
            }
        }
    }

    /// The answer to variables that cannot be coerced.
    pub(super) fn not_coerced(error: &CoercionError, request_id: &str) -> Self {
        let code = if matches!(error, CoercionError::TooMany(_)) { "LIMIT_EXCEEDED" } else { "BAD_REQUEST" };
        Self::located(Reply::Invalid, code, &error.to_string(), error.position(), request_id)
    }

    /// The answer where a condition has no value.
    pub(super) fn undecided(undecided: &Undecided, request_id: &str) -> Self {
        let Undecided { directive, at } = undecided;
        let message = format!("expected `Boolean!` as `if` of `@{directive}`, found null");
        Self::located(Reply::Invalid, "BAD_REQUEST", &message, Some(*at), request_id)
    }

    /// The answer that execution gave.
    pub(super) fn executed(resolved: &Resolved, request_id: &str) -> Self {
        let Resolved { data, errors, collected, points } = resolved;
        let mut has_value = false;
        let mut write = |text: &mut Vec<u8>, data: &Value| {
            has_value = document::write(text, &collected.fields, data, errors);
        };
        let data = data.as_ref().map(|data| move |text: &mut Vec<u8>| write(text, data));
        let executed = data.is_some();
        let body = respond(data, errors, errors.len(), *points, request_id);
        let reply = if executed { Reply::of(has_value, errors) } else { Reply::Invalid };
        Self { reply, body: body.into(), catalogue_only: collected.catalogue_only }
    }

    /// The answer where writing it failed.
    pub(super) fn failed(error: service::Error, request_id: &str) -> Self {
        let errors = [graphql_error(error).into_server_error(Pos::default())];
        let body = respond(Some(|text: &mut Vec<u8>| text.extend_from_slice(b"null")), &errors, 1, None, request_id);
        Self { reply: Reply::of(false, &errors), body: body.into(), catalogue_only: false }
    }

    fn located(reply: Reply, code: &str, message: &str, at: Option<Pos>, request_id: &str) -> Self {
        Self { reply, body: body_of(message, code, at, request_id).into(), catalogue_only: false }
    }
}

/// The body of an error that no resolver made.
pub fn error_body(message: &str, code: &str, request_id: &str) -> Vec<u8> {
    body_of(message, code, None, request_id)
}

/// The same with its place in the document. Every code is one of the contract's: tests that meet another fail.
fn body_of(message: &str, code: &str, at: Option<Pos>, request_id: &str) -> Vec<u8> {
    debug_assert!(ErrorCode::all().any(|known| known.as_str() == code), "`{code}` is no code of the contract");
    let mut error = json!({"message": bounded(message), "extensions": {"code": code, "requestId": request_id}});
    if let Some(at) = at {
        error["locations"] = json!([at]);
    }
    let body = serde_json::to_vec(&json!({"errors": [error]}));
    body.unwrap_or_else(|_| br#"{"errors":[{"message":"internal error"}]}"#.to_vec())
}

/// A message, as much of it as one needs.
fn bounded(message: &str) -> Cow<'_, str> {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => Cow::Owned(format!("{}…", &message[..end])),
        None => Cow::Borrowed(message),
    }
}

/// The code that an error carries.
fn code(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// A response as GraphQL wants it: no `data` where nothing was executed, no `errors` where there are none. `found` is how
/// many errors there are, shown or not.
fn respond(
    data: Option<impl FnMut(&mut Vec<u8>)>,
    errors: &[ServerError],
    found: usize,
    points: Option<u32>,
    request_id: &str,
) -> Vec<u8> {
    let mut text = Vec::new();
    let mut entry = |key: &str, write: &mut dyn FnMut(&mut Vec<u8>)| {
        text.push(if text.is_empty() { b'{' } else { b',' });
        json::json(&mut text, key);
        text.push(b':');
        write(&mut text);
    };
    if !errors.is_empty() {
        let shown: Vec<_> = errors.iter().take(MOST_ERRORS).map(|error| Shown { error, request_id }).collect();
        entry("errors", &mut |text| json::json(text, &shown));
    }
    if let Some(mut write) = data {
        entry("data", &mut write);
    }
    let mut extensions = serde_json::Map::new();
    if found > MOST_ERRORS {
        extensions.insert("errorsNotShown".to_owned(), json!(found - MOST_ERRORS));
    }
    if let Some(points) = points {
        extensions.insert("cost".to_owned(), json!({ "points": points }));
    }
    if !extensions.is_empty() {
        entry("extensions", &mut |text| json::json(text, &extensions));
    }
    if text.is_empty() {
        text.push(b'{');
    }
    text.push(b'}');
    text
}

/// One error with its locations, its path, its code and the identity of its request.
struct Shown<'a> {
    error: &'a ServerError,
    request_id: &'a str,
}

impl Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &bounded(&self.error.message))?;
        let locations: Vec<&Pos> = self.error.locations.iter().filter(|location| location.line > 0).collect();
        if !locations.is_empty() {
            map.serialize_entry("locations", &locations)?;
        }
        if !self.error.path.is_empty() {
            map.serialize_entry("path", &self.error.path)?;
        }
        let code = code(self.error).unwrap_or_else(|| "BAD_REQUEST".to_owned());
        map.serialize_entry("extensions", &json!({"code": code, "requestId": self.request_id}))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_code_and_gets_one_where_it_has_none() {
        let code = |error: &ServerError| {
            let body = respond(None::<fn(&mut Vec<u8>)>, std::slice::from_ref(error), 1, None, "r");
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            body["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(code(&ServerError::new("Unknown field", None)), "BAD_REQUEST");
        let mut error = ServerError::new("Unknown field", None);
        let mut extensions = async_graphql::ErrorExtensionValues::default();
        extensions.set("code", "FORBIDDEN");
        error.extensions = Some(extensions);
        assert_eq!(code(&error), "FORBIDDEN");
    }
}
