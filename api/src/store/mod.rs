//! The database: the one room that knows sea-orm and the entities. Takes and returns domain types.

mod address;
mod audit;
mod backup;
mod budget;
mod catalogue;
mod changes;
mod citations;
mod clients;
mod connect;
mod destinations;
mod directory;
mod editions;
mod erase;
mod error;
mod identity;
mod intake;
mod issuers;
mod keys;
mod official;
mod pool;
mod reach;
mod receipt;
mod recorded_changes;
mod reference;
mod register;
mod released;
mod releases;
mod report;
mod revocations;
mod roll;
mod saved_questions;
mod setting;
mod sqlite;
mod submit;
mod till;
mod unchanged;
mod webhooks;
mod withdraw;
mod words;

use std::{sync::Arc, time::Duration};

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait,
    sea_query::{Func, Query},
};

use tokio::time::Instant;

use reach::Reach;
use sqlite::DatabaseFile;

pub use address::{Address, InvalidAddress};
pub use budget::Debit;
pub use error::Error;
pub use identity::Identity;
pub use migration::State as Schema;
pub use receipt::{NewSubmission, Receipt};
pub use recorded_changes::Recorder;
pub use register::{NewRegisterEntry, RegisterReceipt};
pub use roll::{Handover, RollReceipt};
pub use till::Till;

type Result<T> = std::result::Result<T, Error>;

/// The advisory lock of writers on PostgreSQL: whoever changes results or releases holds it until commit.
const WRITER_LOCK: i64 = 0x6265_6e63_686d_6b01;

/// The advisory lock of migrations on PostgreSQL.
const MIGRATION_LOCK: i64 = 0x6265_6e63_686d_6b02;

/// How long a charge waits for a SQLite file that another process is changing.
const CHARGE_PATIENCE: Duration = Duration::from_secs(1);

/// How long a command waits for it.
const COMMAND_PATIENCE: Duration = Duration::from_mins(1);

/// How long a writer waits for the one before it, and how long one that says nothing, as it was stopped, keeps the next
/// waiting. Held in the transaction, so that they hold behind a PgBouncer too.
const WRITER_LIMITS: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// How long the end waits for a PostgreSQL server.
const CLOSING: Duration = Duration::from_secs(5);

/// How long the database has for a question of a request.
const REQUEST: Duration = Duration::from_secs(2);

/// What to do where a SQLite database has no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Make one.
    Create,
    /// Refuse: the path is likely mistyped.
    Refuse,
}

