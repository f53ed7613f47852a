//! Issuers other than the service itself, and the clients that they vouch for.

use sea_orm_migration::prelude::*;

use crate::columns::{numbered, refers, text, whole};

/// Issuers other than the service itself, and the clients that they vouch for.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0023_issuers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().take();
        let filled = |column: &'static str| Expr::col(column).ne("");
        manager
            .create_table(
                Table::create()
                    .table("issuer")
                    .col(numbered())
                    .col(text("name"))
                    .col(text("accepted"))
                    .col(text("audiences"))
                    .col(text("discovery"))
                    .col(text("client_claim"))
                    .col(text("rights_claim"))
                    .col(text("prefix"))
                    .col(text("algorithms"))
                    .col(time("made_at").not_null())
                    .col(time("ended_at").null())
                    .check(("issuer_name_check", filled("name")))
                    .check(("issuer_accepted_check", filled("accepted")))
                    .check(("issuer_audiences_check", filled("audiences")))
                    .check(("issuer_discovery_check", filled("discovery")))
                    .check(("issuer_algorithms_check", filled("algorithms")))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("issuer_client")
                    .col(numbered())
                    .col(whole("issuer_id"))
                    .col(text("client"))
                    .col(whole("organisation_id"))
                    .col(text("scopes"))
                    .col(time("made_at").not_null())
                    .col(time("ended_at").null())
                    .foreign_key(&mut refers("issuer_client", "issuer_id", "issuer"))
                    .foreign_key(&mut refers("issuer_client", "organisation_id", "organisation"))
                    .check(("issuer_client_client_check", filled("client")))
                    .check(("issuer_client_scopes_check", filled("scopes")))
                    .to_owned(),
            )
            .await?;
        // Of those that hold, one a name and one a client: names come back once they ended.
        for index in [
            "CREATE UNIQUE INDEX issuer_name ON issuer (name) WHERE ended_at IS NULL",
            "CREATE UNIQUE INDEX issuer_client_client ON issuer_client (issuer_id, client) WHERE ended_at IS NULL",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("issuer_client").to_owned()).await?;
        manager.drop_table(Table::drop().table("issuer").to_owned()).await
    }
}
