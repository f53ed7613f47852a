//! Tables to take away: every format carries what the question's answer carries, and is asked, charged and recorded as it is.

mod formats;
mod kept;
mod official;
mod reports;
mod same;

use api::{
    auth::{Scope, Scopes},
    export::Format,
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rstest::rstest;

use crate::{
    destinations,
    support::{Answer, Engine, HUB, LEP, PARTNER, Service},
};

const REGIONS: &str = r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, periods: ["202324T3"]}"#;

async fn take(service: &Service, organisation: Option<&str>, address: &str) -> Answer {
    take_with(service, organisation, address, &[]).await
}

async fn take_with(
    service: &Service,
    organisation: Option<&str>,
    address: &str,
    headers: &[(header::HeaderName, &str)],
) -> Answer {
    let mut request = Request::get(format!("/tables/{address}"));
    if let Some(organisation) = organisation {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", service.token(organisation)));
    }
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    service.send(request.body(Body::empty()).unwrap()).await
}

/// The citation of a question's table.
async fn citation(service: &Service, organisation: &str, input: &str) -> String {
    let query = format!("{{ outcomes(input: {input}) {{ citation }} }}");
    let data = service.ask(Some(organisation), &query).await.data();
    data["outcomes"]["citation"].as_str().unwrap().to_owned()
}

async fn rows_of(service: &Service, table: &str) -> i64 {
    service.database.numbers(&format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}")).await[0][0]
}

fn media(answer: &Answer) -> &str {
    let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
    kind.split(';').next().unwrap()
}

