//! Entries of the budget have a place in the account of their measure, so that of two that are made at once only one stands.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{refers, text, whole};

/// Entries of the budget have a place in the account of their measure, so that of two that are made at once only one stands.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0014_budget_places"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let check = |name: &'static str, expression: Expr| (name, expression);
        // The key of the places is made before that of the tabulations. PostgreSQL looks at them in this order, so that
        // whoever comes second holds nothing yet that the first one may still want.
        manager
            .create_table(
                Table::create()
                    .table("budget_place")
                    .col(text("measure"))
                    .col(ColumnDef::new("place").integer().not_null())
                    .col(text("tabulation"))
                    .col(whole("organisation_id"))
                    .col(text("tier"))
                    .col(ColumnDef::new("cost").double().not_null())
                    .col(ColumnDef::new("charged_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().name("budget_entry_key").col("measure").col("place"))
                    .foreign_key(&mut refers("budget_place", "organisation_id", "organisation"))
                    .check(check("budget_entry_place_check", Expr::col("place").gte(1)))
                    .check(check("budget_entry_tier_check", Expr::col("tier").is_in(["regional", "international"])))
                    .check(check("budget_entry_cost_check", Expr::col("cost").gte(0)))
                    .to_owned(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO budget_place (measure, place, tabulation, organisation_id, tier, cost, charged_at) \
                 SELECT measure, ROW_NUMBER() OVER (PARTITION BY measure ORDER BY charged_at, tabulation), \
                 tabulation, organisation_id, tier, cost, charged_at FROM budget_entry",
            )
            .await?;
        manager.drop_table(Table::drop().table("budget_entry").to_owned()).await?;
        manager.rename_table(Table::rename().table("budget_place", "budget_entry").to_owned()).await?;
        manager
            .create_index(
                Index::create()
                    .name("budget_entry_measure_tabulation")
                    .table("budget_entry")
                    .col("measure")
                    .col("tabulation")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("budget_entry_organisation_id_measure")
                    .table("budget_entry")
                    .col("organisation_id")
                    .col("measure")
                    .to_owned(),
            )
            .await
    }
}
