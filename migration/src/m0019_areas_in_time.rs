//! Areas in time: which came in the place of which, what the operator says of them, and areas of skills plans.

use sea_orm_migration::prelude::*;

use crate::columns::{date, optional_date, optional_text, refers, text, whole};

/// Areas in time: which came in the place of which, what the operator says of them, and areas of skills plans.
pub(crate) struct Migration;

/// The columns that a description of an area had before.
const COLUMNS: &str = "area_id, name, kind, parent_code, code_scheme, valid_from, valid_to, source, added_in, ended_in";

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0019_areas_in_time"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite changes no rule of a table that is there, so there is another one. Nothing refers to it.
        let described = Table::create()
            .table("area_version_new")
            .col(whole("area_id"))
            .col(text("name"))
            .col(text("kind"))
            .col(optional_text("parent_code"))
            .col(text("code_scheme"))
            .col(optional_date("valid_from"))
            .col(optional_date("valid_to"))
            .col(text("source"))
            .col(own())
            .primary_key(Index::create().name("area_version_key").col("area_id").col("added_in"))
            .foreign_key(&mut refers("area_version_new", "area_id", "area"))
            .check(Expr::cust(
                "kind IN ('country', 'region', 'lep', 'lsip', 'combined_authority', 'local_authority', 'hub')",
            ))
            .check(Expr::cust("valid_from <= valid_to"))
            .to_owned();
        manager.create_table(versioned(described, "area_version_new")).await?;
        execute(
            manager,
            &format!("INSERT INTO area_version_new ({COLUMNS}, own) SELECT {COLUMNS}, FALSE FROM area_version"),
        )
        .await?;
        manager.drop_table(Table::drop().table("area_version").to_owned()).await?;
        execute(manager, "ALTER TABLE area_version_new RENAME TO area_version").await?;
        manager.alter_table(Table::alter().table("area_membership").add_column(own()).to_owned()).await?;
        let succession = Table::create()
            .table("area_succession")
            .col(whole("from_id"))
            .col(whole("to_id"))
            .col(date("starts_on"))
            .col(text("kind"))
            .col(text("source"))
            .col(own())
            .primary_key(Index::create().name("area_succession_key").col("from_id").col("to_id").col("added_in"))
            .foreign_key(&mut refers("area_succession", "from_id", "area"))
            .foreign_key(&mut refers("area_succession", "to_id", "area"))
            .check(Expr::cust("from_id <> to_id"))
            .check(Expr::cust("kind IN ('recode', 'merge', 'split', 'boundary')"))
            .to_owned();
        manager.create_table(versioned(succession, "area_succession")).await
    }
}

/// Whether the operator says so; else it ships with the product.
fn own() -> ColumnDef {
    ColumnDef::new("own").boolean().not_null().default(false).take()
}

/// The version that added a row, and the one that ended it.
fn versioned(mut table: TableCreateStatement, name: &'static str) -> TableCreateStatement {
    table
        .col(ColumnDef::new("added_in").integer().not_null())
        .col(ColumnDef::new("ended_in").integer().null())
        .foreign_key(ForeignKey::create().from(name, "added_in").to("catalogue_version", "number"))
        .foreign_key(ForeignKey::create().from(name, "ended_in").to("catalogue_version", "number"))
        .check(Expr::cust("ended_in > added_in"))
        .to_owned()
}

async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
