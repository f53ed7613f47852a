//! The editions of each period: a period is published at most three times.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{small, text};

/// The editions of each period: a period is published at most three times.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0012_editions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let subject = Expr::cust("subject IN ('results', 'destinations')");
        let period = Expr::cust(
            "(subject = 'results' AND LENGTH(period) = 8) OR (subject = 'destinations' AND LENGTH(period) = 6)",
        );
        // Builds before this one published a period in every release in which anything of it came in.
        let edition = Expr::cust("edition >= 1 AND (edition <= 3 OR migrated)");
        manager
            .create_table(
                Table::create()
                    .table("release_edition")
                    .col(text("subject"))
                    .col(text("period"))
                    .col(small("edition"))
                    .col(ColumnDef::new("release").integer().not_null())
                    .col(ColumnDef::new("migrated").boolean().not_null())
                    .primary_key(
                        Index::create().name("release_edition_key").col("subject").col("period").col("edition"),
                    )
                    .index(
                        Index::create()
                            .unique()
                            .name("release_edition_once")
                            .col("subject")
                            .col("period")
                            .col("release"),
                    )
                    .foreign_key(ForeignKey::create().from("release_edition", "release").to("release", "number"))
                    .check(("release_edition_subject_check", subject))
                    .check(("release_edition_period_check", period))
                    .check(("release_edition_edition_check", edition))
                    .to_owned(),
            )
            .await?;
        let year = "CAST(cohort_year AS TEXT) || SUBSTR(CAST(cohort_year + 1 AS TEXT), 3, 2)";
        for (subject, period, table, last) in [
            ("results", "period", "result", "last_result"),
            ("destinations", year, "destination_count", "last_destination"),
        ] {
            // The releases that there are stay as they are: each in which anything of a period came in is an edition of it.
            let releases = format!(
                "INSERT INTO release_edition (subject, period, edition, release, migrated) \
                 SELECT '{subject}', period, ROW_NUMBER() OVER (PARTITION BY period ORDER BY release), release, TRUE FROM \
                 (SELECT DISTINCT {period} AS period, \
                  (SELECT MIN(r.number) FROM release r WHERE r.{last} >= t.id) AS release FROM {table} t) came \
                 WHERE release IS NOT NULL"
            );
            manager.get_connection().execute_unprepared(&releases).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("release_edition").to_owned()).await
    }
}
