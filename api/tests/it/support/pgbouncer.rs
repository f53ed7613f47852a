//! A PgBouncer before a PostgreSQL server, which may be killed and started again.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use super::postgres::Server;

/// A PgBouncer. It ends with the test.
pub(crate) struct PgBouncer {
    folder: TempDir,
    port: u16,
    mode: &'static str,
    process: Mutex<Option<Child>>,
}

impl PgBouncer {
    /// One that runs, before a server: in transaction mode where its version can do that with prepared statements.
    pub(crate) fn before(server: &Server) -> Self {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let told = Command::new(program()).arg("--version").output();
        assert!(told.is_ok(), "PgBouncer is not installed: bash api/tests/run.sh installs it");
        let (mode, statements) = if keeps_statements(&String::from_utf8_lossy(&told.unwrap().stdout)) {
            ("transaction", "max_prepared_statements = 200\n")
        } else {
            ("session", "")
        };
        let socket = server.socket(5432);
        let settings = format!(
            "[databases]\n* = host={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = 40\n{statements}\
             ignore_startup_parameters = extra_float_digits\n",
            socket.parent().unwrap().display()
        );
        fs::write(folder.path().join("pgbouncer.ini"), settings).unwrap();
        let bouncer = Self { folder, port, mode, process: Mutex::default() };
        bouncer.start();
        bouncer
    }

    /// The address of a database behind it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// How it hands out its connections.
    pub(crate) fn mode(&self) -> &str {
        self.mode
    }

    /// Starts it and waits until it listens.
    pub(crate) fn start(&self) {
        // It refuses root, as the server does, and ends with whoever started it.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if rustix::process::geteuid().is_root() {
            let owner = fs::metadata(self.folder.path().join("pgbouncer.ini")).map(|_| account()).unwrap();
            command.args([&format!("--reuid={owner}"), &format!("--regid={owner}"), "--clear-groups"]);
        }
        command.arg("--").arg(program()).arg(self.folder.path().join("pgbouncer.ini"));
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        *self.process.lock().unwrap() = Some(process);
        let listens = (0..600).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
        assert!(listens, "PgBouncer does not start");
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Debian keeps it where only root looks.
fn program() -> &'static str {
    ["/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer"]
        .into_iter()
        .find(|path| fs::exists(path).unwrap_or_default())
        .unwrap_or("pgbouncer")
}

/// Whether a version, such as `PgBouncer 1.24.1`, keeps prepared statements in transaction mode.
fn keeps_statements(told: &str) -> bool {
    let version = told.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (1, 21)
}

/// Who runs it in root's place.
fn account() -> String {
    let of = |name: &str| Command::new("id").args(["-u", name]).output().ok().filter(|output| output.status.success());
    let found = of("postgres").or_else(|| of("nobody")).unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}
