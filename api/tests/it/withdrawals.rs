//! Results and counts that are taken back, and agreements and organisations that end.

use api::{
    domain::{Amendment, NewAgreement, OrganisationChange},
    service::WithdrawRequest,
};
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Engine, HUB, LEP, Population, Row, Service, question, revising};

const LEEDS: &str = "E08000035";
const IN_YORKSHIRE: &str = r#"{framework: "GATSBY-2014", areas: ["E12000003"], periods: ["202324T3"]}"#;
const OWN: &str = r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000003"], periods: ["202324T3"]}"#;

/// Somebody who handed nothing in.
const OUTSIDER: &str = "OUTSIDER";

fn of(organisation: &str) -> WithdrawRequest {
    WithdrawRequest {
        organisation: organisation.into(),
        submission: None,
        periods: Vec::new(),
        institutions: Vec::new(),
        why: None,
    }
}

/// The institutions of Leeds in the last term, by scheme and identifier.
fn in_leeds(number: usize) -> Vec<(String, String)> {
    let rows = Population::standard(1).only(|row| row.local_authority == LEEDS && row.period == "202324T3").0;
    assert!(rows.len() >= number, "{}", rows.len());
    rows.iter().take(number).map(|row| (row.scheme.to_string(), row.identifier().to_string())).collect()
}

fn of_leeds(number: usize) -> WithdrawRequest {
    WithdrawRequest {
        periods: vec!["202324T3".parse().unwrap()],
        institutions: in_leeds(number),
        why: Some("not ours".into()),
        ..of(LEP)
    }
}

async fn cells(service: &Service, organisation: &str, input: &str) -> Value {
    service.ask(Some(organisation), &question(input)).await.data()["outcomes"]["cells"].take()
}

