//! A process that is killed: what it answered is charged once and recorded, and nothing stays half stored. What is killed over
//! SQLite otherwise stands in `store/killed.rs`.

use std::{thread, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    question::{nth, recorded},
    replica::{Operator, Replica},
};
use crate::support::{Database, Engine, Population, attacks_run_long};

/// How often each kind of process is killed.
fn times() -> u32 {
    if attacks_run_long() { 50 } else { 17 }
}

/// A moment that is another each time, of the first so many milliseconds of a process.
fn moment(time: u32, most: u64) -> Duration {
    Duration::from_millis(u64::from(time) * most / u64::from(times()))
}

async fn count(database: &Database, sql: &str) -> i64 {
    database.numbers(sql).await[0][0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_that_is_killed_answered_is_charged_once_on_postgresql() {
    let database = Database::fresh(Engine::Postgres).await;
    let operator = Operator::over(&database.url);
    for time in 0..times() {
        database.execute("DELETE FROM budget_entry").await;
        let replica = operator.serve(&database.url);
        let (address, token) = (replica.address(), operator.token.clone());
        let asking = thread::spawn(move || {
            (0..40).take_while(|&n| Replica::ask_at(&address, &token, &nth(n)).is_answer()).count()
        });
        thread::sleep(moment(time, 150));
        replica.kill();
        let answered = i64::try_from(asking.join().unwrap()).unwrap();
        let entries = count(&database, "SELECT COUNT(*) FROM budget_entry").await;
        // The last one may be charged and not have been told.
        assert!((answered..=answered + 1).contains(&entries), "answered {answered}, charged {entries}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_or_a_publish_that_is_killed_leaves_all_or_nothing_on_postgresql() {
    let database = Database::fresh(Engine::Postgres).await;
    let operator = Operator::over(&database.url);
    operator.write("more.csv", &Population::standard(2));
    let import = ["import", "results", "more.csv", "--organisation", "NE-HUB"];
    let results = "SELECT COUNT(*) FROM result";
    let before = count(&database, results).await;
    for time in 0..times() {
        operator.kills(&database.url, &import, moment(time, 300));
        let now = count(&database, results).await;
        let submissions = count(&database, "SELECT COUNT(*) FROM submission").await;
        assert_eq!(now > before, submissions > 1, "{now} results of {submissions} submissions");
    }
    operator.does(&database.url, &import);
    let stored = count(&database, results).await;
    operator.does(&database.url, &import);
    assert_eq!(count(&database, results).await, stored, "it is stored once");

    let releases = "SELECT COUNT(*) FROM release";
    let publish = ["publish", "--revise", "202324T3"];
    for time in 0..times() {
        operator.kills(&database.url, &publish, moment(time, 200));
    }
    let published = count(&database, releases).await;
    assert!((1..=2).contains(&published), "a release is there or not: {published}");
    let replica = operator.serve(&database.url);
    assert!(replica.ask(&operator.token, &nth(0)).is_answer());
}

/// The canonical question that a citation holds, as it stands in the audit.
fn cited(citation: &str) -> String {
    let sealed = citation.rsplit_once("regional-").unwrap().1;
    let question = URL_SAFE_NO_PAD.decode(sealed).unwrap();
    String::from_utf8_lossy(&question[..question.len() - 4]).replace('"', "\"\"")
}

/// Kills a server at many moments while two ask without a pause, free questions and charged ones.
async fn whatever_arrived_is_recorded(engine: Engine) -> String {
    let database = Database::fresh(engine).await;
    let operator = Operator::over(&database.url);
    let rounds = if attacks_run_long() { 50 } else { 9 };
    let mut answered = 0;
    for round in 0..rounds {
        let replica = operator.serve(&database.url);
        let asking: Vec<_> = (0..2)
            .map(|half| {
                let (address, token) = (replica.address(), operator.token.clone());
                thread::spawn(move || {
                    let mut citations = Vec::new();
                    for number in (half..).step_by(2) {
                        let told = Replica::ask_at(&address, &token, &recorded(number));
                        if told.status.is_none() {
                            break;
                        }
                        let citation = told.body["data"]["outcomes"]["citation"].as_str();
                        citations.extend(citation.filter(|_| told.is_answer()).map(str::to_owned));
                    }
                    citations
                })
            })
            .collect();
        // Another moment each time, in no order.
        thread::sleep(Duration::from_millis(10 + 290 * (round * 7 % rounds) / rounds));
        replica.kill();
        let citations: Vec<String> = asking.into_iter().flat_map(|asking| asking.join().unwrap()).collect();
        answered += citations.len();
        let exported = operator.does(&database.url, &["audit", "export"]);
        for citation in citations {
            assert!(exported.contains(&cited(&citation)), "round {round}: {citation} was answered and is not recorded");
        }
        let told = operator.does(&database.url, &["audit", "verify"]);
        assert!(told.starts_with("every link holds"), "round {round}: {told}");
    }
    assert!(answered > 0, "nothing was answered");
    format!("{engine:?}: killed at {rounds} moments, {answered} answers arrived, each is recorded")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_a_server_that_is_killed_is_recorded_on_sqlite() {
    println!("{}", whatever_arrived_is_recorded(Engine::Sqlite).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_a_server_that_is_killed_is_recorded_on_postgresql() {
    println!("{}", whatever_arrived_is_recorded(Engine::Postgres).await);
}
