//! Questions that organisations keep under names of theirs.

use sea_orm_migration::prelude::*;

use crate::columns::{refers, text, whole};

/// Questions that organisations keep under names of theirs.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0030_saved_questions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("saved_question")
            .col(whole("organisation_id"))
            .col(text("name"))
            .col(text("citation"))
            .col(ColumnDef::new("newest").integer().null())
            .col(ColumnDef::new("saved_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().name("saved_question_key").col("organisation_id").col("name"))
            .foreign_key(&mut refers("saved_question", "organisation_id", "organisation"))
            .check(("saved_question_name_check", Expr::cust("length(name) BETWEEN 1 AND 40")))
            .check(("saved_question_newest_check", Expr::cust("newest BETWEEN 1 AND 100")))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("saved_question").to_owned()).await
    }
}
