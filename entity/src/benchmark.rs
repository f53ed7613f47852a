//! One numbered statement of a framework.

use sea_orm::entity::prelude::*;

/// One numbered statement of a framework.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "benchmark")]
pub struct Model {
    /// The framework.
    #[sea_orm(primary_key, auto_increment = false)]
    pub framework_id: i64,
    /// The number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i16,
    /// The code, unique.
    pub code: String,
    /// The published title.
    pub title: String,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
