//! Which database it is: another one, or a standby that took over, may lack what was charged last.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{Result, Store};

/// Which database answers. It changes when another server, a restored copy or a promoted standby takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(String);

/// The server by its own number, the history it goes on with, and the database.
const WHICH: &str = "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || \
    CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END || '/' || \
    (SELECT oid FROM pg_database WHERE datname = current_database())::text";

/// The same for a role, or a server, that does not tell: since when it runs.
const SINCE: &str = "SELECT pg_postmaster_start_time()::text";

impl Store {
    /// Which database answers now; `None` for SQLite. Tried also while the database is known to be away, so this is how it is
    /// noticed that it is back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn identity(&self) -> Result<Option<Identity>> {
        if self.database.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let asked = async {
            match self.told(WHICH).await {
                Err(super::Error::Database(_)) => self.told(SINCE).await,
                told => told,
            }
        };
        self.trying(asked).await
    }

    async fn told(&self, sql: &str) -> Result<Option<Identity>> {
        let row = self.database.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.map(Identity))
    }
}
