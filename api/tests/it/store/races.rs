//! Lost races: of two that store under the same key at once, the later one is told so and changes nothing.

use std::fmt::Write;

use api::{
    domain::OrganisationKind,
    service::{Error, ImportRequest},
    store::Receipt,
};
use rstest::rstest;
use sea_orm::{EntityTrait, Iden, Iterable};

use crate::support::{Database, Engine, HUB, LEP, Population, Service, revising};

/// Makes the database store a row with the same content, under another `id`, just before any row of a table: as a rival
/// would who is quicker by a moment.
async fn quicker_rival<E: EntityTrait>(database: &Database, engine: Engine, numbers_itself: bool) {
    let table = E::default().table_name().to_owned();
    let (mut columns, mut values) = (String::new(), String::new());
    for column in E::Column::iter().map(|column| Iden::to_string(&column)) {
        let own_key = column == "id";
        if !(own_key && numbers_itself) {
            let _ = write!(columns, "{}\"{column}\"", if columns.is_empty() { "" } else { ", " });
            let other = if own_key { " + 1000" } else { "" };
            let _ = write!(values, "{}NEW.\"{column}\"{other}", if values.is_empty() { "" } else { ", " });
        }
    }
    let insert = format!("INSERT INTO \"{table}\" ({columns}) VALUES ({values})");
    let trigger = match engine {
        Engine::Sqlite => format!("CREATE TRIGGER rival BEFORE INSERT ON \"{table}\" BEGIN {insert}; END"),
        Engine::Postgres => format!(
            "CREATE FUNCTION rival() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN IF pg_trigger_depth() = 1 THEN {insert}; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER rival BEFORE INSERT ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION rival()"
        ),
    };
    database.execute(&trigger).await;
}

fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Conflict(told)) => told,
        other => panic!("expected a conflict, found {other:?}"),
    }
}

async fn count(service: &Service, table: &str) -> i64 {
    service.database.numbers(&format!("SELECT COUNT(*) FROM {table}")).await[0][0]
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_code_that_somebody_takes_at_the_same_moment_is_a_conflict(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let before = count(&service, "organisation").await;
    let add = async || service.operator().add_organisation("NEW", OrganisationKind::Hub, "New", "HUB-2018-21").await;
    quicker_rival::<entity::organisation::Entity>(&service.database, engine, true).await;
    assert_eq!(conflict(add().await), "an organisation with the code `NEW` is there already");
    assert_eq!(count(&service, "organisation").await, before);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_release_that_somebody_publishes_at_the_same_moment_is_a_conflict(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.hand_in(LEP, &Population::standard(2).only(|row| row.hub.is_empty() && row.scheme == "URN")).await;
    quicker_rival::<entity::release::Entity>(&service.database, engine, true).await;
    assert_eq!(
        conflict(service.operator().publish(revising(&["202324T3"])).await),
        "release 2 was published by another process at the same time; nothing was published here"
    );
    assert_eq!(count(&service, "release").await, 1);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_file_that_is_handed_in_twice_at_the_same_moment_is_stored_once(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let request = ImportRequest { organisation: HUB.into(), accept_valid: false };
    let population = Population::standard(1).only(|row| row.hub == "HUB-2018-21");
    let file = population.file();
    let (here, there) = (service.operator(), replica.operator());
    let (one, other) = tokio::join!(
        here.import_results(&request, file.as_bytes(), |_| {}),
        there.import_results(&request, file.as_bytes(), |_| {}),
    );
    let receipts = [one, other].map(|report| report.unwrap().receipt.unwrap());
    let again = |receipt: &&Receipt| matches!(receipt, Receipt::AlreadyReceived { .. });
    assert_eq!(receipts.iter().filter(again).count(), 1, "{receipts:?}");
    assert_eq!(count(&service, "submission").await, 1);
    assert_eq!(count(&service, "result").await, i64::try_from(population.0.len()).unwrap());
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn of_two_processes_that_publish_at_once_one_publishes(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    service.hand_in(HUB, &Population::standard(1).only(|row| row.hub == "HUB-2018-21")).await;
    let replica = service.replica().await;
    let (here, there) = (service.operator(), replica.operator());
    let (one, other) = tokio::join!(here.publish(None), there.publish(None));
    let (published, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    assert_eq!(published.unwrap().number, 1);
    conflict(lost);
    assert_eq!(count(&service, "release").await, 1);
}
