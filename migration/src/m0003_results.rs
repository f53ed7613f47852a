//! Institutions under pseudonyms, submissions, results and scores.

use sea_orm_migration::prelude::*;

use crate::columns::{date, given, refers, small, text, whole};

/// Institutions under pseudonyms, submissions, results and scores.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_results"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("institution")
                    .col(given())
                    .col(ColumnDef::new("pseudonym").binary().not_null().unique_key())
                    .col(text("scheme"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("submission")
                    .col(given())
                    .col(whole("organisation_id"))
                    .col(text("checksum"))
                    .col(ColumnDef::new("received_at").timestamp_with_time_zone().not_null())
                    .col(whole("rows"))
                    .col(whole("results"))
                    .col(whole("scores"))
                    .foreign_key(&mut refers("submission", "organisation_id", "organisation"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("submission_organisation_id_checksum")
                    .table("submission")
                    .col("organisation_id")
                    .col("checksum")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("result")
                    .col(given())
                    .col(whole("institution_id"))
                    .col(whole("framework_id"))
                    .col(text("period"))
                    .col(date("completed_on"))
                    .col(whole("submission_id"))
                    .col(text("terms_version"))
                    .col(whole("local_authority_id"))
                    .col(ColumnDef::new("hub_id").big_integer().null())
                    .col(small("phase"))
                    .col(small("type"))
                    .col(small("disadvantage"))
                    .col(small("size"))
                    .col(small("setting"))
                    .col(ColumnDef::new("supersedes").big_integer().null())
                    .foreign_key(&mut refers("result", "institution_id", "institution"))
                    .foreign_key(&mut refers("result", "framework_id", "framework"))
                    .foreign_key(&mut refers("result", "submission_id", "submission"))
                    .foreign_key(&mut refers("result", "supersedes", "result"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("result_framework_id_period")
                    .table("result")
                    .col("framework_id")
                    .col("period")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("result_supersedes").table("result").col("supersedes").unique().to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("benchmark_score")
                    .col(whole("result_id"))
                    .col(small("benchmark"))
                    .col(small("score"))
                    .primary_key(Index::create().col("result_id").col("benchmark"))
                    .foreign_key(&mut refers("benchmark_score", "result_id", "result"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("benchmark_score").to_owned()).await?;
        manager.drop_table(Table::drop().table("result").to_owned()).await?;
        manager.drop_table(Table::drop().table("submission").to_owned()).await?;
        manager.drop_table(Table::drop().table("institution").to_owned()).await?;
        Ok(())
    }
}
