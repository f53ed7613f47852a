//! The roll of institutions, and the organisation that speaks for each.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{refers, small, whole};

/// The roll of institutions, and the organisation that speaks for each.
pub(crate) struct Migration;

/// The dictionary codes of an institution's attributes are kept in a byte.
const ATTRIBUTES: [&str; 5] = ["phase", "type", "disadvantage", "size", "setting"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0014_roll"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let institution = || ColumnDef::new("institution_id").big_integer().not_null().primary_key().take();
        let mut roll = Table::create()
            .table("roll_entry")
            .col(institution())
            .col(whole("local_authority_id"))
            .col(ColumnDef::new("hub_id").big_integer().null())
            .foreign_key(&mut refers("roll_entry", "institution_id", "institution"))
            .foreign_key(&mut refers("roll_entry", "local_authority_id", "area"))
            .foreign_key(&mut refers("roll_entry", "hub_id", "area"))
            .to_owned();
        for attribute in ATTRIBUTES {
            roll.col(small(attribute)).check(Expr::col(attribute).between(0, 255));
        }
        manager.create_table(roll).await?;
        manager
            .create_table(
                Table::create()
                    .table("speaker")
                    .col(institution())
                    .col(whole("organisation_id"))
                    .foreign_key(&mut refers("speaker", "institution_id", "institution"))
                    .foreign_key(&mut refers("speaker", "organisation_id", "organisation"))
                    .to_owned(),
            )
            .await?;
        // Whoever handed in the newest result speaks for the institution from now on.
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO speaker (institution_id, organisation_id) \
                 SELECT r.institution_id, s.organisation_id FROM result r JOIN submission s ON s.id = r.submission_id \
                 WHERE r.id IN (SELECT MAX(id) FROM result GROUP BY institution_id)",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("speaker").to_owned()).await?;
        manager.drop_table(Table::drop().table("roll_entry").to_owned()).await
    }
}
