//! One state of the reference data. Versions are only added.

use sea_orm::entity::prelude::*;

/// One state of the reference data.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalogue_version")]
pub struct Model {
    /// The number, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// SHA-256 of all its rows, hexadecimal; null until it is first reckoned.
    pub digest: Option<String>,
}

/// The releases that were published with it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The releases that were published with it.
    #[sea_orm(has_many = "super::release::Entity")]
    Release,
}

impl Related<super::release::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Release.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
