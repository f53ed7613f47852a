//! What rows must keep is held by the database, and told in plain words before it comes to that.

use api::{
    auth::Scopes,
    domain::{Clock, Dimension, NewAgreement, OrganisationKind},
    service::Error,
};
use disclosure::Tier;
use rstest::rstest;
use sea_orm::ConnectionTrait;

use crate::support::{Engine, LEP, Service, clock};

/// Statements that each break one rule.
const BROKEN: [&str; 45] = [
    "UPDATE organisation SET code = ' ' WHERE id = 1",
    "UPDATE organisation SET name = '' WHERE id = 1",
    "UPDATE organisation SET kind = 'club' WHERE id = 1",
    "UPDATE organisation SET area_id = 999999 WHERE id = 1",
    "UPDATE agreement SET tier = 'own' WHERE id = 1",
    "UPDATE agreement SET valid_until = '2000-01-01' WHERE id = 1",
    "UPDATE agreement SET consumer_id = 999999 WHERE id = 1",
    "UPDATE agreement_purpose SET purpose = ' ' WHERE agreement_id = 1",
    "INSERT INTO agreement_dimension (agreement_id, dimension) VALUES (1, 'COLOUR')",
    "INSERT INTO agreement_dimension (agreement_id, dimension) VALUES (999999, 'PHASE')",
    "UPDATE institution SET scheme = '' WHERE id = 1",
    "UPDATE submission SET checksum = 'short' WHERE id = 1",
    "UPDATE submission SET rows = -1 WHERE id = 1",
    "UPDATE result SET period = '202324T4' WHERE id = 1",
    "UPDATE result SET period = '202324' WHERE id = 1",
    "UPDATE result SET terms_version = '' WHERE id = 1",
    "UPDATE result SET local_authority_id = 999999 WHERE id = 1",
    "UPDATE result SET hub_id = 999999 WHERE id = 1",
    "UPDATE result SET supersedes = 2 WHERE id = 2",
    "UPDATE result SET supersedes = 3 WHERE id = 2",
    "UPDATE result SET setting = -1 WHERE id = 1",
    "UPDATE result SET type = 256 WHERE id = 1",
    "UPDATE benchmark_score SET score = 101 WHERE result_id = 1",
    "UPDATE benchmark_score SET score = -1 WHERE result_id = 1",
    "UPDATE benchmark_score SET benchmark = 0 WHERE result_id = 1 AND benchmark = 2",
    "UPDATE destination_count SET students = -1 WHERE id = 1",
    "UPDATE destination_count SET cohort_year = 1989 WHERE id = 1",
    "UPDATE destination_count SET stage = 3 WHERE id = 1",
    "UPDATE destination_count SET hub_id = 999999 WHERE id = 1",
    "UPDATE release SET number = 0 WHERE number = 1",
    "UPDATE release SET last_result = -1 WHERE number = 1",
    "UPDATE release SET checksum = '' WHERE number = 1",
    "UPDATE release_edition SET subject = 'figures' WHERE release = 1",
    "UPDATE release_edition SET period = '202324' WHERE release = 1",
    "UPDATE release_edition SET edition = 0 WHERE period = '202324T3'",
    "UPDATE release_edition SET edition = 4 WHERE period = '202324T3'",
    "UPDATE release_edition SET release = 9 WHERE release = 1",
    "UPDATE budget_entry SET tier = 'free'",
    "UPDATE budget_entry SET cost = -1",
    "UPDATE api_client SET scopes = ''",
    "UPDATE api_client SET organisation_id = 999999",
    "UPDATE client_credential SET kind = 'password'",
    "UPDATE client_credential SET client_id = 'nobody'",
    "INSERT INTO issuer (name, accepted, audiences, discovery, client_claim, rights_claim, prefix, algorithms, made_at) \
     VALUES ('login', '', 'a', 'https://a.example', 'azp', 'scope', '', 'RS256', '2026-11-24 10:00:00+00:00')",
    "INSERT INTO issuer_client (issuer_id, client, organisation_id, scopes, made_at) \
     VALUES (999999, 'program', 1, 'outcomes:read', '2026-11-24 10:00:00+00:00')",
];

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn the_database_refuses_rows_that_break_a_rule(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.cells(LEP, r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE]}"#).await;
    let count = "INSERT INTO destination_count (id, institution_id, cohort_year, stage, category, students, submission_id, \
                 local_authority_id) SELECT 1, institution_id, 2022, 1, 1, 9, submission_id, local_authority_id \
                 FROM result WHERE id = 1";
    service.database.execute(count).await;
    service.operator().add_client(LEP, "", &Scopes::read("outcomes:read"), None).await.unwrap();
    let connection = service.database.connect().await;
    for sql in BROKEN {
        let error = connection.execute_unprepared(sql).await.expect_err(sql).to_string().to_lowercase();
        assert!(error.contains("check constraint") || error.contains("foreign key constraint"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn what_the_database_would_refuse_is_told_plainly() {
    let service = Service::empty(Engine::Sqlite).await;
    let told = |result: Result<(), Error>| match result {
        Err(Error::BadRequest(told)) => told,
        other => panic!("expected a bad request, found {other:?}"),
    };
    let add =
        async |code, name| service.operator().add_organisation(code, OrganisationKind::Hub, name, "HUB-2018-21").await;
    assert_eq!(
        told(add(" ", "New").await),
        "expected the code of an organisation of 1 to 64 characters, found ` `: it is blank"
    );
    assert_eq!(
        told(add("NEW", "").await),
        "expected the name of an organisation of 1 to 200 characters, found ``: it is blank"
    );
    let hidden = "there are characters in it that nobody sees";
    for (code, name, fault) in [
        ("NEW\u{1b}[2J", "New", hidden),
        ("NEW\u{200b}", "New", hidden),
        (" NEW", "New", "there are blanks around it"),
        ("NEW", "New\n", hidden),
    ] {
        assert!(told(add(code, name).await).ends_with(fault), "{code:?} {name:?}");
    }
    assert_eq!(told(add("ne-Hub", "New").await), "expected a code unlike every other, found `ne-Hub` beside `NE-HUB`");
    let agree = async |change: fn(&mut NewAgreement)| {
        let mut new = agreement(None);
        change(&mut new);
        told(service.operator().add_agreement(&new).await.map(|_| ()))
    };
    assert_eq!(
        agree(|new| new.valid_until = new.valid_from.pred_opt()).await,
        "expected a last day no earlier than the first, 2026-11-24, found `2026-11-23`"
    );
    assert_eq!(
        agree(|new| new.purposes = vec![" ".into()]).await,
        "expected a purpose of 1 to 64 characters, found ` `: it is blank"
    );
    assert_eq!(agree(|new| new.purposes.clear()).await, "expected a purpose, found none");
    assert!(agree(|new| new.purposes = vec!["a\u{7}b".into()]).await.ends_with("nobody sees"));
    assert_eq!(
        agree(|new| new.purposes = vec!["Research".into(), "research".into()]).await,
        "expected the purpose as it is written already, `research`, found `Research`"
    );
    assert_eq!(
        agree(|new| new.purposes = vec!["BENCHMARKING".into()]).await,
        "expected the purpose as it is written already, `benchmarking`, found `BENCHMARKING`"
    );
    assert!(agree(|new| new.purposes = vec!["own_results".into()]).await.contains("is built in"));
    assert_eq!(
        agree(|new| new.tier = Tier::Own).await,
        "expected the tier regional or international, found `own`: own results need no agreement"
    );
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn an_agreement_that_lists_no_dimension_allows_none_and_one_without_a_list_every_one(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    for (code, dimensions) in [
        ("EVERY", None),
        ("NONE", Some(vec![])),
        ("TWO", Some(vec![Dimension::Type, Dimension::Phase, Dimension::Type])),
    ] {
        service.operator().add_organisation(code, OrganisationKind::Partner, code, "HK").await.unwrap();
        let agreement = NewAgreement { consumer: code.into(), ..agreement(dimensions) };
        service.operator().add_agreement(&agreement).await.unwrap();
    }
    service.exchange.refresh().await.unwrap();
    for (code, expected) in [
        ("EVERY", serde_json::Value::Null),
        ("NONE", serde_json::json!([])),
        ("TWO", serde_json::json!(["PHASE", "TYPE"])),
    ] {
        let data = service.ask(Some(code), "{ viewer { agreements { dimensions } } }").await.data();
        assert_eq!(data["viewer"]["agreements"][0]["dimensions"], expected, "{code}");
    }
}

fn agreement(dimensions: Option<Vec<Dimension>>) -> NewAgreement {
    NewAgreement {
        consumer: LEP.into(),
        area: "E12000001".into(),
        tier: Tier::Regional,
        purposes: vec!["benchmarking".into()],
        dimensions,
        valid_from: clock().today(),
        valid_until: None,
    }
}
