//! Pages of other origins, and answers made smaller.

use api::config::EdgeSettings;
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use rstest::rstest;

use super::empty_behind;
use crate::support::{Engine, Service};

async fn preflight(service: &Service, uri: &str, origin: &str) -> (StatusCode, HeaderMap) {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(uri)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type,if-none-match,apollographql-client-name",
        );
    let answer = service.send(request.body(Body::empty()).unwrap()).await;
    (answer.status, answer.headers)
}

#[tokio::test]
async fn no_origin_is_let_in_unless_it_is_named() {
    let closed = Service::empty(Engine::Sqlite).await;
    let (_, headers) = preflight(&closed, "/graphql", "https://a.example").await;
    assert_eq!(headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);

    let cors_origin = vec!["https://a.example".parse().unwrap()];
    let open = empty_behind(&EdgeSettings { cors_origin, ..EdgeSettings::default() }).await;
    for uri in ["/graphql", "/tables", "/tables/a.csv", "/tables/official/a.csv", "/reports/HK"] {
        let (status, headers) = preflight(&open, uri, "https://a.example").await;
        assert_eq!(
            (status, headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN)),
            (StatusCode::OK, Some(&"https://a.example".parse().unwrap())),
            "{uri}"
        );
        let allowed = headers[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
        for name in ["authorization", "content-type", "if-none-match", "apollographql-client-name"] {
            assert!(allowed.contains(name), "{allowed}");
        }
        assert_eq!(headers.get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
        let (_, headers) = preflight(&open, uri, "https://b.example").await;
        assert_eq!(headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
    }
    let wrong = Request::post("/tables/a.csv").header(header::ORIGIN, "https://a.example");
    let wrong = open.send(wrong.body(Body::empty()).unwrap()).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.headers[header::ALLOW], "GET,HEAD,PUT,DELETE");
    assert_eq!(wrong.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");

    let asked = Request::get("/graphql?query=%7B__typename%7D").header(header::ORIGIN, "https://a.example");
    let answer = open.send(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
    let vary: Vec<_> = answer.headers.get_all(header::VARY).iter().map(|value| value.to_str().unwrap()).collect();
    for name in ["accept", "authorization", "origin"] {
        assert!(vary.join(",").split(',').any(|part| part.trim() == name), "{vary:?}");
    }
}

#[rstest]
#[case::brotli("gzip, br, zstd", Some("br"), &[])]
#[case::gzip("gzip;q=1, br;q=0", Some("gzip"), &[0x1f, 0x8b])]
#[case::none("identity", None, b"{")]
#[case::not_as_it_is("identity;q=0, gzip; Q=0.5", Some("gzip"), &[0x1f, 0x8b])]
#[case::any("identity;q=0, *", Some("br"), &[])]
#[case::unknown("compress", None, b"{")]
#[tokio::test]
async fn large_answers_are_made_smaller_as_the_asker_likes(
    #[case] accepted: &str,
    #[case] expected: Option<&str>,
    #[case] start: &[u8],
) {
    let service = Service::empty(Engine::Sqlite).await;
    let get = async |query: &str| {
        let request = Request::get(format!("/graphql?query={query}")).header(header::ACCEPT_ENCODING, accepted);
        service.send(request.body(Body::empty()).unwrap()).await
    };
    let large = get("%7Bareas(first:100)%7Bnodes%7Bcode%20name%7D%7D%7D").await;
    assert_eq!(large.status, StatusCode::OK);
    assert_eq!(large.headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap()), expected);
    assert!(large.body.starts_with(start), "{:?}", &large.body[..4]);
    assert_eq!(large.body.len() < 3_000, expected.is_some(), "{} bytes", large.body.len());
    let small = get("%7B__typename%7D").await;
    let as_it_is = !accepted.contains("identity;q=0");
    assert_eq!(small.headers.get(header::CONTENT_ENCODING).is_none(), as_it_is);
}
