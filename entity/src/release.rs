//! An immutable, numbered snapshot of everything accepted so far.

use sea_orm::entity::prelude::*;

/// An immutable, numbered snapshot of everything accepted so far.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    /// The number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// When it was published, UTC.
    pub published_at: DateTimeUtc,
    /// SHA-256, hexadecimal.
    pub checksum: String,
    /// What the publisher wrote.
    pub note: Option<String>,
    /// Whether it holds made-up data.
    pub synthetic: bool,
    /// The last result it includes.
    pub last_result: i64,
    /// The last count of destinations it includes.
    pub last_destination: i64,
    /// The version of the catalogue it was published with.
    pub catalogue_version: i32,
    /// The method of disclosure control it was published with.
    pub method: i16,
}

/// Its catalogue.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The version of the catalogue it was published with.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::CatalogueVersion",
        to = "super::catalogue_version::Column::Number"
    )]
    CatalogueVersion,
}

impl Related<super::catalogue_version::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CatalogueVersion.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
