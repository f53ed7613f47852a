//! Providers grant, amend and end agreements about their own areas.

use api::{auth::Scope, domain::OrganisationKind};
use rstest::rstest;
use serde_json::{Value, json};

use super::{change, refused, send, token};
use crate::support::{Engine, HUB, LEP, PARTNER, Service, question};

const AGREEMENT: &str =
    "status message agreement { number consumer { code } provider { code } area { code } tier purposes
    dimensions validFrom validUntil replacedBy }";

/// An organisation without any agreement.
const READER: &str = "READER";
const STANDARD: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#;

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_decides_who_asks_about_its_area_and_every_replica_follows(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.operator().add_organisation(READER, OrganisationKind::Lep, READER, "E12000003").await.unwrap();
    service.exchange.refresh().await.unwrap();
    let replica = service.replica().await;
    let lep = token(&service, LEP, &[Scope::AgreementsManage]);
    let denied = service.ask(Some(READER), &question(STANDARD)).await.error();
    assert_eq!(denied.0, "FORBIDDEN");

    let input = json!({"consumer": READER, "area": "E12000001", "tier": "REGIONAL", "purposes": ["research"], "dimensions": ["PHASE"]});
    let granted = change(&service, &lep, "grantAgreement", AGREEMENT, input).await;
    assert_eq!(granted["status"], "DONE", "{granted}");
    let agreement = &granted["agreement"];
    assert_eq!((&agreement["provider"]["code"], &agreement["consumer"]["code"]), (&json!(LEP), &json!(READER)));
    assert_eq!((&agreement["dimensions"], &agreement["validUntil"]), (&json!(["PHASE"]), &Value::Null));
    service.ask(Some(READER), &question(STANDARD)).await.data();
    replica.exchange.refresh().await.unwrap();
    replica.ask(Some(READER), &question(STANDARD)).await.data();

    let input = json!({"number": agreement["number"], "dimensions": null, "validUntil": "2027-07-31"});
    let amended = change(&service, &lep, "amendAgreement", AGREEMENT, input).await;
    assert_eq!(amended["status"], "DONE", "{amended}");
    let next = &amended["agreement"];
    assert_ne!(next["number"], agreement["number"]);
    assert_eq!((&next["dimensions"], &next["validUntil"]), (&Value::Null, &json!("2027-07-31")));
    assert_eq!((&next["provider"]["code"], &next["purposes"]), (&json!(LEP), &json!(["research"])), "the rest stays");

    // Who holds it and who granted it are told; nobody else is.
    let held = "{ viewer { agreements { number provider { code } validUntil } grantedAgreements(ended: true) { number replacedBy } } }";
    let reader = token(&service, READER, &[Scope::OutcomesRead]);
    let seen = send(&service, &reader, held, Value::Null).await.data()["viewer"].take();
    assert_eq!(
        seen["agreements"],
        json!([{"number": next["number"], "provider": {"code": LEP}, "validUntil": "2027-07-31"}])
    );
    assert_eq!(seen["grantedAgreements"], json!([]));
    let seen = send(&service, &lep, held, Value::Null).await.data()["viewer"].take();
    assert_eq!(
        seen["grantedAgreements"],
        json!([{"number": agreement["number"], "replacedBy": next["number"]}, {"number": next["number"], "replacedBy": null}])
    );

    let ended = change(&service, &lep, "endAgreement", AGREEMENT, json!({"number": next["number"]})).await;
    assert_eq!((&ended["status"], &ended["agreement"]["validUntil"]), (&json!("DONE"), &json!("2026-11-23")));
    assert_eq!(service.ask(Some(READER), &question(STANDARD)).await.error().0, "FORBIDDEN");
    replica.exchange.refresh().await.unwrap();
    assert_eq!(replica.ask(Some(READER), &question(STANDARD)).await.error().0, "FORBIDDEN");
    let again = change(&service, &lep, "endAgreement", AGREEMENT, json!({"number": next["number"]})).await;
    assert_eq!(again["status"], "NOT_FOUND");
}

