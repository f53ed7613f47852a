//! Handing in: everything or nothing, once, and corrections that supersede.

use std::sync::Arc;

use crate::support::{Engine, HUB, LEP, Population, Service, clock};
use api::{
    domain::{OrganisationKind, Secret},
    service::{Authority, Exchange, ImportRequest},
};
use rstest::rstest;
use sha2::{Digest, Sha256};

async fn counts(service: &Service) -> Vec<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM submission), (SELECT COUNT(*) FROM result), (SELECT COUNT(*) FROM benchmark_score), \
               (SELECT COUNT(*) FROM institution)";
    service.database.numbers(sql).await.remove(0)
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_file_with_a_problem_stores_nothing_unless_its_good_rows_are_wanted(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let good = Population::standard(1).only(|row| row.scheme == "URN").file();
    let bad = good.replacen(",E06000057,", ",E99999999,", 1);
    let report = service.hand_in_file(LEP, &bad).await;
    assert!(report.receipt.is_none());
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 82, column `local_authority`: found `E99999999`, expected the code of an area of kind local_authority [UNKNOWN_AREA]"
        ]
    );
    assert_eq!(counts(&service).await, [0, 0, 0, 0]);
    let request = ImportRequest { organisation: LEP.into(), accept_valid: true };
    let report = service.operator().import_results(&request, bad.as_bytes(), |_| {}).await.unwrap();
    assert_eq!((report.problems.len(), report.rows), (1, 366));
    assert_eq!(counts(&service).await[1], 365);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_a_correction_supersedes(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let first = Population::standard(1).only(|row| row.scheme == "URN");
    let told = |report: api::service::ImportReport| report.receipt.unwrap().to_string();
    assert!(told(service.hand_in(LEP, &first).await).contains("366 results"));
    let after_first = counts(&service).await;
    let again = told(service.hand_in(LEP, &first).await);
    assert!(again.starts_with("nothing changed: received before as submission 1"), "{again}");
    assert_eq!(counts(&service).await, after_first);

    let mut corrected = first.clone();
    corrected.0[0].scores[1] = Some(99);
    let report = told(service.hand_in(LEP, &corrected).await);
    assert!(
        report.contains("1 results") && report.contains("1 of them corrections") && report.contains("365 were there"),
        "{report}"
    );
    let sql = "SELECT COUNT(*), COUNT(supersedes), MAX(supersedes) FROM result";
    assert_eq!(service.database.numbers(sql).await, [[367, 1, 1]]);
    assert_eq!(counts(&service).await[3], after_first[3], "institutions are the same");
}

#[tokio::test]
async fn a_file_is_known_again_by_a_hash_that_tells_nothing_to_those_who_guess_it() {
    let service = Service::empty(Engine::Sqlite).await;
    let one = Population::standard(1).only(|row| row.id == 5);
    service.hand_in(LEP, &one).await.receipt.unwrap();
    let plain = hex::encode(Sha256::digest(one.file()));
    assert_ne!(service.database.texts("SELECT checksum FROM submission").await, [&*plain]);
    // As earlier versions kept it.
    service.database.execute(&format!("UPDATE submission SET checksum = '{plain}'")).await;
    let again = service.hand_in(LEP, &one).await.receipt.unwrap().to_string();
    assert!(again.starts_with("nothing changed: received before as submission 1"), "{again}");
}

#[tokio::test]
async fn identifiers_are_not_kept() {
    let service = Service::empty(Engine::Sqlite).await;
    let file = Population::standard(1)
        .only(|row| row.id == 5)
        .file()
        .replace("URN,100005,GATSBY", "OTHER,SECRET-SCHOOL-0815,GATSBY");
    service.hand_in_file(LEP, &file).await.receipt.unwrap();
    let path = service.database.url.strip_prefix("sqlite://").unwrap();
    for file in [path.to_owned(), format!("{path}-wal")] {
        let bytes = std::fs::read(file).unwrap_or_default();
        assert!(!bytes.windows(18).any(|window| window == b"SECRET-SCHOOL-0815"));
    }
}

#[tokio::test]
async fn only_a_known_organisation_hands_in() {
    let service = Service::empty(Engine::Sqlite).await;
    let request = ImportRequest { organisation: "NOBODY".into(), accept_valid: false };
    let error = service.operator().import_results(&request, "x".as_bytes(), |_| {}).await.unwrap_err();
    assert_eq!(error.to_string(), "no organisation has the code `NOBODY`");
}

