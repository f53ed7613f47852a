//! An area came in the place of another, or of a part of it.

use sea_orm::entity::prelude::*;

/// How an area came in the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// The same place has another code.
    #[sea_orm(string_value = "recode")]
    Recode,
    /// The whole place lies in a larger one.
    #[sea_orm(string_value = "merge")]
    Merge,
    /// Parts of the place lie in several.
    #[sea_orm(string_value = "split")]
    Split,
    /// The boundary moved.
    #[sea_orm(string_value = "boundary")]
    Boundary,
}

/// An area came in the place of another, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_succession")]
pub struct Model {
    /// The area before.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_id: i64,
    /// The area from then on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_id: i64,
    /// The first day.
    pub starts_on: Date,
    /// How.
    pub kind: Kind,
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

/// The areas, and the versions of the catalogue.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The area before.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::FromId", to = "super::area::Column::Id")]
    From,
    /// The area from then on.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::ToId", to = "super::area::Column::Id")]
    To,
    /// The version of the catalogue that added it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::AddedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    AddedIn,
    /// The version that no longer has it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::EndedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    EndedIn,
}

impl ActiveModelBehavior for ActiveModel {}
