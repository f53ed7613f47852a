//! What organisations change by themselves: each change that was asked for, with what came of it, and who provides an agreement.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_text, refers, text, whole};

/// How far a change may have come.
const STATES: [&str; 4] = ["begun", "done", "refused", "failed"];

/// What organisations change by themselves.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0025_requested_changes"
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
                    .table("requested_change")
                    .col(text("id").primary_key())
                    .col(whole("organisation_id"))
                    .col(text("client"))
                    .col(text("operation"))
                    .col(optional_text("key"))
                    .col(text("digest"))
                    .col(text("state"))
                    .col(whole("progress"))
                    .col(whole("progress_of"))
                    .col(optional_text("report"))
                    .col(optional_text("receipt"))
                    .col(optional_text("subject"))
                    .col(time("begun_at"))
                    .col(time("changed_at"))
                    .foreign_key(&mut refers("requested_change", "organisation_id", "organisation"))
                    .check(("requested_change_state_check", Expr::col("state").is_in(STATES)))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("requested_change_key")
                    .table("requested_change")
                    .col("organisation_id")
                    .col("key")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("requested_change_changed_at")
                    .table("requested_change")
                    .col("changed_at")
                    .to_owned(),
            )
            .await?;
        // SQLite adds a reference to a table that is there only together with its column.
        let provider = ColumnDef::new("provider_id").big_integer().null().extra("REFERENCES organisation (id)").take();
        manager.alter_table(Table::alter().table("agreement").add_column(provider).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("agreement").drop_column("provider_id").to_owned()).await?;
        manager.drop_table(Table::drop().table("requested_change").to_owned()).await
    }
}
