//! One area lies in another.

use sea_orm::entity::prelude::*;

/// One area lies in another.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_membership")]
pub struct Model {
    /// The area inside.
    #[sea_orm(primary_key, auto_increment = false)]
    pub child_id: i64,
    /// The area around it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub parent_id: i64,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day; open when null.
    pub valid_to: Option<Date>,
    /// Where the row was taken from.
    pub source: String,
    /// Whether the operator says so; else it ships with the product.
    pub own: bool,
    /// The version of the catalogue that added the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub added_in: i32,
    /// The version that no longer has it.
    pub ended_in: Option<i32>,
}

/// The two areas.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The area inside.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::ChildId", to = "super::area::Column::Id")]
    Child,
    /// The area around it.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::ParentId", to = "super::area::Column::Id")]
    Parent,
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

impl ActiveModelBehavior for ActiveModel {}
