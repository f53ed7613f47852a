//! A process over PostgreSQL that is killed: what it answered is charged once, and nothing stays half stored.

use std::time::Duration;

use super::{
    question::nth,
    replica::{Operator, Replica},
};
use crate::support::{Database, Engine, Population};

/// How often each kind of process is killed; 51 times in all.
const TIMES: u32 = 17;

/// A moment that is another each time, of the first so many milliseconds of a process.
fn moment(time: u32, most: u64) -> Duration {
    Duration::from_millis(u64::from(time) * most / u64::from(TIMES))
}

async fn count(database: &Database, sql: &str) -> i64 {
    database.numbers(sql).await[0][0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_replica_that_is_killed_answered_is_charged_once_on_postgresql() {
    let database = Database::fresh(Engine::Postgres).await;
    let operator = Operator::over(&database.url);
    for time in 0..TIMES {
        database.execute("DELETE FROM budget_entry").await;
        let replica = operator.serve(&database.url);
        let (address, token) = (replica.address(), operator.token.clone());
        let asking = std::thread::spawn(move || {
            (0..40).take_while(|&n| Replica::ask_at(&address, &token, &nth(n)).is_answer()).count()
        });
        std::thread::sleep(moment(time, 150));
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
    for time in 0..TIMES {
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
    for time in 0..TIMES {
        operator.kills(&database.url, &publish, moment(time, 200));
    }
    let published = count(&database, releases).await;
    assert!((1..=2).contains(&published), "a release is there or not: {published}");
    let replica = operator.serve(&database.url);
    assert!(replica.ask(&operator.token, &nth(0)).is_answer());
}
