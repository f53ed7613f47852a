//! A client that an issuer vouches for.

use sea_orm::entity::prelude::*;

/// A client that an issuer vouches for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer_client")]
pub struct Model {
    /// The key of the row.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The issuer.
    pub issuer_id: i64,
    /// What the issuer names it by.
    pub client: String,
    /// The organisation it asks for.
    pub organisation_id: i64,
    /// What it may do at most, as in the claim `scope`.
    pub scopes: String,
    /// When it was let in.
    pub made_at: DateTimeUtc,
    /// When it was let out again.
    pub ended_at: Option<DateTimeUtc>,
}

/// What its rows refer to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The issuer.
    #[sea_orm(belongs_to = "super::issuer::Entity", from = "Column::IssuerId", to = "super::issuer::Column::Id")]
    Issuer,
    /// The organisation it asks for.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl Related<super::issuer::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Issuer.def()
    }
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
