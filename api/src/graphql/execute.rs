//! Executing a request: guarded, parsed once, executed, and written as JSON.

use std::sync::Arc;

use async_graphql::{
    Pos, ServerError, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};
use serde::{Serialize, ser::SerializeMap};
use serde_json::json;

use crate::{auth::Viewer, service::Exchange};

use super::{
    ExchangeSchema,
    completion::Declared,
    guard::{self, Limits, Rejection},
    schema,
};

/// The most errors that an answer tells; the rest is counted.
const MOST_ERRORS: usize = 10;

/// One request, as any transport may carry it.
#[derive(Debug, Clone, Default)]
pub struct GraphQlRequest {
    /// The document.
    pub query: String,
    /// Which of its operations is meant.
    pub operation_name: Option<String>,
    /// The variables: an object, or null.
    pub variables: serde_json::Value,
}

/// How a request came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It was executed; some fields may have failed.
    Executed,
    /// It was refused before execution: the document does not hold, or a variable does not fit.
    Refused,
    /// It is a mutation, and the transport allows questions only.
    NotAQuery,
}

/// What a transport sends back.
#[derive(Debug)]
pub struct Answer {
    /// How the request came about.
    pub reply: Reply,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// Executes requests over an exchange.
pub struct Executor {
    schema: ExchangeSchema,
    declared: Declared,
    limits: Limits,
}

impl Executor {
    /// An executor with the limits that documents must hold to.
    pub fn new(exchange: Arc<Exchange>, limits: Limits) -> Self {
        let schema = schema(exchange);
        Self { declared: Declared::of(&schema.sdl()), schema, limits }
    }

    /// Executes a request for a viewer. `queries_only` where the transport must not change anything.
    pub async fn execute(
        &self,
        request: GraphQlRequest,
        viewer: Viewer,
        queries_only: bool,
        request_id: &str,
    ) -> Answer {
        let document = match guard::prepare(&request.query, &self.limits) {
            Ok(document) => document,
            Err(rejection) => return refuse(&rejection, request_id),
        };
        if queries_only && !is_query(&document, request.operation_name.as_deref()) {
            let body = error_body(
                "only questions can be asked with GET; send anything else with POST",
                "BAD_REQUEST",
                request_id,
            );
            return Answer { reply: Reply::NotAQuery, body };
        }
        if let Some(name) = missing_variable(&document, request.operation_name.as_deref(), &request.variables) {
            let body = error_body(&format!("the variable `${name}` is required"), "BAD_REQUEST", request_id);
            return Answer { reply: Reply::Refused, body };
        }
        // The parsed document goes along, so the text is not needed again but to place the nulls of failed fields.
        let mut prepared =
            async_graphql::Request::new("").variables(Variables::from_json(request.variables)).data(viewer);
        prepared.operation_name.clone_from(&request.operation_name);
        prepared.set_parsed_query(document);
        let mut response = self.schema.execute(prepared).await;
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        if executed
            && !response.errors.is_empty()
            && let Ok(document) = guard::prepare(&request.query, &self.limits)
        {
            let name = request.operation_name.as_deref();
            self.declared.complete(&mut response.data, &document, name, &response.errors);
        }
        let data = executed.then_some(&response.data);
        Answer {
            reply: if executed { Reply::Executed } else { Reply::Refused },
            body: write(&Body { data, errors: &response.errors, request_id }),
        }
    }
}

/// The body of an error that no resolver made.
pub fn error_body(message: &str, code: &str, request_id: &str) -> Vec<u8> {
    write(&json!({"errors": [{"message": message, "extensions": {"code": code, "requestId": request_id}}]}))
}

fn refuse(rejection: &Rejection, request_id: &str) -> Answer {
    let code = match rejection {
        Rejection::Limit { .. } => "LIMIT_EXCEEDED",
        Rejection::Cycle(_) | Rejection::Syntax { .. } => "BAD_REQUEST",
    };
    let mut error = json!({"message": rejection.to_string(), "extensions": {"code": code, "requestId": request_id}});
    if let Some((line, column)) = rejection.position() {
        error["locations"] = json!([{"line": line, "column": column}]);
    }
    Answer { reply: Reply::Refused, body: write(&json!({"errors": [error]})) }
}

/// Whether the operation that would be executed is a query. Where none or several could be meant, execution says so.
fn is_query(document: &ExecutableDocument, name: Option<&str>) -> bool {
    meant(document, name).all(|operation| operation.ty == OperationType::Query)
}

/// The first variable that must be given and is not. The library would find out only while it executes.
fn missing_variable(document: &ExecutableDocument, name: Option<&str>, given: &serde_json::Value) -> Option<String> {
    let operation = meant(document, name).next()?;
    operation
        .variable_definitions
        .iter()
        .map(|definition| &definition.node)
        .filter(|definition| !definition.var_type.node.nullable && definition.default_value.is_none())
        .map(|definition| definition.name.node.as_str())
        .find(|name| given.get(name).is_none_or(serde_json::Value::is_null))
        .map(str::to_owned)
}

/// The operations that a name could mean; every one where there is no name.
fn meant<'a>(document: &'a ExecutableDocument, name: Option<&'a str>) -> impl Iterator<Item = &'a OperationDefinition> {
    document
        .operations
        .iter()
        .filter(move |(own, _)| name.is_none_or(|name| own.is_some_and(|own| own.as_str() == name)))
        .map(|(_, operation)| &operation.node)
}

fn write(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|_| br#"{"errors":[{"message":"internal error"}]}"#.to_vec())
}

/// A response as GraphQL wants it: no `data` where nothing was executed, no `errors` where there are none.
struct Body<'a> {
    data: Option<&'a Value>,
    errors: &'a [ServerError],
    request_id: &'a str,
}

impl Serialize for Body<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.errors.is_empty() {
            let shown = self.errors.iter().take(MOST_ERRORS).map(|error| Shown { error, request_id: self.request_id });
            map.serialize_entry("errors", &shown.collect::<Vec<_>>())?;
        }
        if let Some(data) = self.data {
            map.serialize_entry("data", data)?;
        }
        if self.errors.len() > MOST_ERRORS {
            map.serialize_entry("extensions", &json!({"errorsNotShown": self.errors.len() - MOST_ERRORS}))?;
        }
        map.end()
    }
}

/// One error with its place, its path, its code and the identity of its request.
struct Shown<'a> {
    error: &'a ServerError,
    request_id: &'a str,
}

impl Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.error.message)?;
        let places: Vec<&Pos> = self.error.locations.iter().filter(|place| place.line > 0).collect();
        if !places.is_empty() {
            map.serialize_entry("locations", &places)?;
        }
        if !self.error.path.is_empty() {
            map.serialize_entry("path", &self.error.path)?;
        }
        let code = self.error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = code.cloned().unwrap_or_else(|| Value::String("BAD_REQUEST".to_owned()));
        map.serialize_entry("extensions", &json!({"code": code, "requestId": self.request_id}))?;
        map.end()
    }
}
