//! Comparators: named lists of areas, in versions of the catalogue.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, optional_date, refers, text, unique_text, whole};

/// Comparators: named lists of areas, in versions of the catalogue.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0032_comparators"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let code = Table::create().table("comparator").col(numbered()).col(unique_text("code")).to_owned();
        manager.create_table(code).await?;
        let said = Table::create()
            .table("comparator_version")
            .col(whole("comparator_id"))
            .col(text("name"))
            .col(ColumnDef::new("about_id").big_integer().null())
            .col(optional_date("valid_from"))
            .col(optional_date("valid_to"))
            .col(text("source"))
            .col(ColumnDef::new("own").boolean().not_null().default(false))
            .primary_key(Index::create().name("comparator_version_key").col("comparator_id").col("added_in"))
            .foreign_key(&mut refers("comparator_version", "comparator_id", "comparator"))
            .foreign_key(&mut refers("comparator_version", "about_id", "area"))
            .check(("comparator_version_days_check", Expr::cust("valid_from <= valid_to")))
            .to_owned();
        manager.create_table(versioned(said, "comparator_version", "comparator_version_ended_check")).await?;
        let member = Table::create()
            .table("comparator_member")
            .col(whole("comparator_id"))
            .col(whole("area_id"))
            .primary_key(
                Index::create().name("comparator_member_key").col("comparator_id").col("area_id").col("added_in"),
            )
            .foreign_key(&mut refers("comparator_member", "comparator_id", "comparator"))
            .foreign_key(&mut refers("comparator_member", "area_id", "area"))
            .to_owned();
        manager.create_table(versioned(member, "comparator_member", "comparator_member_ended_check")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = "SELECT 1 FROM comparator LIMIT 1";
        if manager
            .get_connection()
            .query_one_raw(sea_orm_migration::sea_orm::Statement::from_string(manager.get_database_backend(), named))
            .await?
            .is_some()
        {
            return Err(DbErr::Migration(
                "comparators cannot be taken back: versions of the catalogue hold them".to_owned(),
            ));
        }
        for table in ["comparator_member", "comparator_version", "comparator"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// The version that added a row, and the one that ended it.
fn versioned(mut table: TableCreateStatement, name: &'static str, check: &'static str) -> TableCreateStatement {
    table
        .col(ColumnDef::new("added_in").integer().not_null())
        .col(ColumnDef::new("ended_in").integer().null())
        .foreign_key(ForeignKey::create().from(name, "added_in").to("catalogue_version", "number"))
        .foreign_key(ForeignKey::create().from(name, "ended_in").to("catalogue_version", "number"))
        .check((check, Expr::cust("ended_in > added_in")))
        .to_owned()
}
