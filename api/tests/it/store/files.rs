//! The files of a SQLite database: made once by however many at once, for their owner alone, and whole without those beside it.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Database, Desk, OWN_FILES, Running};

#[tokio::test]
async fn several_that_migrate_a_new_file_at_once_all_succeed() {
    let desk = Desk::new();
    desk.does(&["secret", "new", "exchange.secret"]);
    let migrate = || desk.command(&[&["migrate"][..], &OWN_FILES].concat()).spawn().unwrap();
    let started: Vec<_> = (0..6).map(|_| migrate()).collect();
    for mut process in started {
        assert!(process.wait().unwrap().success());
    }
    let database = Database::at(&desk.url());
    assert_eq!(database.numbers("SELECT COUNT(*) FROM catalogue_version").await, [[1]]);
    assert_eq!(database.numbers("SELECT COUNT(*) - COUNT(DISTINCT version) FROM seaql_migrations").await, [[0]]);
}

#[test]
fn the_files_are_their_owners_alone_and_only_one_is_left_at_the_end() {
    let desk = Desk::filled();
    let beside = || ["exchange.db-wal", "exchange.db-shm"].map(|name| desk.path(name));
    assert!(beside().iter().all(|file| !file.exists()), "after a command");
    let server = Running::start(&desk, &[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
    desk.does_own(&["organisation", "add", "NEW", "--kind", "hub", "--name", "New", "--area", "HUB-2018-21"]);
    for file in beside().into_iter().chain([desk.path("exchange.db")]) {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    desk.does_own(&["backup", "copy.db"]);
    assert_eq!(desk.path("copy.db").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    server.end();
    assert!(beside().iter().all(|file| !file.exists()), "after the server");
    // A command that is refused leaves none either.
    desk.refuses(&[&["publish"][..], &OWN_FILES].concat());
    assert!(beside().iter().all(|file| !file.exists()), "after a refusal");
}
