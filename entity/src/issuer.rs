//! An issuer other than the service itself, whose tokens are taken.

use sea_orm::entity::prelude::*;

/// An issuer other than the service itself, whose tokens are taken. Lists are words with a blank between them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer")]
pub struct Model {
    /// The key of the row.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// What `iss` may be.
    pub accepted: String,
    /// What `aud` must hold one of.
    pub audiences: String,
    /// The address of its discovery document.
    pub discovery: String,
    /// The claim that names the client.
    pub client_claim: String,
    /// The claim that names its rights, or the path to it.
    pub rights_claim: String,
    /// What stands before each right in the claim.
    pub prefix: String,
    /// The algorithms that its tokens may be signed by.
    pub algorithms: String,
    /// Whether its keys are fetched from public addresses alone.
    pub public_only: bool,
    /// When it was set up.
    pub made_at: DateTimeUtc,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
}

/// What refers to its rows.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The clients that it vouches for.
    #[sea_orm(has_many = "super::issuer_client::Entity")]
    IssuerClient,
}

impl Related<super::issuer_client::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::IssuerClient.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
