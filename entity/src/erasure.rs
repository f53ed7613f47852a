//! Something that was erased for good.

use sea_orm::entity::prelude::*;

/// Something that was erased for good: how much, not whose.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// When.
    pub erased_at: DateTimeUtc,
    /// How many institutions.
    pub institutions: i64,
    /// How many results.
    pub results: i64,
    /// How many counts of destinations.
    pub counts: i64,
    /// The first release that may have shown some of it, closed since; 0 where none did.
    pub first_release: i64,
    /// The last one.
    pub last_release: i64,
}

/// It stands alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
