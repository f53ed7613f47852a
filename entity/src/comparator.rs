//! The code of a comparator, for others to refer to. What is said of it stands in its versions.

use sea_orm::entity::prelude::*;

/// The code of a comparator.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comparator")]
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
    #[sea_orm(has_many = "super::comparator_version::Entity")]
    Version,
}

impl Related<super::comparator_version::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Version.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