/// One database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    /// Answers questions. The connections to a SQLite file cannot change it.
    database: DatabaseConnection,
    /// Takes changes: to a SQLite file one connection, otherwise the same as those for questions.
    changes: DatabaseConnection,
    file: Option<Arc<DatabaseFile>>,
    reach: Arc<Reach>,
    /// The registers as they were read last.
    registers: Arc<register::Kept>,
    /// On whose behalf changes are made; those that the audit tells are not made without.
    recorder: Option<Arc<Recorder>>,
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
        options
            .max_connections(if address.is_in_memory() { 1 } else { 8 })
            .min_connections(1)
            .connect_timeout(Duration::from_secs(10))
            .acquire_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .record_stmt_in_spans(false);
        let reach = Arc::default();
        if address.is_server() {
            let database = connect::to_server(address, options).await?;
            return Ok(Self {
                changes: database.clone(),
                database,
                file: None,
                reach,
                registers: Arc::default(),
                recorder: None,
            });
        }
        if let Some(path) = address.file() {
            let (changes, database, file) = sqlite::open(&options, path, absent).await?;
            return Ok(Self {
                database,
                changes,
                file: Some(Arc::new(file)),
                reach,
                registers: Arc::default(),
                recorder: None,
            });
        }
        if address.is_in_memory() {
            options.idle_timeout(None).max_lifetime(None).map_sqlx_sqlite_opts(|options| options.foreign_keys(true));
        }
        let database = Database::connect(options).await?;
        Ok(Self { changes: database.clone(), database, file: None, reach, registers: Arc::default(), recorder: None })
    }

    /// Refuses where the SQLite file was deleted or replaced since it was opened.
    ///
    /// # Errors
    /// [`Error::FileGone`] then.
    pub fn intact(&self) -> Result<()> {
        self.file.as_ref().map_or(Ok(()), |file| file.check())
    }

    /// Ends the connections. A SQLite file holds everything then, without those beside it.
    pub async fn close(&self) {
        if let Some(file) = &self.file {
            file.close(&self.changes, &self.database).await;
        } else if !matches!(tokio::time::timeout(CLOSING, self.database.close_by_ref()).await, Ok(Ok(()))) {
            tracing::warn!("the database was not closed in order");
        }
    }

    /// Runs the migrations that are missing, one process at a time.
    ///
    /// # Errors
    /// When the database fails, holds rows that break a rule of the new schema, or is newer than this program.
    pub async fn migrate(&self) -> Result<()> {
        if let Schema::Newer(unknown) = self.schema().await? {
            return Err(Error::Newer(unknown));
        }
        if self.changes.get_database_backend() == DbBackend::Postgres {
            let lock = self.changes.begin().await?;
            advisory_lock(&lock, MIGRATION_LOCK).await?;
            Migrator::up(&self.changes, None).await?;
            lock.commit().await?;
        } else {
            // All of them or none.
            let transaction = self.begin_change().await?;
            Migrator::up(&transaction, None).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// How the schema of the database compares with the one that this program knows. Only reads: a role that may create
    /// nothing can serve.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schema(&self) -> Result<Schema> {
        self.intact()?;
        self.reaching(async { Ok(migration::state(&self.database).await?) }).await
    }

    /// Refuses at once while the database is known to be away.
    ///
    /// # Errors
    /// [`Error::Away`] then.
    pub fn check_not_away(&self) -> Result<()> {
        self.reach.check_not_away(Instant::now())
    }

    /// A question of a request: refused at once while the database is known to be away, and not waited for long.
    async fn reaching<T>(&self, question: impl Future<Output = Result<T>>) -> Result<T> {
        self.reach.admit(Instant::now())?;
        self.trying(question).await
    }

    /// The same, also while the database is known to be away.
    async fn trying<T>(&self, question: impl Future<Output = Result<T>>) -> Result<T> {
        if self.database.get_database_backend() != DbBackend::Postgres {
            return question.await;
        }
        let outcome = tokio::time::timeout(REQUEST, question).await.unwrap_or(Err(Error::Away(None)));
        self.reach.learn(&outcome, Instant::now());
        outcome
    }

    /// A transaction for a change of its own. Of a SQLite file every change goes through one of these, and through one at a time.
    async fn begin_change(&self) -> Result<DatabaseTransaction> {
        self.begin_within(COMMAND_PATIENCE).await
    }

    /// A transaction that no other writer of results or releases runs beside, so that keys grow in the order of commits.
    async fn begin_writing(&self) -> Result<DatabaseTransaction> {
        let transaction = self.begin_change().await?;
        self.lock(&transaction, WRITER_LOCK).await?;
        Ok(transaction)
    }

    /// A transaction for charges. Whoever asked is waiting for it.
    async fn begin_charging(&self) -> Result<DatabaseTransaction> {
        self.begin_within(CHARGE_PATIENCE).await
    }

    async fn begin_within(&self, patience: Duration) -> Result<DatabaseTransaction> {
        match &self.file {
            Some(file) => file.begin(&self.changes, patience).await,
            None => Ok(self.changes.begin().await?),
        }
    }

    async fn lock(&self, transaction: &DatabaseTransaction, lock: i64) -> Result<()> {
        match self.changes.get_database_backend() {
            DbBackend::Postgres => {
                transaction.execute_unprepared(WRITER_LIMITS).await?;
                advisory_lock(transaction, lock).await
            }
            // Begun with the lock of the file, or on the only connection.
            _ => Ok(()),
        }
    }
}

async fn advisory_lock(transaction: &DatabaseTransaction, lock: i64) -> Result<()> {
    transaction.execute(Query::select().expr(Func::cust("pg_advisory_xact_lock").arg(lock))).await?;
    Ok(())
}
