//! The ledger of the budget.

use sea_orm_migration::prelude::*;

use crate::columns::{refers, text, whole};

/// The ledger of the budget.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_budget"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("budget_entry")
                    .col(whole("organisation_id"))
                    .col(text("tier"))
                    .col(text("measure"))
                    .col(text("period"))
                    .col(text("tabulation"))
                    .col(ColumnDef::new("cost").double().not_null())
                    .col(ColumnDef::new("pooled").boolean().not_null())
                    .col(ColumnDef::new("charged_at").timestamp_with_time_zone().not_null())
                    .primary_key(
                        Index::create()
                            .col("organisation_id")
                            .col("tier")
                            .col("measure")
                            .col("period")
                            .col("tabulation"),
                    )
                    .foreign_key(&mut refers("budget_entry", "organisation_id", "organisation"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("budget_entry_measure_period_pooled_tabulation")
                    .table("budget_entry")
                    .col("measure")
                    .col("period")
                    .col("pooled")
                    .col("tabulation")
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("budget_entry").to_owned()).await?;
        Ok(())
    }
}
