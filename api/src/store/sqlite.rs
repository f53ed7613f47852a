//! A SQLite file: one connection changes it, the others cannot, and none that failed in a change is used again.
//!
//! The driver counts how deep a connection is in transactions, and takes one off when a `COMMIT` or a `ROLLBACK` succeeds. When
//! the disk is full or fails, SQLite itself ends the transaction, the driver's `ROLLBACK` finds none, and the count stays: the
//! next transaction is a savepoint, and what it "commits" may be in no file. So whatever was rolled back, for whatever reason, is
//! the last that its connection did.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
    sqlx::{
        Connection, Sqlite,
        pool::PoolOptions,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::{sync::Mutex, time};

use super::{Absent, Error, Result, error::is_locked};

/// Connections that answer questions.
const QUESTIONS: u32 = 8;

/// How long a question waits for the file, where another process keeps it from being read at all: while it is made, or mended
/// after a crash.
const READ_PATIENCE: Duration = Duration::from_secs(1);

/// How long SQLite itself waits for the lock of changes. It looks ever more rarely, so it is asked anew before it misses the
/// moment between two changes of another process.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// The pause before it is asked anew.
const PAUSE: Duration = Duration::from_millis(1);

/// How long the file may take to be opened, when several processes make it at once.
const OPENING: Duration = Duration::from_secs(10);

/// How long a command waits for another that takes something in.
const ALONE: Duration = Duration::from_mins(1);

/// How long the end waits for what is under way.
const CLOSING: Duration = Duration::from_secs(5);

/// A SQLite file that is open.
pub(super) struct DatabaseFile {
    path: PathBuf,
    /// Which file it was when it was opened: its device and its number there.
    identity: (u64, u64),
    /// Who may begin the next change: who waits longest.
    turn: Mutex<()>,
}

/// Opens a file: first the connection that changes it, then those that answer questions.
pub(super) async fn open(
    options: &ConnectOptions,
    path: &Path,
    absent: Absent,
) -> Result<(DatabaseConnection, DatabaseConnection, DatabaseFile)> {
    if absent == Absent::Create {
        // For its owner alone, and with it the files that SQLite keeps beside it. Where it is there, or cannot be made, the driver
        // tells.
        let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    }
    let changes = patiently(|| Database::connect(changing(options.clone(), absent))).await?;
    let questions = patiently(|| Database::connect(asking(options.clone()))).await?;
    let identity = identity(path).ok_or_else(|| Error::FileGone(path.display().to_string()))?;
    Ok((changes, questions, DatabaseFile { path: path.to_owned(), identity, turn: Mutex::default() }))
}

impl DatabaseFile {
    /// Refuses where the file is no longer there, or another one is in its place: what is stored now is stored nowhere.
    pub(super) fn check(&self) -> Result<()> {
        if identity(&self.path) == Some(self.identity) {
            Ok(())
        } else {
            Err(Error::FileGone(self.path.display().to_string()))
        }
    }

    /// A change that no other runs beside, in this process or in another, and that is not within another.
    pub(super) async fn begin(&self, changes: &DatabaseConnection, patience: Duration) -> Result<DatabaseTransaction> {
        let begun = async {
            let _turn = self.turn.lock().await;
            loop {
                match begin_at_once(changes).await {
                    Err(error) if is_locked(&error) => time::sleep(PAUSE).await,
                    other => return other,
                }
            }
        };
        let transaction = time::timeout(patience, begun).await.map_err(|_| Error::Locked)??;
        self.check()?;
        Ok(transaction)
    }

    /// A statement that is a change of its own, made whole or not at all.
    pub(super) async fn execute_at_once(
        &self,
        changes: &DatabaseConnection,
        statement: impl Fn() -> Statement,
        patience: Duration,
    ) -> Result<()> {
        let done = async {
            let _turn = self.turn.lock().await;
            loop {
                match changes.execute_raw(statement()).await {
                    Err(error) if is_locked(&error) => time::sleep(PAUSE).await,
                    other => return other,
                }
            }
        };
        time::timeout(patience, done).await.map_err(|_| Error::Locked)??;
        Ok(())
    }

    /// The only process that takes something in. Waits for another.
    pub(super) async fn alone(&self) -> Result<Alone> {
        let waited = async {
            loop {
                match self.alone_at_once() {
                    Ok(None) => time::sleep(LOOK_AGAIN).await,
                    Ok(Some(alone)) => return Ok(alone),
                    Err(error) => return Err(error),
                }
            }
        };
        time::timeout(ALONE, waited).await.map_err(|_| Error::Locked)?
    }

    /// The only process that takes something in, unless another is.
    pub(super) fn alone_at_once(&self) -> Result<Option<Alone>> {
        Alone::new(&self.path)
            .map_err(|error| Error::Database(DbErr::Custom(format!("cannot lock an import: {error}"))))
    }

    /// A connection for changes that looks for no references, to take back what was never accepted.
    pub(super) async fn without_references(&self) -> Result<DatabaseConnection> {
        let path = self.path.clone();
        let mut options = ConnectOptions::new("sqlite:changed");
        options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |options| {
            options.filename(&path).synchronous(SqliteSynchronous::Full).busy_timeout(LOOK_AGAIN).foreign_keys(false)
        });
        patiently(|| Database::connect(options.clone())).await
    }

    /// Ends: what stands in the file beside it is moved into the file, so that a copy of it alone is whole.
    pub(super) async fn close(&self, changes: &DatabaseConnection, questions: &DatabaseConnection) {
        let closed = async {
            questions.close_by_ref().await?;
            if self.check().is_ok() {
                // Moved while others write; what is left then is little, and for that alone they wait.
                changes.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
                changes.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
            }
            changes.close_by_ref().await
        };
        match time::timeout(CLOSING, closed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the database file was not closed in order"),
            Err(_) => tracing::warn!("the database file was not closed in order: a question was still under way"),
        }
    }
}

