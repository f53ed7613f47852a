//! Versions of the catalogue: what is known of areas and frameworks is only added and ended, and a release names its version.
//!
//! `area` and `framework` keep the code and the key that results, organisations and agreements refer to. What a version says
//! of them stands apart, with the version that added it and the one that ended it. What was there before is version 1, and
//! every release made before is of that version.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_date, optional_text, refers, small, text, whole};

/// Versions of the catalogue.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_catalogue_versions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("catalogue_version")
                    .col(ColumnDef::new("number").integer().not_null().primary_key())
                    .col(optional_text("digest"))
                    .to_owned(),
            )
            .await?;
        execute(
            manager,
            "INSERT INTO catalogue_version (number) SELECT 1 \
             WHERE EXISTS (SELECT 1 FROM area) OR EXISTS (SELECT 1 FROM framework)",
        )
        .await?;
        frameworks(manager).await?;
        areas(manager).await?;
        releases(manager).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("versions of the catalogue cannot be taken back: releases name them".to_owned()))
    }
}

/// The version that added a row, and the one that ended it.
fn versioned(table: &mut TableCreateStatement, name: &'static str) -> TableCreateStatement {
    table
        .col(ColumnDef::new("added_in").integer().not_null())
        .col(ColumnDef::new("ended_in").integer().null())
        .foreign_key(ForeignKey::create().from(name, "added_in").to("catalogue_version", "number"))
        .foreign_key(ForeignKey::create().from(name, "ended_in").to("catalogue_version", "number"))
        .check(Expr::cust("ended_in > added_in"))
        .to_owned()
}

async fn frameworks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("framework_version")
        .col(whole("framework_id"))
        .col(text("title"))
        .col(text("jurisdiction"))
        .col(ColumnDef::new("year").integer().not_null())
        .col(small("number_of_benchmarks"))
        .primary_key(Index::create().col("framework_id").col("added_in"))
        .foreign_key(&mut refers("framework_version", "framework_id", "framework"))
        .to_owned();
    describe(
        manager,
        table,
        "framework",
        "framework_version",
        &["title", "jurisdiction", "year", "number_of_benchmarks"],
    )
    .await?;
    let table = Table::create()
        .table("benchmark")
        .col(whole("framework_id"))
        .col(small("number"))
        .col(text("code"))
        .col(text("title"))
        .primary_key(Index::create().name("benchmark_key").col("framework_id").col("number").col("added_in"))
        .foreign_key(&mut refers("benchmark", "framework_id", "framework"))
        .to_owned();
    rebuild(manager, table, "benchmark", "framework_id, number, code, title").await?;
    let table = Table::create()
        .table("benchmark_relation")
        .col(whole("from_framework_id"))
        .col(small("from_number"))
        .col(whole("to_framework_id"))
        .col(small("to_number"))
        .col(text("relation"))
        .col(text("basis"))
        .primary_key(
            Index::create()
                .name("benchmark_relation_key")
                .col("from_framework_id")
                .col("from_number")
                .col("to_framework_id")
                .col("to_number")
                .col("added_in"),
        )
        .foreign_key(&mut refers("benchmark_relation", "from_framework_id", "framework"))
        .foreign_key(&mut refers("benchmark_relation", "to_framework_id", "framework"))
        .check(Expr::cust("relation IN ('exact', 'close', 'broad', 'narrow')"))
        .to_owned();
    let columns = "from_framework_id, from_number, to_framework_id, to_number, relation, basis";
    rebuild(manager, table, "benchmark_relation", columns).await
}

async fn areas(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("area_version")
        .col(whole("area_id"))
        .col(text("name"))
        .col(text("kind"))
        .col(optional_text("parent_code"))
        .col(text("code_scheme"))
        .col(optional_date("valid_from"))
        .col(optional_date("valid_to"))
        .col(text("source"))
        .primary_key(Index::create().col("area_id").col("added_in"))
        .foreign_key(&mut refers("area_version", "area_id", "area"))
        .check(Expr::cust("kind IN ('country', 'region', 'lep', 'combined_authority', 'local_authority', 'hub')"))
        .check(Expr::cust("valid_from <= valid_to"))
        .to_owned();
    let columns = ["name", "kind", "parent_code", "code_scheme", "valid_from", "valid_to", "source"];
    describe(manager, table, "area", "area_version", &columns).await?;
    let table = Table::create()
        .table("area_membership")
        .col(whole("child_id"))
        .col(whole("parent_id"))
        .col(optional_date("valid_from"))
        .col(optional_date("valid_to"))
        .col(text("source"))
        .primary_key(Index::create().name("area_membership_key").col("child_id").col("parent_id").col("added_in"))
        .foreign_key(&mut refers("area_membership", "child_id", "area"))
        .foreign_key(&mut refers("area_membership", "parent_id", "area"))
        .check(Expr::cust("child_id <> parent_id"))
        .check(Expr::cust("valid_from <= valid_to"))
        .to_owned();
    rebuild(manager, table, "area_membership", "child_id, parent_id, valid_from, valid_to, source").await
}

/// The number is the key of a release: nothing ever referred to another.
async fn releases(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    execute(manager, "ALTER TABLE release RENAME TO release_before").await?;
    manager
        .create_table(
            Table::create()
                .table("release")
                .col(ColumnDef::new("number").integer().not_null())
                .col(ColumnDef::new("published_at").timestamp_with_time_zone().not_null())
                .col(text("checksum"))
                .col(optional_text("note"))
                .col(ColumnDef::new("synthetic").boolean().not_null())
                .col(whole("last_result"))
                .col(whole("last_destination"))
                .col(ColumnDef::new("catalogue_version").integer().not_null())
                .primary_key(Index::create().name("release_key").col("number"))
                .foreign_key(
                    ForeignKey::create().from("release", "catalogue_version").to("catalogue_version", "number"),
                )
                .to_owned(),
        )
        .await?;
    let columns = "number, published_at, checksum, note, synthetic, last_result, last_destination";
    let copy = format!("INSERT INTO release ({columns}, catalogue_version) SELECT {columns}, 1 FROM release_before");
    execute(manager, &copy).await?;
    manager.drop_table(Table::drop().table("release_before").to_owned()).await
}

/// Moves what is said of a thing with a code into a table of its own, as of version 1.
async fn describe(
    manager: &SchemaManager<'_>,
    mut table: TableCreateStatement,
    from: &'static str,
    to: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    manager.create_table(versioned(&mut table, to)).await?;
    let list = columns.join(", ");
    let copy = format!("INSERT INTO {to} ({from}_id, {list}, added_in) SELECT id, {list}, 1 FROM {from}");
    execute(manager, &copy).await?;
    // SQLite drops one column at a time.
    for column in columns {
        manager.alter_table(Table::alter().table(from).drop_column(*column).to_owned()).await?;
    }
    Ok(())
}

/// Makes a table anew with a version in its key, its rows being those of version 1.
async fn rebuild(
    manager: &SchemaManager<'_>,
    mut table: TableCreateStatement,
    name: &'static str,
    columns: &str,
) -> Result<(), DbErr> {
    execute(manager, &format!("ALTER TABLE {name} RENAME TO {name}_before")).await?;
    manager.create_table(versioned(&mut table, name)).await?;
    let copy = format!("INSERT INTO {name} ({columns}, added_in) SELECT {columns}, 1 FROM {name}_before");
    execute(manager, &copy).await?;
    manager.drop_table(Table::drop().table(format!("{name}_before")).to_owned()).await
}

async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
