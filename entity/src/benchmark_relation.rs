//! One row of the crosswalk.

use sea_orm::entity::prelude::*;

/// One row of the crosswalk.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "benchmark_relation")]
pub struct Model {
    /// The framework related from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_framework_id: i64,
    /// The benchmark's number there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_number: i16,
    /// The framework related to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_framework_id: i64,
    /// The benchmark's number there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_number: i16,
    /// `exact`, `close`, `broad` or `narrow`.
    pub relation: String,
    /// Who says so, and on what ground.
    pub basis: String,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
