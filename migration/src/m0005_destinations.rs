//! Counts of destinations, and how far a release includes them.

use sea_orm_migration::prelude::*;

use crate::columns::{given, refers, small, whole};

/// Counts of destinations, and how far a release includes them.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_destinations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("destination_count")
                    .col(given())
                    .col(whole("institution_id"))
                    .col(small("cohort_year"))
                    .col(small("stage"))
                    .col(small("category"))
                    .col(ColumnDef::new("students").integer().not_null())
                    .col(whole("submission_id"))
                    .col(whole("local_authority_id"))
                    .col(ColumnDef::new("hub_id").big_integer().null())
                    .col(ColumnDef::new("supersedes").big_integer().null())
                    .foreign_key(&mut refers("destination_count", "institution_id", "institution"))
                    .foreign_key(&mut refers("destination_count", "submission_id", "submission"))
                    .foreign_key(&mut refers("destination_count", "local_authority_id", "area"))
                    .foreign_key(&mut refers("destination_count", "hub_id", "area"))
                    .foreign_key(&mut refers("destination_count", "supersedes", "destination_count"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("destination_count_institution_id")
                    .table("destination_count")
                    .col("institution_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("destination_count_supersedes")
                    .table("destination_count")
                    .col("supersedes")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("release")
                    .add_column(ColumnDef::new("last_destination").big_integer().not_null().default(0))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("release").drop_column("last_destination").to_owned()).await?;
        manager.drop_table(Table::drop().table("destination_count").to_owned()).await
    }
}
