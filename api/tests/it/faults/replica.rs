//! A replica as it is run, over a database that a test does things to.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{Desk, Population, Running, with_another_clock};

/// The longest that is waited for a response, and for the end of a fault to be noticed.
const LONGEST: Duration = Duration::from_secs(30);

/// Runs commands and replicas against one database.
pub(super) struct Operator {
    desk: Desk,
    pub(super) token: String,
}

/// A process that serves.
pub(super) struct Replica(Running);

/// What came back, and how soon.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The status; none where the connection ended without a response.
    pub(super) status: Option<u16>,
    pub(super) retry_after: bool,
    pub(super) body: Value,
    pub(super) after: Duration,
}

impl Told {
    /// Whether a question was answered.
    pub(super) fn is_answer(&self) -> bool {
        self.status == Some(200) && self.body.get("errors").is_none() && self.body.get("data").is_some()
    }

    /// Whether it was refused as it is while the database is away.
    pub(super) fn is_unavailable(&self) -> bool {
        self.status == Some(503) && self.retry_after && self.body["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    }
}

impl Operator {
    /// With a hub, its agreement for the North East, and the standard population, published to a database.
    pub(super) fn over(url: &str) -> Self {
        let desk = Desk::new();
        let own = ["--secret-file", "exchange.secret", "--database-url", url];
        let does = |arguments: &[&str]| desk.does(&[arguments, &own].concat());
        desk.does(&["secret", "new", "exchange.secret"]);
        does(&["migrate"]);
        does(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "E92000001"]);
        let agreement = [
            "--consumer",
            "NE-HUB",
            "--area",
            "E12000001",
            "--tier",
            "regional",
            "--purpose",
            "benchmarking",
            "--from",
            "2020-01-01",
        ];
        does(&[&["agreement", "add"][..], &agreement].concat());
        desk.write("results.csv", &Population::standard(1).only(|row| row.scheme == "URN").file());
        does(&["import", "results", "results.csv", "--organisation", "NE-HUB"]);
        does(&["publish"]);
        let token = does(&["token", "--organisation", "NE-HUB", "--ttl", "7d"]).trim().to_owned();
        Self { desk, token }
    }

    /// Runs a command against a database, to its end; gives what it prints.
    pub(super) fn does(&self, url: &str, arguments: &[&str]) -> String {
        self.desk.does(&[arguments, &["--secret-file", "exchange.secret", "--database-url", url]].concat())
    }

    /// Starts a command.
    pub(super) fn starts(&self, url: &str, arguments: &[&str]) -> Child {
        let own = ["--secret-file", "exchange.secret", "--database-url", url];
        let mut command = self.desk.command(&[arguments, &own].concat());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts a command and kills it after a while.
    pub(super) fn kills(&self, url: &str, arguments: &[&str], after: Duration) {
        let mut process = self.starts(url, arguments);
        std::thread::sleep(after);
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Puts a file of results where the commands run.
    pub(super) fn write(&self, name: &str, population: &Population) {
        self.desk.write(name, &population.only(|row| row.scheme == "URN").file());
    }

    /// Starts a replica that reaches the database by an address.
    pub(super) fn serve(&self, url: &str) -> Replica {
        Replica(Running::of(self.serving(url)))
    }

    /// The same, of which the clock is off by so much.
    pub(super) fn serve_at(&self, url: &str, off: &str) -> Replica {
        let mut serving = self.serving(url);
        with_another_clock(&mut serving, off);
        Replica(Running::of(serving))
    }

    /// A token that was signed at another time and holds for days.
    pub(super) fn token_of(&self, url: &str, off: &str) -> String {
        let own = ["--secret-file", "exchange.secret", "--database-url", url];
        let mut command =
            self.desk.command(&[&["token", "--organisation", "NE-HUB", "--ttl", "7d"][..], &own].concat());
        with_another_clock(&mut command, off);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn serving(&self, url: &str) -> Command {
        let own = ["--leave-delay", "0", "--secret-file", "exchange.secret", "--database-url", url];
        self.desk.command(&[&["serve", "--listen", "127.0.0.1:0"][..], &own].concat())
    }
}

impl Replica {
    /// Asks a question.
    pub(super) fn ask(&self, token: &str, query: &str) -> Told {
        Self::ask_at(&self.0.address, token, query)
    }

    /// Where it serves.
    pub(super) fn address(&self) -> String {
        self.0.address.clone()
    }

    /// Asks a question of whoever serves at an address.
    pub(super) fn ask_at(address: &str, token: &str, query: &str) -> Told {
        let body = json!({ "query": query }).to_string();
        send(
            address,
            &format!(
                "POST /graphql HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
                 Accept: application/graphql-response+json\r\nAuthorization: Bearer {token}\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        )
    }

    /// Asks whether it is ready.
    pub(super) fn ready(&self) -> Told {
        let address = &self.0.address;
        send(address, &format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
    }

    /// Asks until it is answered; tells how long that took.
    pub(super) fn answers_again(&self, token: &str, query: &str) -> Duration {
        let started = Instant::now();
        loop {
            let told = self.ask(token, query);
            if told.is_answer() {
                return started.elapsed();
            }
            assert!(started.elapsed() < LONGEST, "{told:?}");
            std::thread::yield_now();
        }
    }

    /// Sends its process a signal.
    pub(super) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.0.id()]).status().unwrap().success());
    }

    /// Ends it in order.
    pub(super) fn end(self) {
        self.0.end();
    }

    /// Ends it as a power cut does.
    pub(super) fn kill(self) {
        self.0.kill();
    }
}

fn send(address: &str, request: &str) -> Told {
    let started = Instant::now();
    let mut answer = String::new();
    let received = TcpStream::connect(address).and_then(|mut stream| {
        stream.set_read_timeout(Some(LONGEST))?;
        stream.write_all(request.as_bytes())?;
        stream.read_to_string(&mut answer)
    });
    let after = started.elapsed();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    Told {
        status: received.ok().and_then(|_| head.split(' ').nth(1)?.parse().ok()),
        retry_after: head.to_ascii_lowercase().contains("\r\nretry-after: "),
        body: serde_json::from_str(body).unwrap_or_default(),
        after,
    }
}
