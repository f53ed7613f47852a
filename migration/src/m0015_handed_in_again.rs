//! A file may be handed in again, to restore what another one corrected: its checksum stands more than once.

use sea_orm_migration::prelude::*;

/// A file may be handed in again, to restore what another one corrected.
pub(crate) struct Migration;

const INDEX: &str = "submission_organisation_id_checksum";

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0015_handed_in_again"
    }
}

fn index() -> IndexCreateStatement {
    Index::create().name(INDEX).table("submission").col("organisation_id").col("checksum").to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("submission").to_owned()).await?;
        manager.create_index(index()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("submission").to_owned()).await?;
        manager.create_index(index().unique().to_owned()).await
    }
}
