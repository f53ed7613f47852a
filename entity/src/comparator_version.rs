//! What the catalogue says of a comparator, from one version on.

use sea_orm::entity::prelude::*;

/// What the catalogue says of a comparator, from one version on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comparator_version")]
pub struct Model {
    /// The comparator.
    #[sea_orm(primary_key, auto_increment = false)]
    pub comparator_id: i64,
    /// The name to show.
    pub name: String,
    /// The area that its members are compared with.
    pub about_id: Option<i64>,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day; open when null.
    pub valid_to: Option<Date>,
    /// Where the list was taken from.
    pub source: String,
    /// Whether the operator says so; else it ships with the product.
    pub own: bool,
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
    /// The area that its members are compared with.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::AboutId", to = "super::area::Column::Id")]
    About,
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

impl Related<super::comparator::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Comparator.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
