//! Official figures: open statistics by area, as published, each import of a file a version of its data set.

use sea_orm_migration::prelude::*;

use crate::columns::{given, optional_text, refers, small, text, whole};

/// Official figures: open statistics by area, as published, each import of a file a version of its data set.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0033_official_figures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let set = Table::create()
            .table("official_data_set")
            .col(given())
            .col(text("name"))
            .col(ColumnDef::new("version").integer().not_null())
            .col(text("title"))
            .col(optional_text("source"))
            .col(optional_text("licence"))
            .col(text("checksum"))
            .col(ColumnDef::new("imported_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("complete").boolean().not_null())
            .index(Index::create().unique().name("official_data_set_key").col("name").col("version"))
            .check(Expr::cust("length(name) BETWEEN 1 AND 80 AND version > 0"))
            .to_owned();
        manager.create_table(set).await?;
        let column = Table::create()
            .table("official_column")
            .col(whole("data_set_id"))
            .col(small("position"))
            .col(text("kind"))
            .col(text("name"))
            .col(text("label"))
            .col(text("unit"))
            .col(ColumnDef::new("decimals").small_integer().null())
            .col(optional_text("total"))
            .primary_key(Index::create().name("official_column_key").col("data_set_id").col("position"))
            .foreign_key(&mut refers("official_column", "data_set_id", "official_data_set"))
            .check(Expr::cust("kind IN ('indicator', 'filter')"))
            .to_owned();
        manager.create_table(column).await?;
        let row = Table::create()
            .table("official_row")
            .col(whole("data_set_id"))
            .col(whole("line"))
            .col(text("level"))
            .col(text("area_code"))
            .col(text("area_name"))
            .col(text("time_period"))
            .col(text("time_identifier"))
            .col(text("items"))
            .col(text("figures"))
            .primary_key(Index::create().name("official_row_key").col("data_set_id").col("line"))
            .foreign_key(&mut refers("official_row", "data_set_id", "official_data_set"))
            .to_owned();
        manager.create_table(row).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["official_row", "official_column", "official_data_set"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
