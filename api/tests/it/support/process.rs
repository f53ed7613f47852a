//! The program as it is run: its commands in a folder of their own, and a server that ends with the test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Population;

/// The options that name the files of one's own data.
pub(crate) const OWN_FILES: [&str; 4] = ["--secret-file", "exchange.secret", "--database-url", "sqlite://exchange.db"];

/// A folder to work in, and nothing of the environment that would name another database or secret.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Puts the secret and the copy of a database there that another desk has.
    pub(crate) fn restored(from: &Self, copy: &str) -> Self {
        let desk = Self::new();
        for (source, target) in [("exchange.secret", "exchange.secret"), (copy, "exchange.db")] {
            std::fs::copy(from.path(source), desk.path(target)).unwrap();
        }
        desk
    }

    /// With a hub, its agreement for the North East, and the standard population, published.
    pub(crate) fn filled() -> Self {
        let desk = Self::new();
        desk.does(&["secret", "new", "exchange.secret"]);
        desk.does_own(&["migrate"]);
        desk.does_own(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "E92000001"]);
        let agreement =
            ["--consumer", "NE-HUB", "--area", "E12000001", "--tier", "regional", "--purpose", "benchmarking"];
        desk.does_own(&[&["agreement", "add"][..], &agreement].concat());
        desk.write("results.csv", &Population::standard(1).only(|row| row.scheme == "URN").file());
        desk.does_own(&["import", "results", "results.csv", "--organisation", "NE-HUB"]);
        desk.does_own(&["publish"]);
        desk
    }

    /// Puts a file there.
    pub(crate) fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// The address of the database, for a look from outside.
    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path("exchange.db").display())
    }

    /// What a command that works on one's own data prints.
    pub(crate) fn does_own(&self, arguments: &[&str]) -> String {
        self.does(&[arguments, &OWN_FILES].concat())
    }

    /// A token for the hub.
    pub(crate) fn token(&self) -> String {
        self.does_own(&["token", "--organisation", "NE-HUB"]).trim().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exchange"));
        command.args(arguments).current_dir(self.0.path()).env_clear().env("EXCHANGE_LOG", "error");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A command whose files may not grow past a number of bytes, as on a disk that is full: writing more is an error.
    pub(crate) fn short_of_space(&self, bytes: u64, arguments: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_exchange");
        let limited = format!("trap '' XFSZ; exec prlimit --fsize={bytes}: -- '{program}' \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &limited, "sh"]).args(arguments).current_dir(self.0.path());
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("EXCHANGE_LOG", "off");
        command
    }

    /// What a command that works prints.
    pub(crate) fn does(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that is refused says.
    pub(crate) fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

/// A server that ends with the test.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    /// What it printed before the address of the playground.
    pub(crate) lines: Vec<String>,
}

impl Running {
    pub(crate) fn start(desk: &Desk, arguments: &[&str]) -> Self {
        Self::of(desk.command(arguments))
    }

    /// Starts a server by a command.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(address) = line.strip_prefix("playground http://") {
                let address = address.trim_end_matches("/graphiql").to_owned();
                return Self { child, address, lines };
            }
            lines.push(line);
        }
        panic!("it ended before it served: {:?}", child.wait());
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.id()]).status().unwrap().success());
    }

    /// The status of a page; `None` where nothing was answered.
    pub(crate) fn status(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1).map(str::to_owned)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success());
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for something to hold; the service looks every second.
    pub(crate) fn until(&self, holds: impl Fn(&Self) -> bool) {
        let held = (0..600).any(|_| {
            let held = holds(self);
            if !held {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            held
        });
        assert!(held, "it did not come about within 30 seconds");
    }

    pub(crate) fn ask(&self, token: &str, query: &str) -> Value {
        serde_json::from_str(&self.body(token, query).unwrap()).unwrap()
    }

    /// The bytes of an answer; `None` where there was none.
    pub(crate) fn body(&self, token: &str, query: &str) -> Option<String> {
        Self::body_from(&self.address, token, query)
    }

    /// The body of the answer to a form.
    pub(crate) fn form(&self, path: &str, form: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }

    /// The same of a server at an address, which may have ended.
    pub(crate) fn body_from(address: &str, token: &str, query: &str) -> Option<String> {
        let body = json!({ "query": query }).to_string();
        let mut stream = TcpStream::connect(address).ok()?;
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
            address,
            body.len()
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).filter(|body| !body.is_empty())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
