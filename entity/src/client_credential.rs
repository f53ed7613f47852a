//! What a client shows itself with: a secret or a key.

use sea_orm::entity::prelude::*;

/// What a client shows itself with, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A secret that the service drew.
    #[sea_orm(string_value = "secret")]
    Secret,
    /// A key of its own, which it signs assertions with.
    #[sea_orm(string_value = "key")]
    Key,
}

/// What a client shows itself with: a secret or a key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "client_credential")]
pub struct Model {
    /// The key of the row.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The client.
    pub client_id: String,
    /// Which of the two it is.
    pub kind: Kind,
    /// What it is checked by: the argon2id hash of a secret, or the public half of a key as a JSON Web Key.
    pub verifier: String,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// When it ends, where another took its place.
    pub ends_at: Option<DateTimeUtc>,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The client.
    #[sea_orm(
        belongs_to = "super::api_client::Entity",
        from = "Column::ClientId",
        to = "super::api_client::Column::ClientId"
    )]
    ApiClient,
}

impl Related<super::api_client::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ApiClient.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
