//! Messages to webhooks can be sent again: the pauses between attempts begin anew, and how often each was tried in all stays told.

use sea_orm_migration::prelude::*;

/// Messages to webhooks can be sent again: the pauses between attempts begin anew, and how often each was tried in all stays told.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0040_sent_again"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("attempts_before").integer().not_null().default(0).take();
        manager.alter_table(Table::alter().table("webhook_delivery").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("webhook_delivery").drop_column("attempts_before").to_owned()).await
    }
}
