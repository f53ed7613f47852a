//! A process that is killed between sending a message and keeping that it was taken: at most it is sent again, under its identifier.

use std::time::Duration;

use rstest::rstest;

use super::receiver::{Manner, Receiver};
use crate::support::{Database, Desk, Engine, Population, Running, with_another_clock};

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_hand_when_its_process_is_killed_is_sent_again_after_the_restart(#[case] engine: Engine) {
    let (desk, database, receiver) = (Desk::new(), Database::fresh(engine).await, Receiver::new().await);
    let own = ["--secret-file", "exchange.secret", "--database-url", &database.url, "--webhooks-on-this-machine"];
    let does = |arguments: &[&str]| desk.does(&[arguments, &own].concat());
    desk.does(&["secret", "new", "exchange.secret"]);
    does(&["migrate"]);
    does(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "E92000001"]);
    let added =
        does(&["webhook", "add", "--organisation", "NE-HUB", "--url", &receiver.url, "--event", "release.published"]);
    let word = |name: &str| added.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let (webhook, secret) = (word("webhook_id"), word("secret"));
    desk.write("results.csv", &Population::standard(1).only(|row| row.scheme == "URN").file());
    does(&["import", "results", "results.csv", "--organisation", "NE-HUB"]);
    does(&["publish"]);

    receiver.behave(Manner::Silent);
    let serve = || desk.command(&[&["serve", "--listen", "127.0.0.1:0"][..], &own].concat());
    let server = Running::of(serve());
    server.until(|_| receiver.got().len() == 1);
    server.kill();
    assert!(does(&["webhook", "deliveries", &webhook]).contains("attempts 1"));
    receiver.behave(Manner::Answers(200));
    // Another one has it in hand for all that is known.
    let again = Running::of(serve());
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(receiver.got().len(), 1);
    again.kill();
    let mut later = serve();
    with_another_clock(&mut later, "+1m");
    let again = Running::of(later);
    again.until(|_| does(&["webhook", "deliveries", &webhook]).contains("delivered"));
    again.end();
    assert_eq!((receiver.got().len(), receiver.ids().len()), (2, 1), "twice, under one identifier");
    assert!(receiver.got().iter().all(|message| message.is_signed_with(&secret)));
    let told = does(&["webhook", "deliveries", &webhook]);
    assert!(told.contains("attempts 2  answered 200") && told.lines().count() == 1, "{told}");
}
