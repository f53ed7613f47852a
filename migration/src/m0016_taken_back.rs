//! What was taken back: results and counts of destinations, agreements and organisations. Nothing is deleted, since releases hold it.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_date, optional_text};

/// What was taken back: results and counts of destinations, agreements and organisations.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0016_taken_back"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let withdrawn = || ColumnDef::new("withdrawn").boolean().not_null().default(false).take();
        // SQLite adds a reference to a table that is there only together with its column.
        let replaced_by = ColumnDef::new("replaced_by").big_integer().null().extra("REFERENCES agreement (id)").take();
        for (table, column) in [
            ("result", withdrawn()),
            ("destination_count", withdrawn()),
            ("submission", optional_text("why")),
            ("organisation", optional_date("ended_on")),
            ("agreement", optional_date("ended_on")),
            ("agreement", replaced_by),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
