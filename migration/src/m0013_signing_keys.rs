//! Keys that tokens are signed with, sealed, and what was taken back of what they signed.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, text};

/// Keys that tokens are signed with, sealed, and what was taken back of what they signed.
pub(crate) struct Migration;

/// What can be taken back.
const KINDS: [&str; 3] = ["token", "organisation", "client"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0013_signing_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().take();
        let destroyed = Expr::col("retired_at").is_null().or(Expr::col("sealed").is_null());
        manager
            .create_table(
                Table::create()
                    .table("signing_key")
                    .col(text("kid").primary_key())
                    .col(ColumnDef::new("public_key").binary().not_null())
                    .col(ColumnDef::new("sealed").binary().null())
                    .col(time("made_at").not_null())
                    .col(time("verifies_until").null())
                    .col(time("retired_at").null())
                    .check(("signing_key_sealed_check", destroyed))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("revocation")
                    .col(numbered())
                    .col(text("kind"))
                    .col(text("subject"))
                    .col(time("revoked_at").not_null())
                    .check(("revocation_kind_check", Expr::col("kind").is_in(KINDS)))
                    .check(("revocation_subject_check", Expr::col("subject").ne("")))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("revocation").to_owned()).await?;
        manager.drop_table(Table::drop().table("signing_key").to_owned()).await
    }
}