#[tokio::test]
async fn a_database_in_memory_takes_results_in_and_publishes_them() {
    let exchange = Exchange::open("sqlite::memory:", Secret::new([1; 32]), Arc::new(clock())).await.unwrap();
    let operator = exchange.operator(Authority::of_the_operator());
    operator.migrate().await.unwrap();
    exchange.start().await.unwrap();
    operator.add_organisation(HUB, OrganisationKind::Hub, HUB, "HUB-2018-21").await.unwrap();
    let request = ImportRequest { organisation: HUB.into(), accept_valid: false };
    let own = Population::standard(1).only(|row| row.hub == "HUB-2018-21");
    let report = operator.import_results(&request, own.file().as_bytes(), |_| {}).await.unwrap();
    assert!(report.receipt.is_some(), "{:?}", report.problems);
    operator.publish(None).await.unwrap();
    assert!(exchange.is_loaded());
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_earlier_file_handed_in_again_restores_what_it_said(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let right = Population::standard(1).only(|row| row.id == 5 && row.period == "202324T3");
    let mut wrong = right.clone();
    wrong.0[0].scores = vec![Some(0); 8];
    let told = |report: api::service::ImportReport| report.receipt.unwrap().to_string();
    let scores = "SELECT CAST(SUM(score) AS BIGINT) FROM benchmark_score WHERE result_id IN \
                  (SELECT id FROM result r WHERE NOT EXISTS (SELECT 1 FROM result n WHERE n.supersedes = r.id))";
    told(service.hand_in(LEP, &right).await);
    let before = service.database.numbers(scores).await;
    assert!(told(service.hand_in(LEP, &wrong).await).contains("1 of them corrections"));
    assert_eq!(service.database.numbers(scores).await, [[0]]);
    let restored = told(service.hand_in(LEP, &right).await);
    assert!(
        restored.starts_with("stored as submission 3: 1 results") && restored.contains("1 of them corr"),
        "{restored}"
    );
    assert_eq!(service.database.numbers(scores).await, before);
    let after = counts(&service).await;
    let again = told(service.hand_in(LEP, &right).await);
    assert!(again.starts_with("nothing changed: received before as submission 3"), "{again}");
    assert_eq!(counts(&service).await, after, "of what changes nothing, nothing is left");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_changed_version_of_the_terms_is_kept_and_is_no_correction(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let population = Population::standard(1).only(|row| row.id < 8 && row.period == "202324T3");
    service.hand_in(LEP, &population).await.receipt.unwrap();
    let file = population.file().replacen(",v1,", ",v2,", 3);
    let told = service.hand_in_file(LEP, &file).await.receipt.unwrap().to_string();
    assert!(
        told.contains(": 3 results")
            && told.contains(", 0 of them corrections; 4 were there already")
            && told.ends_with("; 3 differ in the version of their terms alone"),
        "{told}"
    );
    let versions = "SELECT COUNT(*), COUNT(supersedes) FROM result WHERE terms_version = 'v2'";
    assert_eq!(service.database.numbers(versions).await, [[3, 3]]);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_repeated_of_another_organisation_is_taken_as_a_correction(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let population = Population::standard(1).only(|row| row.hub == "HUB-2018-21" && row.period == "202324T3");
    service.hand_in(HUB, &population).await.receipt.unwrap();
    service.operator().transfer(&api::service::Transfer::AllOf(HUB.into()), LEP).await.unwrap();
    let mut again = population.clone();
    again.0[0].scores = vec![Some(7); 8];
    let told = service.hand_in(LEP, &again).await.receipt.unwrap().to_string();
    assert!(told.contains(": 68 results") && told.contains("68 of them corrections; 0 were there already"), "{told}");
    let of = |organisation: &str| {
        format!(
            "SELECT COUNT(*) FROM result r JOIN submission s ON s.id = r.submission_id \
             JOIN organisation o ON o.id = s.organisation_id WHERE o.code = '{organisation}'"
        )
    };
    assert_eq!(service.database.numbers(&of(HUB)).await, [[68]]);
    assert_eq!(service.database.numbers(&of(LEP)).await, [[68]]);
}
