//! What was erased for good: how much of it, and which releases showed it and are closed since. Not whose it was.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, whole};

/// What was erased for good.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0026_erasures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("erasure")
                    .col(numbered())
                    .col(ColumnDef::new("erased_at").timestamp_with_time_zone().not_null())
                    .col(whole("institutions"))
                    .col(whole("results"))
                    .col(whole("counts"))
                    .col(whole("first_release"))
                    .col(whole("last_release"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("erasure").to_owned()).await
    }
}
