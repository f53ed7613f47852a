//! The audit tells who changed what, beside who asked what. Entries that are there stay as they are, and so do their hashes.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::rule::rebuild;

/// The audit tells who changed what, beside who asked what.
pub(crate) struct Migration;

/// What an entry could tell before.
const BEFORE: &str = "'start', 'question', 'repeat', 'witness'";

/// What it can tell.
const AFTER: &str = "'start', 'question', 'repeat', 'witness', 'change'";

/// What an entry of a change tells beside who, and when; empty of every other one.
const COLUMNS: [&str; 4] = ["change", "object", "detail", "concerns"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0035_recorded_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tell(manager, BEFORE, AFTER).await?;
        for column in COLUMNS {
            let column = ColumnDef::new(column).text().not_null().default("").take();
            manager.alter_table(Table::alter().table("audit_entry").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let changes = Query::select()
            .expr(Expr::val(1))
            .from("audit_entry")
            .and_where(Expr::col("kind").eq("change"))
            .limit(1)
            .to_owned();
        if manager.get_connection().query_one(&changes).await?.is_some() {
            return Err(DbErr::Migration("changes cannot be taken out of the audit: its chain holds them".to_owned()));
        }
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("audit_entry").drop_column(column).to_owned()).await?;
        }
        tell(manager, AFTER, BEFORE).await
    }
}

/// Puts one list of what an entry can tell in the place of another.
async fn tell(manager: &SchemaManager<'_>, before: &str, after: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        let exchange =
            |_: &str, definition: &str| definition.contains(before).then(|| definition.replacen(before, after, 1));
        return rebuild(manager, &["audit_entry"], exchange).await;
    }
    let check = "audit_entry_kind_check";
    let statement =
        format!("ALTER TABLE audit_entry DROP CONSTRAINT {check}, ADD CONSTRAINT {check} CHECK (kind IN ({after}))");
    manager.get_connection().execute_unprepared(&statement).await?;
    Ok(())
}
