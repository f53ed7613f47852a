//! The database: the one room that knows sea-orm and the entities. Takes and returns domain types.

mod address;
mod budget;
mod catalogue;
mod destinations;
mod directory;
mod editions;
mod error;
mod reference;
mod released;
mod releases;
mod setting;
mod submit;
mod words;

use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait,
    sea_query::{Func, Query},
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

pub use address::{Address, InvalidAddress};
pub use error::Error;
pub use migration::State as Schema;
pub use submit::{NewSubmission, Receipt};

type Result<T> = std::result::Result<T, Error>;

/// The advisory lock of writers on PostgreSQL: whoever changes results or releases holds it until commit.
const WRITER_LOCK: i64 = 0x6265_6e63_686d_6b01;

/// The advisory lock of migrations on PostgreSQL.
const MIGRATION_LOCK: i64 = 0x6265_6e63_686d_6b02;

/// What to do where a SQLite database has no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Make one.
    Create,
    /// Refuse: the path is likely mistyped.
    Refuse,
}

/// A connection pool to one database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: DatabaseConnection,
}

impl Store {
    /// Connects to a database. Whether a SQLite file is made where there is none says `absent`.
    ///
    /// # Errors
    /// When there is no such file, or the database cannot be reached within 10 seconds.
    pub async fn connect(address: &Address, absent: Absent) -> Result<Self> {
        if let Some(file) = address.file().filter(|file| absent == Absent::Refuse && !file.exists()) {
            return Err(Error::NoDatabase(file.display().to_string()));
        }
        let mut options = ConnectOptions::new(address.url());
        let in_memory = address.is_in_memory();
        options
            .max_connections(if in_memory { 1 } else { 8 })
            .min_connections(1)
            .connect_timeout(Duration::from_secs(10))
            .acquire_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .map_sqlx_sqlite_opts(move |options| {
                options
                    .create_if_missing(absent == Absent::Create)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(30))
                    .foreign_keys(true)
                    .pragma("cache_size", "-65536")
            });
        if in_memory {
            options.idle_timeout(None).max_lifetime(None);
        }
        Ok(Self { database: Database::connect(options).await? })
    }

    /// Runs the migrations that are missing. On PostgreSQL one process at a time.
    ///
    /// # Errors
    /// When the database fails, holds rows that break a rule of the new schema, or is newer than this program.
    pub async fn migrate(&self) -> Result<()> {
        if let Schema::Newer(unknown) = self.schema().await? {
            return Err(Error::Newer(unknown));
        }
        if self.database.get_database_backend() == DbBackend::Postgres {
            let lock = self.database.begin().await?;
            advisory_lock(&lock, MIGRATION_LOCK).await?;
            Migrator::up(&self.database, None).await?;
            lock.commit().await?;
        } else {
            Migrator::up(&self.database, None).await?;
        }
        Ok(())
    }

    /// How the schema of the database compares with the one that this program knows. Only reads: a role that may create
    /// nothing can serve.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schema(&self) -> Result<Schema> {
        Ok(migration::state(&self.database).await?)
    }

    /// A transaction that no other writer of results or releases runs beside, so that keys grow in the order of commits.
    async fn begin_writing(&self) -> Result<DatabaseTransaction> {
        self.begin_alone(WRITER_LOCK).await
    }

    /// A transaction that runs beside no other that holds the lock.
    async fn begin_alone(&self, lock: i64) -> Result<DatabaseTransaction> {
        let transaction = self.database.begin().await?;
        match self.database.get_database_backend() {
            DbBackend::Postgres => advisory_lock(&transaction, lock).await?,
            _ => setting::lock(&transaction).await?,
        }
        Ok(transaction)
    }
}

async fn advisory_lock(transaction: &DatabaseTransaction, lock: i64) -> Result<()> {
    transaction.execute(Query::select().expr(Func::cust("pg_advisory_xact_lock").arg(lock))).await?;
    Ok(())
}
