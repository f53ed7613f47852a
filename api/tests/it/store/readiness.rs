//! Whether the service is ready is read, never written: a role that may create nothing can serve.

use std::sync::Arc;

use api::{
    domain::Secret,
    service::{Authority, Error, Exchange, Schema},
};
use axum::{body::Body, http::Request};
use rstest::rstest;
use serde_json::json;

use crate::support::{Database, Engine, LEP, Service, clock};

async fn open(url: &str) -> Exchange {
    Exchange::open(url, Secret::new([1; 32]), Arc::new(clock())).await.unwrap()
}

async fn ready(service: &Service) -> (u16, serde_json::Value) {
    let answer = service.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    (answer.status.as_u16(), answer.json())
}

fn told(result: Result<(), Error>) -> String {
    match result {
        Err(Error::Unavailable(told)) => told,
        other => panic!("expected that it is not available, found {other:?}"),
    }
}

#[tokio::test]
async fn a_role_that_may_create_nothing_serves() {
    let service = Service::filled(Engine::Postgres).await;
    let (base, name) = service.database.url.rsplit_once('/').unwrap();
    let (_, host) = base.rsplit_once('@').unwrap();
    let role = format!("app_of_{name}");
    service
        .database
        .execute(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'app'; REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
             GRANT USAGE ON SCHEMA public TO {role}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; \
             GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
        ))
        .await;
    let restricted = service.through(&format!("postgresql://{role}:app@{host}/{name}")).await;
    let current =
        json!({"ready": true, "releaseLoaded": true, "migrated": true, "schema": "current", "database": true});
    assert_eq!(ready(&restricted).await, (200, current));
    let input = r#"{framework: "GATSBY-2014", areas: ["E12000001"], by: [PHASE]}"#;
    assert_eq!(restricted.cells(LEP, input).await, service.cells(LEP, input).await, "a question that is charged");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn looking_whether_a_database_is_migrated_makes_nothing_in_it(#[case] engine: Engine) {
    let database = Database::fresh(engine).await;
    let exchange = open(&database.url).await;
    assert!(matches!(exchange.schema().await, Some(Schema::Behind(missing)) if missing[0] == "m0001_reference"));
    assert!(told(exchange.start().await).ends_with("have not run; run `exchange migrate`"));
    let tables = match engine {
        Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_schema",
        Engine::Postgres => "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'",
    };
    assert_eq!(database.numbers(tables).await, [[0]]);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_database_that_is_newer_than_the_program_is_told_plainly(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    service.database.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_tomorrow', 0)").await;
    let newer = json!({"ready": false, "releaseLoaded": true, "migrated": false, "schema": "newer", "database": true});
    assert_eq!(ready(&service).await, (503, newer));
    let expected = "the database is newer than this program, which does not know the migrations m9999_tomorrow; run the \
                    version that made them";
    let exchange = open(&service.database.url).await;
    assert_eq!(told(exchange.start().await), expected);
    assert_eq!(told(exchange.operator(Authority::of_the_operator()).migrate().await.map(|_| ())), expected);
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_apart_from_one_to_migrate() {
    let service = Service::filled(Engine::Postgres).await;
    service.database.drop_it().await;
    let gone =
        json!({"ready": true, "releaseLoaded": true, "migrated": true, "schema": "unreachable", "database": false});
    assert_eq!(ready(&service).await, (200, gone), "what is loaded is served");
}
