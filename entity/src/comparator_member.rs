//! An area is a member of a comparator.

use sea_orm::entity::prelude::*;

/// An area is a member of a comparator.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comparator_member")]
pub struct Model {
    /// The comparator.
    #[sea_orm(primary_key, auto_increment = false)]
    pub comparator_id: i64,
    /// The area.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area_id: i64,
    /// The version of the catalogue that added the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub added_in: i32,
    /// The version that no longer has it.
    pub ended_in: Option<i32>,
}

/// The comparator and the area.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The comparator.
    #[sea_orm(
        belongs_to = "super::comparator::Entity",
        from = "Column::ComparatorId",
        to = "super::comparator::Column::Id"
    )]
    Comparator,
    /// The area.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::AreaId", to = "super::area::Column::Id")]
    Area,
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
