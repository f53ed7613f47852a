//! A copy of a SQLite file, made while it is used: whole or not there.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use super::{Error, Result, Store};

impl Store {
    /// Writes all that the database holds at this moment to a file that is not there yet, for its owner alone, and looks
    /// through it. Others go on asking and charging meanwhile. Returns its size in bytes.
    ///
    /// # Errors
    /// When the database is not a SQLite file, there is a file of that name, or either fails: then there is none.
    pub async fn back_up(&self, copy: &Path) -> Result<u64> {
        if self.file.is_none() {
            return Err(Error::Invalid(match self.changes.get_database_backend() {
                DbBackend::Postgres => "`exchange backup` copies SQLite files. Back up a PostgreSQL database with its own program, \
                                        `pg_dump --format=custom --file=FILE DATABASE`, and restore it into an empty one with \
                                        `pg_restore --no-owner --dbname=DATABASE FILE`; the page for operators tells how"
                    .to_owned(),
                _ => "a database in memory is gone with its process, and is not backed up".to_owned(),
            }));
        }
        let failed = |error: io::Error| Error::Backup(copy.display().to_string(), error.to_string());
        if copy.exists() {
            return Err(failed(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file already")));
        }
        let mut name = copy.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let copied = async {
            // What an earlier one left that was cut off.
            let _ = fs::remove_file(&part);
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(failed)?;
            vacuum_into(&self.changes, &part).await?;
            self.intact()?;
            look_through(&part).await?;
            let file = File::open(&part).map_err(failed)?;
            file.sync_all().map_err(failed)?;
            fs::rename(&part, copy).map_err(failed)?;
            let folder = copy.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
            Ok(file.metadata().map_err(failed)?.len())
        };
        let copied = copied.await;
        if copied.is_err() {
            let _ = fs::remove_file(&part);
        }
        copied
    }
}

/// SQLite reads one state of the database, and lets others change it meanwhile.
async fn vacuum_into(changes: &DatabaseConnection, copy: &Path) -> Result<()> {
    let name = copy.to_str().ok_or_else(|| Error::Invalid("expected the name of a file in UTF-8".to_owned()))?;
    changes.execute_unprepared(&format!("VACUUM INTO '{}'", name.replace('\'', "''"))).await?;
    Ok(())
}

/// Fails unless SQLite finds a database in order.
async fn look_through(copy: &Path) -> Result<()> {
    let mut options = ConnectOptions::new("sqlite:backup");
    let file = copy.to_owned();
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |options| options.filename(&file));
    let database = Database::connect(options).await?;
    let look = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
    let found = database.query_one_raw(look).await?;
    let told: String = found.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?;
    database.close_by_ref().await?;
    if told == "ok" { Ok(()) } else { Err(Error::Corrupt(told)) }
}
