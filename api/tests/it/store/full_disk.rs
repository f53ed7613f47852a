//! A disk that is full: nothing is answered that was not charged, nothing is half stored, and all goes on when there is room.
//!
//! The limit is the kernel's on the size of files, set on a server that runs: its writes fail as on a full disk.

use std::process::Command;

use serde_json::Value;

use crate::support::{Database, Desk, OWN_FILES, Population, Running};

const TYPES: [&str; 6] = ["academy", "maintained", "independent", "college", "special", "aided"];

/// The nth of 40 tabulations: 8 benchmarks, each by 5 sets of types.
fn nth(n: usize) -> String {
    let types = format!("\"academy\", \"{}\"", TYPES[n / 8 + 1]);
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], benchmarks: [{}], \
         where: [{{dimension: TYPE, in: [{types}]}}]}}) {{ cells {{ institutions }} }} }}",
        n % 8 + 1
    )
}

/// Asks some of the tabulations: how many are answered, and the codes of the errors of the others.
fn ask(server: &Running, token: &str, tabulations: std::ops::Range<usize>) -> (i64, Vec<String>) {
    let (mut answered, mut refused) = (0, Vec::new());
    for n in tabulations {
        let answer = server.ask(token, &nth(n));
        match &answer["errors"][0]["extensions"]["code"] {
            Value::String(code) => refused.push(code.clone()),
            _ => answered += 1,
        }
    }
    (answered, refused)
}

/// Sets the size that the files of a server may have.
fn limit(server: &Running, bytes: &str) {
    let fsize = format!("--fsize={bytes}:");
    assert!(Command::new("prlimit").args(["--pid", &server.id(), &fsize]).status().unwrap().success());
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_answered_without_a_charge_and_with_room_all_goes_on() {
    let desk = Desk::filled();
    let database = Database::at(&desk.url());
    let charged = async || database.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0];
    let token = desk.token();
    let unlimited = desk.short_of_space(1 << 40, &[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
    let server = Running::of(unlimited);
    let (mut answered, refused) = ask(&server, &token, 0..8);
    assert_eq!((answered, charged().await), (8, 8), "{refused:?}");

    // Room for one more change or two in what is written ahead.
    let ahead = desk.path("exchange.db-wal").metadata().unwrap().len();
    limit(&server, &(ahead + 12_000).to_string());
    let (while_full, refused) = ask(&server, &token, 8..24);
    answered += while_full;
    assert_eq!(charged().await, answered, "answered and charged, seen on another connection; refused: {refused:?}");
    assert!(refused.len() > 12 && refused.iter().all(|code| code == "UNAVAILABLE"), "{refused:?}");
    let (again, _) = ask(&server, &token, 0..8);
    assert_eq!(again, 8, "what was charged before is answered");

    limit(&server, "unlimited");
    database.execute("UPDATE setting SET value = value").await;
    let (with_room, refused) = ask(&server, &token, 8..24);
    assert_eq!(with_room, 16, "{refused:?}");
    assert_eq!(charged().await, 24, "each is charged once");
    server.end();
    assert_eq!(charged().await, 24);
}

#[tokio::test]
async fn a_command_that_finds_the_disk_full_stores_nothing_and_can_be_run_again() {
    let desk = Desk::filled();
    let database = Database::at(&desk.url());
    desk.write("more.csv", &Population::standard(2).only(|row| row.scheme == "URN").file());
    let import = ["import", "results", "more.csv", "--organisation", "NE-HUB"];
    let add = ["organisation", "add", "NEW", "--kind", "hub", "--name", "New", "--area", "HUB-2018-21"];
    let publish = ["publish", "--revise", "202324T3"];
    for (command, room, table) in
        [(&import[..], 100_000, "result"), (&add[..], 4_000, "organisation"), (&publish[..], 4_000, "release")]
    {
        let count = async || database.numbers(&format!("SELECT COUNT(*) FROM {table}")).await[0][0];
        let before = count().await;
        let arguments = [command, &OWN_FILES].concat();
        let output = desk.short_of_space(room, &arguments).output().unwrap();
        assert!(!output.status.success(), "{command:?}");
        assert_eq!(count().await, before, "{command:?}");
        desk.does(&arguments);
        assert!(count().await > before, "{command:?}");
    }
}
