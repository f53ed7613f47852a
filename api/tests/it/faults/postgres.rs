//! The table of faults of PostgreSQL: each is forced on a real server under real replicas, and what was asked meanwhile is told.

use super::{
    replica::Replica,
    row::{BESIDE, Table},
};
use crate::support::{Database, Network, PgBouncer, Postgres};

use std::{sync::Arc, time::Duration};

/// A server, and the network to it.
struct Drill {
    server: Arc<Postgres>,
    network: Network,
    table: Table,
}

impl Drill {
    async fn new() -> Self {
        let server = tokio::task::spawn_blocking(Postgres::own).await.unwrap();
        let table = Table::over(Database::on(&server).await);
        let network = Network::to(server.socket(5432), Duration::ZERO);
        Self { server, network, table }
    }

    /// The address of the database behind the network.
    fn url(&self) -> String {
        self.network.url(self.table.database.name())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_postgresql_nothing_is_answered_that_is_not_charged_and_the_rest_goes_on() {
    let Drill { server, network, mut table } = Drill::new().await;
    let url = network.url(table.database.name());
    let replica = table.operator.serve(&url);
    let does = |word: &'static str| {
        let server = server.clone();
        move || server.does(word)
    };
    let then = |word: &'static str| {
        let server = server.clone();
        move |_: &_, replica| {
            server.does(word);
            replica
        }
    };
    let on = |_: &_, replica| replica;
    let (row, replica) = table.row("database stopped", &url, replica, does("stop"), then("start")).await;
    row.away();
    let (row, replica) = table.row("database frozen", &url, replica, does("freeze"), then("thaw")).await;
    row.away();
    let (_, replica) = table.row("database restarted", &url, replica, does("restart"), on).await;
    let (_, replica) = table.row("connections reset", &url, replica, || network.reset(), on).await;
    let mended = |_: &_, replica| {
        network.mend();
        replica
    };
    let (row, mut replica) = table.row("network cut", &url, replica, || network.cut(), mended).await;
    row.away();

    for (name, signal) in [("a charging replica frozen", "-STOP"), ("a charging replica killed", "-KILL")] {
        let other = table.operator.serve(&url);
        let (address, token) = (other.address(), table.operator.token.clone());
        let asked: Vec<String> = (0..BESIDE).map(|_| table.new_one()).collect();
        let asking = std::thread::spawn(move || {
            asked.iter().take_while(|query| Replica::ask_at(&address, &token, query).is_answer()).count()
        });
        let row;
        (row, replica) = table.row(name, &url, replica, || other.signal(signal), on).await;
        row.answered(name);
        other.kill();
        asking.join().unwrap();
    }
    println!("{}", table.text("PostgreSQL"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_pgbouncer_before_postgresql_is_away_or_starts_again_nothing_is_answered_that_is_not_charged() {
    let server = tokio::task::spawn_blocking(Postgres::own).await.unwrap();
    let mut table = Table::over(Database::on(&server).await);
    let bouncer = PgBouncer::before(&server);
    let url = bouncer.url(table.database.name());
    let replica = table.operator.serve(&url);
    let started = |_: &_, replica| {
        bouncer.start();
        replica
    };
    let (row, replica) = table.row("PgBouncer killed", &url, replica, || bouncer.kill(), started).await;
    row.away();
    let again = || {
        bouncer.kill();
        bouncer.start();
    };
    table.row("PgBouncer restarted", &url, replica, again, |_, replica| replica).await;
    println!("{}", table.text(&format!("PostgreSQL behind PgBouncer, {} mode", bouncer.mode())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_clock_is_off_charges_on_postgresql_as_the_others_do() {
    let mut drill = Drill::new().await;
    let url = drill.url();
    let ours = drill.table.operator.token.clone();
    // Of before both clocks, so that it holds by either.
    let earlier = drill.table.operator.token_of(&drill.table.database.url, "-2h");
    drill.table.operator.token.clone_from(&earlier);
    let right = drill.table.operator.serve(&url);
    for (name, off) in [("clock an hour behind", "-1h"), ("clock an hour ahead", "+1h")] {
        let replica = drill.table.operator.serve_at(&url, off);
        let (row, replica) = drill.table.row(name, &url, replica, || (), |_, replica| replica).await;
        row.answered(name);
        // What the one opened is open to the others, and costs nothing there.
        let entries = drill.table.entries().await;
        let opened = drill.table.new_one();
        assert!(replica.ask(&earlier, &opened).is_answer() && right.ask(&earlier, &opened).is_answer(), "{name}");
        assert_eq!(drill.table.entries().await, entries + 1, "{name}");
        // A token that it cannot place in time is refused, and opens nothing.
        let asked = drill.table.new_one();
        let told = replica.ask(&ours, &asked);
        assert_eq!(told.status, Some(if off == "-1h" { 401 } else { 200 }), "{name}: {:?}", told.body);
        assert_eq!(drill.table.entries().await, entries + 1 + i64::from(told.is_answer()), "{name}");
        replica.kill();
    }
    println!("{}", drill.table.text("PostgreSQL, a replica with another clock"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_standby_that_takes_over_does_not_know_of_is_charged_again() {
    let mut drill = Drill::new().await;
    let (replica, token) = (drill.table.operator.serve(&drill.url()), drill.table.operator.token.clone());
    let known = drill.table.new_one();
    assert!(replica.ask(&token, &known).is_answer());
    drill.server.does("standby");
    let lost = drill.table.new_one();
    assert!(replica.ask(&token, &lost).is_answer());
    assert_eq!(drill.table.entries().await, 2);
    drill.server.does("promote");
    drill.network.lead_to(drill.server.socket(5433));
    let promoted = format!("{}?port=5433", drill.table.database.url);
    let promoted = Database::at(&promoted);
    let entries = async || promoted.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0];
    let new = drill.table.new_one();
    let back = replica.answers_again(&token, &new);
    assert_eq!(entries().await, 2, "the standby misses one");
    while entries().await < 3 {
        assert!(
            replica.ask(&token, &lost).is_answer(),
            "what was opened is answered, and charged as soon as it is missed"
        );
        assert!(replica.ask(&token, &known).is_answer());
    }
    assert_eq!(entries().await, 3);
    println!(
        "\nan asynchronous standby promoted: back after {} ms, and what it missed is charged again",
        back.as_millis()
    );
}
