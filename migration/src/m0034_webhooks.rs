//! Webhooks of organisations, and what was or is to be delivered to them.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, optional_text, refers, text, unique_text, whole};

/// Webhooks of organisations, and what was or is to be delivered to them.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0034_webhooks"
    }
}

fn time(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

fn optional_time(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let webhook = Table::create()
            .table("webhook")
            .col(numbered())
            .col(unique_text("identifier"))
            .col(whole("organisation_id"))
            .col(text("url"))
            .col(text("events"))
            .col(ColumnDef::new("secret").blob().not_null())
            .col(ColumnDef::new("secret_before").blob().null())
            .col(optional_time("secret_before_until"))
            .col(time("made_at"))
            .foreign_key(&mut refers("webhook", "organisation_id", "organisation"))
            .check(("webhook_url_check", Expr::cust("length(url) BETWEEN 1 AND 2000")))
            .check((
                "webhook_secret_before_check",
                Expr::cust("(secret_before IS NULL) = (secret_before_until IS NULL)"),
            ))
            .to_owned();
        manager.create_table(webhook).await?;
        let delivery = Table::create()
            .table("webhook_delivery")
            .col(numbered())
            .col(unique_text("message"))
            .col(whole("webhook_id"))
            .col(text("event"))
            .col(text("subject"))
            .col(text("payload"))
            .col(time("made_at"))
            .col(time("due_at"))
            .col(optional_time("claimed_until"))
            .col(ColumnDef::new("attempts").integer().not_null())
            .col(optional_time("delivered_at"))
            .col(optional_time("given_up_at"))
            .col(optional_text("outcome"))
            .foreign_key(&mut refers("webhook_delivery", "webhook_id", "webhook"))
            .check(("webhook_delivery_attempts_check", Expr::cust("attempts >= 0")))
            .check(("webhook_delivery_end_check", Expr::cust("delivered_at IS NULL OR given_up_at IS NULL")))
            .to_owned();
        manager.create_table(delivery).await?;
        // Each happening is told to each webhook once, whichever replica notices it first.
        let once = Index::create()
            .name("webhook_delivery_once")
            .table("webhook_delivery")
            .col("webhook_id")
            .col("event")
            .col("subject")
            .unique()
            .to_owned();
        manager.create_index(once).await?;
        let due = Index::create().name("webhook_delivery_due_at").table("webhook_delivery").col("due_at").to_owned();
        manager.create_index(due).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("webhook_delivery").to_owned()).await?;
        manager.drop_table(Table::drop().table("webhook").to_owned()).await
    }
}
