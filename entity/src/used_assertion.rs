//! An assertion that a client used up: it opens nothing a second time.

use sea_orm::entity::prelude::*;

/// An assertion that a client used up: it opens nothing a second time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "used_assertion")]
pub struct Model {
    /// The client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: String,
    /// What tells it from every other assertion of the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub jti: String,
    /// From when on nobody takes it any more.
    pub ends_at: DateTimeUtc,
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
