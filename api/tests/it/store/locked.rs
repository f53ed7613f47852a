//! A SQLite file that another process is changing: who asks is told soon, and what needs no charge is answered.

use axum::http::{StatusCode, header};

use crate::support::{Engine, LEP, Service};

const STANDARD: &str =
    r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { cells { institutions } } }"#;
const NEW: &str =
    r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE]}) { cells { institutions } } }"#;

#[tokio::test]
async fn a_charge_that_finds_the_file_locked_is_refused_and_can_be_asked_again() {
    let service = Service::filled(Engine::Sqlite).await;
    let held = service.database.hold("UPDATE setting SET value = value").await;
    let refused = service.ask(Some(LEP), NEW).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(refused.error().0, "UNAVAILABLE");
    service.ask(Some(LEP), STANDARD).await.data();
    held.release().await;
    service.ask(Some(LEP), NEW).await.data();
}
