//! What the audit writes at once is one row. Entries that are there stay as they are.

use sea_orm_migration::prelude::*;

use crate::columns::{text, whole};

/// What the audit writes at once is one row.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0041_audit_groups"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().not_null().take();
        let mut chain = ForeignKey::create();
        let group = Table::create()
            .table("audit_group")
            .col(text("chain"))
            .col(whole("last"))
            .col(whole("first"))
            .col(time("asked_from"))
            .col(time("asked_until"))
            .col(text("lines"))
            .col(text("hash"))
            .primary_key(Index::create().col("chain").col("last"))
            .foreign_key(chain.from("audit_group", "chain").to("audit_chain", "chain"))
            .check(("audit_group_first_check", Expr::col("first").gt(0)))
            .check(("audit_group_last_check", Expr::col("last").gte(Expr::col("first"))))
            .to_owned();
        manager.create_table(group).await?;
        manager
            .create_index(
                Index::create().name("audit_group_asked_until").table("audit_group").col("asked_until").to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let groups = Query::select().expr(Expr::val(1)).from("audit_group").limit(1).to_owned();
        if manager.get_connection().query_one(&groups).await?.is_some() {
            return Err(DbErr::Migration("groups cannot be taken out of the audit: its chains hold them".to_owned()));
        }
        manager.drop_table(Table::drop().table("audit_group").to_owned()).await
    }
}
