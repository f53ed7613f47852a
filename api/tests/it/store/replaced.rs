//! A SQLite file that is taken away or replaced under a service: it is noticed, and nothing is charged to a file that is gone.

use std::{fs, path::PathBuf};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::support::{Engine, LEP, Service};

fn new(dimension: &str) -> String {
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], by: [{dimension}]}}) \
         {{ cells {{ institutions }} }} }}"
    )
}

#[tokio::test]
async fn a_file_that_is_gone_or_another_is_noticed_and_charges_are_refused_until_it_is_back() {
    let service = Service::filled(Engine::Sqlite).await;
    let file = PathBuf::from(service.database.url.strip_prefix("sqlite://").unwrap());
    let aside = file.with_extension("aside");
    let ready = async || {
        let answer = service.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
        (answer.status == StatusCode::OK, answer.json()["schema"].as_str().unwrap_or_default().to_owned())
    };
    assert!(ready().await.0);

    fs::rename(&file, &aside).unwrap();
    assert_eq!(service.ask(Some(LEP), &new("PHASE")).await.error().0, "UNAVAILABLE");
    assert_eq!(ready().await.1, "unreachable");
    let told = service.exchange.refresh().await.unwrap_err().to_string();
    assert!(told.contains("was deleted or replaced"), "{told}");

    fs::copy(&aside, &file).unwrap();
    assert_eq!(service.ask(Some(LEP), &new("PHASE")).await.error().0, "UNAVAILABLE");
    assert_eq!(ready().await.1, "unreachable");

    fs::rename(&aside, &file).unwrap();
    service.ask(Some(LEP), &new("PHASE")).await.data();
    assert_eq!(ready().await, (true, "current".to_owned()));
    assert_eq!(service.database.numbers("SELECT COUNT(*) > 0 FROM budget_entry").await, [[1]]);
}
