//! The description of what GET gives beside GraphQL, as OpenAPI 3.1. Written here once; a test asks every address as it says.

use axum::{
    Router,
    body::Body,
    extract::State as Extract,
    http::{HeaderValue, Response, header},
    response::IntoResponse,
    routing::get,
};
use serde_json::{Map, Value, json};

use crate::export::Format;

use super::State;

const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Where it is.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/openapi.json", get(description))
}

async fn description(Extract(state): Extract<State>) -> Response<Body> {
    let token = state.authorization.metadata()["token_endpoint"].clone();
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json), (header::CACHE_CONTROL, CACHED)], document(&token).to_string()).into_response()
}

fn document(token: &Value) -> Value {
    let mut paths: Map<String, Value> = Format::ALL.iter().map(|format| of_format(*format)).collect();
    paths.extend(Format::ALL.iter().map(|format| official_of_format(*format)));
    paths.insert("/tables/{citation}".to_owned(), chosen());
    paths.insert("/tables/official/{dataSet}".to_owned(), official_chosen());
    paths.insert("/tables".to_owned(), kept());
    paths.insert("/reports/{area}".to_owned(), report());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Benchmark Exchange: tables and reports to take away",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "description": "A table that was asked for in GraphQL, in the formats that tools read. It is authorised, protected, charged \
                            and recorded as the question is; a repeat costs nothing and looks the same.",
        },
        "servers": [{"url": "."}],
        "security": [{"token": []}, {"client": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": format!("A token, e.g. of {}", token.as_str().unwrap_or_default())},
                "client": {"type": "http", "scheme": "basic", "description": "The identifier and the secret of a client with the scope `outcomes:read`, for spreadsheets that cannot send a token. Not from the page of another site."},
            },
            "parameters": parameters(),
            "responses": {
                "Error": {
                    "description": "Why there is no file. `code` is one of the closed list that GraphQL has.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}},
                },
            },
            "schemas": {"Errors": {
                "type": "object",
                "required": ["errors"],
                "properties": {"errors": {"type": "array", "items": {
                    "type": "object",
                    "required": ["message", "extensions"],
                    "properties": {
                        "message": {"type": "string"},
                        "extensions": {
                            "type": "object",
                            "required": ["code", "requestId"],
                            "properties": {"code": {"type": "string"}, "requestId": {"type": "string"}},
                        },
                    },
                }}},
            }},
        },
    })
}

fn parameters() -> Value {
    let query = |name: &str, description: &str, schema: &Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let path = |name: &str, description: &str| json!({"name": name, "in": "path", "required": true, "description": description, "schema": {"type": "string"}});
    let text = json!({"type": "string"});
    json!({
        "citation": path("citation", "The `citation` of a table, or the name of a saved question."),
        "area": path("area", "The code of an area, e.g. `E12000001`."),
        "purpose": query("purpose", "One of your agreements' purposes. May be left out where you have exactly one.", &json!({"type": "string"})),
        "part": query(
            "part",
            "Of a table of outcomes: outcomes on each benchmark, the same with the totals of the breakdown, or outcomes over all benchmarks.",
            &json!({"type": "string", "enum": ["cells", "totals", "overall"], "default": "cells"}),
        ),
        "since": query("since", "Of a table of outcomes: earlier periods from which changes are told, with commas between them.", &json!({"type": "string"})),
        "states": query("states", "Tell who partly achieved each benchmark, and who scored nothing, too. Of every kind of table this is charged as a tabulation of its own.", &json!({"type": "boolean", "default": false})),
        "official": query("official", "Of a table of outcomes: the column of an indicator, whose official figure of the same area and academic year is put beside each row.", &text),
        "official_data_set": query("official_data_set", "Take it from this data set alone.", &text),
        "official_filter": query("official_filter", "An item of a filter that it must have, as `column:item`. May stand more than once.", &text),
        "dataSet": path("dataSet", "The name of a data set; `officialDataSets` of GraphQL lists them."),
        "indicator": query("indicator", "The column of an indicator. May stand more than once; without it all of them.", &text),
        "areas": query("areas", "Codes of areas, with commas between them, under any code that each had.", &text),
        "years": query("years", "Academic years as six digits, or times as published, with commas between them.", &text),
        "filter": query("filter", "An item of a filter that rows must have, as `column:item`. May stand more than once.", &text),
        "version": query("version", "The version of the data set; the newest when left out.", &json!({"type": "integer"})),
        "release": query("release", "Of a saved question, the number of the release to ask; the newest when left out.", &json!({"type": "integer"})),
        "bom": query("bom", "Put a byte order mark before CSV, by which older spreadsheets know UTF-8.", &json!({"type": "boolean", "default": false})),
        "framework": query("framework", "The framework; that of the area's country when left out.", &json!({"type": "string"})),
        "beside": query("beside", "The code of one more area to put beside it, or of a comparator, which stands for its members (at most 30). One of another country comes through the crosswalk, and is charged as such a question.", &json!({"type": "string"})),
    })
}

