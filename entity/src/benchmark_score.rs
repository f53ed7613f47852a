//! One score of a result; only benchmarks that were assessed have one.

use sea_orm::entity::prelude::*;

/// One score of a result; only benchmarks that were assessed have one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "benchmark_score")]
pub struct Model {
    /// The result.
    #[sea_orm(primary_key, auto_increment = false)]
    pub result_id: i64,
    /// The benchmark's number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub benchmark: i16,
    /// 0 to 100.
    pub score: i16,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
