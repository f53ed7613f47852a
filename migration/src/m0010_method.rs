//! The method of disclosure control that a release was published with.

use sea_orm_migration::prelude::*;

/// The method of disclosure control that a release was published with.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_method"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Whatever was published before there was a choice was published with the first one.
        let method =
            ColumnDef::new("method").small_integer().not_null().default(1).check(Expr::col("method").gte(1)).take();
        manager.alter_table(Table::alter().table("release").add_column(method).to_owned()).await
    }
}
