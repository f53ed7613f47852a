//! A register of institutions as it was on a day.

use sea_orm::entity::prelude::*;

/// Whose register it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Source {
    /// England's: Get Information about Schools.
    #[sea_orm(string_value = "gias")]
    Gias,
    /// Hong Kong's: the list of the Education Bureau.
    #[sea_orm(string_value = "edb")]
    Edb,
}

/// A register of institutions as it was on a day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_edition")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Whose it is.
    pub source: Source,
    /// The day.
    pub as_of: Date,
    /// SHA-256 of the file, in hexadecimal digits.
    pub checksum: String,
    /// How many institutions were taken from it.
    pub institutions: i64,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its institutions.
    #[sea_orm(has_many = "super::register_entry::Entity")]
    RegisterEntry,
    /// Its cuts.
    #[sea_orm(has_many = "super::register_cut::Entity")]
    RegisterCut,
}

impl Related<super::register_entry::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RegisterEntry.def()
    }
}

impl Related<super::register_cut::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RegisterCut.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
