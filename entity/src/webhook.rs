//! An address of an organisation that is told when something happens.

use sea_orm::entity::prelude::*;

/// An address of an organisation that is told when something happens.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What it is found by.
    #[sea_orm(unique)]
    pub identifier: String,
    /// The organisation.
    pub organisation_id: i64,
    /// Where it is.
    pub url: String,
    /// What it is told: words with a blank between them.
    pub events: String,
    /// What its messages are signed with, sealed.
    pub secret: Vec<u8>,
    /// What they are signed with beside that for a while, sealed.
    pub secret_before: Option<Vec<u8>>,
    /// Until when.
    pub secret_before_until: Option<DateTimeUtc>,
    /// When it was made.
    pub made_at: DateTimeUtc,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
    /// What it was told, or is to be.
    #[sea_orm(has_many = "super::webhook_delivery::Entity")]
    WebhookDelivery,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl Related<super::webhook_delivery::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::WebhookDelivery.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
