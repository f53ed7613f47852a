//! How the connections to the database are used.

use sea_orm::DbBackend;

use super::Store;

impl Store {
    /// How many connections are used, and how many are free.
    pub fn connections(&self) -> (u32, u32) {
        let (all, free) = if self.database.get_database_backend() == DbBackend::Postgres {
            let pool = self.database.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        } else {
            let pool = self.database.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        };
        let free = u32::try_from(free).unwrap_or(u32::MAX);
        (all.saturating_sub(free), free)
    }
}
