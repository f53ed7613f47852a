//! What was taken back of what was signed.

use sea_orm::entity::prelude::*;

/// What a revocation is about, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// One token.
    #[sea_orm(string_value = "token")]
    Token,
    /// Every token of an organisation.
    #[sea_orm(string_value = "organisation")]
    Organisation,
    /// Every token of a client.
    #[sea_orm(string_value = "client")]
    Client,
}

/// What was taken back of what was signed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revocation")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What it is about.
    pub kind: Kind,
    /// The identifier of the token or the client, or the code of the organisation.
    pub subject: String,
    /// When it was taken back: what was signed until then no longer holds.
    pub revoked_at: DateTimeUtc,
}

/// It stands alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
