//! A PostgreSQL server for the tests of one process: started from the programs of the machine, ended with its last test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, Weak},
};

/// A server that runs. It ends when this is dropped, and also when the process is killed.
pub(crate) struct Server {
    /// The shell that started the server and stops it when its standard input, which this process holds, is closed.
    keeper: Child,
    /// What the shell prints.
    told: Mutex<BufReader<ChildStdout>>,
    /// Where its socket is.
    folder: String,
}

static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Server {
    /// The server that runs, or a new one. Panics where PostgreSQL is not installed: these tests are not skipped.
    pub(crate) fn shared() -> Arc<Self> {
        // A start that failed leaves no server behind, so a test that comes after it may try again.
        let mut running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start());
            *running = Arc::downgrade(&server);
            server
        })
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.folder.replace('/', "%2F"))
    }

    /// Runs one of PostgreSQL's programs.
    pub(crate) fn run(program: &str, arguments: &[&str]) {
        let found =
            Command::new("sh").args(["-c", include_str!("postgres.sh"), "postgres.sh", "find"]).output().unwrap();
        let folder = String::from_utf8(found.stdout).unwrap();
        let output = Command::new(format!("{}/{program}", folder.trim())).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A server of one's own, for a test that stops it.
    pub(crate) fn own() -> Arc<Self> {
        Arc::new(Self::start())
    }

    /// Does something to the server: one of the words of the shell, such as `stop`.
    pub(crate) fn does(&self, word: &str) {
        let mut told = self.told.lock().unwrap();
        writeln!(self.keeper.stdin.as_ref().unwrap(), "{word}").unwrap();
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n", "{word}");
    }

    /// Its socket, or that of the standby that took its place.
    pub(crate) fn socket(&self, port: u16) -> PathBuf {
        PathBuf::from(format!("{}/.s.PGSQL.{port}", self.folder))
    }

    fn start() -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A Ctrl-C reaches this process alone, whose end is what the shell waits for.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(keeper.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let Some(folder) = line.strip_prefix("ready ") else {
            let mut why = String::new();
            keeper.stderr.as_mut().unwrap().read_to_string(&mut why).unwrap();
            keeper.wait().unwrap();
            panic!("PostgreSQL does not start:\n{why}");
        };
        Self { folder: folder.trim_end().to_owned(), told: Mutex::new(told), keeper }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().unwrap();
    }
}
