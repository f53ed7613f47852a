//! One row of the table of faults: what was asked and handed in while a fault went on, what came of it, and when it was over.

use std::{process::Child, time::Duration};

use super::{
    question::{nth, standard},
    replica::{Operator, Replica, Told},
};
use crate::support::{Database, Population};

/// How many another replica asks for meanwhile.
pub(super) const BESIDE: i64 = 8;

/// The institutions of a file that is handed in meanwhile, each with two results.
const HANDED_IN: i64 = 20;

/// One database under replicas, and the lines of the table so far.
pub(super) struct Table {
    pub(super) database: Database,
    pub(super) operator: Operator,
    next: usize,
    files: u32,
    lines: Vec<String>,
}

/// What one fault did.
pub(super) struct Row {
    standard: Told,
    repeat: Told,
    pub(super) new: Vec<Told>,
    ready: Told,
    back: Duration,
}

impl Table {
    /// Over a database that is reached without any fault.
    pub(super) fn over(database: Database) -> Self {
        let operator = Operator::over(&database.url);
        Self { database, operator, next: 0, files: 0, lines: Vec::new() }
    }

    /// A tabulation that nobody asked for before.
    pub(super) fn new_one(&mut self) -> String {
        self.next += 1;
        nth(self.next - 1)
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        self.database.numbers(sql).await[0][0]
    }

    pub(super) async fn entries(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM budget_entry").await
    }

    async fn recorded(&self) -> usize {
        self.database.recorded("").await
    }

    /// Starts to hand in a file of institutions that nobody saw before.
    fn hands_in(&mut self, url: &str) -> Child {
        self.files += 1;
        let mut population =
            Population::standard(self.files).only(|row| row.scheme == "URN" && i64::from(row.id) <= HANDED_IN);
        population.0.iter_mut().for_each(|row| row.id += 1_000 * self.files);
        let name = format!("{}.csv", self.files);
        self.operator.write(&name, &population);
        self.operator.starts(url, &["import", "results", &name, "--organisation", "NE-HUB"])
    }

    /// Forces a fault and ends it, and meanwhile asks a replica and hands a file in to a database at an address. The end of a
    /// fault may be that of the replica too: then it gives another one.
    ///
    /// Whatever the fault, nothing is answered that is not charged and recorded, nothing is charged twice, and of the file
    /// everything is stored or nothing.
    pub(super) async fn row(
        &mut self,
        name: &str,
        url: &str,
        replica: Replica,
        fault: impl FnOnce(),
        end: impl FnOnce(&Operator, Replica) -> Replica,
    ) -> (Row, Replica) {
        let token = self.operator.token.clone();
        self.database.execute("DELETE FROM budget_entry").await;
        let (results, recorded) = (self.number("SELECT COUNT(*) FROM result").await, self.recorded().await);
        let repeated = self.new_one();
        replica.answers_again(&token, &repeated);
        fault();
        let mut import = self.hands_in(url);
        let asked: Vec<String> = (0..4).map(|_| self.new_one()).collect();
        let new: Vec<Told> = asked.iter().map(|query| replica.ask(&token, query)).collect();
        let (standard, repeat) = (replica.ask(&token, &standard()), replica.ask(&token, &repeated));
        let ready = replica.ready();
        let replica = end(&self.operator, replica);
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
        let twice = "SELECT COUNT(*) FROM (SELECT 1 FROM budget_entry GROUP BY measure, tabulation HAVING COUNT(*) > 1) AS twice";
        assert_eq!(self.number(twice).await, 0, "{name}: charged twice");
        assert!(self.recorded().await >= recorded + 6, "{name}: each of six that were answered is recorded");

        let stored = import.wait().unwrap().success();
        // Every command that opens the database takes back what was left of another, if anything was.
        self.operator.does(&self.database.url, &["audit", "verify"]);
        let new_results = self.number("SELECT COUNT(*) FROM result").await - results;
        assert!(new_results == 2 * HANDED_IN || (new_results == 0 && !stored), "{name}: {new_results} of a file");
        let half_stored = "SELECT (SELECT COUNT(*) FROM result) - (SELECT CAST(SUM(results) AS BIGINT) FROM submission), \
                           (SELECT COUNT(*) FROM benchmark_score) - (SELECT CAST(SUM(scores) AS BIGINT) FROM submission)";
        assert_eq!(self.database.numbers(half_stored).await, [[0, 0]], "{name}: half stored");

        let row = Row { standard, repeat, new, ready, back };
        self.lines.push(row.line(name, (answered, entries), if stored { "stored" } else { "refused" }));
        assert!(row.standard.is_answer() && row.repeat.is_answer(), "{name}: what needs no database is answered");
        assert_eq!(row.ready.status, Some(200), "{name}: {:?}", row.ready.body);
        (row, replica)
    }

    /// The lines as a table.
    pub(super) fn text(&self, database: &str) -> String {
        format!(
            "\n| {database} | standard table | repeat | four new tabulations | a file | `/readyz` | ledger | back after |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |\n{}",
            self.lines.join("\n")
        )
    }
}

impl Row {
    fn line(&self, name: &str, (answered, entries): (i64, i64), file: &str) -> String {
        let short = |told: &Told| {
            let status = told.status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
            format!("{status} in {} ms", told.after.as_millis())
        };
        let new: Vec<String> = self.new.iter().map(short).collect();
        format!(
            "| {name} | {} | {} | {} | {file} | {}, `database`: {} | {answered} answered, {entries} charged | {} ms |",
            short(&self.standard),
            short(&self.repeat),
            new.join(", "),
            short(&self.ready),
            self.ready.body["database"],
            self.back.as_millis()
        )
    }

    /// What must be charged was refused, as something that may be asked again soon.
    pub(super) fn refused(&self) {
        assert!(self.new.iter().all(Told::is_unavailable), "{:?}", self.new);
    }

    /// The same, and it is known that the database is away.
    pub(super) fn away(&self) {
        self.refused();
        assert_eq!(self.ready.body["database"], false);
    }

    /// Nobody felt it.
    pub(super) fn answered(&self, name: &str) {
        assert!(self.new.iter().all(Told::is_answer), "{name}: {:?}", self.new);
    }
}