/// Leave to take something in, held by one process at a time: a lock of the operating system on a file beside the database. It
/// ends with the process, however that ends.
pub(super) struct Alone {
    path: PathBuf,
    _lock: File,
}

impl Alone {
    fn new(database: &Path) -> io::Result<Option<Self>> {
        let mut path = database.as_os_str().to_owned();
        path.push("-intake");
        let path = PathBuf::from(path);
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Whoever had it may have taken the file away just now: then it locks nobody out.
        let locked = lock.metadata().map(|file| (file.dev(), file.ino()))?;
        Ok((identity(&path) == Some(locked)).then_some(Self { path, _lock: lock }))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // Before the lock ends.
        let _ = fs::remove_file(&self.path);
    }
}

/// A transaction that may write from its first moment, or an error: SQLite refuses one within another.
async fn begin_at_once(changes: &DatabaseConnection) -> std::result::Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    changes.begin_with_options(options).await
}

/// The one connection that changes the file.
fn changing(mut options: ConnectOptions, absent: Absent) -> ConnectOptions {
    options.max_connections(1);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .create_if_missing(absent == Absent::Create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(LOOK_AGAIN)
            .foreign_keys(true)
            .pragma("cache_size", "-16384")
    });
    options.map_sqlx_sqlite_pool_opts(closed_after_a_rollback);
    options
}

/// The connections that answer questions.
fn asking(mut options: ConnectOptions) -> ConnectOptions {
    options.max_connections(QUESTIONS);
    options.map_sqlx_sqlite_opts(|options| {
        options.busy_timeout(READ_PATIENCE).foreign_keys(true).pragma("cache_size", "-8192").pragma("query_only", "ON")
    });
    options
}

/// A connection on which anything was rolled back is closed, and so is one that is inside a transaction when nobody holds it.
fn closed_after_a_rollback(pool: PoolOptions<Sqlite>) -> PoolOptions<Sqlite> {
    let rolled_back = Arc::new(AtomicBool::new(false));
    let told = rolled_back.clone();
    pool.after_connect(move |connection, _| {
        let told = told.clone();
        Box::pin(async move {
            connection.lock_handle().await?.set_rollback_hook(move || told.store(true, Ordering::Release));
            Ok(())
        })
    })
    .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
    .after_release(move |connection, _| {
        let rolled_back = rolled_back.clone();
        Box::pin(async move {
            // A rollback that was asked for in passing has happened when this is answered.
            connection.ping().await?;
            Ok(!rolled_back.swap(false, Ordering::AcqRel) && !connection.is_in_transaction())
        })
    })
}

/// Opens again while another process that opens the file too keeps it locked.
async fn patiently(
    connect: impl AsyncFn() -> std::result::Result<DatabaseConnection, DbErr>,
) -> Result<DatabaseConnection> {
    let opened = async {
        loop {
            match connect().await {
                Err(error) if is_locked(&error) => time::sleep(LOOK_AGAIN).await,
                other => return other,
            }
        }
    };
    Ok(time::timeout(OPENING, opened).await.map_err(|_| Error::Locked)??)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}
