//! Citations that are short: what each of them stands for.

use sea_orm_migration::prelude::*;

use crate::columns::text;

/// Citations that are short: what each of them stands for.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0029_kept_citations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("kept_citation")
            .col(text("short").primary_key())
            .col(text("citation"))
            .check(("kept_citation_short_check", Expr::cust("length(short) BETWEEN 1 AND 40")))
            .check(("kept_citation_citation_check", Expr::col("citation").ne("")))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("kept_citation").to_owned()).await
    }
}
