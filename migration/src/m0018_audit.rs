//! The audit: who asked what, each entry hashed with the one before it, and how far each chain was cut.

use sea_orm_migration::prelude::*;

use crate::columns::{text, whole};

/// The audit: who asked what, each entry hashed with the one before it, and how far each chain was cut.
pub(crate) struct Migration;

/// What an entry may tell.
const KINDS: [&str; 4] = ["start", "question", "repeat", "witness"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0018_audit"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().not_null().take();
        manager
            .create_table(
                Table::create()
                    .table("audit_chain")
                    .col(text("chain").primary_key())
                    .col(time("started_at"))
                    .col(whole("witnessed"))
                    .col(whole("cut"))
                    .col(text("cut_hash"))
                    .col(text("cut_seal"))
                    .to_owned(),
            )
            .await?;
        let mut chain = ForeignKey::create();
        let mut entry = Table::create()
            .table("audit_entry")
            .col(text("chain"))
            .col(whole("number"))
            .col(text("kind"))
            .col(time("asked_at"))
            .to_owned();
        for column in ["organisation", "client", "purpose", "tier", "dataset", "question"] {
            entry.col(text(column));
        }
        for column in ["release", "cells", "tabulations", "times"] {
            entry.col(whole(column));
        }
        entry
            .col(text("hash"))
            .primary_key(Index::create().col("chain").col("number"))
            .foreign_key(chain.from("audit_entry", "chain").to("audit_chain", "chain"))
            .check(("audit_entry_kind_check", Expr::col("kind").is_in(KINDS)))
            .check(("audit_entry_number_check", Expr::col("number").gt(0)));
        manager.create_table(entry).await?;
        manager
            .create_index(Index::create().name("audit_entry_asked_at").table("audit_entry").col("asked_at").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_entry").to_owned()).await?;
        manager.drop_table(Table::drop().table("audit_chain").to_owned()).await
    }
}
