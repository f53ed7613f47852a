//! Files are handed in over HTTP.

use api::auth::Scope;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{settled, token, upload};
use crate::support::{Engine, HUB, Population, Service};

fn file() -> String {
    Population::standard(1).only(|row| row.hub == "HUB-2018-21").file()
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_file_is_taken_in_as_the_command_does_and_told_of_meanwhile(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let dry = upload(&service, &hub, "content=results&dryRun=true", None, file()).await;
    let dry = settled(&service, &hub, &dry).await;
    assert_eq!((&dry["status"], &dry["number"]), (&json!("CHECKED"), &Value::Null), "{dry}");
    assert_eq!(service.database.count("submission").await, 0);

    let taken = upload(&service, &hub, "content=results", None, file()).await;
    let taken = settled(&service, &hub, &taken).await;
    let rows = file().lines().count() - 1;
    assert_eq!(
        (&taken["status"], &taken["rows"], &taken["stored"]["records"]),
        (&json!("ACCEPTED"), &json!(rows), &json!(rows))
    );
    let again = upload(&service, &hub, "content=results", None, file()).await;
    assert_eq!(settled(&service, &hub, &again).await["status"], "UNCHANGED");

    // In another form, with options in the address.
    let semicolons = file().replace(',', ";").replace("202324T3", "202324t3");
    let (head, body) = semicolons.split_once('\n').unwrap();
    let body = format!("{}\n{body}", head.replace("b1;", "Compass 1;").replace(";framework", ";scheme of benchmarks"));
    let query = "content=results&column=Compass%201%3Db1&column=scheme+of+benchmarks%3Dframework";
    let told = upload(&service, &hub, query, None, body).await;
    let told = settled(&service, &hub, &told).await;
    assert_eq!(told["status"], "ACCEPTED", "another file, of which nothing is new: {told}");
    assert_eq!((&told["stored"]["records"], &told["stored"]["unchanged"]), (&json!(0), &json!(rows)), "{told}");
    assert!(told["form"].as_str().unwrap().contains("`;`"), "{told}");
}

#[tokio::test]
async fn problems_are_told_at_the_lines_of_the_file_and_their_values_are_not_kept() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let wrong = file().replacen("2024-07-04", "07/31/2024", 1).replace("2024-03-22", "07/31/2024");
    let wrong = if wrong == file() { file().replacen("202324T2", "199900T9", 1) } else { wrong };
    let told = upload(&service, &hub, "content=results", None, wrong).await;
    let told = settled(&service, &hub, &told).await;
    assert_eq!(told["status"], "REFUSED", "{told}");
    let problem = &told["problems"][0];
    assert_eq!(
        (&problem["line"], &problem["row"], &problem["value"]),
        (&json!(2), &Value::Null, &Value::Null),
        "{told}"
    );
    assert_eq!(service.database.count("result").await, 0);
}

#[tokio::test]
async fn a_form_carries_the_file_and_what_is_said_beside_it() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let part = |name: &str, more: &str, text: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
    };
    let form = |parts: &[String]| format!("{}--cut--\r\n", parts.concat());
    let send = async |body: String| {
        let request = Request::post("/submissions")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .header(header::AUTHORIZATION, format!("Bearer {hub}"));
        service.send(request.body(Body::from(body)).unwrap()).await
    };
    let file = part("file", "; filename=\"results.csv\"\r\nContent-Type: text/csv", &file());
    let taken = send(form(&[part("content", "", "results"), file.clone()])).await;
    assert_eq!(settled(&service, &hub, &taken).await["status"], "ACCEPTED");
    for (body, why) in [
        (form(std::slice::from_ref(&file)), "no content"),
        (form(&[part("content", "", "results")]), "no file"),
        (form(&[part("content", "", "results"), file.clone(), file.clone()]), "two files"),
        (form(&[part("content", "", "results"), part("colour", "", "red"), file.clone()]), "another field"),
        (form(&[part("content", "", "results"), part("content", "", "destinations"), file.clone()]), "two contents"),
        ("nothing of a form".to_owned(), "no form"),
    ] {
        let answer = send(body).await;
        assert_eq!((answer.status, answer.error().0.as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{why}");
    }
}

#[tokio::test]
async fn who_may_not_and_what_is_no_file_is_refused_before_it_is_read() {
    let service = Service::empty(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::ResultsWrite]);
    let post = |kind: &'static str| Request::post("/submissions?content=results").header(header::CONTENT_TYPE, kind);
    let anonymous = service.send(post("text/csv").body(Body::from("x")).unwrap()).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
    assert!(anonymous.headers.contains_key(header::WWW_AUTHENTICATE));
    let reads = service.token(HUB);
    let forbidden = upload(&service, &reads, "content=results", None, "x").await;
    assert_eq!((forbidden.status, forbidden.error().0.as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    for query in
        ["", "content=scores", "content=results&colour=red", "content=results&dryRun=yes", "content=results&column=b1"]
    {
        let answer = upload(&service, &hub, query, None, "x").await;
        assert_eq!((answer.status, answer.error().0.as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{query}");
    }
    // Whichever of two was meant: nothing is stored by the other.
    for twice in ["content=results&dryRun=true&dryRun=false", "content=results&content=destinations&dryRun=true"] {
        let answer = upload(&service, &hub, twice, None, file()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{twice}");
        assert!(answer.error().1.ends_with("expected one value, found two"), "{:?}", answer.error());
    }
    let named = upload(&service, &hub, "content=results&colour=red", None, "x").await.error().1;
    assert!(named.ends_with("found `colour`"), "{named}");
    let once = upload(&service, &hub, "content=results&content=results&dryRun=true", None, file()).await;
    assert_eq!(settled(&service, &hub, &once).await["status"], "CHECKED");
    assert_eq!(service.database.count("submission").await, 0);
    let bearer = format!("Bearer {hub}");
    let json = post("application/json").header(header::AUTHORIZATION, &bearer).body(Body::from("{}")).unwrap();
    assert_eq!(service.send(json).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = post("text/csv")
        .header(header::AUTHORIZATION, &bearer)
        .header(header::CONTENT_LENGTH, (200_u64 << 20).to_string())
        .body(Body::from("x"))
        .unwrap();
    assert_eq!(service.send(large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let told = upload(&service, &hub, "content=results", None, "%PDF-1.7 of no table").await;
    let told = settled(&service, &hub, &told).await;
    assert_eq!((&told["status"], &told["problems"][0]["code"]), (&json!("REFUSED"), &json!("KIND")));
}