fn named(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect()
}

/// The responses of an address that gives some media types.
fn responses(media: &[&str]) -> Value {
    let kind = |media: &&str| (media.split(';').next().unwrap_or_default().to_owned(), json!({}));
    let content: Map<String, Value> = media.iter().map(kind).collect();
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({"description": "The file.", "content": content}));
    responses
        .insert("304".to_owned(), json!({"description": "You have it already: `If-None-Match` named its `ETag`."}));
    for status in ["400", "401", "403", "404", "406", "429", "503"] {
        responses.insert(status.to_owned(), json!({"$ref": "#/components/responses/Error"}));
    }
    Value::Object(responses)
}

fn of_format(format: Format) -> (String, Value) {
    let names = match format {
        Format::Csv => [&OF_TABLE[..], &["bom"]].concat(),
        _ => OF_TABLE.to_vec(),
    };
    let operation = json!({"get": {
        "operationId": format!("table.{}", format.ending()),
        "summary": format.description(),
        "parameters": named(&names),
        "responses": responses(&[format.media_type()]),
    }});
    (format!("/tables/{{citation}}.{}", format.ending()), operation)
}

/// What is asked of a table.
const OF_TABLE: [&str; 9] =
    ["citation", "purpose", "part", "since", "states", "official", "official_data_set", "official_filter", "release"];

/// What is asked of official figures.
const OF_OFFICIAL: [&str; 6] = ["dataSet", "indicator", "areas", "years", "filter", "version"];

/// Official figures need no token.
fn open(operation: &Value) -> Value {
    let mut operation = operation.clone();
    operation["security"] = json!([{}, {"token": []}, {"client": []}]);
    json!({"get": operation})
}

fn official_of_format(format: Format) -> (String, Value) {
    let names = match format {
        Format::Csv => [&OF_OFFICIAL[..], &["bom"]].concat(),
        _ => OF_OFFICIAL.to_vec(),
    };
    let operation = open(&json!({
        "operationId": format!("official.{}", format.ending()),
        "summary": format!("Official figures. {}", format.description()),
        "parameters": named(&names),
        "responses": responses(&[format.media_type()]),
    }));
    (format!("/tables/official/{{dataSet}}.{}", format.ending()), operation)
}

fn official_chosen() -> Value {
    let media: Vec<&str> = Format::ALL.into_iter().filter_map(Format::asked_as).collect();
    open(&json!({
        "operationId": "official",
        "summary": "Official figures as they were published, in the format that `Accept` asks for. They need no token and cost no budget.",
        "parameters": named(&[&OF_OFFICIAL[..], &["bom"]].concat()),
        "responses": responses(&media),
    }))
}

fn chosen() -> Value {
    let media: Vec<&str> = Format::ALL.into_iter().filter_map(Format::asked_as).collect();
    json!({"get": {
        "operationId": "table",
        "summary": "A table in the format that `Accept` asks for; tidy CSV where it asks for none.",
        "parameters": named(&[&OF_TABLE[..], &["bom"]].concat()),
        "responses": responses(&media),
    }})
}

/// What an organisation keeps.
fn kept() -> Value {
    json!({"get": {
        "operationId": "saved",
        "summary": "The questions that your organisation keeps under names. PUT to `/tables/{name}` with `citation` and, if wanted, \
                    `newest` keeps one; DELETE forgets it. Both need a token.",
        "responses": responses(&["application/json"]),
    }})
}

fn report() -> Value {
    json!({"get": {
        "operationId": "report",
        "summary": "Benchmark by benchmark the country, the region and the area beside each other, and the trend, as a page to print.",
        "parameters": named(&["area", "framework", "purpose", "beside", "states"]),
        "responses": responses(&["text/html"]),
    }})
}
