//! One numbered statement of a framework.

use sea_orm::entity::prelude::*;

/// One numbered statement of a framework.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "benchmark")]
pub struct Model {
    /// The framework.
    #[sea_orm(primary_key, auto_increment = false)]
    pub framework_id: i64,
    /// The number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i16,
    /// The code.
    pub code: String,
    /// The published title.
    pub title: String,
    /// The version of the catalogue that added the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub added_in: i32,
    /// The version that no longer has it.
    pub ended_in: Option<i32>,
}

/// The framework.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The framework.
    #[sea_orm(
        belongs_to = "super::framework::Entity",
        from = "Column::FrameworkId",
        to = "super::framework::Column::Id"
    )]
    Framework,
    /// The version of the catalogue that added it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::AddedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    AddedIn,
    /// The version of the catalogue that no longer has it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::EndedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    EndedIn,
}

impl Related<super::framework::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Framework.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
