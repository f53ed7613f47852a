//! A published set of benchmarks.

use sea_orm::entity::prelude::*;

/// A published set of benchmarks.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "framework")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The code, unique.
    #[sea_orm(unique)]
    pub code: String,
    /// The published title.
    pub title: String,
    /// Where it applies.
    pub jurisdiction: String,
    /// The year of publication.
    pub year: i32,
    /// How many benchmarks it has.
    pub number_of_benchmarks: i16,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
