//! The code of an area, for others to refer to. What is said of it stands in its versions.

use sea_orm::entity::prelude::*;

/// The code of an area.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The code, unique.
    #[sea_orm(unique)]
    pub code: String,
}

/// What is said of it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// What versions of the catalogue say of it.
    #[sea_orm(has_many = "super::area_version::Entity")]
    Version,
}

impl Related<super::area_version::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Version.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
