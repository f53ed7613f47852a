//! What is erased is gone for good, and so is every release that may have shown it; and what an officer is told of an installation.

use api::{
    domain::OrganisationKind,
    service::{Erasure, Transfer, WithdrawRequest},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, Engine, HUB, LEP, OWN_FILES, Population, Service, identifier, question};

const LEEDS: &str = r#"{framework: "GATSBY-2014", areas: ["E12000003"], periods: ["202324T3"]}"#;
const NORTH_EAST: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#;

fn institution(id: u32) -> Erasure {
    Erasure::Institution { scheme: "urn".into(), identifier: identifier(id).to_string() }
}

/// The answer without what names its release.
async fn cells(service: &Service, input: &str) -> Value {
    service.ask(Some(LEP), &question(input)).await.data()["outcomes"]["cells"].take()
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_institution_is_erased_and_with_it_every_release_that_showed_it(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let citation = service.ask(Some(LEP), &question(NORTH_EAST)).await.data()["outcomes"]["citation"].take();
    let (leeds, north_east) = (cells(&service, LEEDS).await, cells(&service, NORTH_EAST).await);
    let before = [service.database.count("result").await, service.database.count("institution").await];

    let told = service.operator().try_erase(&institution(1)).await.unwrap();
    assert_eq!((told.results, told.counts, told.institutions, told.releases), (2, 0, 1, Some((1, 1))));
    assert_eq!(service.database.count("result").await, before[0], "a try deletes nothing");
    let (erased, release) = service.operator().erase(&institution(1)).await.unwrap();
    assert_eq!((erased, release.map(|release| release.number)), (told, Some(2)));
    let after = [service.database.count("result").await, service.database.count("institution").await];
    assert_eq!(after, [before[0] - 2, before[1] - 1]);
    let left = "SELECT COUNT(*) FROM benchmark_score WHERE result_id NOT IN (SELECT id FROM result)";
    assert_eq!(service.database.numbers(left).await[0][0], 0);
    assert_eq!(service.database.count("erasure").await, 1);

    // What it was not in stays as it was; what it was in is drawn anew without it; the release before is closed.
    for service in [&service, &service.replica().await] {
        assert_eq!(cells(service, LEEDS).await, leeds);
        assert_ne!(cells(service, NORTH_EAST).await, north_east);
        let releases =
            service.ask(None, "{ releases { nodes { number } } release(number: 1) { number } }").await.data();
        assert_eq!(releases, json!({"releases": {"nodes": [{"number": 2}]}, "release": null}));
        let cited = format!("{{ table(citation: {citation}) {{ tier }} }}");
        assert_eq!(service.ask(Some(LEP), &cited).await.error().0, "NOT_FOUND");
    }
    if let Some(path) = service.database.url.strip_prefix("sqlite://") {
        let erased = service.exchange.secret().pseudonym("URN", &identifier(1).to_string());
        for file in [path.to_owned(), format!("{path}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            assert!(!bytes.windows(32).any(|window| window == erased.0), "{file}");
        }
    }
    let again = service.operator().erase(&institution(1)).await;
    assert!(again.unwrap_err().to_string().contains("was erased"));
    let never = service.operator().try_erase(&institution(9_999)).await;
    assert!(never.unwrap_err().to_string().starts_with("nothing is stored"));
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_an_organisation_handed_in_is_erased_and_what_it_corrected_holds_again(#[case] engine: Engine) {
    const NEXT: &str = "NEXT";
    let service = Service::filled(engine).await;
    let before = service.database.count("result").await;
    service.operator().add_organisation(NEXT, OrganisationKind::Lep, NEXT, "E92000001").await.unwrap();
    service.operator().transfer(&Transfer::AllOf(LEP.into()), NEXT).await.unwrap();
    let leeds = Population::standard(2).only(|row| row.local_authority == "E08000035");
    let corrected = i64::try_from(leeds.0.len()).unwrap();
    assert!(service.hand_in(NEXT, &leeds).await.problems.is_empty());
    assert_eq!(service.database.count("result").await, before + corrected);
    let what = Erasure::HandedInBy(NEXT.into());
    let told = service.operator().try_erase(&what).await.unwrap();
    assert_eq!((told.results, told.releases), (corrected, None), "nothing of it was published");
    let (erased, release) = service.operator().erase(&what).await.unwrap();
    assert_eq!((erased, release), (told, None));
    assert_eq!(service.database.count("result").await, before);
    assert!(service.operator().waiting().await.unwrap().is_empty(), "what was corrected holds as it was released");

    let what = Erasure::HandedInBy(HUB.into());
    let (erased, release) = service.operator().erase(&what).await.unwrap();
    assert_eq!((erased.releases, release.map(|release| release.number)), (Some((1, 1)), Some(2)));
    let own = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["HUB-2018-21"], periods: ["202324T3"]}"#;
    let left = service.ask(Some(HUB), &question(own)).await.json();
    assert!(!left.to_string().contains("PUBLISHED"), "{left}");
    assert!(service.operator().try_erase(&Erasure::HandedInBy("NOBODY".into())).await.is_err());
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_an_organisation_that_handed_nothing_in_nothing_is_erased(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let what = Erasure::HandedInBy(LEP.into());
    let errors =
        [service.operator().try_erase(&what).await.unwrap_err(), service.operator().erase(&what).await.unwrap_err()];
    for error in errors {
        assert!(error.to_string().starts_with("nothing is stored that the organisation `NE-LEP` handed in"), "{error}");
    }
    assert_eq!(service.database.count("erasure").await, 0);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn with_an_institution_goes_why_it_was_taken_back(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let of = |id: u32| WithdrawRequest {
        organisation: HUB.into(),
        submission: None,
        periods: vec!["202324T3".parse().unwrap()],
        institutions: vec![("URN".to_owned(), identifier(id).to_string())],
        why: Some("a reason".into()),
    };
    for id in [1, 2] {
        service.operator().withdraw(&of(id)).await.unwrap();
    }
    service.operator().erase(&institution(1)).await.unwrap();
    let left = "SELECT COUNT(*) FROM submission WHERE why IS NOT NULL";
    assert_eq!(service.database.numbers(left).await, [[1]], "another's stays");
}

#[test]
fn an_officer_is_told_what_is_stored_and_erases_by_command() {
    let desk = Desk::filled();
    // An institution is named as in a file, and what is no identifier is not said to be unknown.
    for [scheme, name] in [["urn", "100001"], [" URN ", " 100001\u{a0}"]] {
        assert!(desk.does_own(&["erase", "institution", "--scheme", scheme, name]).contains("2 results"), "{name}");
        let one = format!("{scheme}:{name}");
        let back = desk.does_own(&["withdraw", "--organisation", "NE-HUB", "--institution", &one, "--dry-run"]);
        assert!(back.contains("of 1 institution"), "{back}");
    }
    let refused = desk.refuses(&[&["erase", "institution", "100001.0"][..], &OWN_FILES].concat());
    assert!(refused.contains("expected a URN of 5 or 6 digits"), "{refused}");
    let report = desk.does_own(&["report", "protection"]);
    for told in [
        "| 366 | results of institutions",
        "URN: 183 institutions",
        "NE-HUB",
        "| 1 | the operator | NE-HUB | E12000001 | regional |",
        "`v1`",
        "joint decoder",
    ] {
        assert!(report.contains(told), "{told} in\n{report}");
    }
    let id = identifier(1).to_string();
    assert!(!report.contains(&id));
    let told = desk.does_own(&["erase", "institution", &id]);
    assert!(told.contains("to delete: 2 results") && told.contains("nothing was deleted"), "{told}");
    let done = desk.does_own(&["erase", "institution", &id, "--yes"]);
    assert!(done.contains("deleted: 2 results") && done.contains("published release 2 without it"), "{done}");
    assert!(desk.does_own(&["report", "protection"]).contains("releases 1 to 1 are closed"));
}
