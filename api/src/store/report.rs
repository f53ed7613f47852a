//! How much of what is stored, for a report about protection.

use sea_orm::{ConnectionTrait, Statement};

use super::{Result, Store};

impl Store {
    /// How many rows a table has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rows_of(&self, table: &'static str) -> Result<i64> {
        let counted = self.rows_by(&format!("SELECT '', COUNT(*) FROM {table}")).await?;
        Ok(counted.first().map_or(0, |(_, count)| *count))
    }

    /// How many institutions there are by scheme.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn schemes(&self) -> Result<Vec<(String, i64)>> {
        self.rows_by("SELECT scheme, COUNT(*) FROM institution GROUP BY scheme ORDER BY scheme").await
    }

    /// Under which versions of the terms results were handed in, and how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn terms(&self) -> Result<Vec<(String, i64)>> {
        self.rows_by("SELECT terms_version, COUNT(*) FROM result GROUP BY terms_version ORDER BY terms_version").await
    }

    async fn rows_by(&self, sql: &str) -> Result<Vec<(String, i64)>> {
        let statement = Statement::from_string(self.database.get_database_backend(), sql);
        let rows = self.database.query_all_raw(statement).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}
