//! Clients: programs of an organisation that are given tokens, and what they show themselves with.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, refers, text, whole};

/// Clients: programs of an organisation that are given tokens, and what they show themselves with.
pub(crate) struct Migration;

/// What a client may show itself with.
const KINDS: [&str; 2] = ["secret", "key"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0017_clients"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().take();
        let client = || {
            let mut key = ForeignKey::create();
            key.to("api_client", "client_id").to_owned()
        };
        manager
            .create_table(
                Table::create()
                    .table("api_client")
                    .col(text("client_id").primary_key())
                    .col(whole("organisation_id"))
                    .col(text("name"))
                    .col(text("scopes"))
                    .col(time("made_at").not_null())
                    .col(time("revoked_at").null())
                    .foreign_key(&mut refers("api_client", "organisation_id", "organisation"))
                    .check(("api_client_scopes_check", Expr::col("scopes").ne("")))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("client_credential")
                    .col(numbered())
                    .col(text("client_id"))
                    .col(text("kind"))
                    .col(text("verifier"))
                    .col(time("made_at").not_null())
                    .col(time("ends_at").null())
                    .foreign_key(client().from("client_credential", "client_id"))
                    .check(("client_credential_kind_check", Expr::col("kind").is_in(KINDS)))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("client_credential_client_id")
                    .table("client_credential")
                    .col("client_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("used_assertion")
                    .col(text("client_id"))
                    .col(text("jti"))
                    .col(time("ends_at").not_null())
                    .primary_key(Index::create().col("client_id").col("jti"))
                    .foreign_key(client().from("used_assertion", "client_id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["used_assertion", "client_credential", "api_client"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
