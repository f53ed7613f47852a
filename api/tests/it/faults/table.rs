//! The table of faults: each is forced on a real server under real replicas, and what was asked meanwhile is told.

use std::{sync::Arc, time::Duration};

use super::{
    question::{nth, standard},
    replica::{Operator, Replica, Told},
};
use crate::support::{Database, Network, Postgres};

/// How many another replica asks for meanwhile.
const BESIDE: i64 = 8;

/// A server, the network to it, and replicas on both sides.
struct Drill {
    server: Arc<Postgres>,
    database: Database,
    operator: Operator,
    network: Network,
    next: usize,
    /// The lines of the table.
    lines: Vec<String>,
}

/// What one fault did.
struct Row {
    standard: Told,
    repeat: Told,
    new: Vec<Told>,
    ready: Told,
    back: Duration,
}

impl Drill {
    async fn new() -> Self {
        let server = tokio::task::spawn_blocking(Postgres::own).await.unwrap();
        let database = Database::on(&server).await;
        let operator = Operator::over(&database.url);
        let network = Network::to(server.socket(5432), Duration::ZERO);
        Self { server, database, operator, network, next: 0, lines: Vec::new() }
    }

    fn behind_the_network(&self) -> Replica {
        self.operator.serve(&self.network.url(self.database.name()))
    }

    /// A tabulation that nobody asked for before.
    fn new_one(&mut self) -> String {
        self.next += 1;
        nth(self.next - 1)
    }

    async fn entries(&self) -> i64 {
        self.database.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0]
    }

    /// Forces a fault and ends it, and asks a replica meanwhile.
    async fn row(&mut self, name: &str, replica: &Replica, fault: impl FnOnce(&Self), end: impl FnOnce(&Self)) -> Row {
        let token = self.operator.token.clone();
        self.database.execute("DELETE FROM budget_entry").await;
        let repeated = self.new_one();
        replica.answers_again(&token, &repeated);
        fault(self);
        let asked: Vec<String> = (0..4).map(|_| self.new_one()).collect();
        let new: Vec<Told> = asked.iter().map(|query| replica.ask(&token, query)).collect();
        let (standard, repeat) = (replica.ask(&token, &standard()), replica.ask(&token, &repeated));
        let ready = replica.ready();
        end(self);
        let last = self.new_one();
        let back = replica.answers_again(&token, &last);
        let answered = 2 + i64::try_from(new.iter().filter(|told| told.is_answer()).count()).unwrap();
        let entries = self.entries().await;
        assert!(entries >= answered, "{name}: answered {answered}, charged {entries}");
        // Whoever asks again what was refused is charged for it once.
        for query in &asked {
            assert!(replica.ask(&token, query).is_answer(), "{name}");
        }
        let entries_now = self.entries().await;
        assert!((6..=6 + BESIDE).contains(&entries_now), "{name}: each is charged once: {entries_now}");
        let row = Row { standard, repeat, new, ready, back };
        self.lines.push(row.line(name, answered, entries));
        assert!(row.standard.is_answer() && row.repeat.is_answer(), "{name}: what needs no database is answered");
        assert_eq!(row.ready.status, Some(200), "{name}: {:?}", row.ready.body);
        row
    }
}

impl Row {
    fn line(&self, name: &str, answered: i64, entries: i64) -> String {
        let short = |told: &Told| {
            let status = told.status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
            format!("{status} in {} ms", told.after.as_millis())
        };
        let new: Vec<String> = self.new.iter().map(short).collect();
        format!(
            "| {name} | {} | {} | {} | {}, `database`: {} | {answered} answered, {entries} charged | {} ms |",
            short(&self.standard),
            short(&self.repeat),
            new.join(", "),
            short(&self.ready),
            self.ready.body["database"],
            self.back.as_millis()
        )
    }

    /// What must be charged was refused, as something that may be asked again soon.
    fn refused(&self) {
        assert!(self.new.iter().all(Told::is_unavailable), "{:?}", self.new);
        assert_eq!(self.ready.body["database"], false);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_postgresql_nothing_is_answered_that_is_not_charged_and_the_rest_goes_on() {
    let mut drill = Drill::new().await;
    let replica = drill.behind_the_network();
    let does = |word: &'static str| move |drill: &Drill| drill.server.does(word);
    drill.row("database stopped", &replica, does("stop"), does("start")).await.refused();
    drill.row("database frozen", &replica, does("freeze"), does("thaw")).await.refused();
    drill.row("database restarted", &replica, does("restart"), |_| ()).await;
    drill.row("connections reset", &replica, |drill| drill.network.reset(), |_| ()).await;
    drill.row("network cut", &replica, |drill| drill.network.cut(), |drill| drill.network.mend()).await.refused();

    for (name, signal) in [("a charging replica frozen", "-STOP"), ("a charging replica killed", "-KILL")] {
        let other = drill.behind_the_network();
        let (address, token) = (other.address(), drill.operator.token.clone());
        let asked: Vec<String> = (0..BESIDE).map(|_| drill.new_one()).collect();
        let asking = std::thread::spawn(move || {
            asked.iter().take_while(|query| Replica::ask_at(&address, &token, query).is_answer()).count()
        });
        let row = drill.row(name, &replica, |_| other.signal(signal), |_| ()).await;
        assert!(row.new.iter().all(Told::is_answer), "{name}: nobody else feels it: {:?}", row.new);
        other.kill();
        asking.join().unwrap();
    }
    println!("| fault | standard table | repeat | four new tabulations | `/readyz` | ledger | back after |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    println!("{}", drill.lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_standby_that_takes_over_does_not_know_of_is_charged_again() {
    let mut drill = Drill::new().await;
    let (replica, token) = (drill.behind_the_network(), drill.operator.token.clone());
    let known = drill.new_one();
    assert!(replica.ask(&token, &known).is_answer());
    drill.server.does("standby");
    let lost = drill.new_one();
    assert!(replica.ask(&token, &lost).is_answer());
    assert_eq!(drill.entries().await, 2);
    drill.server.does("promote");
    drill.network.lead_to(drill.server.socket(5433));
    let promoted = format!("{}?port=5433", drill.database.url);
    let promoted = Database::at(&promoted);
    let entries = async || promoted.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0];
    let new = drill.new_one();
    replica.answers_again(&token, &new);
    assert_eq!(entries().await, 2, "the standby misses one");
    while entries().await < 3 {
        assert!(
            replica.ask(&token, &lost).is_answer(),
            "what was opened is answered, and charged as soon as it is missed"
        );
        assert!(replica.ask(&token, &known).is_answer());
    }
    assert_eq!(entries().await, 3);
}
