//! The edge: what comes in wrong goes out with the right status, and the service lives on.

mod abuse;
mod batches;
mod caching;
mod dear;
mod documents;
mod origins;
mod profiles;
mod rates;
mod slow;
mod small_print;
mod specification;

use api::{app, config::EdgeSettings};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, LEP, Service};

async fn post(service: &Service, content_type: &str, body: impl Into<Body>) -> (StatusCode, String) {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ACCEPT, "application/graphql-response+json")
        .body(body.into())
        .unwrap();
    let answer = service.send(request).await;
    (answer.status, answer.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned())
}

/// The same service behind another edge.
fn behind(service: &mut Service, edge: &EdgeSettings) {
    service.router = app::router_with(&service.settings, edge, &service.exchange).unwrap();
}

/// An empty service behind an edge.
async fn empty_behind(edge: &EdgeSettings) -> Service {
    let mut service = Service::empty(Engine::Sqlite).await;
    behind(&mut service, edge);
    service
}

/// A request with a JSON body, answered in the newer media type.
async fn post_json(service: &Service, body: &Value) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json");
    service.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// The code of the first error.
fn code(answer: &Answer) -> String {
    answer.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

fn document(query: &str) -> String {
    json!({"query": query}).to_string()
}

#[rstest]
#[case::form("application/x-www-form-urlencoded", "query={__typename}", 415)]
#[case::text("text/plain", r#"{"query": "{ __typename }"}"#, 415)]
#[case::not_json("application/json", "{", 400)]
#[case::batch("application/json", r#"[{"query": "{ __typename }"}]"#, 400)]
#[case::no_query("application/json", "{}", 400)]
#[case::wrong_query("application/json", r#"{"query": 7}"#, 400)]
#[case::wrong_variables("application/json", r#"{"query": "{ __typename }", "variables": "x"}"#, 400)]
#[case::wrong_name("application/json", r#"{"query": "{ __typename }", "operationName": 1}"#, 400)]
#[case::not_graphql("application/json", r#"{"query": "{"}"#, 400)]
#[case::unknown_field("application/json", r#"{"query": "{ nothing }"}"#, 400)]
#[case::typename_of_nothing("application/json", r#"{"query": "{ __typename @nothing { name } }"}"#, 400)]
#[case::unknown_operation("application/json", r#"{"query": "query a { __typename }", "operationName": "b"}"#, 400)]
#[case::missing_variable("application/json", r#"{"query": "query a($c: String!) { area(code: $c) { name } }"}"#, 400)]
#[tokio::test]
async fn what_comes_in_wrong_goes_out_with_the_right_status(
    #[case] kind: &str,
    #[case] body: &'static str,
    #[case] status: u16,
) {
    let service = Service::empty(Engine::Sqlite).await;
    let (found, code) = post(&service, kind, body).await;
    assert_eq!((found.as_u16(), code.as_str()), (status, "BAD_REQUEST"));
}

#[tokio::test]
async fn questions_may_be_asked_with_get_and_in_either_media_type() {
    let service = Service::empty(Engine::Sqlite).await;
    let get = |uri: &str, accept: &str| {
        let request = Request::get(uri).header(header::ACCEPT, accept).body(Body::empty()).unwrap();
        let service = &service;
        async move { service.send(request).await }
    };
    let uri = "/graphql?query=query%20q($c:String!)%7Barea(code:$c)%7Bname%7D%7D&variables=%7B%22c%22:%22HK%22%7D&operationName=q";
    let answer = get(uri, "application/graphql-response+json").await;
    assert_eq!(answer.data(), json!({"area": {"name": "Hong Kong"}}));
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/graphql-response+json; charset=utf-8");
    let legacy = get("/graphql?query=%7Bnothing%7D", "application/json").await;
    assert_eq!(legacy.status, StatusCode::OK, "well formed, so 200 for application/json");
    assert_eq!(legacy.headers[header::CONTENT_TYPE], "application/json; charset=utf-8");
    assert_eq!(legacy.json().get("data"), None);
    assert_eq!(get("/graphql?query=mutation%7Bx%7D", "*/*").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(get("/graphql?query=%7B__typename%7D", "text/html").await.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(get("/graphql?query=a&query=b", "*/*").await.status, StatusCode::BAD_REQUEST);
    let request = Request::builder().method(Method::DELETE).uri("/graphql").body(Body::empty()).unwrap();
    let answer = service.send(request).await;
    assert_eq!(
        (answer.status, answer.headers[header::ALLOW].to_str().unwrap()),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST")
    );
}

#[tokio::test]
async fn a_failed_field_is_a_null_where_its_type_allows_one_and_above_where_it_does_not() {
    let service = Service::empty(Engine::Sqlite).await;
    let query = r#"{ viewer { scopes } outcomes(input: {framework: "x"}) { tier } }"#;
    let answer = service.ask(None, query).await;
    assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::OK, "UNAUTHENTICATED"));
    assert_eq!(answer.json()["data"], json!({"viewer": {"scopes": []}, "outcomes": null}));
    let query =
        r#"{ framework(code: "GATSBY-2014") { code crosswalk(to: "x") { comparability } } area(code: "HK") { name } }"#;
    let answer = service.ask(None, query).await.json();
    assert_eq!(answer["data"], json!({"framework": null, "area": {"name": "Hong Kong"}}));
    assert_eq!(answer["errors"][0]["path"], json!(["framework", "crosswalk"]));
}

#[tokio::test]
async fn every_answer_carries_its_identity_and_the_headers_of_safety() {
    let service = Service::empty(Engine::Sqlite).await;
    for uri in ["/graphql?query=%7Bnothing%7D", "/livez", "/graphiql", "/nowhere"] {
        let request = Request::get(uri).header("x-request-id", "abc-1").body(Body::empty()).unwrap();
        let answer = service.send(request).await;
        assert_eq!(answer.headers["x-request-id"], "abc-1", "{uri}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let kept = if uri == "/graphiql" { "no-cache" } else { "no-store" };
        assert_eq!(answer.headers[header::CACHE_CONTROL], kept, "{uri}");
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        if answer.status.is_client_error() || uri.contains("graphql?") {
            let id = answer.json()["errors"][0]["extensions"]["requestId"].clone();
            assert_eq!(id, Value::from("abc-1"), "{uri}");
        }
    }
    let forged = Request::get("/livez").header("x-request-id", "a b\tc").body(Body::empty()).unwrap();
    assert_ne!(service.send(forged).await.headers["x-request-id"], "a b\tc");
}

#[tokio::test]
async fn at_most_ten_errors_are_told() {
    let service = Service::empty(Engine::Sqlite).await;
    let fields: String = (0..40).map(|number| format!("nothing{number} ")).collect();
    let answer = service.ask(None, &format!("{{ viewer {{ {fields} }} }}")).await.json();
    assert_eq!(answer["errors"].as_array().unwrap().len(), 10);
    assert_eq!(answer["extensions"]["errorsNotShown"], 30);
}

#[tokio::test]
async fn a_service_is_ready_when_a_release_is_loaded() {
    let ready =
        async |service: &Service| service.send(Request::get("/readyz").body(Body::empty()).unwrap()).await.status;
    assert_eq!(ready(&Service::empty(Engine::Sqlite).await).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready(&Service::filled(Engine::Sqlite).await).await, StatusCode::OK);
}

/// The question that GraphiQL asks of every service.
#[tokio::test]
async fn a_full_introspection_passes_the_guard() {
    let service = Service::empty(Engine::Sqlite).await;
    let types = (0..9).fold("name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} types {{ ...T }} \
         directives {{ name description locations args {{ ...I }} }} }} }} \
         fragment T on __Type {{ kind name description fields(includeDeprecated: true) {{ name description args {{ ...I }} \
         type {{ ...R }} isDeprecated deprecationReason }} inputFields {{ ...I }} interfaces {{ ...R }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...R }} }} \
         fragment I on __InputValue {{ name description type {{ ...R }} defaultValue }} fragment R on __Type {{ {types} }}"
    );
    let data = service.ask(None, &query).await.data();
    assert!(data["__schema"]["types"].as_array().unwrap().len() > 30);
}

#[tokio::test]
async fn addresses_with_a_slash_at_the_end_lead_to_the_same() {
    let service = Service::empty(Engine::Sqlite).await;
    let post = Request::post("/graphql/").header(header::CONTENT_TYPE, "application/json");
    let answer = service.send(post.body(Body::from(document("{ __typename }"))).unwrap()).await;
    assert_eq!(answer.data(), json!({"__typename": "Query"}));
    let page = service.send(Request::get("/graphiql/").body(Body::empty()).unwrap()).await;
    assert_eq!(
        (page.status, &page.headers[header::LOCATION]),
        (StatusCode::PERMANENT_REDIRECT, &"/graphiql".parse().unwrap())
    );
}

/// The page writes no style into itself; its editor does, and so stands in a frame of the page alone, from where it asks nobody.
#[tokio::test]
async fn the_editor_is_framed_by_the_page_and_by_nobody_else() {
    let service = Service::empty(Engine::Sqlite).await;
    let header = |answer: &Answer, name: header::HeaderName| answer.headers[name].to_str().unwrap().to_owned();
    let page = service.send(Request::get("/graphiql").body(Body::empty()).unwrap()).await;
    let policy = header(&page, header::CONTENT_SECURITY_POLICY);
    assert!(!policy.contains("unsafe") && policy.contains("frame-src 'self'"), "{policy}");
    assert_eq!(header(&page, header::X_FRAME_OPTIONS), "DENY");
    let editor = service.send(Request::get("/graphiql/editor").body(Body::empty()).unwrap()).await;
    let policy = header(&editor, header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("connect-src"), "{policy}");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert_eq!(header(&editor, header::X_FRAME_OPTIONS), "SAMEORIGIN");
}

#[tokio::test]
async fn a_mark_before_the_body_is_overlooked() {
    let service = Service::empty(Engine::Sqlite).await;
    let body = format!("\u{feff}{}", document("{ __typename }"));
    assert_eq!(post(&service, "application/json", body).await, (StatusCode::OK, String::new()));
}

#[tokio::test]
async fn an_answer_in_no_known_coding_is_refused_before_anything_is_charged() {
    let service = Service::filled(Engine::Sqlite).await;
    let used = r"{ viewer { budget { measure } } }";
    let before = service.ask(Some(LEP), used).await.json();
    let query = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], areaKind: REGION, benchmarks: [1], by: [SIZE]}) { cells { institutions } } }"#;
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)))
        .header(header::ACCEPT_ENCODING, "deflate, *;q=0");
    let answer = service.send(request.body(Body::from(document(query))).unwrap()).await;
    assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST"));
    assert_eq!(answer.json().get("data"), None);
    assert_eq!(service.ask(Some(LEP), used).await.json(), before);
}
