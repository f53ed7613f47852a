//! A budget is one account for each measure, over all periods: a tabulation is opened once, for everybody.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{refers, text, whole};

/// A budget is one account for each measure, over all periods: a tabulation is opened once, for everybody.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0011_budget_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let check = |name: &'static str, expression: Expr| (name, expression);
        // An entry has a place in the account of its measure, so that of two that are made at once only one stands. The key of the
        // places is made before that of the tabulations: PostgreSQL looks at them in this order, so that whoever comes second
        // holds nothing yet that the first one may still want.
        manager
            .create_table(
                Table::create()
                    .table("budget_account")
                    .col(text("measure"))
                    .col(ColumnDef::new("place").integer().not_null())
                    .col(text("tabulation"))
                    .col(whole("organisation_id"))
                    .col(text("tier"))
                    .col(ColumnDef::new("cost").double().not_null())
                    .col(ColumnDef::new("charged_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().name("budget_entry_key").col("measure").col("place"))
                    .foreign_key(&mut refers("budget_account", "organisation_id", "organisation"))
                    .check(check("budget_entry_place_check", Expr::col("place").gte(1)))
                    .check(check("budget_entry_tier_check", Expr::col("tier").is_in(["regional", "international"])))
                    .check(check("budget_entry_cost_check", Expr::col("cost").gte(0)))
                    .to_owned(),
            )
            .await?;
        // What was charged for some period stays open, for all of them. Of several organisations that had it, the first one
        // opened it. Outcomes over all benchmarks had an account of their own, by the framework: they were tabulations about
        // each of its benchmarks.
        let measures = "SELECT e.organisation_id, e.tier, e.tabulation, e.cost, e.charged_at, \
                        CASE WHEN b.number IS NULL THEN e.measure ELSE e.measure || '/' || b.number END AS measure \
                        FROM budget_entry e LEFT JOIN framework f ON f.code = e.measure \
                        LEFT JOIN (SELECT DISTINCT framework_id, number FROM benchmark) b ON b.framework_id = f.id \
                        WHERE e.tier <> 'own'";
        let first = "ROW_NUMBER() OVER (PARTITION BY m.measure, m.tabulation \
                     ORDER BY m.charged_at, m.organisation_id, m.tier) AS turn";
        manager
            .get_connection()
            .execute_unprepared(&format!(
                "INSERT INTO budget_account (measure, place, tabulation, organisation_id, tier, cost, charged_at) \
                 SELECT measure, ROW_NUMBER() OVER (PARTITION BY measure ORDER BY charged_at, tabulation), \
                 tabulation, organisation_id, tier, cost, charged_at \
                 FROM (SELECT m.*, {first} FROM ({measures}) m) numbered WHERE turn = 1"
            ))
            .await?;
        manager.drop_table(Table::drop().table("budget_entry").to_owned()).await?;
        manager.rename_table(Table::rename().table("budget_account", "budget_entry").to_owned()).await?;
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
