//! A purpose that an agreement allows.

use sea_orm::entity::prelude::*;

/// A purpose that an agreement allows.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_purpose")]
pub struct Model {
    /// The agreement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    /// The purpose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub purpose: String,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
