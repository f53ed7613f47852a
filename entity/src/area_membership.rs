//! One area lies in another.

use sea_orm::entity::prelude::*;

/// One area lies in another.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_membership")]
pub struct Model {
    /// The area inside.
    #[sea_orm(primary_key, auto_increment = false)]
    pub child_id: i64,
    /// The area around it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub parent_id: i64,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day; open when null.
    pub valid_to: Option<Date>,
    /// Where the row was taken from.
    pub source: String,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