#[tokio::test]
async fn every_ending_gives_its_format_and_accept_chooses_where_there_is_none() {
    let service = Service::filled(Engine::Sqlite).await;
    let citation = citation(&service, LEP, REGIONS).await;
    for format in Format::ALL {
        let address = format!("{citation}.{}", format.ending());
        let answer = take(&service, Some(LEP), &address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.headers[header::CONTENT_TYPE], format.media_type());
        let name = answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.contains("outcomes-release-1."), "{name}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-cache");
        assert_eq!(answer.headers[header::VARY], "accept, accept-encoding, authorization");
        assert!(answer.headers[header::LINK].to_str().unwrap().ends_with("rel=\"cite-as\""));
        assert_eq!(take(&service, Some(LEP), &address).await.body, answer.body, "{address}: again the same");
        let tag = answer.headers[header::ETAG].to_str().unwrap();
        let again = take_with(&service, Some(LEP), &address, &[(header::IF_NONE_MATCH, tag)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{address}");
        let Some(asked) = format.asked_as() else { continue };
        let chosen = take_with(&service, Some(LEP), &citation, &[(header::ACCEPT, asked)]).await;
        assert_eq!((media(&chosen), &chosen.body), (asked, &answer.body));
    }
    assert_eq!(media(&take(&service, Some(LEP), &citation).await), "text/csv", "without a wish");
    let none = take_with(&service, Some(LEP), &citation, &[(header::ACCEPT, "image/png")]).await;
    assert_eq!((none.status, none.error().0.as_str()), (StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST"));

    let mut request = Request::head(format!("/tables/{citation}.csv"));
    request = request.header(header::AUTHORIZATION, format!("Bearer {}", service.token(LEP)));
    let head = service.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_ne!(head.headers[header::CONTENT_LENGTH], "0");
    let marked = take(&service, Some(LEP), &format!("{citation}.csv?bom=true")).await;
    assert!(marked.body.starts_with("\u{feff}area_code,area,".as_bytes()));
}

#[tokio::test]
async fn what_is_wrong_is_told_with_a_code() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let regions = citation(&service, LEP, REGIONS).await;
    let hubs = citation(&service, LEP, r#"{framework: "GATSBY-2014", areas: ["HUB-2018-21"]}"#).await;
    let data = service.ask(Some(LEP), r#"{ destinations(input: {areas: ["E92000001"]}) { citation } }"#).await.data();
    let destinations = data["destinations"]["citation"].as_str().unwrap().to_owned();
    for (address, status, code) in [
        ("%FF.csv".to_owned(), 400, "BAD_REQUEST"),
        ("release-1-regional-AAAA.csv".to_owned(), 400, "BAD_REQUEST"),
        ("nothing.csv".to_owned(), 404, "NOT_FOUND"),
        ("Nothing.csv".to_owned(), 400, "BAD_REQUEST"),
        (format!("{regions}.xls"), 404, "NOT_FOUND"),
        (format!("{regions}."), 404, "NOT_FOUND"),
        (format!("{regions}.csv?part=all"), 400, "BAD_REQUEST"),
        (format!("{regions}.csv?parts=totals"), 400, "BAD_REQUEST"),
        (format!("{regions}.csv?purpose=other"), 403, "FORBIDDEN"),
        (format!("{regions}.csv?since=2023"), 400, "BAD_REQUEST"),
        (format!("{regions}.csv?part=overall&since=202223T3"), 400, "BAD_REQUEST"),
        (format!("{destinations}.csv?part=overall"), 400, "BAD_REQUEST"),
        (format!("{hubs}.ees.csv"), 400, "BAD_REQUEST"),
        (regions.replace("release-2", "release-9"), 404, "NOT_FOUND"),
    ] {
        let answer = take(&service, Some(LEP), &address).await;
        assert_eq!((answer.status.as_u16(), answer.error().0.as_str()), (status, code), "{address}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{address}");
    }
    assert_eq!(take(&service, Some(LEP), &format!("{destinations}.csv")).await.status, StatusCode::OK);
    let post = Request::post(format!("/tables/{regions}.csv")).body(Body::empty()).unwrap();
    let post = service.send(post).await;
    assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
    let allowed: Vec<&str> = post.headers[header::ALLOW].to_str().unwrap().split(',').collect();
    assert!(["GET", "HEAD"].iter().all(|method| allowed.contains(method)), "{allowed:?}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_table_is_given_to_those_alone_who_may_ask_the_question(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let address = format!("{}.csv", citation(&service, LEP, REGIONS).await);
    // What is outside of an agreement looks absent; what it gives at another tier is told.
    for (organisation, expected) in
        [(None, StatusCode::UNAUTHORIZED), (Some(HUB), StatusCode::NOT_FOUND), (Some(PARTNER), StatusCode::FORBIDDEN)]
    {
        let answer = take(&service, organisation, &address).await;
        assert_eq!(answer.status, expected, "{organisation:?}");
        let challenges: Vec<_> = answer.headers.get_all(header::WWW_AUTHENTICATE).iter().collect();
        assert_eq!(challenges.len(), if organisation.is_none() { 2 } else { 0 });
    }
    let bad = take_with(&service, None, &address, &[(header::AUTHORIZATION, "Bearer x")]).await;
    assert_eq!(bad.status, StatusCode::UNAUTHORIZED);
    let challenge = bad.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
    assert!(challenge.starts_with("Bearer "), "a page with a token is asked for no password: {challenge}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_spreadsheet_asks_with_the_secret_of_a_client(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let address = format!("{}.csv", citation(&service, LEP, REGIONS).await);
    let made = async |scopes: &[Scope]| {
        let scopes: Scopes = scopes.iter().copied().collect();
        let given = service.operator().add_client(LEP, "spreadsheet", &scopes, None).await.unwrap();
        (given.client, given.secret.unwrap().to_string())
    };
    let basic = |client: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{client}:{secret}")));
    let (client, secret) = made(&[Scope::OutcomesRead, Scope::AuditRead]).await;
    let shown = basic(&client, &secret);
    let by_token = take(&service, Some(LEP), &address).await;
    for _ in 0..2 {
        let taken = take_with(&service, None, &address, &[(header::AUTHORIZATION, shown.as_str())]).await;
        assert_eq!((taken.status, &taken.body), (StatusCode::OK, &by_token.body));
    }
    for wrong in [basic(&client, "x"), basic("x", &secret), "Basic ???".to_owned(), "Basic".to_owned()] {
        let refused = take_with(&service, None, &address, &[(header::AUTHORIZATION, wrong.as_str())]).await;
        assert_eq!(
            (refused.status, refused.error().0.as_str()),
            (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            "{wrong}"
        );
        assert!(refused.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    let (other, its_secret) = made(&[Scope::AuditRead]).await;
    let refused =
        take_with(&service, None, &address, &[(header::AUTHORIZATION, basic(&other, &its_secret).as_str())]).await;
    assert_eq!((refused.status, refused.error().0.as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    // A browser sends what it was shown once also for the pages of others.
    let site = header::HeaderName::from_static("sec-fetch-site");
    for (from, expected) in [("cross-site", 403), ("same-site", 403), ("none", 200), ("same-origin", 200)] {
        let headers = [(header::AUTHORIZATION, shown.as_str()), (site.clone(), from)];
        assert_eq!(take_with(&service, None, &address, &headers).await.status, expected, "{from}");
    }
    // Its secret is looked up once, and what it was given is remembered for a while: not by whoever shows another.
    service.database.execute("DELETE FROM client_credential").await;
    let again = take_with(&service, None, &address, &[(header::AUTHORIZATION, shown.as_str())]).await;
    assert_eq!((again.status, &again.body), (StatusCode::OK, &by_token.body));
    let replica = service.replica().await;
    let elsewhere = take_with(&replica, None, &address, &[(header::AUTHORIZATION, shown.as_str())]).await;
    assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED, "a secret that there is not");
    // Revoked on another replica, which this one notices within a second.
    replica.operator().revoke_client(&client).await.unwrap();
    service.exchange.refresh().await.unwrap();
    let refused = take_with(&service, None, &address, &[(header::AUTHORIZATION, shown.as_str())]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "revoked");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_table_is_charged_and_recorded_as_the_question_is(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let dear = r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, benchmarks: [1, 2], by: [PHASE]}"#;
    let citation = citation(&service, LEP, dear).await;
    let entries = async || rows_of(&service, "budget_entry").await;
    let recorded = async || service.database.recorded("").await;
    assert_eq!(entries().await, 0, "a citation alone costs nothing");
    for ending in ["csv-metadata.json", "ees.meta.csv"] {
        assert_eq!(take(&service, Some(LEP), &format!("{citation}.{ending}")).await.status, StatusCode::OK);
    }
    assert_eq!(entries().await, 0, "and neither does what is about the columns");
    let hubs = r#"{framework: "GATSBY-2014", areas: ["HUB-2018-21"], benchmarks: [1], by: [PHASE]}"#;
    let data = service.ask(Some(LEP), &format!("{{ outcomes(input: {hubs}) {{ citation }} }}")).await.data();
    let hubs = data["outcomes"]["citation"].as_str().unwrap();
    assert_eq!(take(&service, Some(LEP), &format!("{hubs}.ees.csv")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(entries().await, 0, "nor does a table that the format has no place for");
    let before = recorded().await;
    assert_eq!(take(&service, Some(LEP), &format!("{citation}.csv")).await.status, StatusCode::OK);
    assert_eq!(entries().await, 2, "one for each benchmark");
    assert_eq!(recorded().await, before + 1);
    for ending in ["csv", "json", "parquet"] {
        assert_eq!(take(&service, Some(LEP), &format!("{citation}.{ending}")).await.status, StatusCode::OK);
    }
    assert_eq!(entries().await, 2, "again it is free, in any format");
    assert_eq!(take(&service, Some(LEP), &format!("{citation}.csv?part=totals")).await.status, StatusCode::OK);
    let query = format!("{{ outcomes(input: {dear}) {{ cells {{ institutions }} totals {{ institutions }} }} }}");
    let asked = entries().await;
    service.ask(Some(LEP), &query).await.data();
    assert_eq!(entries().await, asked, "totals cost what the question about them costs");
}
