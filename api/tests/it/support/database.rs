//! A fresh database for each test: a SQLite file, or one of its own on a PostgreSQL server that the tests start.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use tempfile::TempDir;

use super::postgres::Server;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file.
    Sqlite,
    /// A server, started from the binaries of this machine.
    Postgres,
}

/// A fresh database. Gone when dropped; the server ends with the last test that uses it.
pub(crate) struct Database {
    pub(crate) url: String,
    _directory: Option<TempDir>,
    server: Option<Arc<Server>>,
}

/// A transaction that is open.
pub(crate) struct Held(DatabaseTransaction);

impl Held {
    /// Ends it.
    pub(crate) async fn release(self) {
        self.0.commit().await.unwrap();
    }
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl Database {
    pub(crate) async fn fresh(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let directory = TempDir::new().unwrap();
                let url = format!("sqlite://{}", directory.path().join("exchange.db").display());
                Self { url, _directory: Some(directory), server: None }
            }
            Engine::Postgres => {
                let server = tokio::task::spawn_blocking(Server::shared).await.unwrap();
                let admin = sea_orm::Database::connect(server.url("postgres")).await.unwrap();
                let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
                admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                Self { url: server.url(&name), _directory: None, server: Some(server) }
            }
        }
    }

    /// A database on a server of one's own.
    pub(crate) async fn on(server: &Arc<Server>) -> Self {
        let name = format!("own{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = sea_orm::Database::connect(server.url("postgres")).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self { url: server.url(&name), _directory: None, server: Some(server.clone()) }
    }

    /// Its name on its server.
    pub(crate) fn name(&self) -> &str {
        self.url.rsplit_once('/').unwrap().1
    }

    /// A file that outlives the test, for a service that several tests share. An earlier run's is removed.
    pub(crate) fn shared(name: &str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.join(format!("{name}.db{ending}")));
        }
        let url = format!("sqlite://{}", folder.join(format!("{name}.db")).display());
        Self { url, _directory: None, server: None }
    }

    /// A SQLite file that others made and keep.
    pub(crate) fn at(url: &str) -> Self {
        Self { url: url.to_owned(), _directory: None, server: None }
    }

    /// The same database for another process: it lasts as long as this one.
    pub(crate) fn beside(&self) -> Self {
        Self { url: self.url.clone(), _directory: None, server: self.server.clone() }
    }

    /// A connection beside the service's.
    pub(crate) async fn connect(&self) -> sea_orm::DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.unwrap()
    }

    /// Changes something behind the service's back.
    pub(crate) async fn execute(&self, sql: &str) {
        sea_orm::Database::connect(&self.url).await.unwrap().execute_unprepared(sql).await.unwrap();
    }

    /// Runs a statement in a transaction that stays open until it is released.
    pub(crate) async fn hold(&self, sql: &str) -> Held {
        let transaction = sea_orm::Database::connect(&self.url).await.unwrap().begin().await.unwrap();
        transaction.execute_unprepared(sql).await.unwrap();
        Held(transaction)
    }

    /// Takes a database away from a PostgreSQL server, whoever is connected.
    pub(crate) async fn drop_it(&self) {
        let (base, name) = self.url.rsplit_once('/').unwrap();
        let admin = sea_orm::Database::connect(format!("{base}/postgres")).await.unwrap();
        admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.numbers(&format!("SELECT COUNT(*) FROM {table}")).await[0][0]
    }

    /// How many questions the audit tells of with a text in them, e.g. a client; repeats are not counted.
    pub(crate) async fn recorded(&self, text: &str) -> usize {
        let groups = self.texts("SELECT lines FROM audit_group").await;
        let lines = groups.iter().flat_map(|lines| lines.lines());
        lines.filter(|line| line.starts_with(r#"["question","#) && line.contains(text)).count()
    }

    /// The texts of one column.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let database = sea_orm::Database::connect(&self.url).await.unwrap();
        let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
        let rows = database.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// One row of whole numbers, asked of the database itself.
    pub(crate) async fn numbers(&self, sql: &str) -> Vec<Vec<i64>> {
        let database = sea_orm::Database::connect(&self.url).await.unwrap();
        let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
        let rows = database.query_all_raw(statement).await.unwrap();
        let width = rows.first().map_or(0, |row| row.column_names().len());
        rows.iter().map(|row| (0..width).map(|column| row.try_get_by_index(column).unwrap()).collect()).collect()
    }
}
