//! Frameworks, benchmarks, the crosswalk, areas and which lies in which.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, optional_date, optional_text, refers, small, text, unique_text, whole};

/// Frameworks, benchmarks, the crosswalk, areas and which lies in which.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_reference"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("framework")
                    .col(numbered())
                    .col(unique_text("code"))
                    .col(text("title"))
                    .col(text("jurisdiction"))
                    .col(ColumnDef::new("year").integer().not_null())
                    .col(small("number_of_benchmarks"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("benchmark")
                    .col(whole("framework_id"))
                    .col(small("number"))
                    .col(text("code"))
                    .col(text("title"))
                    .primary_key(Index::create().col("framework_id").col("number"))
                    .foreign_key(&mut refers("benchmark", "framework_id", "framework"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("benchmark_relation")
                    .col(whole("from_framework_id"))
                    .col(small("from_number"))
                    .col(whole("to_framework_id"))
                    .col(small("to_number"))
                    .col(text("relation"))
                    .col(text("basis"))
                    .primary_key(
                        Index::create()
                            .col("from_framework_id")
                            .col("from_number")
                            .col("to_framework_id")
                            .col("to_number"),
                    )
                    .foreign_key(&mut refers("benchmark_relation", "from_framework_id", "framework"))
                    .foreign_key(&mut refers("benchmark_relation", "to_framework_id", "framework"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("area")
                    .col(numbered())
                    .col(unique_text("code"))
                    .col(text("name"))
                    .col(text("kind"))
                    .col(optional_text("parent_code"))
                    .col(text("code_scheme"))
                    .col(optional_date("valid_from"))
                    .col(optional_date("valid_to"))
                    .col(text("source"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("area_membership")
                    .col(whole("child_id"))
                    .col(whole("parent_id"))
                    .col(optional_date("valid_from"))
                    .col(optional_date("valid_to"))
                    .col(text("source"))
                    .primary_key(Index::create().col("child_id").col("parent_id"))
                    .foreign_key(&mut refers("area_membership", "child_id", "area"))
                    .foreign_key(&mut refers("area_membership", "parent_id", "area"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("area_membership").to_owned()).await?;
        manager.drop_table(Table::drop().table("area").to_owned()).await?;
        manager.drop_table(Table::drop().table("benchmark_relation").to_owned()).await?;
        manager.drop_table(Table::drop().table("benchmark").to_owned()).await?;
        manager.drop_table(Table::drop().table("framework").to_owned()).await?;
        Ok(())
    }
}