fn institutions(cells: &Value) -> &Value {
    &cells[0]["institutions"]
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_taken_back_is_left_out_by_the_next_edition_together_with_enough_others(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.add_partner(OUTSIDER, "E92000001", Tier::Regional).await;
    let before = cells(&service, OUTSIDER, IN_YORKSHIRE).await;
    let own = cells(&service, LEP, OWN).await;
    let first = question(&IN_YORKSHIRE.replace("\"]}", "\"], release: 1}"));
    let cited = service.ask(Some(OUTSIDER), &first).await.body;

    let tried = service.operator().try_withdraw(&of_leeds(9)).await.unwrap();
    assert_eq!(tried.submission, None);
    assert_eq!(
        tried.taken_back[0].to_string(),
        "202324T3: 9 results of 9 institutions, 9 of them published: its revised edition leaves them out (publish --revise \
         202324T3)"
    );
    assert!(service.operator().waiting().await.unwrap().is_empty(), "trying takes nothing back");

    let done = service.operator().withdraw(&of_leeds(9)).await.unwrap();
    assert_eq!(done.taken_back, tried.taken_back);
    assert!(service.operator().publish(None).await.unwrap_err().to_string().contains("9 results wait"));
    assert_eq!(before, cells(&service, OUTSIDER, IN_YORKSHIRE).await, "a release does not change");
    service.operator().publish(revising(&["202324T3"])).await.unwrap();
    assert_eq!(before, cells(&service, OUTSIDER, IN_YORKSHIRE).await, "nine that leave are too few");
    let nine_fewer = institutions(&own).as_u64().unwrap() - 9;
    assert_eq!(institutions(&cells(&service, LEP, OWN).await), nine_fewer, "its own are exact");

    let one_more = service.operator().withdraw(&of_leeds(10)).await.unwrap();
    assert_eq!(one_more.taken_back[0].records, 1, "nothing is taken back twice");
    service.operator().publish(revising(&["202324T3"])).await.unwrap();
    let after = cells(&service, OUTSIDER, IN_YORKSHIRE).await;
    assert_eq!(institutions(&after).as_u64().unwrap(), institutions(&before).as_u64().unwrap() - 10);
    let replica = service.replica().await;
    for process in [&service, &replica] {
        assert_eq!(process.ask(Some(OUTSIDER), &first).await.body, cited, "a release keeps what it showed");
        assert_eq!(cells(process, OUTSIDER, IN_YORKSHIRE).await, after);
    }
    let error = service.operator().withdraw(&of_leeds(10)).await.unwrap_err().to_string();
    assert!(error.contains("nothing such that holds"), "{error}");

    let last = service.operator().try_withdraw(&of_leeds(12)).await.unwrap().taken_back[0].to_string();
    assert!(last.ends_with("2 of them published: its final edition stays as it is"), "{last}");
    let why = "SELECT COUNT(*) FROM submission WHERE why = 'not ours'";
    assert_eq!(service.database.numbers(why).await, [[2]]);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_never_published_never_is_and_can_be_handed_in_again(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let mut next = Population::standard(1).only(|row| row.local_authority == LEEDS && row.period == "202324T3");
    next.0.iter_mut().for_each(|row| row.period = "202425T1");
    service.hand_in(LEP, &next).await;
    let of_term = WithdrawRequest { periods: vec!["202425T1".parse().unwrap()], ..of(LEP) };
    let told = service.operator().withdraw(&of_term).await.unwrap().taken_back[0].to_string();
    assert!(told.contains("none of them published: no release will show them"), "{told}");
    let error = service.operator().publish(None).await.unwrap_err().to_string();
    assert!(error.starts_with("nothing to publish"), "a period with nothing in it is none: {error}");

    next.0[0].scores[0] = Some(99);
    service.hand_in(LEP, &next).await;
    service.operator().publish(None).await.unwrap();
    let own = OWN.replace("202324T3", "202425T1");
    let assessed = next.0.iter().filter(|row| row.scores[0].is_some()).count();
    assert_eq!(*institutions(&cells(&service, LEP, &own).await), json!(assessed));

    // A late one that is taken back before anybody saw it makes no edition.
    let late = Population(next.0.iter().take(3).map(|row| Row { id: row.id + 5_000, ..row.clone() }).collect());
    let submission = service.hand_in(LEP, &late).await.receipt.unwrap().to_string();
    let number = submission.split(['n', ':']).find_map(|part| part.trim().parse().ok());
    assert_eq!(service.operator().waiting().await.unwrap().len(), 1);
    let request = WithdrawRequest { submission: number, ..of(LEP) };
    assert_eq!(service.operator().withdraw(&request).await.unwrap().taken_back[0].records, 3);
    assert!(service.operator().waiting().await.unwrap().is_empty());
    let error = service.operator().publish(revising(&["202425T1"])).await.unwrap_err().to_string();
    assert!(error.contains("nothing waits"), "{error}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn handed_in_again_before_the_edition_it_is_as_if_it_had_never_been_taken_back(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.add_partner(OUTSIDER, "E92000001", Tier::Regional).await;
    let before = cells(&service, OUTSIDER, IN_YORKSHIRE).await;
    service.operator().withdraw(&of_leeds(12)).await.unwrap();
    let again = Population::standard(1).only(|row| row.local_authority == LEEDS && row.period == "202324T3");
    let told = service.hand_in(LEP, &again).await.receipt.unwrap().to_string();
    assert!(told.contains("12 results") && told.contains("0 of them corrections"), "{told}");
    service.operator().publish(revising(&["202324T3"])).await.unwrap();
    assert_eq!(before, cells(&service, OUTSIDER, IN_YORKSHIRE).await);
}

#[tokio::test]
async fn nobody_takes_back_what_another_handed_in() {
    let service = Service::filled(Engine::Sqlite).await;
    let error =
        service.operator().withdraw(&WithdrawRequest { institutions: in_leeds(3), ..of(HUB) }).await.unwrap_err();
    assert!(error.to_string().contains("`NE-HUB` handed in nothing such"), "{error}");
    let error = service.operator().withdraw(&of("NOBODY")).await.unwrap_err();
    assert_eq!(error.to_string(), "no organisation has the code `NOBODY`");
}

#[tokio::test]
async fn an_agreement_is_amended_and_ended_and_can_still_be_read() {
    const OF_VIEWER: &str = "{ viewer { agreements { area { code } tier validUntil } } }";
    let service = Service::filled(Engine::Sqlite).await;
    let operator = service.operator();
    let of_hub = operator.directory().await.unwrap().agreements_of(HUB).next().unwrap().clone();
    let amendment = Amendment { area: Some("E12000003".into()), ..Amendment::default() };
    let twin = Amendment { purposes: Some(vec!["BENCHMARKING".into()]), ..Amendment::default() };
    let error = operator.amend_agreement(of_hub.id, &twin, of_hub.valid_from).await.unwrap_err().to_string();
    assert!(error.starts_with("expected the purpose as it is written already, `benchmarking`"), "{error}");
    let next = operator.amend_agreement(of_hub.id, &amendment, of_hub.valid_from).await.unwrap();
    service.exchange.refresh().await.unwrap();
    let viewed = async || service.ask(Some(HUB), OF_VIEWER).await.data()["viewer"]["agreements"].clone();
    assert_eq!(viewed().await, json!([{"area": {"code": "E12000003"}, "tier": "REGIONAL", "validUntil": null}]));
    let (code, _) =
        service.ask(Some(HUB), &question(r#"{framework: "GATSBY-2014", areas: ["E12000001"]}"#)).await.error();
    assert_eq!(code, "NOT_FOUND", "what it was allowed before is no longer");
    let directory = operator.directory().await.unwrap();
    let earlier = directory.agreements().iter().find(|agreement| agreement.id == of_hub.id).unwrap();
    assert_eq!((earlier.area.as_str(), earlier.replaced_by), ("E12000001", Some(next)));
    let error = operator.amend_agreement(of_hub.id, &amendment, of_hub.valid_from).await.unwrap_err();
    assert!(error.to_string().starts_with("no agreement that holds"), "an agreement is amended once: {error}");

    let last = of_hub.valid_from + chrono::Days::new(9);
    operator.end_agreement(next, last + chrono::Days::new(1)).await.unwrap();
    service.exchange.refresh().await.unwrap();
    assert_eq!(viewed().await[0]["validUntil"], json!(last.to_string()), "its holder sees when it ends");
    operator.end_agreement(next, of_hub.valid_from).await.unwrap();
    service.exchange.refresh().await.unwrap();
    assert_eq!(viewed().await, json!([]));
    let error = operator.end_agreement(next, of_hub.valid_from - chrono::Days::new(1)).await.unwrap_err();
    assert!(error.to_string().starts_with("expected today"), "{error}");
}

#[tokio::test]
async fn what_a_provider_grants_stays_in_its_area_and_goes_to_another_organisation_also_by_command() {
    let service = Service::filled(Engine::Sqlite).await;
    let operator = service.operator();
    let agreement = NewAgreement {
        consumer: LEP.into(),
        area: "HUB-2018-21".into(),
        tier: Tier::Regional,
        purposes: vec!["research".into()],
        dimensions: None,
        valid_from: "2026-11-24".parse().unwrap(),
        valid_until: None,
    };
    let own = NewAgreement { consumer: HUB.into(), ..agreement.clone() };
    let error = operator.add_agreement_of(&own, Some(HUB)).await.unwrap_err().to_string();
    assert!(error.starts_with("an agreement is between two organisations"), "{error}");
    let number = operator.add_agreement_of(&agreement, Some(HUB)).await.unwrap();
    let moved = Amendment { area: Some("E12000003".into()), ..Amendment::default() };
    let error = operator.amend_agreement(number, &moved, agreement.valid_from).await.unwrap_err().to_string();
    assert!(error.starts_with("no area `E12000003` lies in"), "{error}");
    let other = Amendment { purposes: Some(vec!["planning".into()]), ..Amendment::default() };
    operator.amend_agreement(number, &other, agreement.valid_from).await.unwrap();
}

#[tokio::test]
async fn a_reason_and_a_note_are_one_line_of_what_is_seen_also_by_command() {
    let service = Service::filled(Engine::Sqlite).await;
    for text in ["\u{1b}[2J", "a\nb", &"x".repeat(501)] {
        let request = WithdrawRequest { why: Some(text.into()), ..of_leeds(3) };
        let errors = [
            service.operator().withdraw(&request).await.unwrap_err(),
            service.operator().publish(Some(text.to_owned())).await.unwrap_err(),
        ];
        for (error, what) in errors.iter().zip(["why", "note"]) {
            assert!(error.to_string().starts_with(&format!("expected `{what}` of 1 to 500 characters")), "{error}");
        }
    }
}

#[tokio::test]
async fn an_organisation_that_ended_asks_nothing_and_hands_nothing_in() {
    let service = Service::filled(Engine::Sqlite).await;
    let operator = service.operator();
    let change = OrganisationChange { name: Some("The Hub".into()), ..OrganisationChange::default() };
    operator.change_organisation(HUB, &change).await.unwrap();
    service.exchange.refresh().await.unwrap();
    let name = service.ask(Some(HUB), "{ viewer { organisation { name } } }").await.data();
    assert_eq!(name["viewer"]["organisation"]["name"], "The Hub");

    let token = service.token(HUB);
    let (agreements, spoken) = operator.end_organisation(HUB).await.unwrap();
    assert_eq!((agreements.len(), spoken > 0), (1, true));
    service.exchange.refresh().await.unwrap();
    let own = question(r#"{framework: "GATSBY-2014", purpose: "OWN_RESULTS", areas: ["E12000001"]}"#);
    assert_eq!(
        crate::support::ask_router(&service.router, &token, &own).await.status,
        401,
        "its tokens are taken back"
    );
    assert!(!operator.knows_organisation(HUB).await.unwrap(), "it gets no other");
    let file = Population::standard(2).only(|row| row.hub == "HUB-2018-21").file();
    let request = api::service::ImportRequest { organisation: HUB.into(), accept_valid: false };
    assert!(operator.import_results(&request, file.as_bytes(), |_| {}).await.is_err());
    let again = operator.end_organisation(HUB).await.unwrap_err().to_string();
    assert!(again.contains("ended"), "{again}");
    // What it handed in counts on, and another may speak for its institutions.
    let cells =
        cells(&service, LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#).await;
    assert!(institutions(&cells).as_u64().unwrap() > 0);
    let to_lep = operator.transfer(&api::service::Transfer::AllOf(HUB.into()), LEP).await.unwrap();
    assert_eq!(to_lep as u64, spoken);
    let error = operator.transfer(&api::service::Transfer::AllOf(LEP.into()), HUB).await.unwrap_err().to_string();
    assert!(error.contains("ended"), "{error}");
}
