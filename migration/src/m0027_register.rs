//! Registers of institutions: what they said by their dates, and which identifiers are about the same institution.

use sea_orm_migration::prelude::*;

use crate::columns::{date, given, optional_date, refers, small, text, whole};

/// Registers of institutions: what they said by their dates, and which identifiers are about the same institution.
pub(crate) struct Migration;

/// The dictionary codes of an institution's attributes are kept in a byte.
const ATTRIBUTES: [&str; 5] = ["phase", "type", "disadvantage", "size", "setting"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0027_register"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let edition = Table::create()
            .table("register_edition")
            .col(given())
            .col(text("source"))
            .col(date("as_of"))
            .col(text("checksum"))
            .col(whole("institutions"))
            .index(Index::create().unique().name("register_edition_key").col("source").col("as_of"))
            .check(Expr::cust("source IN ('gias', 'edb')"))
            .to_owned();
        manager.create_table(edition).await?;
        let mut entry = Table::create()
            .table("register_entry")
            .col(whole("edition_id"))
            .col(pseudonym("pseudonym"))
            .col(whole("local_authority_id"))
            .col(optional_date("opened_on"))
            .col(optional_date("closed_on"))
            .primary_key(Index::create().name("register_entry_key").col("edition_id").col("pseudonym"))
            .foreign_key(&mut refers("register_entry", "edition_id", "register_edition"))
            .foreign_key(&mut refers("register_entry", "local_authority_id", "area"))
            .to_owned();
        for attribute in ATTRIBUTES {
            entry.col(small(attribute)).check(Expr::col(attribute).between(0, 255));
        }
        manager.create_table(entry).await?;
        let cut = Table::create()
            .table("register_cut")
            .col(whole("edition_id"))
            .col(text("phase_group"))
            .col(small("quintile"))
            .col(small("up_to"))
            .primary_key(Index::create().name("register_cut_key").col("edition_id").col("phase_group").col("quintile"))
            .foreign_key(&mut refers("register_cut", "edition_id", "register_edition"))
            .check(Expr::cust("quintile BETWEEN 1 AND 4 AND up_to BETWEEN 0 AND 1000"))
            .to_owned();
        manager.create_table(cut).await?;
        let link = Table::create()
            .table("institution_link")
            .col(pseudonym("pseudonym"))
            .col(text("kind"))
            .col(pseudonym("target"))
            .primary_key(Index::create().name("institution_link_key").col("pseudonym").col("kind"))
            .check(Expr::cust("kind IN ('name', 'chain') AND pseudonym <> target"))
            .to_owned();
        manager.create_table(link).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["institution_link", "register_cut", "register_entry", "register_edition"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// The pseudonym of an identifier, whether anything was handed in under it or not.
fn pseudonym(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary().not_null().take()
}
