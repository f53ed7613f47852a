//! One dear question takes its own time and room, and nobody else's.

use serde_json::{Value, json};

use super::code;
use crate::support::{Engine, LEP, Service};

/// Everything about English authorities by size: some 4,900 cells.
const WIDE: &str = r#"framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, by: [SIZE]"#;

/// So many fields of each cell.
fn fields(count: usize) -> String {
    let estimate = |number| format!("e{number}: achieved {{ value standardError bound status reason }} ");
    let estimates: String = (0..count / 6).map(estimate).collect();
    estimates + &(0..count % 6).map(|number| format!("f{number}: institutions ")).collect::<String>()
}

async fn fields_per_cell(service: &Service) -> usize {
    let query = format!("{{ preview(input: {{{WIDE}}}) {{ cost {{ cells fieldsPerCell }} }} }}");
    let cost = service.ask(Some(LEP), &query).await.data()["preview"]["cost"].clone();
    assert!(cost["cells"].as_u64().unwrap() > 2_000, "{cost}");
    usize::try_from(cost["fieldsPerCell"].as_u64().unwrap()).unwrap()
}

async fn budget(service: &Service) -> Value {
    service.ask(Some(LEP), "{ viewer { budget { measure } } }").await.data()
}

#[tokio::test]
async fn a_table_with_more_fields_than_one_answer_has_room_for_is_refused_uncharged_as_its_preview_tells() {
    let service = Service::filled(Engine::Sqlite).await;
    let room = fields_per_cell(&service).await;
    // Several lists of the same cells count together.
    let ask = async |count: usize| {
        let half = count / 2;
        let (first, second) = (fields(half), fields(count - half));
        let query = format!("{{ outcomes(input: {{{WIDE}}}) {{ cells {{ {first} }} again: cells {{ {second} }} }} }}");
        service.ask(Some(LEP), &query).await
    };
    let before = budget(&service).await;
    let refused = ask(room + 1).await;
    assert_eq!(code(&refused), "LIMIT_EXCEEDED");
    let (_, message) = refused.error();
    assert!(message.contains(&format!("the most is {room} fields of each")), "{message}");
    assert_eq!(budget(&service).await, before, "nothing is charged for it");
    let answered = ask(60).await.data();
    let rows = |list: &str| answered["outcomes"][list].as_array().map(Vec::len);
    assert_eq!(rows("cells"), rows("again"));
}

#[tokio::test]
async fn all_tables_of_an_operation_share_one_room() {
    let service = Service::filled(Engine::Sqlite).await;
    let tables = |count: usize| -> String {
        let table = |number| format!("t{number}: outcomes(input: {{{WIDE}}}) {{ cells {{ {} }} }} ", fields(4));
        format!("{{ {} }}", (0..count).map(table).collect::<String>())
    };
    assert_eq!(service.ask(Some(LEP), &tables(2)).await.data().as_object().map(serde_json::Map::len), Some(2));
    let refused = service.ask(Some(LEP), &tables(20)).await;
    assert_eq!(code(&refused), "LIMIT_EXCEEDED");
    let data = refused.json()["data"].clone();
    assert_eq!((&data["t19"], data["t0"].is_object()), (&Value::Null, true), "those before stand");
}

#[tokio::test]
async fn an_answer_of_more_bytes_than_it_may_have_is_refused_while_it_is_written() {
    let service = Service::filled(Engine::Sqlite).await;
    let room = fields_per_cell(&service).await;
    let long = fields(room).replace(": achieved", "_under_a_name_that_is_longer_than_what_it_names: achieved");
    let query = format!("{{ outcomes(input: {{{WIDE}}}) {{ cells {{ {long} }} }} }}");
    let refused = service.ask(Some(LEP), &query).await;
    assert_eq!(code(&refused), "LIMIT_EXCEEDED");
    assert!(refused.error().1.contains("bytes"), "{}", refused.error().1);
}

#[tokio::test]
async fn while_one_organisation_asks_much_at_once_another_one_is_answered() {
    let service = Service::filled(Engine::Sqlite).await;
    let token = service.token(LEP);
    let dear = format!("{{ outcomes(input: {{{WIDE}}}) {{ cells {{ {} }} }} }}", fields(60));
    let many: Vec<_> = (0..60)
        .map(|number| {
            let (router, token) = (service.router.clone(), token.clone());
            let dear = format!("query q{number} {dear}");
            tokio::spawn(async move { crate::support::ask_router(&router, &token, &dear).await })
        })
        .collect();
    let small = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"]}) { cells { institutions } } }"#;
    let answer = service.ask(Some(crate::support::HUB), small).await;
    assert_eq!(answer.data()["outcomes"]["cells"].as_array().map(Vec::len), Some(8));
    for answer in many {
        let answer = answer.await.unwrap();
        match answer.status.as_u16() {
            200 => assert_eq!(answer.json().get("errors"), None),
            429 => {
                assert_eq!(answer.headers["retry-after"], "1");
                assert_eq!(code(&answer), "TOO_MANY_REQUESTS");
                // Refused before it was executed, or while.
                let data = &answer.json()["data"];
                assert!(*data == Value::Null || *data == json!({"outcomes": null}), "{data}");
            }
            // On a slow machine the last in line may find their time over.
            status => assert!([503, 504].contains(&status), "{status}"),
        }
    }
}
