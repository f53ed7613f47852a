//! What the catalogue says of a framework, from one version on.

use sea_orm::entity::prelude::*;

/// What the catalogue says of a framework, from one version on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "framework_version")]
pub struct Model {
    /// The framework.
    #[sea_orm(primary_key, auto_increment = false)]
    pub framework_id: i64,
    /// The published title.
    pub title: String,
    /// Where it applies.
    pub jurisdiction: String,
    /// The year of publication.
    pub year: i32,
    /// How many benchmarks it has.
    pub number_of_benchmarks: i16,
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
