//! An immutable, numbered snapshot of everything accepted so far.

use sea_orm::entity::prelude::*;

/// An immutable, numbered snapshot of everything accepted so far.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The number.
    #[sea_orm(unique)]
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
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
