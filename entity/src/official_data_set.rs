//! A version of a data set of official figures.

use sea_orm::entity::prelude::*;

/// A version of a data set of official figures.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "official_data_set")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The name that all versions share.
    pub name: String,
    /// Which one, from 1.
    pub version: i32,
    /// The title.
    pub title: String,
    /// Where it was published, where that was told.
    pub source: Option<String>,
    /// Under which licence, where that was told.
    pub licence: Option<String>,
    /// SHA-256 of the file and its description, in hexadecimal.
    pub checksum: String,
    /// When it was taken in.
    pub imported_at: DateTimeUtc,
    /// Whether all of its rows are there.
    pub complete: bool,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its columns.
    #[sea_orm(has_many = "super::official_column::Entity")]
    Column,
    /// Its rows.
    #[sea_orm(has_many = "super::official_row::Entity")]
    Row,
}

impl Related<super::official_column::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Column.def()
    }
}

impl Related<super::official_row::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Row.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
