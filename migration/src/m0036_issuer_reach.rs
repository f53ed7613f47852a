//! Issuers that were set up over the network are asked for their keys at public addresses alone.

use sea_orm_migration::prelude::*;

/// Issuers that were set up over the network are asked for their keys at public addresses alone.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0036_issuer_reach"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Those that are there were set up by command.
        let column = ColumnDef::new("public_only").boolean().not_null().default(false).take();
        manager.alter_table(Table::alter().table("issuer").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("issuer").drop_column("public_only").to_owned()).await
    }
}