/// An agreement that the LEP grants, and the token that it grants it with.
async fn granted(service: &Service) -> (Value, String) {
    service.operator().add_organisation(READER, OrganisationKind::Lep, READER, "E12000003").await.unwrap();
    service.exchange.refresh().await.unwrap();
    let lep = token(service, LEP, &[Scope::AgreementsManage]);
    let input = json!({"consumer": READER, "area": "E12000001", "tier": "REGIONAL", "purposes": ["research"]});
    let number = change(service, &lep, "grantAgreement", AGREEMENT, input).await["agreement"]["number"].take();
    (number, lep)
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_agreement_amended_for_a_later_day_is_ended_with_what_was_to_hold_in_its_place(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let (number, lep) = granted(&service).await;
    let later = json!({"number": number, "dimensions": ["PHASE"], "validFrom": "2027-01-01"});
    let next = change(&service, &lep, "amendAgreement", AGREEMENT, later).await["agreement"]["number"].take();
    let latest = json!({"number": next, "dimensions": ["TYPE"], "validFrom": "2027-02-01"});
    let latest = change(&service, &lep, "amendAgreement", AGREEMENT, latest).await["agreement"]["number"].take();
    service.ask(Some(READER), &question(STANDARD)).await.data();

    let again = json!({"number": number, "purposes": ["planning"]});
    let again = change(&service, &lep, "amendAgreement", AGREEMENT, again).await;
    assert_eq!(again["status"], "CONFLICT", "{again}");
    let message = again["message"].as_str().unwrap();
    assert!(message.contains(&format!("the agreement {next} is to hold in its place")), "{message}");

    let ended = change(&service, &lep, "endAgreement", AGREEMENT, json!({ "number": number })).await;
    assert_eq!((&ended["status"], &ended["agreement"]["replacedBy"]), (&json!("DONE"), &Value::Null), "{ended}");
    assert_eq!(ended["agreement"]["validUntil"], "2026-11-23");
    assert_eq!(service.ask(Some(READER), &question(STANDARD)).await.error().0, "FORBIDDEN");
    let directory = service.operator().directory().await.unwrap();
    for day in ["2026-11-24", "2027-01-15", "2027-06-01"] {
        assert!(!directory.agreements_of(READER).any(|agreement| agreement.holds_on(day.parse().unwrap())), "{day}");
    }
    for number in [&number, &next, &latest] {
        let again = change(&service, &lep, "endAgreement", AGREEMENT, json!({ "number": number })).await;
        assert_eq!(again["status"], "NOT_FOUND", "{again}");
    }
}

#[tokio::test]
async fn an_amendment_keeps_the_end_that_was_set_before_unless_it_names_another() {
    let service = Service::filled(Engine::Sqlite).await;
    let (number, lep) = granted(&service).await;
    let ended = json!({"number": number, "endsOn": "2027-01-01"});
    assert_eq!(change(&service, &lep, "endAgreement", AGREEMENT, ended).await["status"], "DONE");
    let amended = json!({"number": number, "purposes": ["planning"]});
    let amended = change(&service, &lep, "amendAgreement", AGREEMENT, amended).await;
    assert_eq!((&amended["status"], &amended["agreement"]["validUntil"]), (&json!("DONE"), &json!("2026-12-31")));
    let opened = json!({"number": amended["agreement"]["number"], "validUntil": null});
    let opened = change(&service, &lep, "amendAgreement", AGREEMENT, opened).await;
    assert_eq!((&opened["status"], &opened["agreement"]["validUntil"]), (&json!("DONE"), &Value::Null));
}

#[tokio::test]
async fn nobody_grants_what_is_not_its_own() {
    let service = Service::filled(Engine::Sqlite).await;
    let hub = token(&service, HUB, &[Scope::AgreementsManage]);
    let grant = |consumer: &str, area: &str, tier: &str| json!({"consumer": consumer, "area": area, "tier": tier, "purposes": ["research"]});
    for (input, status) in [
        (grant(LEP, "E12000001", "REGIONAL"), "NOT_FOUND"),
        (grant(LEP, "X99", "REGIONAL"), "NOT_FOUND"),
        (grant("NOBODY", "HUB-2018-21", "REGIONAL"), "NOT_FOUND"),
        (grant(HUB, "HUB-2018-21", "REGIONAL"), "NOT_ALLOWED"),
        (grant(PARTNER, "HUB-2018-21", "REGIONAL"), "NOT_ALLOWED"),
        (json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["OWN_RESULTS"]}), "INVALID"),
        (
            json!({"consumer": LEP, "area": "HUB-2018-21", "tier": "REGIONAL", "purposes": ["a"], "validUntil": "2020-01-01"}),
            "INVALID",
        ),
    ] {
        let answer = change(&service, &hub, "grantAgreement", AGREEMENT, input.clone()).await;
        assert_eq!((&answer["status"], &answer["agreement"]), (&json!(status), &Value::Null), "{input}: {answer}");
        assert!(answer["message"].is_string());
    }
    let abroad =
        change(&service, &hub, "grantAgreement", AGREEMENT, grant(PARTNER, "HUB-2018-21", "INTERNATIONAL")).await;
    assert_eq!(abroad["status"], "DONE", "{abroad}");
    // Another's agreement looks absent, and an amendment leads out of one's own area no more than a grant does.
    let number = abroad["agreement"]["number"].clone();
    let lep = token(&service, LEP, &[Scope::AgreementsManage]);
    for change_of in ["endAgreement", "amendAgreement"] {
        for number in [&number, &json!(1), &json!(999)] {
            let input = if change_of == "endAgreement" {
                json!({ "number": number })
            } else {
                json!({"number": number, "purposes": ["x"]})
            };
            assert_eq!(
                change(&service, &lep, change_of, AGREEMENT, input).await["status"],
                "NOT_FOUND",
                "{change_of} {number}"
            );
        }
    }
    for (input, status) in [
        (json!({"number": number, "area": "E92000001"}), "NOT_FOUND"),
        (json!({"number": number, "tier": "REGIONAL"}), "NOT_ALLOWED"),
        (json!({ "number": number }), "INVALID"),
        (json!({"number": number, "purposes": ["x"], "validFrom": "2020-01-01"}), "INVALID"),
    ] {
        assert_eq!(
            change(&service, &hub, "amendAgreement", AGREEMENT, input.clone()).await["status"],
            status,
            "{input}"
        );
    }
    let reads = service.token(HUB);
    let input = grant(LEP, "HUB-2018-21", "REGIONAL");
    assert_eq!(refused(&service, &reads, "grantAgreement", "status", input).await, "FORBIDDEN");
    // With the provider what it granted ends.
    service.operator().end_organisation(HUB).await.unwrap();
    service.exchange.refresh().await.unwrap();
    let held =
        send(&service, &service.token(PARTNER), "{ viewer { agreements { provider { code } } } }", Value::Null).await;
    let held = held.data()["viewer"]["agreements"].take();
    assert!(held.as_array().unwrap().iter().all(|agreement| agreement["provider"] == Value::Null), "{held}");
}
