//! Organisations and their agreements.

use sea_orm_migration::prelude::*;

use crate::columns::{date, numbered, optional_date, optional_text, refers, text, unique_text, whole};

/// Organisations and their agreements.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_organisations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("organisation")
                    .col(numbered())
                    .col(unique_text("code"))
                    .col(text("name"))
                    .col(text("kind"))
                    .col(whole("area_id"))
                    .foreign_key(&mut refers("organisation", "area_id", "area"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("agreement")
                    .col(numbered())
                    .col(whole("consumer_id"))
                    .col(whole("area_id"))
                    .col(text("tier"))
                    .col(optional_text("dimensions"))
                    .col(date("valid_from"))
                    .col(optional_date("valid_until"))
                    .foreign_key(&mut refers("agreement", "consumer_id", "organisation"))
                    .foreign_key(&mut refers("agreement", "area_id", "area"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("agreement_consumer_id").table("agreement").col("consumer_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("agreement_purpose")
                    .col(whole("agreement_id"))
                    .col(text("purpose"))
                    .primary_key(Index::create().col("agreement_id").col("purpose"))
                    .foreign_key(&mut refers("agreement_purpose", "agreement_id", "agreement"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("agreement_purpose").to_owned()).await?;
        manager.drop_table(Table::drop().table("agreement").to_owned()).await?;
        manager.drop_table(Table::drop().table("organisation").to_owned()).await?;
        Ok(())
    }
}
