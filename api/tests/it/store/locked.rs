//! A SQLite file that another process is changing: who asks is told soon, and what needs no charge is answered.

use axum::http::{StatusCode, header};

use api::service::ImportRequest;

use crate::support::{Engine, LEP, Population, Service};

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

#[tokio::test]
async fn charges_go_on_while_a_long_file_is_imported() {
    let service = Service::filled(Engine::Sqlite).await;
    let other = service.replica().await;
    let mut rows = Vec::new();
    for copy in 1..=8 {
        rows.extend(Population::standard(1).only(|row| row.scheme == "URN").0.into_iter().map(|mut row| {
            row.id += 1_000 * copy;
            row
        }));
    }
    let file = Population(rows).file();
    let request = ImportRequest { organisation: LEP.into(), accept_valid: false };
    let import = async { other.operator().import_results(&request, file.as_bytes(), |_| {}).await.unwrap() };
    let charge = async {
        let mut meanwhile = 0;
        for n in 0..24 {
            let types = ["maintained", "independent", "college"][n / 8];
            let query = format!(
                "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], benchmarks: [{}], where: \
                 [{{dimension: TYPE, in: [\"academy\", \"{types}\"]}}]}}) {{ cells {{ institutions }} }} }}",
                n % 8 + 1
            );
            service.ask(Some(LEP), &query).await.data();
            let under_way = "SELECT COUNT(*) FROM setting WHERE key = 'intake_under_way'";
            meanwhile += service.database.numbers(under_way).await[0][0];
        }
        meanwhile
    };
    let (report, meanwhile) = tokio::join!(import, charge);
    assert!(report.receipt.is_some());
    assert!(meanwhile > 0, "none was charged while the file was stored");
    let both = "SELECT (SELECT COUNT(*) FROM budget_entry), (SELECT COUNT(*) FROM result) - (SELECT SUM(results) FROM submission)";
    assert_eq!(service.database.numbers(both).await, [[24, 0]]);
}
