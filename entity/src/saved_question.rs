//! A question that an organisation keeps under a name.

use sea_orm::entity::prelude::*;

/// A question that an organisation keeps under a name.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_question")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: i64,
    /// The name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The whole citation of a table that has the question.
    pub citation: String,
    /// How many of the newest periods are asked about in place of those of the question, where that is wanted.
    pub newest: Option<i32>,
    /// When it was saved.
    pub saved_at: DateTimeUtc,
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
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
