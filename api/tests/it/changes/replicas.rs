//! Changes as processes make them: seen by every replica in time, and whole or not at all wherever one ends.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Database, Desk, Engine, Population, Row, Running};

/// How soon every replica follows a change.
const SOON: Duration = Duration::from_secs(2);

/// And where the machine has much else to do.
const LONGEST: Duration = Duration::from_secs(30);

/// A file that takes a while to store: 3,000 institutions in one term, under terms of a version of its own.
fn long_file(version: u64) -> String {
    let row = Population::standard(1).only(|row| row.period == "202324T3" && row.hub == "HUB-2018-21").0.remove(0);
    let file = Population((1..=3_000).map(|id| Row { id, ..row.clone() }).collect()).file();
    assert!(file.contains(",v1,"));
    file.replace(",v1,", &format!(",v{version},"))
}

/// Sends a file under a key; `None` where nothing was answered.
fn upload(server: &Running, token: &str, key: &str, file: &str) -> Option<Value> {
    let mut stream = TcpStream::connect(&server.address).ok()?;
    write!(
        stream,
        "POST /submissions?content=results HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/csv\r\n\
         Idempotency-Key: {key}\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{file}",
        file.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

/// Commands and servers over one database.
struct Desks {
    desk: Desk,
    url: String,
    _database: Database,
}

impl Desks {
    async fn over(engine: Engine) -> Self {
        let (desk, database) = (Desk::new(), Database::fresh(engine).await);
        desk.does(&["secret", "new", "exchange.secret"]);
        let desks = Self { desk, url: database.url.clone(), _database: database };
        desks.does(&["migrate"]);
        desks.does(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "E92000001"]);
        desks.does(&["organisation", "add", "READER", "--kind", "lep", "--name", "Reader", "--area", "E12000003"]);
        desks
    }

    fn own(&self) -> [&str; 4] {
        ["--secret-file", "exchange.secret", "--database-url", &self.url]
    }

    fn does(&self, arguments: &[&str]) -> String {
        self.desk.does(&[arguments, &self.own()].concat())
    }

    fn token(&self, organisation: &str, scopes: &[&str]) -> String {
        let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
        self.does(&[&["token", "--organisation", organisation][..], &scopes].concat()).trim().to_owned()
    }

    fn serve(&self) -> Running {
        Running::start(&self.desk, &[&["serve", "--listen", "127.0.0.1:0"][..], &self.own()].concat())
    }
}

#[tokio::test]
async fn postgres_an_agreement_that_one_replica_grants_and_ends_holds_and_ends_on_the_other_within_two_seconds() {
    let desks = Desks::over(Engine::Postgres).await;
    desks.desk.write("results.csv", &Population::standard(1).only(|row| row.scheme == "URN").file());
    desks.does(&["import", "results", "results.csv", "--organisation", "NE-HUB"]);
    desks.does(&["publish"]);
    let hub = desks.token("NE-HUB", &["agreements:manage"]);
    let reader = desks.token("READER", &["outcomes:read"]);
    let (one, other) = (desks.serve(), desks.serve());
    let question =
        r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}) { tier } }"#;
    let follows = |wanted: bool| {
        let since = Instant::now();
        while other.ask(&reader, question)["errors"].is_null() != wanted {
            assert!(since.elapsed() < LONGEST, "it did not follow");
            std::thread::sleep(Duration::from_millis(50));
        }
        since.elapsed()
    };
    follows(false);
    let mut took = Vec::new();
    for _ in 0..3 {
        let granted = one.ask(
            &hub,
            r#"mutation { grantAgreement(input: {consumer: "READER", area: "E12000001", tier: REGIONAL, purposes: ["x"]}) { agreement { number } } }"#,
        );
        let number = &granted["data"]["grantAgreement"]["agreement"]["number"];
        assert!(number.is_i64(), "{granted}");
        took.push(follows(true));
        let ended = one.ask(&hub, &format!("mutation {{ endAgreement(input: {{number: {number}}}) {{ status }} }}"));
        assert_eq!(ended["data"]["endAgreement"]["status"], "DONE", "{ended}");
        assert!(!one.ask(&reader, question)["errors"].is_null(), "the replica itself follows at once");
        took.push(follows(false));
    }
    took.sort();
    assert!(took[took.len() / 2] < SOON, "{took:?}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_process_that_ends_in_the_middle_leaves_nothing_and_the_same_key_hands_it_in_whole(#[case] engine: Engine) {
    let desks = Desks::over(engine).await;
    let hub = desks.token("NE-HUB", &["results:write"]);
    for moment in [5, 120, 300, 600, 900] {
        let file = long_file(moment);
        let server = desks.serve();
        let taken = upload(&server, &hub, &format!("key-{moment}"), &file);
        let id = taken.unwrap()["id"].as_str().unwrap().to_owned();
        std::thread::sleep(Duration::from_millis(moment));
        server.kill();

        let server = desks.serve();
        let look = format!("{{ submission(id: \"{id}\") {{ status stored {{ records }} }} }}");
        let found = server.ask(&hub, &look)["data"]["submission"].take();
        let was_stored = found["status"] == "ACCEPTED" || found["status"] == "UNCHANGED";
        // Whatever was stored is whole: the file again changes nothing, or all of it is new.
        let again = upload(&server, &hub, &format!("again-{moment}"), &file).unwrap();
        let id = again["id"].as_str().unwrap();
        let look = format!("{{ submission(id: \"{id}\") {{ status number stored {{ records unchanged }} }} }}");
        let settled = || server.ask(&hub, &look)["data"]["submission"].take();
        server.until(|_| !["WAITING", "READING", "STORING"].contains(&settled()["status"].as_str().unwrap()));
        let again = settled();
        if was_stored {
            assert_eq!(again["status"], "UNCHANGED", "after {moment} ms: {found} {again}");
        } else {
            let whole = json!({"records": 3_000, "unchanged": 0});
            assert_eq!(
                (&again["status"], &again["stored"]),
                (&json!("ACCEPTED"), &whole),
                "after {moment} ms: {found}"
            );
        }
        server.end();
    }
}
