//! Releases, and small facts about the database itself.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, optional_text, text, whole};

/// Releases, and small facts about the database itself.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_releases"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("release")
                    .col(numbered())
                    .col(ColumnDef::new("number").integer().not_null().unique_key())
                    .col(ColumnDef::new("published_at").timestamp_with_time_zone().not_null())
                    .col(text("checksum"))
                    .col(optional_text("note"))
                    .col(ColumnDef::new("synthetic").boolean().not_null())
                    .col(whole("last_result"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("setting")
                    .col(ColumnDef::new("key").text().not_null().primary_key())
                    .col(text("value"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("setting").to_owned()).await?;
        manager.drop_table(Table::drop().table("release").to_owned()).await?;
        Ok(())
    }
}
