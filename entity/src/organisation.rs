//! A hub, LEP, authority, national body or partner abroad.

use sea_orm::entity::prelude::*;

/// A hub, LEP, authority, national body or partner abroad.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The code, unique.
    #[sea_orm(unique)]
    pub code: String,
    /// The name to show.
    pub name: String,
    /// What sort it is.
    pub kind: String,
    /// The area.
    pub area_id: i64,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
