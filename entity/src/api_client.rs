//! A program of an organisation that is given tokens.

use sea_orm::entity::prelude::*;

/// A program of an organisation that is given tokens.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_client")]
pub struct Model {
    /// The identifier that it sends and that its tokens carry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: String,
    /// The organisation it asks for.
    pub organisation_id: i64,
    /// What people call it; may be empty.
    pub name: String,
    /// What its tokens may be used for, as in their claim.
    pub scopes: String,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation it asks for.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
    /// What it shows itself with.
    #[sea_orm(has_many = "super::client_credential::Entity")]
    ClientCredential,
    /// The assertions that it used up.
    #[sea_orm(has_many = "super::used_assertion::Entity")]
    UsedAssertion,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl Related<super::client_credential::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ClientCredential.def()
    }
}

impl Related<super::used_assertion::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::UsedAssertion.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
